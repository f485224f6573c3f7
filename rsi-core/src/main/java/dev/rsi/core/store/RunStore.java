package dev.rsi.core.store;

import dev.rsi.api.RsiException;
import dev.rsi.core.report.RecordedRuns;
import dev.rsi.core.report.RunEvent;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Where runs are recorded, event by event. Nothing recorded is ever changed or lost. Field terms:
 * experiment tracking store, event log.
 *
 * <p>Thread-safe. The store owns files and connections until it is closed.
 */
public interface RunStore extends RecordedRuns, AutoCloseable {

  /**
   * A store on the heap, gone with the process. Closing it ends its use as with any other. An audit
   * gives the head that the same record has in any store.
   */
  static RunStore inMemory() {
    return new InMemoryRunStore();
  }

  /**
   * A store in an SQLite file, which is made if it is not there. The first call in a process loads
   * SQLite's native library, which takes a moment.
   *
   * <p>Everything in it is open to the {@code sqlite3} tool, also while a run writes: events as
   * JSON in the table {@code event}, attempts in columns in the view {@code attempt}:
   *
   * <pre>
   * sqlite3 -readonly run.db "SELECT generation, level, avg(outcome = 'PASS') FROM attempt GROUP BY 1, 2"
   * </pre>
   *
   * <p>Beside the file SQLite keeps {@code -wal} and {@code -shm} while the store is open. While it
   * is, {@link #backup} copies it; once it is closed everywhere, any program may copy the file. The
   * empty file {@code -lease-<number>} is locked while the run of that number is leased. The small
   * file {@code -head} tells a second time where each run ends: a store that ends before that,
   * since its log was damaged or an older copy was put in its place, is refused. Delete it where
   * that was on purpose.
   *
   * <p>Before and after each commit it is looked whether the files are still those that were
   * opened. If the file was deleted, moved or replaced, nothing is acknowledged any more. If only
   * its log was, as happens when the process itself reads the files, which gives up the locks on
   * them, and another one opens and closes the store then, it is opened again and goes on, unless
   * anything that was acknowledged is missing.
   *
   * <p>The head of an {@link #audit(String)} that was kept elsewhere is looked for like this:
   *
   * <pre>
   * sqlite3 -readonly run.db "SELECT run, seq FROM event WHERE chain = x'...'"
   * </pre>
   *
   * @param file on a disk of this machine
   * @throws RsiException if the file is no run store, is of a newer format, is damaged, has lost
   *     what was recorded in it, has a second name (a hard link) or cannot be written; or if the
   *     driver (org.xerial:sqlite-jdbc) was left out of the class path
   */
  static RunStore sqlite(Path file) {
    return new JdbcRunStore(SqliteDatabase.open(file));
  }

  /**
   * A store in a schema of a PostgreSQL database, for runs of many machines at once. Its tables are
   * those of {@link #sqlite}, so are its hashes, and the view {@code attempt}; they are made in the
   * schema that the connections begin in, which should be the store's own:
   *
   * <pre>
   * PGSimpleDataSource source = new PGSimpleDataSource(); // of org.postgresql:postgresql
   * source.setUrl("jdbc:postgresql://host/database?currentSchema=rsi&amp;user=...");
   * </pre>
   *
   * <p>It keeps one connection to write with and another for each lease, and takes one for each
   * reading. Leases are locks of a connection: one that goes through a pool of transactions
   * (PgBouncer's {@code pool_mode = transaction}) cannot hold any. Every commit waits until it is
   * durable, whatever the default of the server is; a server that runs with {@code fsync = off}
   * only believes it.
   *
   * @param source of connections, with an encoding of UTF-8; the caller's to close, after the store
   * @throws RsiException if the server cannot be reached, or the schema is not there, has tables of
   *     another program, is of a newer format or may not be written
   */
  static RunStore postgresql(DataSource source) {
    return new JdbcRunStore(PostgresDatabase.open(source));
  }

  /**
   * What tells this store from any other: 32 hexadecimal digits, drawn when it was made. A copy of
   * a store has the same.
   */
  String id();

  /**
   * Begins a run.
   *
   * @param run its id: 1 to 64 characters of {@code [A-Za-z0-9._-]}, not in the store yet
   * @throws IllegalArgumentException if there is such a run already, or the id is malformed
   */
  void create(String run);

  /**
   * Records events at the end of a run, all or none of them. When it returns they survive the end
   * of the process.
   *
   * @param at when, from the loop's clock; kept to the millisecond, what is finer is cut off
   * @param events in order; may be empty
   * @throws IllegalArgumentException if there is no such run, or the name of a number in an event
   *     holds half a surrogate pair
   * @throws RsiException if they could not be recorded; if it says that they may have been all the
   *     same, the connection ended just then, and {@link #events} knows
   */
  void append(String run, Instant at, List<? extends RunEvent> events);

  /**
   * Everything recorded of a run, in order. {@link #forEach(String, java.util.function.BiConsumer)}
   * tells it with its times, and never holds it as a whole.
   *
   * @throws IllegalArgumentException if there is no such run
   */
  default List<RunEvent> events(String run) {
    List<RunEvent> events = new ArrayList<>();
    forEach(run, (at, event) -> events.add(event));
    return List.copyOf(events);
  }

  /**
   * The events of one kind recorded of a run, in order.
   *
   * @param kind one of the records of {@link RunEvent}
   * @throws IllegalArgumentException if there is no such run
   */
  default <E extends RunEvent> List<E> events(String run, Class<E> kind) {
    List<E> events = new ArrayList<>();
    forEach(run, kind, events::add);
    return List.copyOf(events);
  }

  /**
   * Tells the events of one kind recorded of a run, in order and one by one. What is appended
   * meanwhile may be left out.
   *
   * @param kind one of the records of {@link RunEvent}
   * @param each is told them, on the caller's thread; what it throws ends the reading
   * @throws IllegalArgumentException if there is no such run
   */
  default <E extends RunEvent> void forEach(String run, Class<E> kind, Consumer<? super E> each) {
    forEach(run, Set.of(kind), (at, event) -> each.accept(kind.cast(event)));
  }

  /**
   * A page of what is recorded of a run: to read a run of any length while other things happen, ask
   * on from where the last page ended.
   *
   * @param after how many of its first events to leave out, 0 or more
   * @param most how many to give at most, 1 or more
   * @return the next events, in order; fewer than {@code most} only if the run has no more
   * @throws IllegalArgumentException if there is no such run, or a number is out of range
   */
  List<RunEvent> events(String run, long after, int most);

  /**
   * Tells the events of some kinds between two places of a run, in order and one by one: to go on
   * from where one stopped. Costs what lies between them, or less where the store has an index.
   *
   * @param after how many of its first events to leave out, 0 or more
   * @param to how many of its first events not to go beyond
   * @param kinds some of {@link RunEvent#kinds()}
   * @param each is told them, on the caller's thread; what it throws ends the reading
   * @throws IllegalArgumentException if there is no such run, or a number is out of range
   */
  default void forEach(
      String run,
      long after,
      long to,
      Set<Class<? extends RunEvent>> kinds,
      Consumer<? super RunEvent> each) {
    int most = 500;
    long from = after;
    boolean more = true;
    while (more && from < to) {
      List<RunEvent> page = events(run, from, (int) Math.min(most, to - from));
      page.stream().filter(event -> kinds.contains(event.getClass())).forEach(each);
      from += page.size();
      more = !page.isEmpty();
    }
  }

  /** How many events each run has, by id, in the order the runs began. */
  Map<String, Long> sizes();

  /**
   * Where the record of a run ends now: the same as {@link #audit(String)} finds if the run is as
   * it was recorded, but looked up and not made anew. Costs the same for every run.
   *
   * @throws IllegalArgumentException if there is no such run
   */
  Head head(String run);

  /**
   * Where the record of a run ends.
   *
   * @param events how many events it has
   * @param hash the SHA-256 of the last of them, which stands for all; 64 hexadecimal digits
   */
  record Head(long events, String hash) {}

  /**
   * Copies the whole store to a file as it is at one moment, also while runs write to it: for
   * SQLite by SQLite itself. When it returns, the copy is durable and can be opened with {@link
   * #sqlite}. It is the only safe way to copy a store that is open: whoever reads its files
   * otherwise, in the same process, gives up the locks that SQLite holds on them.
   *
   * @param file the copy; not there yet
   * @throws IllegalArgumentException if there is such a file already
   * @throws UnsupportedOperationException if the store is not kept in a file; what to use instead
   *     is said: of PostgreSQL {@code pg_dump}
   * @throws RsiException if the store could not be read, or the file not be written
   */
  void backup(Path file);

  /**
   * Whether the record of a run goes through a place that was noted of it elsewhere: whether it has
   * an event of that number and hash. If it has not, something was lost, or went another way.
   *
   * @throws IllegalArgumentException if there is no such run
   */
  boolean holds(String run, Head head);

  /** How many bytes the store takes on this machine's disk now; 0, the default, if none. */
  default long bytes() {
    return 0;
  }

  /** The ids of all runs, in the order they began. */
  List<String> runs();

  /**
   * Makes the caller the driver of a run, the one that runs or resumes it: others who ask for its
   * lease are refused until this one is closed, or the store is, or the process ends, however it
   * ends. What a killed driver had can so be taken over, and nothing else.
   *
   * <p>It binds those who ask: a store without a lease may append all the same. But a driver that
   * lost its lease to another, as when the connection to a server is cut, cannot append any more.
   *
   * @throws IllegalArgumentException if there is no such run
   * @throws RsiException if the run has a driver, in this process or another, with who it is and
   *     since when; if it could not be leased
   */
  Lease lease(String run);

  /** The right of one driver to run or resume it. Thread-safe. */
  interface Lease extends AutoCloseable {
    /**
     * Looks whether it is held still: whoever holds it alone may drive the run. To be asked right
     * before what no other driver may undo, such as a promotion. A lease that was merely cut off
     * from its server, and that nobody else took meanwhile, is taken again.
     *
     * @throws RsiException if it was lost: another driver has or had the run since, it was given
     *     up, or the store cannot be asked
     */
    void check();

    /** Gives it up. Does nothing if it is given up already. */
    @Override
    void close();
  }

  /** A driver was overtaken: its lease is lost or given up. Nothing was recorded. */
  final class OvertakenException extends RsiException {
    private static final long serialVersionUID = 1;

    /** Says by whom. */
    public OvertakenException(String message) {
      super(message);
    }
  }

  /**
   * Reads everything again and checks it against the hashes it was written with: each event is
   * chained to the one before it by SHA-256, and each run to the run before it. Finds whatever was
   * altered, taken out, added or put in another order, by a fault of the disk or by hand.
   *
   * <p>Who can write to the store can also write new hashes. Against that, keep the {@link
   * Audit#head head} of a run where nobody changes it, from {@link #audit(String)}: if a later
   * audit finds no fault, and the run still has an event of that hash, nothing up to that event was
   * changed.
   *
   * <p>Events may be appended meanwhile; those are not looked at.
   *
   * @return what was found; damage is a result, never an exception
   * @throws RsiException if the store cannot be opened for reading
   */
  Audit audit();

  /**
   * The same for one run alone; its head is the hash of its last event.
   *
   * @throws IllegalArgumentException if there is no such run
   * @throws RsiException if the store cannot be opened for reading
   */
  Audit audit(String run);

  /**
   * What an audit found.
   *
   * @param events how many events are as they were recorded, up to the first fault
   * @param unchained how many of those are older than hashes in stores and got theirs when the
   *     store was brought to the format that has them: what became of them before, nobody can say
   * @param head the SHA-256 that stands for all of them, 64 hexadecimal digits: of a run, the hash
   *     of its last event; of a whole store, SHA-256 over those of its runs in order
   * @param fault the first thing that is not as it was recorded, in words; null if all is
   */
  record Audit(long events, long unchained, String head, @Nullable String fault) {
    /** Whether everything is as it was recorded. */
    public boolean sound() {
      return fault == null;
    }
  }

  @Override
  void close();
}
