package dev.rsi.core.gate;

import com.google.common.collect.ImmutableMap;
import dev.rsi.api.GateFinding;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import dev.rsi.core.internal.probe.Margins;
import dev.rsi.core.internal.stats.Bets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How a decision is written into findings, and read back. What is written is all that the decision
 * rests on: one finding on the lineage, one per tripwire, one per signal.
 */
final class DecisionRecord {
  static final String LINEAGE = "lineage";
  static final String UNSOUND = "The instrument is unsound: ";
  private static final String TRIPWIRE = " as tripwire";
  private static final String INSTRUMENT = " as instrument";
  static final String BETTER = "better";
  private static final String EDITION = "edition";
  private static final String AGAINST = " against ";

  /**
   * Numbers that mean nothing and are read by nobody. They stay as they always were in the record,
   * since a run that is resumed decides again and has to come to what was recorded.
   */
  private static final ImmutableMap<String, Double> UNUSED =
      ImmutableMap.of("rubric limit", 0.03, "recipe", 0.0, "rubric", 0.0);

  private DecisionRecord() {}

  static List<GateFinding> write(
      Standing standing, List<Retest> retests, Rules rules, ProbeSource source) {
    List<GateFinding> findings = new ArrayList<>();
    findings.add(lineage(standing, rules, source));
    standing.tripwires().forEach(t -> findings.add(tripwire(t)));
    for (int i = 0; i < standing.signals().size(); i++) {
      findings.add(signal(standing, i));
    }
    retests.forEach(retest -> findings.add(instrument(retest)));
    return findings;
  }

  private static GateFinding lineage(Standing standing, Rules rules, ProbeSource source) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    numbers.put("decision", (double) standing.lineage().decisions());
    numbers.put("promotions", (double) standing.lineage().promotions());
    numbers.put("error", rules.error());
    numbers.put("false alarm", rules.falseAlarm());
    numbers.put("fraction", rules.fraction() ? 1.0 : 0.0);
    numbers.put("gain demanded", rules.demandsGain() ? 1.0 : 0.0);
    numbers.put("jump", rules.jump());
    numbers.putAll(UNUSED);
    numbers.put("bank", (double) source.bank());
    numbers.put("histories", source.histories());
    numbers.put("faults", (double) standing.faults());
    numbers.put("harm", standing.harmLog());
    numbers.put("harm needed", standing.harmNeeded());
    numbers.put("safe needed", standing.needed());
    if (rules.demandsGain() && !standing.signals().isEmpty()) {
      numbers.put("gain", standing.gainLog());
    }
    if (!rules.before()) {
      numbers.put(EDITION, (double) rules.edition());
      numbers.put("gain error", rules.noGain());
      numbers.put("gain needed", standing.allGainNeeded());
    }
    return new GateFinding(
        LINEAGE, standing.harmLog() >= standing.harmNeeded() ? "worse" : "kept", numbers);
  }

  private static GateFinding tripwire(Tripwire t) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    numbers.put("available", (double) t.available());
    numbers.put("probes", (double) t.probes());
    numbers.put("hits", (double) t.hits());
    numbers.put("missing", (double) t.missing());
    return new GateFinding(
        t.kind() + TRIPWIRE,
        t.hits() > 0 ? "tripped" : t.untouched() ? "untouched" : "open",
        numbers);
  }

  private static GateFinding instrument(Retest retest) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    numbers.put("probes", (double) retest.probes());
    numbers.put("flips", (double) retest.flips());
    numbers.put("missing", (double) retest.missing());
    numbers.put("change", retest.change());
    return new GateFinding(
        retest.kind() + INSTRUMENT, retest.flips() > 0 ? "noisy" : "steady", numbers);
  }

  /** How the incumbent read against itself, by kind. */
  static List<Retest> retests(List<GateFinding> findings) {
    List<Retest> retests = new ArrayList<>();
    for (GateFinding finding : findings) {
      String name = finding.signal();
      if (name.endsWith(INSTRUMENT)) {
        retests.add(
            new Retest(
                name.substring(0, name.length() - INSTRUMENT.length()),
                count(finding, "probes"),
                count(finding, "flips"),
                count(finding, "missing"),
                number(finding, "change")));
      }
    }
    return retests;
  }

  private static GateFinding signal(Standing standing, int i) {
    Signal s = standing.signals().get(i);
    Map<String, Double> numbers = new LinkedHashMap<>();
    numbers.put("worse", (double) s.worse());
    numbers.put("same", (double) s.same());
    numbers.put("better", (double) s.better());
    numbers.put("missing", (double) s.missing());
    numbers.put("tolerated", s.margins().tolerated());
    numbers.put("limit", s.margins().limit());
    numbers.put("safe", standing.safeLog(i));
    if (s.condemns()) {
      numbers.put("harm", standing.harmLog(i));
    }
    boolean weighsGain = s.gains() || !s.condemns();
    if (weighsGain) {
      numbers.put("gain", s.gain().log());
    }
    if (s.partial() > 0) {
      numbers.put("partial", (double) s.partial());
      numbers.put("partial sum", s.partialSum());
      for (int k = 0; k < Bets.COUNT; k++) {
        numbers.put("partial harm " + k, s.harm().partial(k));
        numbers.put("partial safe " + k, s.safe().partial(k));
        if (weighsGain) {
          numbers.put("partial gain " + k, s.gain().partial(k));
        }
      }
    }
    for (int k = 0; k < Bets.COUNT; k++) {
      numbers.put("carried " + k, standing.lineage().carried(i, k));
    }
    return new GateFinding(s.name(), verdict(standing, i), numbers);
  }

  private static String verdict(Standing standing, int i) {
    if (standing.harmLog(i) >= standing.ownHarmNeeded()) {
      return "worse";
    }
    return standing.isBest(i) ? BETTER : standing.safe(i) ? "safe" : "open";
  }

  /**
   * Reads a decision back: the standing that its counts come to.
   *
   * @throws IllegalArgumentException if these are not the findings of an {@link AnchoredGate}, or a
   *     number is missing or out of range
   */
  static Standing read(List<GateFinding> findings) {
    if (findings.isEmpty() || !findings.get(0).signal().equals(LINEAGE)) {
      throw new IllegalArgumentException(
          "These findings do not begin with (" + LINEAGE + ").\nMaybe another gate decided.");
    }
    GateFinding head = findings.get(0);
    List<Tripwire> tripwires = new ArrayList<>();
    List<Signal> signals = new ArrayList<>();
    List<double[]> carried = new ArrayList<>();
    for (GateFinding finding : findings.subList(1, findings.size())) {
      String name = finding.signal();
      if (name.endsWith(TRIPWIRE)) {
        tripwires.add(
            new Tripwire(
                name.substring(0, name.length() - TRIPWIRE.length()),
                count(finding, "available"),
                count(finding, "probes"),
                count(finding, "hits"),
                count(finding, "missing")));
      } else if (!name.endsWith(INSTRUMENT)) {
        signals.add(signal(finding, isBefore(head)));
        carried.add(eight(finding, "carried "));
      }
    }
    long decision = count(head, "decision");
    long promotions = count(head, "promotions");
    double falseAlarm = share(head, "false alarm");
    double level = level(head, "error", decision, promotions);
    boolean before = isBefore(head);
    Standing standing =
        new Standing(
            new Lineage(decision, promotions, carried.toArray(new double[0][])),
            signals,
            tripwires,
            level,
            falseAlarm,
            flag(head, "gain demanded"),
            jump(head),
            before ? level : level(head, "gain error", decision, promotions),
            !before);
    standing.faults((int) count(head, "faults"));
    count(head, "bank");
    return standing;
  }

  private static double level(GateFinding head, String error, long decision, long promotions) {
    return ErrorBudget.level(
        share(head, error),
        flag(head, "fraction"),
        decision,
        promotions,
        number(head, "histories"));
  }

  /** Whether a record is of before there was a pooled gain. */
  static boolean isBefore(GateFinding head) {
    if (!head.numbers().containsKey(EDITION)) {
      return true;
    }
    if (number(head, EDITION) != Rules.EDITION) {
      throw new IllegalArgumentException(
          "edition (" + number(head, EDITION) + ") of " + LINEAGE + " is none that is known.");
    }
    return false;
  }

  private static Signal signal(GateFinding finding, boolean before) {
    int cut = finding.signal().lastIndexOf(AGAINST);
    if (cut < 0) {
      throw new IllegalArgumentException("Signal (" + finding.signal() + ") has no reference.");
    }
    Role reference = Role.valueOf(finding.signal().substring(cut + AGAINST.length()));
    Margins margins = new Margins(number(finding, "tolerated"), number(finding, "limit"));
    Signal signal =
        new Signal(
            finding.signal().substring(0, cut),
            reference,
            margins,
            reference != Role.BEST && finding.numbers().containsKey("gain"),
            before ? Bets.safe(margins.limit()) : Bets.keen(margins.limit()));
    signal.add(count(finding, "worse"), count(finding, "same"), count(finding, "better"));
    signal.addMissing(count(finding, "missing"));
    if (finding.numbers().containsKey("partial")) {
      signal.addPartial(
          count(finding, "partial"),
          number(finding, "partial sum"),
          eight(finding, "partial harm "),
          eight(finding, "partial safe "),
          finding.numbers().containsKey("gain")
              ? eight(finding, "partial gain ")
              : new double[Bets.COUNT]);
    }
    return signal;
  }

  private static double[] eight(GateFinding finding, String prefix) {
    double[] values = new double[Bets.COUNT];
    for (int k = 0; k < Bets.COUNT; k++) {
      values[k] = number(finding, prefix + k);
    }
    return values;
  }

  private static double number(GateFinding finding, String name) {
    Double value = finding.numbers().get(name);
    if (value == null || !Double.isFinite(value)) {
      throw new IllegalArgumentException(
          name + " (" + value + ") of " + finding.signal() + " is no finite number.");
    }
    return value;
  }

  private static double share(GateFinding finding, String name) {
    double value = number(finding, name);
    if (!(value > 0 && value < 1)) {
      throw new IllegalArgumentException(
          name + " (" + value + ") of " + finding.signal() + " must be in (0, 1).");
    }
    return value;
  }

  private static double jump(GateFinding head) {
    double value = number(head, "jump");
    if (!(value > 0 && value <= 1)) {
      throw new IllegalArgumentException("jump (" + value + ") must be in (0, 1].");
    }
    return value;
  }

  private static boolean flag(GateFinding finding, String name) {
    double value = number(finding, name);
    if (value != 0 && value != 1) {
      throw new IllegalArgumentException(
          name + " (" + value + ") of " + finding.signal() + " is neither 0 nor 1.");
    }
    return value == 1;
  }

  private static long count(GateFinding finding, String name) {
    double value = number(finding, name);
    if (value < 0 || value != Math.rint(value)) {
      throw new IllegalArgumentException(
          name + " (" + value + ") of " + finding.signal() + " is no count.");
    }
    return (long) value;
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}
