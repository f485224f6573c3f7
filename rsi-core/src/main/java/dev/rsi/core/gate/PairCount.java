package dev.rsi.core.gate;

import dev.rsi.api.ProbeResult;
import dev.rsi.api.Role;
import org.jspecify.annotations.Nullable;

/** Counts pairs of readings: the challenger's against one reference version's. */
final class PairCount {
  private int worse;
  private int better;
  private int same;
  private int missing;

  void add(ProbeResult result, Role reference) {
    @Nullable Double challenger = result.reading(Role.CHALLENGER);
    @Nullable Double other = result.reading(reference);
    if (challenger == null || other == null) {
      missing++;
    } else if (challenger < other) {
      worse++;
    } else if (challenger > other) {
      better++;
    } else {
      same++;
    }
  }

  int pairs() {
    return worse + better + same + missing;
  }

  int worse() {
    return worse;
  }

  int better() {
    return better;
  }

  int missing() {
    return missing;
  }

  /** How surely the challenger is worse: p-value of "worse is no likelier than better". */
  double harm() {
    return ExactTests.signTest(worse, worse + better);
  }

  /**
   * How surely the challenger is better: p-value of "better is no likelier than worse". A missing
   * pair counts as worse.
   */
  double gain() {
    return ExactTests.signTest(better, worse + missing + better);
  }

  /**
   * An upper bound, at confidence 1 - {@code alpha}, on the net share of probes that got worse. A
   * missing pair counts as worse.
   */
  double upperLoss(double alpha) {
    return upperLoss(pairs(), alpha);
  }

  /** The bound if the count went on to {@code pairs} pairs without another change. */
  double upperLoss(int pairs, double alpha) {
    return pairs == 0
        ? 1
        : ExactTests.upperBound(worse + missing, pairs, alpha / 2)
            - ExactTests.lowerBound(better, pairs, alpha / 2);
  }
}
