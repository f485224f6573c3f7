package dev.rsi.benchmarks;

import dev.rsi.api.GateDecision;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import dev.rsi.core.gate.AnchoredGate;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.gate.GateAdvice;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * What {@code GateAdvice} says of a whole decision, beside what decisions do on banks that are
 * drawn at random and probed without replacement, against three references as in a loop; and the
 * picture of docs/guides/choosing-probes.md.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.AdviceTable}; as arguments, how many
 * decisions a setting (200) and the directory of the picture, by default {@code docs/images}.
 */
public final class AdviceTable {
  static final String PICTURE = "probes-promoted.svg";

  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();
  private static final ProbeResult LOST = result(1, 0);
  private static final ProbeResult GAINED = result(0, 1);
  private static final ProbeResult SAME = result(1, 1);

  /** Kinds, probes of each, limit, churn, gain. */
  record Setting(int kinds, int probes, double limit, double churn, double gain) {
    AnchoredGate gate() {
      return DriftGates.anchored()
          .margins(limit / 5, limit)
          .incumbentMargins(limit / 5, 1.6 * limit)
          .evenIfSmall();
    }

    List<ProbeKind> all() {
      return IntStream.range(0, kinds).mapToObj(k -> new ProbeKind("kind " + k, probes)).toList();
    }
  }

  private AdviceTable() {}

  /** See the class comment. */
  public static void main(String[] arguments) throws IOException {
    int decisions = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200;
    table(settings(), decisions).forEach(System.out::println);
    Path images = Path.of(arguments.length > 1 ? arguments[1] : "docs/images");
    Files.createDirectories(images);
    Files.writeString(images.resolve(PICTURE), picture());
  }

  static List<Setting> settings() {
    List<Setting> settings = new ArrayList<>();
    for (int[] size : new int[][] {{1, 100}, {3, 100}, {3, 200}, {8, 200}, {8, 500}, {20, 200}}) {
      settings.add(new Setting(size[0], size[1], .05, .02, .05));
      settings.add(new Setting(size[0], size[1], .05, .02, .10));
      settings.add(new Setting(size[0], size[1], .10, .05, .05));
      settings.add(new Setting(size[0], size[1], .10, .02, .10));
    }
    return settings;
  }

  static List<String> table(List<Setting> settings, int decisions) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "| kinds x probes, limit, churn, gain | on one: advised, real | probes | on all: advised,"
            + " real | probes | ms of one core |");
    lines.add("|---|---|---|---|---|---|");
    double worst = 0;
    for (Setting s : settings) {
      long begin = CPU.getCurrentThreadCpuTime();
      GateAdvice advice = s.gate().advise(s.all(), s.churn(), 1, s.gain());
      long millis = (CPU.getCurrentThreadCpuTime() - begin) / 1_000_000;
      double[] one = real(s, false, decisions);
      double[] all = real(s, true, decisions);
      worst = Math.max(worst, Math.abs(one[0] - advice.onOne().promoted()));
      worst = Math.max(worst, Math.abs(all[0] - advice.onAll().promoted()));
      lines.add(
          String.format(
              Locale.ROOT,
              "| %d x %d, %.0f %%, %.0f %%, +%.0f | %s | %s | %d |",
              s.kinds(),
              s.probes(),
              100 * s.limit(),
              100 * s.churn(),
              100 * s.gain(),
              cells(advice.onOne(), one),
              cells(advice.onAll(), all),
              millis));
    }
    lines.add(String.format(Locale.ROOT, "Farthest apart: %.1f points.", 100 * worst));
    return lines;
  }

  private static String cells(GateAdvice.Odds advised, double[] real) {
    return String.format(
        Locale.ROOT,
        "%.1f, %.1f | %.0f, %.0f",
        100 * advised.promoted(),
        100 * real[0],
        advised.probes(),
        real[1]);
  }

  /** The share promoted, and the mean of probes. */
  static double[] real(Setting setting, boolean everywhere, int decisions) {
    SplittableRandom random = new SplittableRandom(setting.hashCode() * 31L + (everywhere ? 1 : 0));
    int promoted = 0;
    long probes = 0;
    for (int i = 0; i < decisions; i++) {
      Bank bank = new Bank(setting, everywhere ? -1 : i % setting.kinds(), random);
      GateDecision decision = setting.gate().decide(bank);
      promoted += decision.promotes() ? 1 : 0;
      probes += bank.given;
    }
    return new double[] {(double) promoted / decisions, (double) probes / decisions};
  }

  /** Promotions by probes of a kind: what the advice says. */
  static String picture() {
    LineChart chart =
        new LineChart(
                "Promotions of a true gain, limit 5 %, churn 2 %",
                "probes of each kind", "% of decisions")
            .ticks(new double[] {0, 100, 200, 300, 400, 500}, new double[] {0, 20, 40, 60, 80, 100})
            .promise("four of five", 80);
    for (int kinds : new int[] {3, 8}) {
      for (int probes : new int[] {50, 75, 100, 125, 150, 200, 250, 300, 400, 500}) {
        Setting setting = new Setting(kinds, probes, .05, .02, .10);
        GateAdvice advice = setting.gate().advise(setting.all(), .02, 1, .10);
        chart.add(kinds + " kinds, +10 on one", probes, 100 * advice.onOne().promoted());
        chart.add(kinds + " kinds, +10 on all", probes, 100 * advice.onAll().promoted());
      }
    }
    return chart.svg();
  }

  private static ProbeResult result(double reference, double challenger) {
    return new ProbeResult(
        "simulated",
        Map.of(
            Role.ANCHOR,
            reference,
            Role.INCUMBENT,
            reference,
            Role.BEST,
            reference,
            Role.CHALLENGER,
            challenger));
  }

  /** A bank drawn at random, probed without replacement. */
  private static final class Bank implements ProbeSource {
    private final Setting setting;
    private final ProbeResult[][] items;
    private final int[] drawn;
    private int given;

    Bank(Setting setting, int one, SplittableRandom random) {
      this.setting = setting;
      items = new ProbeResult[setting.kinds()][setting.probes()];
      drawn = new int[setting.kinds()];
      for (int k = 0; k < items.length; k++) {
        double gain = one < 0 || one == k ? setting.gain() : 0;
        for (int i = 0; i < items[k].length; i++) {
          double luck = random.nextDouble();
          boolean lost = luck < setting.churn() / 2;
          items[k][i] = lost ? LOST : luck < setting.churn() + gain ? GAINED : SAME;
        }
      }
    }

    @Override
    public List<ProbeKind> kinds() {
      return setting.all();
    }

    @Override
    public long ordinal() {
      return 1;
    }

    @Override
    public Set<Role> roles() {
      return EnumSet.allOf(Role.class);
    }

    @Override
    public List<ProbeResult> pull(String kind, int count, Set<Role> roles) {
      int k = Integer.parseInt(kind.substring("kind ".length()));
      int until = Math.min(items[k].length, drawn[k] + count);
      List<ProbeResult> results = Arrays.asList(items[k]).subList(drawn[k], until);
      given += results.size();
      drawn[k] = until;
      return results;
    }
  }
}
