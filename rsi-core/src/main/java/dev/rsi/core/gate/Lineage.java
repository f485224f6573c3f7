package dev.rsi.core.gate;

import dev.rsi.core.internal.stats.Bets;
import dev.rsi.core.internal.stats.Evidence;
import java.util.Arrays;

/**
 * The evidence of harm that a lineage carries from decision to decision, never reset. It sums, over
 * all decisions at which drift may have begun, the wealth that bets placed then would have now;
 * each start has its {@link ErrorBudget#weight}, so the sum over all of them is at most 1 in the
 * mean for ever while every challenger is clean. docs/drift-gate.md has the proof.
 *
 * <p>Mutable, for one thread. All in logarithms.
 */
final class Lineage {
  private final double[][] carried;
  private long decisions;
  private long promotions;

  Lineage(int signals) {
    this(0, 0, blank(signals));
  }

  /** A lineage as it stood after so many decisions. */
  Lineage(long decisions, long promotions, double[][] carried) {
    this.decisions = decisions;
    this.promotions = promotions;
    this.carried = carried;
  }

  private static double[][] blank(int signals) {
    double[][] rows = new double[signals][Bets.COUNT];
    for (double[] row : rows) {
      Arrays.fill(row, Double.NEGATIVE_INFINITY);
    }
    return rows;
  }

  Lineage copy() {
    return new Lineage(
        decisions,
        promotions,
        Arrays.stream(carried).map(double[]::clone).toArray(double[][]::new));
  }

  int signals() {
    return carried.length;
  }

  long decisions() {
    return decisions;
  }

  long promotions() {
    return promotions;
  }

  /** The logarithm of what bet {@code k} on a signal has carried into this decision. */
  double carried(int signal, int k) {
    return carried[signal][k];
  }

  /**
   * Opens decision {@code g}: the bets that start now get their weight. Decisions that were never
   * opened lose theirs, which makes alarms rarer, never more frequent.
   */
  void open(long g) {
    if (g <= decisions) {
      throw new IllegalStateException("Decision (" + g + ") was made already.");
    }
    decisions = g;
    double logWeight = Math.log(ErrorBudget.weight(g));
    for (double[] row : carried) {
      for (int k = 0; k < Bets.COUNT; k++) {
        row[k] = Bets.logAdd(row[k], logWeight);
      }
    }
  }

  /** The logarithm of what a signal has carried into this decision: the mean over its bets. */
  double carriedLog(int signal) {
    double sum = Double.NEGATIVE_INFINITY;
    for (double log : carried[signal]) {
      sum = Bets.logAdd(sum, log);
    }
    return sum - Bets.LOG_COUNT;
  }

  /** The logarithm of a signal's wealth, its harm evidence of this decision included. */
  double log(int signal, Evidence harm) {
    return log(signal, harm, 1);
  }

  /** The same, if everything seen in this decision came {@code times} over. */
  double log(int signal, Evidence harm, double times) {
    double[] row = carried[signal];
    double top = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < Bets.COUNT; k++) {
      top = Math.max(top, row[k] + times * harm.log(k));
    }
    double sum = 0;
    for (int k = 0; k < Bets.COUNT; k++) {
      sum += Math.exp(row[k] + times * harm.log(k) - top);
    }
    return top + Math.log(sum) - Bets.LOG_COUNT;
  }

  /** The logarithm of the mean over the signals, given each one's, and of the starts to come. */
  double logMean(double[] logs) {
    return logMean(logs, logs.length);
  }

  /**
   * The same, of some signals.
   *
   * @param logs minus infinity where a signal takes no part in it
   * @param signals how many take part
   */
  double logMean(double[] logs, int signals) {
    double logTail = Math.log(ErrorBudget.tail(decisions));
    double logSignals = Math.log((double) signals);
    double top = logTail;
    for (double log : logs) {
      top = Math.max(top, log - logSignals);
    }
    double sum = Math.exp(logTail - top);
    for (double log : logs) {
      sum += Math.exp(log - logSignals - top);
    }
    return top + Math.log(sum);
  }

  /**
   * Closes a signal of the decision. A promoted challenger's evidence is carried on in full; of one
   * that was not promoted, only what speaks for it: its evidence of harm left with it, but leaving
   * out what spoke for it would let a choice of whom to reject drive the evidence up.
   */
  void close(int signal, Evidence harm, boolean promoted) {
    double[] row = carried[signal];
    for (int k = 0; k < Bets.COUNT; k++) {
      double log = harm.log(k);
      row[k] += promoted ? log : Math.min(0, log);
    }
  }

  void promoted() {
    promotions++;
  }
}
