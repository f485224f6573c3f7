package dev.rsi.core.store;

import dev.rsi.api.RsiException;
import dev.rsi.core.internal.DiskUsage;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.ProcessMark;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** An SQLite file that is a run store, with one connection that writes to it. */
final class SqliteDatabase implements Database {
  // Marks the file as a run store, for us and for the file command: "rsi" in ASCII.
  static final int APPLICATION_ID = 0x727369;
  private static final Logger log = LoopLog.LOG;
  private static final int SMALLEST_PAGE = 512;
  private static final int BUSY_TIMEOUT_MILLIS = 10_000;

  /** Bytes of the log from which on it is carried into the database; what SQLite does by itself. */
  private static final long LONG_LOG = 4 << 20;

  /** How many transactions are kept at most, to be done again where their log is taken away. */
  private static final int MOST_KEPT = 1000;

  private static final int MOST_TRIES = 5;

  private static final String NOT_TO_BE_WRITTEN =
      "this user may not write the file or its directory, where SQLite keeps two files beside it";

  private final Path file;
  private final SqliteFiles files;
  private final SqliteHeads heads;
  private Connection connection;
  private boolean closed;
  // Reading at the moment, on connections of their own.
  private int readers;
  // Where runs end by the transaction under way.
  private final List<End> ends = new ArrayList<>();
  // Since the log was carried into the database as a whole.
  private final Deque<Done> done = new ArrayDeque<>();

  /** A transaction that is committed, and where runs ended by it. */
  private record Done(Work<?> work, List<End> ends) {}

  private SqliteDatabase(Path file, Connection connection) {
    this.file = file;
    this.files = new SqliteFiles(file);
    this.heads = new SqliteHeads(Path.of(file + "-head"));
    this.connection = connection;
  }

  /** Opens a file, or makes it where there is none. */
  static SqliteDatabase open(Path path) {
    requireDriver(path);
    Path file = found(path);
    if (file.toString().contains("?")) {
      throw new IllegalArgumentException(
          "File ("
              + file
              + ") has a '?' in its path, where the database driver sees options begin.\nMaybe"
              + " rename it.");
    }
    Connection reader = refuseLost(file);
    try {
      return prepared(file);
    } finally {
      // Not before: the first connection of a process may clear what others share.
      closeQuietly(reader);
    }
  }

  private static void requireDriver(Path path) {
    try {
      Class.forName("org.sqlite.JDBC", false, SqliteDatabase.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new RsiException(
          "Run store ("
              + path
              + ") could not be opened, because the driver of SQLite is not on the class path.\n"
              + "Maybe the dependency (org.xerial:sqlite-jdbc) was left out: add it, or record the"
              + " run with RunStore.inMemory() or RunStore.postgresql(dataSource).",
          e);
    }
  }

  private static void closeQuietly(@Nullable Connection reader) {
    try {
      if (reader != null) {
        reader.close();
      }
    } catch (SQLException e) {
      log.debug("a connection that reads could not be closed", e);
    }
  }

  private static SqliteDatabase prepared(Path file) {
    SqliteDatabase opened = new SqliteDatabase(file, connect(file));
    try {
      opened.prepare();
      return opened;
    } catch (RuntimeException | Error e) {
      try {
        opened.close();
      } catch (RsiException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private static Path found(Path path) {
    try {
      Path parent = path.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Path file = SqliteFiles.canonical(path);
      SqliteFiles.checkOneName(file);
      // SQLite takes what is shorter than its smallest page for a new file.
      if (Files.isRegularFile(file) && Files.size(file) > 0 && Files.size(file) < SMALLEST_PAGE) {
        throw new RsiException(
            "File ("
                + file
                + ") is no run store: it has only ("
                + Files.size(file)
                + ") bytes.\nMaybe another path was meant, or the file was cut short: restore a"
                + " copy.");
      }
      return file;
    } catch (IOException e) {
      throw new RsiException(
          "Run store ("
              + path.toAbsolutePath()
              + ") could not be opened: "
              + e
              + ".\nMaybe this user may not write there, or a file stands where a directory should.",
          e);
    }
  }

  /**
   * Holds a file against what is known of it beside it, before anything is opened that could write:
   * SQLite deletes a log that it finds nothing in.
   */
  private static @Nullable Connection refuseLost(Path file) {
    SqliteHeads heads = new SqliteHeads(Path.of(file + "-head"));
    if (!heads.exists()) {
      return null;
    }
    try {
      if (!Files.exists(file) || Files.size(file) == 0) {
        throw new RsiException(
            "Run store ("
                + file
                + ") is not there any more: ("
                + heads
                + ") tells of its runs.\nMaybe it was deleted or moved: put it back; or delete ("
                + heads
                + ") to begin a new one.");
      }
      Connection reader = connectToRead(file);
      try {
        checkAll(file, heads, reader);
        return reader;
      } catch (SQLException | RuntimeException e) {
        reader.close();
        throw e;
      }
    } catch (IOException e) {
      throw new RsiException("Run store (" + file + ") could not be opened: " + e, e);
    } catch (SQLException e) {
      throw failure(file, "be opened", e);
    } catch (LinkageError e) {
      throw noNative(file, e);
    }
  }

  /** Refuses where a database does not hold what is known of it. */
  private static void checkAll(Path file, SqliteHeads heads, Connection connection)
      throws SQLException {
    if (number(connection, "PRAGMA application_id") != APPLICATION_ID) {
      return;
    }
    boolean named =
        number(connection, "SELECT count(*) FROM sqlite_master WHERE name = 'store_id'") > 0;
    // Read before the database: a process that writes to both does so in the other order.
    for (End end : heads.read(named ? id(connection) : "").values()) {
      if (!named || !holds(connection, end)) {
        throw behind(file, heads, connection, end);
      }
    }
  }

  private static String id(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT id FROM store_id")) {
      return result.next() ? result.getString(1) : "";
    }
  }

  /**
   * Whether a run ends there, or went on from there. By its row: whether its events are as that
   * says is for an audit to find.
   */
  private static boolean holds(Connection connection, End end) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT events, head, origin, (SELECT chain FROM event WHERE run = number AND seq = ?)"
                + " FROM run WHERE number = ?")) {
      select.setLong(1, end.events());
      select.setLong(2, end.run());
      try (ResultSet run = select.executeQuery()) {
        if (!run.next() || run.getLong(1) < end.events()) {
          return false;
        }
        byte[] there = run.getBytes(end.events() == 0 ? 3 : run.getLong(1) == end.events() ? 2 : 4);
        return there == null || Arrays.equals(there, end.hash());
      }
    }
  }

  private static RsiException behind(Path file, SqliteHeads heads, Connection connection, End end)
      throws SQLException {
    String run = "of number " + end.run();
    long has = 0;
    try (PreparedStatement select =
        connection.prepareStatement("SELECT id, events FROM run WHERE number = ?")) {
      select.setLong(1, end.run());
      try (ResultSet result = select.executeQuery()) {
        if (result.next()) {
          run = result.getString(1);
          has = result.getLong(2);
        }
      }
    }
    return new RsiException(
        "Run store ("
            + file
            + ") lost what was recorded in it: run ("
            + run
            + ") had ("
            + end.events()
            + ") events, the last of hash ("
            + end.hex()
            + "), and has ("
            + has
            + ") now"
            + (has < end.events() ? "" : ", with another one in that place")
            + ".\nMaybe its log ("
            + file
            + "-wal) was cut, damaged or deleted, or an older copy was put here: put back the log, or"
            + " a newer copy. If the older copy is what you want, delete ("
            + heads
            + ").");
  }

  private static Connection connect(Path file) {
    try {
      SQLiteConfig config = new SQLiteConfig();
      config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
      config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
      config.enforceForeignKeys(true);
      Connection connection = config.createConnection("jdbc:sqlite:" + file);
      // The driver that Spring Boot manages has no setting for this.
      try (Statement statement = connection.createStatement()) {
        // Not in the middle of a commit, where nobody has looked yet whose log it is.
        statement.execute("PRAGMA wal_autocheckpoint = 0");
      } catch (SQLException e) {
        closeQuietly(connection);
        throw e;
      }
      return connection;
    } catch (SQLException e) {
      throw failure(file, "be opened", e);
    } catch (LinkageError e) {
      throw noNative(file, e);
    }
  }

  private static Connection connectToRead(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
    return config.createConnection("jdbc:sqlite:" + file);
  }

  private void prepare() {
    try {
      // Nothing is written before it is known whose file this is.
      refuseForeign();
      String mode;
      try (Statement statement = connection.createStatement();
          ResultSet result = statement.executeQuery("PRAGMA journal_mode = WAL")) {
        mode = result.next() ? result.getString(1) : "none";
      }
      if (!mode.equals("wal")) {
        throw new RsiException(
            "Run store ("
                + file
                + ") cannot keep a write-ahead log, its journal mode stays ("
                + mode
                + ").\nMaybe it lies on a network disk: put it on a disk of this machine.");
      }
    } catch (SQLException e) {
      throw failure("be opened", e);
    }
    // Also where there is nothing to do: a file that cannot be written is refused here, not later.
    committed(
        "be opened",
        writer -> {
          upgrade();
          files.opened();
          keepHeads(writer);
          return this;
        });
    checkpoint();
  }

  /** Makes the second place of what the database holds, which was checked against it before. */
  private void keepHeads(Connection writer) throws SQLException {
    heads.open(id(writer));
    try (Statement statement = writer.createStatement();
        ResultSet runs = statement.executeQuery("SELECT number, events, head FROM run")) {
      while (runs.next()) {
        heads.write(new End(runs.getLong(1), runs.getLong(2), runs.getBytes(3)));
      }
    }
  }

  private void refuseForeign() throws SQLException {
    long application = number(connection, "PRAGMA application_id");
    if (application != APPLICATION_ID
        && number(connection, "SELECT count(*) FROM sqlite_master") > 0) {
      throw new RsiException(
          "File ("
              + file
              + ") is an SQLite file, but no run store.\nMaybe another path was meant; a run store"
              + " needs a file of its own.");
    }
    if (application == APPLICATION_ID) {
      Schema.check(file, format(), firstFormat(), "another file");
    }
  }

  @Override
  public long bytes() {
    long bytes = 0;
    for (Path each : files.all()) {
      try {
        bytes += DiskUsage.of(each);
      } catch (IOException e) {
        throw new RsiException("Run store (" + file + ") could not be measured: " + e, e);
      }
    }
    return bytes;
  }

  /** The file's format, 0 for a new file. */
  private long format() throws SQLException {
    if (number(connection, "PRAGMA application_id") != APPLICATION_ID) {
      return 0;
    }
    return number(connection, "SELECT max(version) FROM schema_version");
  }

  private void upgrade() throws SQLException {
    Schema.upgrade(connection, "sqlite", format());
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA application_id = " + APPLICATION_ID);
    }
  }

  @Override
  public <V> V snapshot(String what, Work<V> work) {
    synchronized (this) {
      checkOpen();
      attend();
      readers++;
    }
    try (Connection reader = connectToRead(file);
        Statement statement = reader.createStatement()) {
      statement.execute("BEGIN");
      V value = work.on(reader);
      checkUnchanged(what);
      return value;
    } catch (SQLException e) {
      checkUnchanged(what);
      throw failure(what, e);
    } finally {
      synchronized (this) {
        readers--;
      }
    }
  }

  /** What is read from a log that was taken away may be anything. */
  private synchronized void checkUnchanged(String what) {
    SqliteFiles.Change change = files.change();
    if (change == SqliteFiles.Change.FILE) {
      throw gone();
    }
    if (change == SqliteFiles.Change.LOG) {
      throw taken("could not " + what + ", because its log was taken away meanwhile");
    }
  }

  private synchronized void checkOpen() {
    if (closed) {
      throw RunIds.closed("Run store (" + file + ")");
    }
  }

  @Override
  public Optional<Lock> lock(long run) {
    Path beside = Path.of(file + "-lease-" + run);
    AtomicReference<@Nullable SqliteLock> taken = new AtomicReference<>();
    // Nobody else takes or deletes it meanwhile.
    boolean free =
        transaction(
            "be leased",
            writer -> {
              SqliteLock lock = taken.get();
              if (lock == null) {
                lock = SqliteLock.take(beside).orElse(null);
                taken.set(lock);
              }
              return lock != null && !isDriven(writer, run);
            });
    SqliteLock lock = taken.get();
    if (lock != null && !free) {
      close(lock);
    }
    return free && lock != null ? Optional.of(new Held(lock)) : Optional.empty();
  }

  /**
   * Whether another process drives a run, whatever became of its lock. Of this process the lock
   * itself tells: no other process is asked for it.
   */
  private static boolean isDriven(Connection writer, long run) throws SQLException {
    try (PreparedStatement select =
        writer.prepareStatement("SELECT mark FROM run WHERE number = ?")) {
      select.setLong(1, run);
      try (ResultSet result = select.executeQuery()) {
        String mark = result.next() ? result.getString(1) : null;
        return mark != null
            && ProcessMark.parse(mark)
                .filter(other -> !other.equals(ProcessMark.self()))
                .filter(other -> other.state() == ProcessMark.State.ALIVE)
                .isPresent();
      }
    }
  }

  private final class Held implements Lock {
    private final SqliteLock lock;

    Held(SqliteLock lock) {
      this.lock = lock;
    }

    @Override
    public boolean held() {
      return true;
    }

    @Override
    public void close() {
      release(lock);
    }
  }

  private void release(SqliteLock lock) {
    try {
      transaction("end a lease", writer -> lock.delete());
    } finally {
      close(lock);
    }
  }

  private void close(SqliteLock lock) {
    try {
      lock.close();
    } catch (SQLException e) {
      throw failure("end a lease", e);
    }
  }

  @Override
  public String forUpdate() {
    // A transaction that writes is alone from its beginning.
    return "";
  }

  @Override
  public String stored(String column) {
    return "CAST(" + column + " AS BLOB)";
  }

  @Override
  public String holds(String column, String type) {
    return "typeof(" + column + ") = '" + type + "'";
  }

  @Override
  public int firstFormat() {
    return 1;
  }

  @Override
  public List<String> schema() throws SQLException {
    try (Connection fresh = new SQLiteConfig().createConnection("jdbc:sqlite::memory:")) {
      new SqliteDatabase(Path.of(":memory:"), fresh).upgrade();
      return schema(fresh);
    }
  }

  @Override
  public List<String> schema(Connection connection) throws SQLException {
    List<String> parts = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT type || ' ' || name || ' of ' || tbl_name || ': ' || coalesce(sql, '')"
                    + " FROM sqlite_master ORDER BY name")) {
      while (result.next()) {
        parts.add(result.getString(1));
      }
    }
    return parts;
  }

  @Override
  public @Nullable String structuralFault(Connection connection) throws SQLException {
    // Indexes and pages: what a reader may not come by.
    try (Statement statement = connection.createStatement();
        ResultSet integrity = statement.executeQuery("PRAGMA integrity_check(1)")) {
      String found = integrity.getString(1);
      return "ok".equals(found) ? null : found;
    }
  }

  private static long number(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      result.next();
      return result.getLong(1);
    }
  }

  @Override
  public void ends(End end) {
    ends.add(end);
  }

  @Override
  public synchronized <V> V transaction(String what, Work<V> work) {
    checkOpen();
    attend();
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      V value = committed(what, work);
      if (settled(work)) {
        return value;
      }
    }
    throw taken("could not " + what + ", because its log was taken away again and again");
  }

  private <V> V committed(String what, Work<V> work) {
    // In so many words, because the driver's own setAutoCommit(false) believes itself in a
    // transaction when it failed to begin one, and its commit() begins the next.
    ends.clear();
    boolean committed = false;
    try (Statement statement = connection.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      try {
        V value = work.on(connection);
        statement.execute("COMMIT");
        committed = true;
        return value;
      } finally {
        if (!committed) {
          rollBack(statement);
        }
      }
    } catch (SQLException e) {
      throw failure(what, e);
    }
  }

  /**
   * Looks whether what was committed is where whoever opens the file finds it, and notes it in the
   * second place. False where it went into a log that is gone: it is to be done again.
   */
  private boolean settled(Work<?> work) {
    List<End> now = List.copyOf(ends);
    SqliteFiles.Change change = files.change();
    if (change == SqliteFiles.Change.FILE) {
      throw gone();
    }
    if (change == SqliteFiles.Change.LOG) {
      openAgain();
      if (now.isEmpty() || !isHeld(now)) {
        return false;
      }
    }
    if (!heads.isThere()) {
      reading(
          () -> {
            keepHeads(connection);
            return true;
          });
    }
    now.forEach(heads::write);
    if (!now.isEmpty()) {
      done.add(new Done(work, now));
      if (done.size() > MOST_KEPT) {
        done.remove();
      }
      if (files.logBytes() > LONG_LOG) {
        checkpoint();
      }
    }
    return true;
  }

  /** Before anything is read or written: looks whether the files are those that were opened. */
  private void attend() {
    SqliteFiles.Change change = files.change();
    if (change == SqliteFiles.Change.FILE) {
      throw gone();
    }
    if (change == SqliteFiles.Change.LOG) {
      openAgain();
    } else if (change == SqliteFiles.Change.WRITTEN) {
      checkHeads();
      files.written();
    }
  }

  /**
   * Opens the file again, whose log was taken away: by a process that held it for its own when the
   * locks of this one were given up, or by hand. What was committed to that log and not carried
   * into the database is done again; it comes out as it was, or is refused.
   */
  private void openAgain() {
    if (readers > 0) {
      throw taken("was read while its log was taken away");
    }
    log.warn("run store {}: its log was taken away, and it is opened again", file);
    drop();
    connection = connect(file);
    reading(
        () -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
          }
          return number(connection, "SELECT count(*) FROM run");
        });
    for (Done each : List.copyOf(done)) {
      if (!isHeld(each.ends())) {
        committed("be opened again", each.work());
      }
    }
    checkHeads();
    files.opened();
    if (!files.hasLog()) {
      throw taken("has no log, as another store of this process holds on to the one before");
    }
  }

  private boolean isHeld(List<End> all) {
    return reading(
        () -> {
          for (End end : all) {
            if (!holds(connection, end)) {
              return false;
            }
          }
          return true;
        });
  }

  /** Refuses where the database does not hold what was acknowledged. */
  private void checkHeads() {
    if (!heads.exists()) {
      return;
    }
    reading(
        () -> {
          checkAll(file, heads, connection);
          return true;
        });
  }

  private interface Query<V> {
    V ask() throws SQLException;
  }

  private <V> V reading(Query<V> query) {
    try {
      return query.ask();
    } catch (SQLException e) {
      throw failure("be read", e);
    }
  }

  /** Closes the connection without carrying its log into a database that others went on with. */
  private void drop() {
    Connection last = lastToClose();
    try {
      if (!connection.isClosed()) {
        // SQLite asks for an interrupt before each page that it carries over.
        connection.unwrap(SQLiteConnection.class).getDatabase().interrupt();
      }
      connection.close();
      closeQuietly(last);
    } catch (SQLException e) {
      log.warn("run store {}: its former connection could not be closed", file, e);
    }
  }

  /**
   * A connection to be closed after the one that writes. SQLite deletes the log with the last one
   * of all processes, by locks that one of them may have lost; a connection that only reads cannot.
   */
  private @Nullable Connection lastToClose() {
    try {
      Connection reader = connectToRead(file);
      number(reader, "SELECT count(*) FROM sqlite_master");
      return reader;
    } catch (SQLException e) {
      log.debug("run store {}: it cannot be read when it is closed", file, e);
      return null;
    }
  }

  @Override
  public synchronized void checkpoint() {
    SqliteFiles.Change change = files.change();
    if (change == SqliteFiles.Change.LOG || change == SqliteFiles.Change.FILE) {
      return;
    }
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("PRAGMA wal_checkpoint(PASSIVE)")) {
      if (result.next() && result.getInt(1) == 0 && result.getInt(2) == result.getInt(3)) {
        done.clear();
      }
    } catch (SQLException e) {
      // What is in the log stays there, and is as durable.
      log.debug("run store {}: its log could not be carried into the database", file, e);
    }
    files.written();
  }

  private RsiException gone() {
    return new RsiException(
        "Run store ("
            + file
            + ") is not the file any more that was opened: it was deleted, moved, cut or replaced,"
            + " and nothing is recorded in what is there now.\nMaybe put the file back, with ("
            + file
            + "-wal) beside it, and resume.");
  }

  private RsiException taken(String what) {
    return new RsiException(
        "Run store ("
            + file
            + ") "
            + what
            + ".\nMaybe a program copies or opens its files while a run writes: use"
            + " RunStore.backup(path). Open the store again, and resume.",
        null,
        true);
  }

  // What made it necessary is the error to tell. SQLite itself rolls back after the worst ones, and
  // then there is nothing left to roll back.
  private static void rollBack(Statement statement) {
    try {
      statement.execute("ROLLBACK");
    } catch (SQLException ignored) {
      return;
    }
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (files.isOpen()) {
        // Said now at the latest.
        attend();
      }
    } finally {
      disconnect();
    }
  }

  private void disconnect() {
    SqliteFiles.Change change = files.isOpen() ? files.change() : SqliteFiles.Change.NONE;
    try (heads) {
      if (change == SqliteFiles.Change.LOG || change == SqliteFiles.Change.FILE) {
        drop();
        return;
      }
      Connection last = files.isOpen() ? lastToClose() : null;
      if (last != null) {
        emptyLog();
      }
      connection.close();
      closeQuietly(last);
    } catch (SQLException e) {
      throw failure("be closed", e);
    } catch (IOException e) {
      log.debug("run store {}: ({}) could not be closed", file, heads, e);
    }
  }

  /** An empty log does no harm to a copy that somebody puts in the place of the database. */
  private void emptyLog() {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 0");
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (SQLException e) {
      log.debug("run store {}: its log stays as it is", file, e);
    }
  }

  @Override
  public void backup(Path copy) {
    Path target = copy.toAbsolutePath();
    Path part = Path.of(target + ".part-" + StoreIds.fresh());
    try {
      Path directory = target.getParent();
      if (directory != null) {
        Files.createDirectories(directory);
      }
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      try {
        snapshot(
            "be copied",
            reader -> {
              // It reads as of one moment by itself, and not within a transaction.
              try (Statement end = reader.createStatement();
                  PreparedStatement vacuum = reader.prepareStatement("VACUUM INTO ?")) {
                end.execute("ROLLBACK");
                vacuum.setString(1, part.toString());
                return vacuum.execute();
              }
            });
        try (FileChannel written = FileChannel.open(part, StandardOpenOption.WRITE)) {
          written.force(true);
        }
        // Unlike a move, a link never takes the place of what another program put there.
        Files.createLink(target, part);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (FileAlreadyExistsException e) {
      throw new IllegalArgumentException(
          "There is a file (" + target + ") already.\nMaybe give the copy a name of its own.", e);
    } catch (IOException e) {
      throw new RsiException(
          "Run store ("
              + file
              + ") could not be copied to ("
              + target
              + "): "
              + e
              + ".\nMaybe the disk is full, or this user may not write there.",
          e);
    }
  }

  @Override
  public String toString() {
    return file.toString();
  }

  static SQLiteErrorCode kind(SQLiteException e) {
    // The lowest byte is the kind of error, the rest its variant.
    return SQLiteErrorCode.getErrorCode(e.getResultCode().code & 0xff);
  }

  private RsiException failure(String what, SQLException e) {
    return failure(file, what, e);
  }

  private static RsiException failure(Path file, String what, SQLException e) {
    if (!(e instanceof SQLiteException sqlite)) {
      // What SQLite says is an SQLiteException; the driver wraps only what kept it from asking.
      Throwable cause = e.getCause();
      // Of older drivers also: where there is no file and none can be made.
      return cause == null
          ? failure(file, what, e, NOT_TO_BE_WRITTEN, false)
          : noNative(file, cause);
    }
    return switch (kind(sqlite)) {
      case SQLITE_NOTADB ->
          failure(file, what, e, "another path was meant: this is no SQLite file", false);
      case SQLITE_CORRUPT ->
          failure(
              file,
              what,
              e,
              "the disk is failing. Restore a copy, or save what can be read: sqlite3 \""
                  + file
                  + "\" .recover",
              false);
      case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH ->
          failure(file, what, e, NOT_TO_BE_WRITTEN, false);
      case SQLITE_BUSY, SQLITE_LOCKED ->
          failure(file, what, e, "another process writes to it for long: end that one", true);
      case SQLITE_FULL -> failure(file, what, e, "the disk is full: make room", true);
      default -> failure(file, what, e, "the disk has a fault, or is gone", false);
    };
  }

  private static RsiException failure(
      Path file, String what, SQLException e, String maybe, boolean retryable) {
    return new RsiException(
        "Run store ("
            + file
            + ") could not "
            + what
            + ": "
            + e.getMessage()
            + (maybe.isEmpty() ? "" : "\nMaybe " + maybe + "."),
        e,
        retryable);
  }

  private static RsiException noNative(Path file, Throwable cause) {
    return new RsiException(
        "Run store ("
            + file
            + ") could not be opened, because SQLite's native library could not be loaded on ("
            + System.getProperty("os.name")
            + ", "
            + System.getProperty("os.arch")
            + "): "
            + cause
            + "\nMaybe the temporary directory does not allow programs (noexec): name another with"
            + " -Dorg.sqlite.tmpdir=<directory>.",
        cause);
  }
}
