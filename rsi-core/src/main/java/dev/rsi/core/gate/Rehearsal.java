package dev.rsi.core.gate;

import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * What a gate does with a challenger that truly gained, by decisions of the gate itself on probes
 * that are drawn at random. The same settings give the same numbers, which are kept.
 */
final class Rehearsal {
  /** Enough that rates are known to one point. */
  private static final int MOST_RUNS = 2000;

  private static final int FEWEST_RUNS = 60;

  /** A decision looks at every signal after every pull: so many looks are a second or less. */
  static final long SECOND = 5_000_000;

  private static final int KEPT = 64;
  private static final long SEED = 20;

  private static final ProbeResult LOST = result(1, 0);
  private static final ProbeResult GAINED = result(0, 1);
  private static final ProbeResult SAME = result(1, 1);

  private final Map<Asked, GateAdvice.Odds> known =
      new LinkedHashMap<>(KEPT, .75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Asked, GateAdvice.Odds> eldest) {
          return size() > KEPT;
        }
      };

  /**
   * What is asked about.
   *
   * @param everywhere whether the gain is on every kind, or on one in turn
   * @param looks how many looks at signals it may take, once there are enough decisions
   */
  record Asked(
      Rules rules,
      List<ProbeKind> kinds,
      double churn,
      long decision,
      double gain,
      boolean everywhere,
      long looks) {
    Asked {
      kinds = List.copyOf(kinds);
    }
  }

  GateAdvice.Odds of(AnchoredGate gate, Asked asked) {
    synchronized (known) {
      GateAdvice.Odds before = known.get(asked);
      if (before != null) {
        return before;
      }
    }
    GateAdvice.Odds odds = rehearse(gate, asked);
    synchronized (known) {
      known.put(asked, odds);
    }
    return odds;
  }

  private static GateAdvice.Odds rehearse(AnchoredGate gate, Asked asked) {
    List<ProbeKind> gaining =
        asked.kinds().stream()
            .filter(k -> !asked.rules().tripwires().contains(k.name()))
            .filter(k -> !asked.rules().guards().contains(k.name()))
            .toList();
    SplittableRandom random = new SplittableRandom(SEED);
    int runs = 0;
    int promoted = 0;
    int rolledBack = 0;
    long probes = 0;
    long looks = 0;
    while (runs < MOST_RUNS && (runs < FEWEST_RUNS || looks < asked.looks())) {
      String one = gaining.isEmpty() ? "" : gaining.get(runs % gaining.size()).name();
      Probes drawn = new Probes(asked, one, random);
      // A lineage of its own each.
      GateDecision decision = gate.evenIfSmall().decide(drawn);
      promoted += decision.promotes() ? 1 : 0;
      rolledBack += decision.action() == Action.ROLLBACK ? 1 : 0;
      probes += drawn.given;
      looks += (long) drawn.pulls * 2 * asked.kinds().size() + drawn.given;
      runs++;
    }
    return new GateAdvice.Odds(
        (double) promoted / runs, (double) rolledBack / runs, (double) probes / runs);
  }

  private static ProbeResult result(double reference, double challenger) {
    return new ProbeResult(
        "simulated",
        Map.of(Role.ANCHOR, reference, Role.INCUMBENT, reference, Role.CHALLENGER, challenger));
  }

  /** Probes of one decision. */
  private static final class Probes implements ProbeSource {
    private final Asked asked;
    private final String one;
    private final SplittableRandom random;
    private long given;
    private int pulls;

    Probes(Asked asked, String one, SplittableRandom random) {
      this.asked = asked;
      this.one = one;
      this.random = random;
    }

    @Override
    public List<ProbeKind> kinds() {
      return asked.kinds();
    }

    @Override
    public long ordinal() {
      return asked.decision();
    }

    @Override
    public List<ProbeResult> pull(String name, int count, Set<Role> roles) {
      boolean trap = asked.rules().tripwires().contains(name);
      boolean gains =
          asked.everywhere() ? !asked.rules().guards().contains(name) : name.equals(one);
      double lost = trap ? 0 : asked.churn() / 2;
      double moved = trap ? 0 : asked.churn() + (gains ? asked.gain() : 0);
      List<ProbeResult> results = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        double luck = random.nextDouble();
        results.add(luck < lost ? LOST : luck < moved ? GAINED : SAME);
      }
      given += count;
      pulls++;
      return results;
    }
  }
}
