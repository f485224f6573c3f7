package dev.rsi.core.registry;

import dev.rsi.core.internal.ProcessMark;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory {@code work/}: a claim for each registry object that asked for space, which is a
 * directory named after its process, so that anybody sees whether that still runs. What a process
 * left that has ended is nobody's and may be swept.
 *
 * <p>Beside each claim lies a file that its process has locked. It tells of processes that cannot
 * be looked at, those of another machine or container; no more, as a lock goes when anybody in the
 * same process reads the file.
 */
final class WorkArea {
  private static final Logger LOG = LoggerFactory.getLogger(WorkArea.class);
  private static final String LOCK = ".lock";
  private static final String MARKS = "marks";
  private static final String HELD = "held-";
  private static final String BUSY = "busy-";
  // The text of a process's mark, with '_' in place of blanks, and a number.
  private static final Pattern CLAIM = Pattern.compile("([^_]+)_(\\d+)_(\\d+)_\\d+");

  private final Path directory;
  private final ProcessMark process = ProcessMark.self();
  private @Nullable Claim own;
  private int count;

  WorkArea(Path directory) {
    this.directory = directory;
  }

  /** The lock is kept as long as the directory, because closing it would give it up. */
  private record Claim(Path directory, FileChannel lock) {}

  /** A path where there is nothing yet. */
  synchronized Path fresh() throws IOException {
    Path claim = claimed().directory;
    // A trainer knows where its work directory lies, and may have deleted what it lies in.
    if (!Files.isDirectory(claim)) {
      Files.createDirectories(claim);
    }
    count++;
    return claim.resolve(Integer.toString(count));
  }

  /** Digits and hyphens that nobody else gives, and this object not again. */
  String uniqueName() throws IOException {
    String claim = claim();
    return process.pid()
        + "-"
        + process.started()
        + claim.substring(claim.lastIndexOf('_')).replace('_', '-')
        + "-"
        + fresh().getFileName();
  }

  /** The name of this object's claim. */
  synchronized String claim() throws IOException {
    return claimed().directory.getFileName().toString();
  }

  /** Marks a version as used by this process. Returns the mark, which is deleted to end that. */
  Path hold(String id) throws IOException {
    return mark(HELD, id);
  }

  /**
   * Marks a version whose files this process is about to delete: nobody else deletes them, or takes
   * them for a version's. Returns the mark, which is deleted to end that.
   */
  Path busy(String id) throws IOException {
    return mark(BUSY, id);
  }

  private Path mark(String kind, String id) throws IOException {
    Path path = fresh();
    // Apart from what else lies in the claim, which may be much.
    Path marks = Files.createDirectories(path.resolveSibling(MARKS));
    return Files.createFile(marks.resolve(kind + id + "-" + path.getFileName()));
  }

  /** The versions that any process uses. One that was killed may be among them. */
  Set<String> held() throws IOException {
    return marked(HELD, null);
  }

  /** Whether a version is in use or being deleted, apart from what one mark says. */
  boolean isInUse(String id, Path but) throws IOException {
    return marked(HELD, but).contains(id) || marked(BUSY, but).contains(id);
  }

  /** Whether anybody is about to delete a version, apart from what one mark says. */
  boolean isBusy(String id, @Nullable Path but) throws IOException {
    return marked(BUSY, but).contains(id);
  }

  private Set<String> marked(String kind, @Nullable Path but) throws IOException {
    Set<String> marked = new HashSet<>();
    try (DirectoryStream<Path> claims = Files.newDirectoryStream(directory, Files::isDirectory)) {
      for (Path claim : claims) {
        try (DirectoryStream<Path> marks =
            Files.newDirectoryStream(claim.resolve(MARKS), kind + "*")) {
          for (Path mark : marks) {
            String name = mark.getFileName().toString();
            if (!mark.equals(but)) {
              marked.add(name.substring(kind.length(), name.lastIndexOf('-')));
            }
          }
        } catch (NoSuchFileException e) {
          // It has none, or was swept meanwhile as its process has ended.
        }
      }
    }
    return marked;
  }

  private Claim claimed() throws IOException {
    if (own == null) {
      own = newClaim();
    }
    return own;
  }

  private Claim newClaim() throws IOException {
    for (int n = 1; ; n++) {
      String name = process.toString().replace(' ', '_') + "_" + n;
      Optional<FileChannel> locked =
          Durable.uninterrupted(() -> lock(directory.resolve(name + LOCK)));
      if (locked.isPresent()) {
        return new Claim(Files.createDirectories(directory.resolve(name)), locked.get());
      }
    }
  }

  /** Makes a lock file of this name and locks it; empty if another has the name. */
  private static Optional<FileChannel> lock(Path file) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      return Optional.empty();
    }
    // Before it was locked, another process may have taken the file for a left-over.
    if (channel.tryLock() != null && Files.exists(file)) {
      return Optional.of(channel);
    }
    channel.close();
    return Optional.empty();
  }

  /** The process of a claim; empty if the name is not one's, or is of an earlier version. */
  static Optional<ProcessMark> process(String claim) {
    Matcher matcher = CLAIM.matcher(claim);
    return matcher.matches()
        ? ProcessMark.parse(matcher.group(1) + " " + matcher.group(2) + " " + matcher.group(3))
        : Optional.empty();
  }

  /** Whether the process of a claim may still run. */
  boolean isAlive(String claim) throws IOException {
    ProcessMark.State state =
        process(claim).map(ProcessMark::state).orElse(ProcessMark.State.UNKNOWN);
    return state == ProcessMark.State.ALIVE
        || (state == ProcessMark.State.UNKNOWN && isLocked(directory.resolve(claim + LOCK)));
  }

  private static boolean isLocked(Path file) throws IOException {
    return Durable.uninterrupted(
        () -> {
          try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            return channel.tryLock() == null;
          } catch (NoSuchFileException e) {
            return false;
          }
        });
  }

  /** Deletes what ended processes left behind. What cannot be deleted is logged and stays. */
  void sweep() {
    Set<String> claims = new TreeSet<>();
    try {
      for (Path file : VersionFiles.children(directory)) {
        String name = file.getFileName().toString();
        boolean lock = name.endsWith(LOCK);
        // A directory of an earlier version is nobody's only if it has a lock file to say so.
        if (lock || CLAIM.matcher(name).matches()) {
          claims.add(lock ? name.substring(0, name.length() - LOCK.length()) : name);
        }
      }
    } catch (IOException e) {
      LOG.warn("Could not sweep ({}).", directory, e);
    }
    for (String claim : claims) {
      try {
        sweep(claim);
      } catch (IOException e) {
        LOG.warn("Could not sweep ({}).", directory.resolve(claim), e);
      }
    }
  }

  private void sweep(String claim) throws IOException {
    // Its own lock files are not even opened: to close one would give up the lock.
    if (!process(claim).equals(Optional.of(process)) && !isAlive(claim)) {
      Durable.delete(directory.resolve(claim));
      Files.deleteIfExists(directory.resolve(claim + LOCK));
    }
  }
}
