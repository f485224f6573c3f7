package dev.rsi.core.internal;

import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names a process so that another one can tell whether it still runs. What a process keeps for
 * itself (a lease, a hold, a directory to work in) carries its mark.
 *
 * <p>A lock of the system says the same only as long as nobody else in that process reads the
 * locked file: whoever closes it gives up the lock, as POSIX wants it, and a backup or a walk over
 * the directory does so. A mark can be read and copied by anybody.
 *
 * <p>Its text is {@code machine pid started}, without blanks in any of the three, so that it can be
 * part of a file's name as well.
 *
 * @param machine on Linux the id of its boot and the number of its namespace of processes, as the
 *     same pid is another process after a boot and in another container; elsewhere the host's name;
 *     {@code ?} where neither is known
 * @param pid its id there
 * @param started when it was started, on Linux in clock ticks since the boot, which no change of
 *     the time of day moves; elsewhere in milliseconds since 1970
 */
public record ProcessMark(String machine, long pid, long started) {
  private static final Pattern TEXT = Pattern.compile("(\\S+) (\\d{1,18}) (\\d{1,18})");
  private static final Pattern NAMESPACE = Pattern.compile("pid:\\[(\\d+)]");
  private static final Pattern NOT_IN_A_NAME = Pattern.compile("[^A-Za-z0-9.-]");
  private static final Path PROC = Path.of("/proc");
  private static final String NOWHERE = "?";

  // Of /proc/<pid>/stat, after the name in parentheses; see proc(5).
  private static final int STATE = 0;
  private static final int STARTED = 19;

  /** What is known of a process. */
  public enum State {
    /** It runs, or is stopped and may go on. */
    ALIVE,
    /** It has ended, or its machine was booted since. */
    DEAD,
    /** It is one of another machine or container, or this user may not see it. */
    UNKNOWN
  }

  /** The mark of this process. */
  public static ProcessMark self() {
    ProcessHandle self = ProcessHandle.current();
    String[] stat = ofThisNamespace(self.pid()) ? stat(self.pid()) : null;
    return stat == null
        ? new ProcessMark(host(), self.pid(), millis(self))
        : new ProcessMark(linux(), self.pid(), Long.parseLong(stat[STARTED]));
  }

  /** Reads a mark; empty if the text is none. */
  public static Optional<ProcessMark> parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip());
    return matcher.matches()
        ? Optional.of(
            new ProcessMark(
                matcher.group(1),
                Long.parseLong(matcher.group(2)),
                Long.parseLong(matcher.group(3))))
        : Optional.empty();
  }

  /** Whether the process still runs. */
  public State state() {
    ProcessMark self = self();
    if (equals(self)) {
      return State.ALIVE;
    }
    if (machine.equals(NOWHERE) || !machine.equals(self.machine)) {
      return State.UNKNOWN;
    }
    return ofThisNamespace(self.pid) ? onLinux() : elsewhere();
  }

  private State onLinux() {
    String[] stat = stat(pid);
    if (stat == null) {
      // A system that hides processes of other users hides the first one as well.
      boolean hidden = Files.exists(PROC.resolve(Long.toString(pid))) || stat(1) == null;
      return hidden ? State.UNKNOWN : State.DEAD;
    }
    boolean ended = stat[STATE].equals("Z") || stat[STATE].equals("X");
    return !ended && stat[STARTED].equals(Long.toString(started)) ? State.ALIVE : State.DEAD;
  }

  private State elsewhere() {
    return ProcessHandle.of(pid)
        .filter(found -> found.isAlive() && millis(found) == started)
        .map(found -> State.ALIVE)
        .orElse(State.DEAD);
  }

  private static long millis(ProcessHandle process) {
    return process.info().startInstant().orElse(Instant.EPOCH).toEpochMilli();
  }

  /** Whether {@code /proc} is there, and counts processes as this one does. */
  private static boolean ofThisNamespace(long self) {
    try {
      return Files.readSymbolicLink(PROC.resolve("self")).toString().equals(Long.toString(self));
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private static String @Nullable [] stat(long pid) {
    try {
      String stat = read(PROC.resolve(Long.toString(pid)).resolve("stat"));
      // The name may hold anything, parentheses too.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
      return fields.length > STARTED ? fields : null;
    } catch (IOException e) {
      return null;
    }
  }

  /** Not by a channel, which an interrupted thread cannot use. */
  private static String read(Path file) throws IOException {
    try (FileInputStream in = new FileInputStream(file.toFile())) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String linux() {
    try {
      String boot = read(PROC.resolve("sys/kernel/random/boot_id")).strip();
      Matcher namespace =
          NAMESPACE.matcher(Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString());
      return namespace.matches() ? boot + "." + namespace.group(1) : NOWHERE;
    } catch (IOException e) {
      return NOWHERE;
    }
  }

  private static String host() {
    if (Files.exists(PROC.resolve("self"))) {
      // It counts processes of another namespace, so nothing here tells who runs.
      return NOWHERE;
    }
    try {
      return NOT_IN_A_NAME.matcher(InetAddress.getLocalHost().getHostName()).replaceAll("-");
    } catch (UnknownHostException e) {
      return NOWHERE;
    }
  }

  /** {@code machine pid started}. */
  @Override
  public String toString() {
    return machine + " " + pid + " " + started;
  }
}
