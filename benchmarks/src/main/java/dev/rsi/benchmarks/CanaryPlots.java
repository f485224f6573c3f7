package dev.rsi.benchmarks;

import dev.rsi.core.canary.Canary;
import dev.rsi.core.canary.Ticket;
import dev.rsi.core.canary.Trial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * Draws the picture of docs/serving.md, the evidence of a canary over its requests, and prints the
 * table there: how many requests an answer takes.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.CanaryPlots}; as argument, the directory
 * of the picture, by default {@code docs/images}. Both are simulated from fixed seeds, so they are
 * the same wherever the command runs.
 */
public final class CanaryPlots {
  static final String PICTURE = "canary-evidence.svg";

  private static final Canary CANARY = Canary.of(0.1).tolerated(0.05);
  private static final double SUCCESS = 0.95;
  private static final int MOST = 10_000;
  private static final Duration USUAL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** So many requests come while one is waited for in vain: ten in a second. */
  private static final int MEANWHILE = 10;

  /** What a challenger does, and what is drawn of it. */
  private record Tried(String name, double success, boolean hangs, boolean safe) {}

  private CanaryPlots() {}

  /** See the class comment. */
  public static void main(String[] arguments) throws IOException {
    Path images = Path.of(arguments.length > 0 ? arguments[0] : "docs/images");
    Files.createDirectories(images);
    Files.writeString(images.resolve(PICTURE), picture());
    advice().forEach(System.out::println);
  }

  /** The picture, as SVG. */
  static String picture() {
    LineChart chart =
        new LineChart(
                "What a canary of a tenth of the requests finds out",
                "requests of both sides",
                "evidence, natural logarithm")
            .ticks(new double[] {0, 10, 100, 1000, MOST}, new double[] {0, 1, 2, 3, 4, 5, 6})
            .promise("level: ln(1 / error)", -Math.log(Canary.DEFAULT_ERROR))
            .stretched();
    for (Tried tried :
        List.of(
            new Tried("good: evidence that it is safe", SUCCESS, false, true),
            new Tried("good: evidence of harm", SUCCESS, false, false),
            new Tried("bad: right 75 % in place of 95 %", SUCCESS - 0.2, false, false),
            new Tried("hanging: never answers", SUCCESS, true, false))) {
      add(chart, tried);
    }
    return chart.svg();
  }

  private static void add(LineChart chart, Tried tried) {
    SplittableRandom random = new SplittableRandom(1);
    Trial trial = Trial.begin(CANARY.seed(1));
    ToDoubleFunction<Canary.Report> shown =
        tried.safe() ? CanaryPlots::safe : Canary.Report::evidence;
    Deque<Ticket> hanging = new ArrayDeque<>();
    Deque<Integer> since = new ArrayDeque<>();
    double next = 1;
    chart.add(tried.name(), 0, 0);
    for (int request = 1; request <= MOST; request++) {
      Ticket ticket = trial.draw();
      boolean right = random.nextDouble() < (ticket.challenger() ? tried.success() : SUCCESS);
      if (tried.hangs() && ticket.challenger()) {
        hanging.add(ticket);
        since.add(request);
      } else {
        ticket.settle(right ? 1 : 0, USUAL);
      }
      if (!since.isEmpty() && request - since.element() >= MEANWHILE) {
        hanging.remove().fail(PATIENCE);
        since.remove();
      }
      boolean over = trial.harmful() || trial.safe();
      if (request >= next || over) {
        chart.add(tried.name(), request, shown.applyAsDouble(trial.report()));
        next = Math.max(request + 1, request * 1.05);
      }
      if (over) {
        return;
      }
    }
  }

  /** How near a trial is to a yes: the least evidence of the kinds that are asked for one. */
  private static double safe(Canary.Report report) {
    return report.kinds().stream()
        .mapToDouble(Canary.Harm::safe)
        .filter(evidence -> !Double.isNaN(evidence))
        .min()
        .orElse(0);
  }

  /** The table of {@link Canary#advise}. */
  static List<String> advice() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "| share, tolerated | success, told | until a yes | no: worse by 5 points | by 20 |"
            + " fails half of its requests |");
    lines.add("|---|---|---|---|---|---|");
    for (double share : new double[] {0.1, 0.5}) {
      for (double tolerated : new double[] {0.01, 0.05}) {
        for (double told : new double[] {1, 0.1}) {
          Canary.Advice advice = Canary.of(share).tolerated(tolerated).advise(SUCCESS, told);
          lines.add(
              String.format(
                  Locale.ROOT,
                  "| %.1f, %.2f | %.2f, %.0f %% | %s | %s | %s | %s |",
                  share,
                  tolerated,
                  SUCCESS,
                  100 * told,
                  number(advice.untilSafe()),
                  number(advice.untilWithdrawnBy5()),
                  number(advice.untilWithdrawnBy20()),
                  number(advice.untilWithdrawnFailing())));
        }
      }
    }
    return lines;
  }

  private static String number(long requests) {
    return requests == Long.MAX_VALUE ? "tolerated" : String.format(Locale.ROOT, "%,d", requests);
  }
}
