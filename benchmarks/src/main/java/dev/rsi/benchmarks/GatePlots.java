package dev.rsi.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Draws what {@link GateTable} measured: the plots of docs/drift-gate.md, one SVG per file of
 * points.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.GatePlots}; as arguments, the directory
 * of the CSV files and that of the plots, by default {@code benchmarks/results/gate} and {@code
 * docs/images}.
 */
public final class GatePlots {
  private static final double[] PERCENT = {0, 20, 40, 60, 80, 100};

  /** How a curve is drawn, and what its values are multiplied by. */
  private record Plot(double factor, LineChart chart) {}

  private GatePlots() {}

  /** See the class comment. */
  public static void main(String[] arguments) throws IOException {
    draw(
        Path.of(arguments.length > 0 ? arguments[0] : "benchmarks/results/gate"),
        Path.of(arguments.length > 1 ? arguments[1] : "docs/images"));
  }

  /** Draws every plot, {@code gate-NAME.svg} from {@code NAME.csv}. */
  static void draw(Path data, Path images) throws IOException {
    Files.createDirectories(images);
    for (Map.Entry<String, Plot> entry : plots().entrySet()) {
      Plot plot = entry.getValue();
      List<String> lines = Files.readAllLines(data.resolve(entry.getKey() + ".csv"));
      for (String line : lines.subList(1, lines.size())) {
        String[] cells = line.split(",", 3);
        plot.chart.add(
            cells[2].replaceAll("^\"|\"$", ""),
            Double.parseDouble(cells[0]),
            plot.factor * Double.parseDouble(cells[1]));
      }
      Files.writeString(images.resolve("gate-" + entry.getKey() + ".svg"), plot.chart.svg());
    }
  }

  private static Map<String, Plot> plots() {
    Map<String, Plot> plots = new LinkedHashMap<>();
    double[] drifts = {0, 1, 2, 3, 5, 7, 10, 20, 50};
    double[] thousand = {0, 200, 400, 600, 800, 1000};
    double[] forty = {0, 10, 20, 30, 40};
    plots.put(
        "abrupt-shares",
        new Plot(
            100,
            new LineChart("What the gate decides", "true drift, %", "share of decisions, %")
                .ticks(drifts, PERCENT)
                .stretched()));
    plots.put(
        "abrupt-probes",
        new Plot(
            1,
            new LineChart("Probes per decision by drift", "true drift, %", "probes, mean")
                .ticks(drifts, new double[] {0, 200, 400, 600, 800, 1000})
                .stretched()));
    plots.put(
        "clean-rollbacks",
        new Plot(
            100,
            new LineChart(
                    "Clean lineages with a false ROLLBACK so far", "generation", "share of runs, %")
                .ticks(thousand, new double[] {0, 1, 2, 3, 4, 5, 6})
                .promise("promised: at most 5 %", 5)
                .steps()));
    plots.put(
        "retry-promotions",
        new Plot(
            100,
            new LineChart(
                    "Lineages with an unsafe PROMOTE so far",
                    "attempt, each exactly at the limit",
                    "share of runs, %")
                .ticks(new double[] {1, 3, 10, 30, 100, 300, 1000}, PERCENT)
                .promise("promised: at most 5 %", 5)
                .stretched()
                .steps()));
    plots.put(
        "slow-live",
        new Plot(
            100,
            new LineChart(
                    "Drift of the live model, anchored gate",
                    "generation, each with a little more drift",
                    "live drift, %, mean of runs")
                .ticks(forty, new double[] {0, 1, 2, 3, 4, 5, 6})
                .promise("limit", 5)));
    plots.put(
        "usual-live",
        new Plot(
            100,
            new LineChart(
                    "Drift of the live model, by rule",
                    "generation, each 0.5 % worse than the live one",
                    "live drift, %, mean of runs")
                .ticks(forty, new double[] {0, 5, 10, 15, 20})
                .promise("limit", 5)));
    plots.put(
        "cost-probes",
        new Plot(
            1,
            new LineChart(
                    "Probes until a clean challenger is proven safe",
                    "decision of the lineage",
                    "probes, mean")
                .ticks(new double[] {1, 10, 100, 1000}, new double[] {0, 300, 600, 900, 1200, 1500})
                .stretched()));
    return plots;
  }
}
