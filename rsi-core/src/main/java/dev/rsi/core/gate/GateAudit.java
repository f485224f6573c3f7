package dev.rsi.core.gate;

import dev.rsi.api.GateDecision;
import dev.rsi.api.GateFinding;
import java.util.ArrayList;
import java.util.List;

/**
 * Recomputes decisions of an {@link AnchoredGate} from their recorded counts alone: margins,
 * spending, evidence and action. Needs neither the model nor the probes nor the gate.
 */
public final class GateAudit {
  private static final List<String> SETTINGS =
      List.of("error", "false alarm", "fraction", "gain demanded", "jump", "tolerated", "limit");

  /** Recorded logarithms may differ by this much, relative, on another machine. */
  private static final double TOLERANCE = 1e-9;

  private GateAudit() {}

  /**
   * What a decision should have been.
   *
   * @throws IllegalArgumentException if its findings are not those of an anchored gate
   */
  public static GateDecision.Action recompute(GateDecision decision) {
    return DecisionRecord.read(decision.findings()).action();
  }

  /**
   * Checks a lineage's decisions: each against its own counts, and each against what the one before
   * carried on to it.
   *
   * @param decisions in order; all of one lineage, or its latest ones
   * @return what is wrong, in words; empty if all is as it should be
   */
  public static List<String> problems(List<GateDecision> decisions) {
    List<String> problems = new ArrayList<>();
    Lineage before = null;
    List<GateFinding> former = List.of();
    for (int i = 0; i < decisions.size(); i++) {
      GateDecision decision = decisions.get(i);
      String which = "Decision " + (i + 1) + " of these";
      Standing standing;
      try {
        standing = DecisionRecord.read(decision.findings());
      } catch (IllegalArgumentException e) {
        problems.add(which + " cannot be read: " + e.getMessage());
        before = null;
        continue;
      }
      if (standing.action() != decision.action()) {
        problems.add(
            which
                + " should have been "
                + standing.action()
                + " by its counts, but was "
                + decision.action()
                + ".");
      }
      compare(which, decision.findings(), standing, problems);
      if (standing.lineage().decisions() == 1) {
        before = new Lineage(standing.signals().size());
      }
      if (before != null) {
        follow(which, before, standing, problems);
      }
      if (!former.isEmpty() && !settings(former).equals(settings(decision.findings()))) {
        problems.add(which + " was made by other settings than the one before it.");
      }
      former = decision.findings();
      before = close(standing, decision.promotes());
    }
    return List.copyOf(problems);
  }

  private static List<String> settings(List<GateFinding> findings) {
    List<String> settings = new ArrayList<>();
    for (GateFinding finding : findings) {
      settings.add(finding.signal());
      SETTINGS.forEach(name -> settings.add(name + finding.numbers().get(name)));
    }
    return settings;
  }

  /** The lineage as a decision leaves it. */
  static Lineage close(Standing standing, boolean promoted) {
    Lineage lineage = standing.lineage();
    for (int i = 0; i < standing.signals().size(); i++) {
      lineage.close(i, standing.signals().get(i).harm(), promoted);
    }
    if (promoted) {
      lineage.promoted();
    }
    return lineage;
  }

  private static void compare(
      String which, List<GateFinding> findings, Standing standing, List<String> problems) {
    GateFinding head = findings.get(0);
    compare(which, head, "harm", standing.harmLog(), problems);
    compare(which, head, "harm needed", standing.harmNeeded(), problems);
    compare(which, head, "safe needed", standing.needed(), problems);
    if (standing.demandsGain()) {
      compare(which, head, "gain", standing.gainLog(), problems);
    }
    int signal = 0;
    for (GateFinding finding : findings) {
      if (finding.numbers().containsKey("limit")) {
        compare(which, finding, "safe", standing.safeLog(signal), problems);
        compare(which, finding, "harm", standing.harmLog(signal), problems);
        if (finding.numbers().containsKey("gain")) {
          Signal s = standing.signals().get(signal);
          compare(which, finding, "gain", s.gain().log(), problems);
        }
        signal++;
      }
    }
  }

  private static void compare(
      String which, GateFinding finding, String name, double value, List<String> problems) {
    Double recorded = finding.numbers().get(name);
    if (recorded == null || differ(recorded, value)) {
      problems.add(
          which
              + " records "
              + name
              + " ("
              + recorded
              + ") on "
              + finding.signal()
              + ", but its counts give ("
              + value
              + ").");
    }
  }

  private static void follow(
      String which, Lineage before, Standing standing, List<String> problems) {
    Lineage now = standing.lineage();
    if (before.signals() != now.signals() || now.decisions() <= before.decisions()) {
      problems.add(which + " does not follow the one before it.");
      return;
    }
    if (before.promotions() != now.promotions()) {
      problems.add(
          which
              + " counts ("
              + now.promotions()
              + ") promotions, but there were ("
              + before.promotions()
              + ").");
    }
    before.open(now.decisions());
    for (int i = 0; i < now.signals(); i++) {
      for (int k = 0; k < Bets.COUNT; k++) {
        if (differ(before.carried(i, k), now.carried(i, k))) {
          problems.add(
              which
                  + " did not carry on the evidence on "
                  + standing.signals().get(i).name()
                  + ".");
          break;
        }
      }
    }
  }

  private static boolean differ(double a, double b) {
    return !(Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.max(Math.abs(a), Math.abs(b))));
  }
}
