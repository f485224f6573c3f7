package dev.rsi.benchmarks;

import dev.rsi.api.ProbeResult;
import dev.rsi.api.Role;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;

/** How probes of one kind turn out: a law to draw readings of the three versions from. */
@FunctionalInterface
interface SimulatedKind {

  /** Draws one probe. */
  ProbeResult draw(SplittableRandom random);

  /** All readings of 0 and 1 there are, made once: simulations draw hundreds of millions. */
  final class Results {
    private final ProbeResult[] all = new ProbeResult[8];
    final ProbeResult missing;

    Results() {
      for (int i = 0; i < all.length; i++) {
        all[i] = result((i & 1), (i >> 1 & 1), (i >> 2 & 1));
      }
      missing = new ProbeResult("probe", Map.of(Role.ANCHOR, 1.0, Role.INCUMBENT, 1.0));
    }

    ProbeResult of(boolean anchor, boolean incumbent, boolean challenger) {
      return all[(anchor ? 1 : 0) + (incumbent ? 2 : 0) + (challenger ? 4 : 0)];
    }

    static ProbeResult result(double anchor, double incumbent, double challenger) {
      Map<Role, Double> readings = new EnumMap<>(Role.class);
      readings.put(Role.ANCHOR, anchor);
      readings.put(Role.INCUMBENT, incumbent);
      readings.put(Role.CHALLENGER, challenger);
      return new ProbeResult("probe", readings);
    }

    /** Probes that are lost with probability {@code worse} and gained with {@code better}. */
    SimulatedKind flips(double worse, double better) {
      ProbeResult lost = of(true, true, false);
      ProbeResult gained = of(false, false, true);
      ProbeResult same = of(true, true, true);
      return random -> {
        double luck = random.nextDouble();
        return luck < worse ? lost : luck < worse + better ? gained : same;
      };
    }
  }
}
