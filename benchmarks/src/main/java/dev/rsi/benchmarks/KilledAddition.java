package dev.rsi.benchmarks;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.rsi.api.RunContext;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.store.RunStore;
import dev.rsi.examples.addition.AdditionRun;
import dev.rsi.examples.addition.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * The addition loop of the quickstart, with its real model, driven by processes that are killed as
 * {@code kill -9} does, at random instants, and resumed by the next: a line per run, and how many
 * ended as the run that nobody killed did, event by event and with the same SHA-256 for every
 * version.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.KilledAddition "-Dbench.args=30 8 1"};
 * the arguments are how many runs, up to how many digits, and the seed of the kills. Generation 0
 * is trained once: every run begins with a copy of it.
 */
public final class KilledAddition {
  /** Kills of a run, at most; then it is left to end. */
  private static final int KILLS = 3;

  private KilledAddition() {}

  /** Kills runs. */
  public static void main(String[] args) throws IOException, InterruptedException {
    int runs = Integer.parseInt(args[0]);
    String digits = args[1];
    SplittableRandom random = new SplittableRandom(Long.parseLong(args[2]));
    Path home = Files.createTempDirectory("killed-addition");
    try {
      Path begun = Files.createDirectory(home.resolve("begun"));
      drive(begun, digits, 1);
      Path uncut = copy(begun, home.resolve("uncut"));
      int events = drive(uncut, digits, Integer.MAX_VALUE);
      List<RunEvent> expected = course(uncut);
      System.out.printf(
          Locale.ROOT, "nobody killed it: %d events, %d batches%n", expected.size(), events);
      int identical = 0;
      int kills = 0;
      for (int run = 1; run <= runs; run++) {
        Path cut = copy(begun, home.resolve("run " + run));
        int killed = 0;
        StringBuilder where = new StringBuilder();
        while (killed < KILLS) {
          int after = 1 + random.nextInt(Math.max(1, events / 2));
          if (drive(cut, digits, after) < after) {
            break;
          }
          killed++;
          where.append(' ').append(after);
        }
        drive(cut, digits, Integer.MAX_VALUE);
        boolean same = course(cut).equals(expected);
        identical += same ? 1 : 0;
        kills += killed;
        System.out.printf(
            Locale.ROOT,
            "run %d: killed %d times, after%s further events: %s%n",
            run,
            killed,
            where,
            same ? "identical" : "DIFFERENT");
        MoreFiles.deleteRecursively(cut, RecursiveDeleteOption.ALLOW_INSECURE);
      }
      System.out.printf(Locale.ROOT, "%d of %d runs identical, %d kills%n", identical, runs, kills);
    } finally {
      MoreFiles.deleteRecursively(home, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  /** Has a process drive the run until it has told of so many events; how many it told of. */
  private static int drive(Path home, String digits, int events)
      throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                Driver.class.getName(),
                home.toString(),
                digits)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    int told = 0;
    try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
      while (told < events && out.readLine() != null) {
        told++;
      }
      if (told < events && child.waitFor() != 0) {
        throw new IllegalStateException("The driver ended with " + child.exitValue() + ".");
      }
    } finally {
      child.destroyForcibly().waitFor();
    }
    return told;
  }

  /** Drives the run in a directory, and says a line when events were recorded. */
  static final class Driver {
    public static void main(String[] args) {
      Settings settings = Settings.DEFAULT.digits(Integer.parseInt(args[1]));
      Path home = Path.of(args[0]);
      try (RunStore store = RunStore.sqlite(home.resolve("run.db"))) {
        new AdditionRun(settings)
            .run(
                home,
                store,
                event -> System.out.println(event.getClass().getSimpleName()),
                RunContext.standalone());
      }
    }
  }

  private static List<RunEvent> course(Path home) {
    try (RunStore store = RunStore.sqlite(home.resolve("run.db"))) {
      return store.events(store.runs().get(0)).stream()
          .filter(event -> !event.circumstantial())
          .toList();
    }
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
    return to;
  }
}
