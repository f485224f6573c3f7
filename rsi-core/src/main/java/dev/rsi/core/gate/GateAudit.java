package dev.rsi.core.gate;

import dev.rsi.api.GateDecision;
import dev.rsi.api.GateFinding;
import dev.rsi.core.internal.ProbeOrder;
import dev.rsi.core.internal.Unasked;
import dev.rsi.core.internal.probe.Renewal;
import dev.rsi.core.internal.stats.Bets;
import dev.rsi.core.report.RunEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Recomputes decisions of an {@link AnchoredGate} from their recorded counts alone: margins,
 * spending, evidence and action. Needs neither the model nor the probes nor the gate. Field term:
 * recomputation of test statistics.
 */
public final class GateAudit {
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
   * carried on to it. A PROMOTE may have been carried on as one that was refused; {@link
   * #answerProblems} holds that against what became of it.
   *
   * @param decisions in order; all of one lineage, or its latest ones
   * @return what is wrong, in words; empty if all is as it should be
   */
  public static List<String> problems(List<GateDecision> decisions) {
    List<String> problems = new ArrayList<>();
    Lineage before = null;
    Lineage refused = null;
    Map<String, Double> settings = Map.of();
    Map<Long, BankAnswers> banks = new HashMap<>();
    for (int i = 0; i < decisions.size(); i++) {
      GateDecision decision = decisions.get(i);
      String which = "Decision " + (i + 1) + " of these";
      if (Unasked.is(decision)) {
        continue;
      }
      Standing standing;
      try {
        standing = DecisionRecord.read(decision.findings());
      } catch (IllegalArgumentException e) {
        problems.add(which + " cannot be read: " + e.getMessage());
        before = null;
        refused = null;
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
        refused = null;
      }
      if (before != null) {
        Lineage as = before;
        if (refused != null && standing.lineage().promotions() == refused.promotions()) {
          as = refused;
        }
        follow(which, as, standing, problems);
      }
      Map<String, Double> now = Strictness.of(decision.findings());
      Strictness.looser(settings, now)
          .forEach(setting -> problems.add(which + " was made by looser settings: " + setting));
      settings = now;
      instrument(which, decision, banks, problems);
      before = close(standing, decision.promotes());
      refused = tells(decision) ? close(standing, false) : null;
    }
    return List.copyOf(problems);
  }

  /** Whether the next decision of the lineage shows if this one's challenger went live. */
  private static boolean tells(GateDecision decision) {
    return decision.promotes() && !DecisionRecord.isBefore(decision.findings().get(0));
  }

  /**
   * Checks that a lineage counts as promoted what went live, and nothing else: a PROMOTE that a
   * person, a canary, a deadline or a withdrawal refused was closed as not promoted. Not where the
   * record is of before gates were told.
   *
   * @param events of one run, in order
   * @return what is wrong, in words; empty if all is as it should be
   */
  public static List<String> answerProblems(List<? extends RunEvent> events) {
    List<String> problems = new ArrayList<>();
    RunEvent.Gated last = null;
    boolean wentLive = false;
    for (RunEvent event : events) {
      if (event instanceof RunEvent.Promoted promoted) {
        wentLive |= last != null && promoted.to().equals(last.challenger());
      } else if (event instanceof RunEvent.Gated gated && isAnchored(gated.decision())) {
        if (last != null && tells(last.decision())) {
          long counted = promotions(gated) - promotions(last);
          if (counted != (wentLive ? 1 : 0)) {
            problems.add(
                "The challenger of generation "
                    + last.generation()
                    + (wentLive ? " went live" : " did not go live")
                    + ", but ("
                    + counted
                    + ") was counted as promoted.");
          }
        }
        last = gated;
        wentLive = false;
      }
    }
    return List.copyOf(problems);
  }

  private static boolean isAnchored(GateDecision decision) {
    return !decision.findings().isEmpty()
        && decision.findings().get(0).signal().equals(DecisionRecord.LINEAGE);
  }

  private static long promotions(RunEvent.Gated gated) {
    return (long) number(gated.decision().findings().get(0).numbers(), "promotions");
  }

  /**
   * Checks that no order of probes was changed after it was committed to: every decision of a run
   * has a commitment before it, and each comes from the secret that was shown at the end.
   *
   * @param events of one run, in order
   * @return what is wrong, in words; empty if all is as it should be
   */
  public static List<String> orderProblems(List<? extends RunEvent> events) {
    List<String> problems = new ArrayList<>();
    List<RunEvent.ProbesCommitted> commitments = new ArrayList<>();
    Long secret = null;
    int decided = 0;
    for (RunEvent event : events) {
      if (event instanceof RunEvent.ProbesCommitted commitment) {
        commitments.add(commitment);
        if (commitment.decision() != commitments.size()) {
          problems.add(
              "Commitment "
                  + commitments.size()
                  + " is to decision ("
                  + commitment.decision()
                  + ").");
        }
      } else if (event instanceof RunEvent.Gated gated
          && !Unasked.is(gated.decision())
          && ++decided > commitments.size()) {
        problems.add("Decision " + decided + " was made without a commitment before it.");
      } else if (event instanceof RunEvent.ProbesRevealed revealed) {
        secret = revealed.secret();
      }
    }
    if (secret == null && !commitments.isEmpty()) {
      problems.add("The secret of the orders was never shown.\nMaybe the run has not ended.");
    }
    for (RunEvent.ProbesCommitted c : commitments) {
      if (secret != null
          && !c.commitment().equals(ProbeOrder.commitment(secret, c.decision(), c.digest()))) {
        problems.add("The order of decision (" + c.decision() + ") is not the one committed to.");
      }
    }
    return List.copyOf(problems);
  }

  /**
   * The order in which a decision drew a kind's probes, from the secret of its run: the first of
   * them, as many as its findings count, are those it was made on.
   *
   * @param secret from {@link RunEvent.ProbesRevealed}
   * @param decision its number in the run, from 1
   * @param size how many probes the kind has
   * @return indices into the kind's tasks
   */
  public static List<Integer> order(long secret, String kind, long decision, int size) {
    return List.copyOf(ProbeOrder.of(secret, kind, decision, size));
  }

  /** A number of a decision that was read, so it is there. */
  private static double number(Map<String, Double> numbers, String name) {
    return Objects.requireNonNull(numbers.get(name), name);
  }

  /** The answers that a bank of probes has given. */
  private record BankAnswers(int decisions, int refusals, boolean paid) {
    double histories() {
      return Renewal.histories(decisions, refusals);
    }
  }

  private static void instrument(
      String which, GateDecision decision, Map<Long, BankAnswers> banks, List<String> problems) {
    Map<String, Double> numbers = decision.findings().get(0).numbers();
    if ((number(numbers, "faults") > 0) != decision.reason().startsWith(DecisionRecord.UNSOUND)) {
      problems.add(which + " does not say whether its instrument was sound.");
    }
    long bank = (long) number(numbers, "bank");
    double histories = number(numbers, "histories");
    if (banks.keySet().stream().anyMatch(other -> other > bank)) {
      problems.add(which + " came back to bank (" + bank + "), which was given up.");
    }
    BankAnswers before = banks.getOrDefault(bank, new BankAnswers(0, 0, bank > 1));
    // A bank that pays at all is one of several: it pays for every history there may have been.
    boolean pays = before.paid || histories > 1;
    if (pays && histories < before.histories()) {
      problems.add(
          which
              + " pays for ("
              + histories
              + ") histories of its bank, but there may have been ("
              + before.histories()
              + ").");
    }
    banks.put(
        bank,
        new BankAnswers(
            before.decisions + 1, before.refusals + (decision.promotes() ? 0 : 1), pays));
  }

  /** The lineage as a decision leaves it. */
  static Lineage close(Standing standing, boolean promoted) {
    Lineage lineage = standing.lineage().copy();
    standing.close(lineage, promoted);
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
    if (head.numbers().containsKey("gain needed")) {
      compare(which, head, "gain needed", standing.allGainNeeded(), problems);
    }
    int signal = 0;
    for (GateFinding finding : findings) {
      if (finding.numbers().containsKey("limit")) {
        compare(which, finding, "safe", standing.safeLog(signal), problems);
        if (standing.signals().get(signal).condemns()) {
          compare(which, finding, "harm", standing.harmLog(signal), problems);
        }
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
