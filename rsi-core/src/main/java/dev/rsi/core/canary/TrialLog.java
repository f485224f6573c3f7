package dev.rsi.core.canary;

import dev.rsi.api.RsiException;
import dev.rsi.core.internal.ProcessMark;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What outlives the process of a trial: a text file with a line of settings, and a line for each
 * draw and for each end of a request. The line of a draw is written before the request is served,
 * without forcing it to disk, so it survives the death of the process, but not a power cut.
 *
 * <p>A line that ends in no line feed was torn, and is ignored. Once the file is large, the sums
 * take its place. Where it cannot be written, the trial goes on in memory, and that is logged once.
 *
 * <p>Not thread-safe: guarded by its trial. Never by channels, which an interrupted thread cannot
 * use.
 */
final class TrialLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TrialLog.class);
  private static final long LARGE = 4L << 20;

  /** Sums take the place of what happened long before, also with as many keys as there may be. */
  private static final long MOST = 1L << 28;

  /** A trial that was begun or resumed: what decides its draws, and what it has observed. */
  record Begun(long seed, Observed observed) {}

  private final Path directory;
  private final String challenger;
  private final String parent;
  private final Path file;
  private final long large;

  private @Nullable RandomAccessFile lock;
  private @Nullable FileOutputStream out;
  private String header = "";
  private long size;
  private long limit;

  private TrialLog(Path directory, String challenger, String parent, long large) {
    this.directory = directory;
    this.challenger = challenger;
    this.parent = parent;
    this.large = large;
    this.file = directory.resolve(challenger + ".log");
  }

  /**
   * Takes the log of a challenger, for this process alone.
   *
   * @param directory where logs of trials are; made if it is not there
   * @param challenger the id of the version that is tried
   * @param parent the id of the version that is live
   * @throws RsiException retryable, if another trial of this challenger is under way
   */
  static TrialLog open(Path directory, String challenger, String parent) {
    return open(directory, challenger, parent, LARGE);
  }

  /** The same with another size from which on sums take the place of what happened. */
  static TrialLog open(Path directory, String challenger, String parent, long large) {
    TrialLog log = new TrialLog(directory, challenger, parent, large);
    Path file = directory.resolve(challenger + ".lock");
    try {
      Files.createDirectories(directory);
      RandomAccessFile lock = new RandomAccessFile(file.toFile(), "rw");
      if (!locked(lock)) {
        String holder = Objects.requireNonNullElse(lock.readLine(), "").strip();
        lock.close();
        throw new RsiException(
            "The challenger ("
                + challenger
                + ") is on trial in another live model, of process ("
                + holder
                + ").\nMaybe end that trial first, or let that process end.",
            null,
            true);
      }
      log.lock = lock;
      lock.setLength(0);
      lock.write((ProcessMark.self() + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      log.giveUp(e);
    }
    return log;
  }

  private static boolean locked(RandomAccessFile file) throws IOException {
    try {
      return file.getChannel().tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // This process has it.
      return false;
    }
  }

  /** Reads what there is, puts aside what is of another trial, and goes on or begins. */
  Begun begin(Canary canary) {
    Begun begun = null;
    if (lock != null) {
      try {
        begun = resume(canary);
      } catch (IOException e) {
        giveUp(e);
      }
    }
    if (begun != null) {
      return begun;
    }
    begun = new Begun(canary.drawsBy(), new Observed(canary));
    header = header(canary, begun.seed());
    if (lock != null) {
      rewrite(List.of());
    }
    return begun;
  }

  private @Nullable Begun resume(Canary canary) throws IOException {
    if (!Files.exists(file)) {
      return null;
    }
    if (!Files.isRegularFile(file) || Files.size(file) > MOST) {
      throw new IOException("(" + file + ") is no log of a trial.");
    }
    byte[] bytes;
    try (FileInputStream in = new FileInputStream(file.toFile())) {
      bytes = in.readAllBytes();
    }
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    if (end == 0) {
      // Not even its settings: nothing was drawn by it.
      return null;
    }
    String[] lines = new String(bytes, 0, end - 1, StandardCharsets.UTF_8).split("\n", -1);
    Begun begun = replay(canary, lines);
    if (begun == null) {
      putAside();
      return null;
    }
    header = lines[0];
    begun.observed().resumed();
    if (end < bytes.length) {
      try (RandomAccessFile whole = new RandomAccessFile(file.toFile(), "rw")) {
        whole.setLength(end);
      }
    }
    out = new FileOutputStream(file.toFile(), true);
    size = end;
    limit = Math.max(large, 2 * size);
    append("resumed", begun.observed());
    return begun;
  }

  private @Nullable Begun replay(Canary canary, String[] lines) {
    int at = lines[0].lastIndexOf(' ') + 1;
    Observed observed = new Observed(canary);
    int line = 0;
    try {
      long seed = Long.parseUnsignedLong(lines[0].substring(at), 16);
      Long wanted = canary.seed();
      if (!lines[0].equals(header(canary, wanted == null ? seed : wanted))) {
        LOG.info("the trial of version {} in ({}) was another one", challenger, file);
        return null;
      }
      for (line = 1; line < lines.length; line++) {
        replay(lines[line].split(" "), observed);
      }
      return new Begun(seed, observed);
    } catch (RuntimeException e) {
      LOG.warn("line {} of ({}) cannot be read, and a new trial begins", line + 1, file, e);
      return null;
    }
  }

  private static void replay(String[] words, Observed observed) {
    switch (words[0]) {
      case "draw" -> {
        if (words.length > 3) {
          observed.isNew(Long.parseUnsignedLong(words[3], 16));
        }
        long number = observed.drew(words[2].equals("c")).number;
        if (number != Long.parseLong(words[1])) {
          throw new IllegalStateException("draw (" + words[1] + ") is not (" + number + ").");
        }
      }
      case "end" ->
          observed.over(
              asked(words, observed, Asked.State.OPEN),
              words[2].equals("failed"),
              Double.parseDouble(words[4]),
              Long.parseLong(words[3]));
      case "later" ->
          observed.later(asked(words, observed, Asked.State.OPEN), Long.parseLong(words[2]));
      case "told" ->
          observed.tell(asked(words, observed, Asked.State.LATER), Double.parseDouble(words[2]));
      case "expired" -> observed.expired(asked(words, observed, Asked.State.LATER));
      case "dropped" -> observed.drop(asked(words, observed, Asked.State.OPEN));
      case "resumed" -> observed.resumed();
      default -> {
        if (!observed.restore(words)) {
          throw new IllegalStateException("(" + words[0] + ") is no event.");
        }
      }
    }
  }

  private static Asked asked(String[] words, Observed observed, Asked.State state) {
    Asked asked = observed.unsettled(Long.parseLong(words[1]));
    if (asked == null || asked.state != state) {
      throw new IllegalStateException("request (" + words[1] + ") was not " + state + ".");
    }
    return asked;
  }

  /** Settings and seed. Patience is not among them: it decides what fails, not what that means. */
  private String header(Canary canary, long seed) {
    return "trial 1 parent "
        + parent
        + " share "
        + canary.share()
        + " tolerated "
        + canary.tolerated()
        + " error "
        + canary.error()
        + " slower "
        + canary.slowerFactor()
        + " "
        + canary.slowerTolerated()
        + " expiry "
        + canary.expiry()
        + " seed "
        + Long.toHexString(seed);
  }

  private void putAside() throws IOException {
    for (int n = 1; ; n++) {
      Path free = directory.resolve(challenger + "." + n + ".log");
      if (!Files.exists(free)) {
        Files.move(file, free);
        return;
      }
    }
  }

  void drew(Asked asked, long key, Observed observed) {
    append(
        "draw "
            + asked.number
            + (asked.challenger ? " c" : " l")
            + (key == 0 ? "" : " " + Long.toHexString(key)),
        observed);
  }

  void over(Asked asked, boolean failed, double success, long took, Observed observed) {
    append(
        "end " + asked.number + (failed ? " failed " : " served ") + took + " " + success,
        observed);
  }

  void later(Asked asked, long took, Observed observed) {
    append("later " + asked.number + " " + took, observed);
  }

  void told(Asked asked, double success, Observed observed) {
    append("told " + asked.number + " " + success, observed);
  }

  void expired(Asked asked, Observed observed) {
    append("expired " + asked.number, observed);
  }

  void dropped(Asked asked, Observed observed) {
    append("dropped " + asked.number, observed);
  }

  private void append(String line, Observed observed) {
    if (out == null) {
      return;
    }
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      out.write(bytes);
    } catch (IOException e) {
      giveUp(e);
      return;
    }
    size += bytes.length;
    if (size > limit) {
      rewrite(observed.state());
    }
  }

  /** Writes the file anew, beside the old one, and takes its place at once. */
  private void rewrite(List<String> state) {
    Path next = directory.resolve(challenger + ".log.new");
    StringBuilder text = new StringBuilder(header).append('\n');
    state.forEach(line -> text.append(line).append('\n'));
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    try {
      FileOutputStream written = new FileOutputStream(next.toFile());
      try {
        written.write(bytes);
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        written.close();
        throw e;
      }
      FileOutputStream old = out;
      out = written;
      size = bytes.length;
      limit = Math.max(large, 2 * size);
      if (old != null) {
        old.close();
      }
    } catch (IOException e) {
      giveUp(e);
    }
  }

  private void giveUp(IOException cause) {
    LOG.warn(
        "the trial of version {} goes on in memory alone, as ({}) cannot be written",
        challenger,
        file,
        cause);
    close();
  }

  /** Lets it go, for another one. */
  @Override
  public void close() {
    FileOutputStream written = out;
    RandomAccessFile held = lock;
    out = null;
    lock = null;
    try {
      if (written != null) {
        written.close();
      }
      if (held != null) {
        held.close();
      }
    } catch (IOException e) {
      LOG.warn("({}) could not be closed", file, e);
    }
  }
}
