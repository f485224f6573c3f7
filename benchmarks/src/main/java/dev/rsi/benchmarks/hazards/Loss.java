package dev.rsi.benchmarks.hazards;

import dev.rsi.api.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What the exam says that a version lost on one kind.
 *
 * @param reference the version it is compared with
 * @param drift its mean reading less the version's; positive is worse
 */
record Loss(Kind kind, Role reference, double drift) {

  /** Every kind against both references, the worst first. */
  static List<Loss> all(
      Map<Kind, Double> anchor, Map<Kind, Double> incumbent, Map<Kind, Double> challenger) {
    List<Loss> losses = new ArrayList<>();
    challenger.forEach(
        (kind, mark) -> {
          losses.add(new Loss(kind, Role.ANCHOR, anchor.getOrDefault(kind, 0.0) - mark));
          losses.add(new Loss(kind, Role.INCUMBENT, incumbent.getOrDefault(kind, 0.0) - mark));
        });
    losses.sort(Comparator.comparingDouble(Loss::ofLimit).reversed());
    return losses;
  }

  /** The drift as a share of what the gate may not let through. */
  double ofLimit() {
    return drift / (reference == Role.ANCHOR ? kind.limit : kind.incumbentLimit);
  }

  boolean harm() {
    return ofLimit() >= 1;
  }
}
