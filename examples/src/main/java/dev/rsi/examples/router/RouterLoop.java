package dev.rsi.examples.router;

import dev.rsi.core.RunListener;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.examples.addition.Options;
import dev.rsi.onnx.FrozenEncoder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A router of customers' requests begins with two phrasings per desk and improves itself on whether
 * the desk that it chose could help. What the gate and the report ask is worded as nothing that was
 * practised.
 *
 * <p>{@code mvn -q -Pquickstart -Dexample=router} runs it; {@code -Dseed=N} sets the seed. Models
 * and the record of the run go to a new directory under {@code runs}.
 */
public final class RouterLoop {
  private RouterLoop() {}

  /** Runs the example. */
  public static void main(String[] args) throws IOException {
    long start = System.nanoTime();
    String seed;
    try {
      seed = Options.ofProcess().value("seed");
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      return;
    }
    Path home = Files.createTempDirectory(Files.createDirectories(Path.of("runs")), "router-");
    try (FrozenEncoder encoder = MiniLm.open()) {
      RouterRun run = new RouterRun(384, 100, 4, seed.isEmpty() ? 1 : Long.parseLong(seed));
      RunReport report = run.run(encoder, home, table(System.out));
      System.out.printf(
          Locale.ROOT,
          "%n%d of %d generations went live in %.0f s and %,d attempts. Ended: %s%nModels and"
              + " records: %s%n",
          report.promotions(),
          report.generations().size() - 1,
          (System.nanoTime() - start) / 1e9,
          report.spending().attempts(),
          report.reason(),
          home);
    }
  }

  /** A line per generation: the share of held-out requests that went to the right desk. */
  static RunListener table(PrintStream out) {
    out.println("Share of held-out requests, in wordings never practised, sent to the right desk:");
    return event -> {
      if (event instanceof RunEvent.GenerationFinished finished) {
        GenerationReport report = finished.report();
        if (report.generation() == 0) {
          out.printf("%-16s%10s", "gen outcome", "kept/made");
          report.exam().keySet().forEach(desk -> out.printf("%10s", desk));
          out.printf("%8s%n", "all");
        }
        out.print(line(report));
      } else if (event instanceof RunEvent.Faulted fault) {
        out.println("    The " + fault.part() + " failed: " + fault.message());
      }
    };
  }

  private static String line(GenerationReport report) {
    StringBuilder line = new StringBuilder();
    String outcome = report.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    String kept = report.generation() == 0 ? "" : report.kept() + "/" + report.made();
    line.append(String.format(Locale.ROOT, "%3d %-12s%10s", report.generation(), outcome, kept));
    report.exam().values().forEach(v -> line.append(String.format(Locale.ROOT, "%10.2f", v)));
    line.append(String.format(Locale.ROOT, "%8.3f%n", share(report)));
    if (report.decision() != null) {
      line.append("    ").append(report.decision().reason().replace("\n", "\n    ")).append('\n');
    }
    return line.toString();
  }

  /** The share of the exam that was solved, over all desks. */
  static double share(GenerationReport report) {
    return report.exam().values().stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }
}
