package dev.rsi.lm.spi;

import static dev.rsi.lm.spi.Logistic.logSigmoid;
import static dev.rsi.lm.spi.Logistic.sigmoid;
import static dev.rsi.lm.spi.Logistic.slope;

import dev.rsi.api.Recipe;
import dev.rsi.lm.PreferenceObjective;
import dev.rsi.lm.PreferenceObjective.Loss;
import java.util.Arrays;
import java.util.List;

/**
 * The numbers of a {@link PreferenceObjective}, which has the formulas.
 *
 * <p>Immutable and thread-safe.
 */
final class PreferenceLoss {
  private static final double DISCOPOP_TAU = 0.05;

  private final Loss loss;

  PreferenceLoss(PreferenceObjective objective) {
    loss = objective.loss();
  }

  /**
   * The loss of some pairs.
   *
   * @param answers first all that are chosen, then in the same order those that are rejected
   */
  TokenLoss of(List<ScoredAnswer> answers, Recipe recipe) {
    double beta = recipe.value(PreferenceObjective.BETA);
    double smoothing = recipe.value(PreferenceObjective.LABEL_SMOOTHING);
    if (loss == Loss.EXO_PAIR && smoothing == 0) {
      throw new IllegalArgumentException(
          "EXO_PAIR needs a label-smoothing above 0, but it is 0.\nMaybe set it to 1e-3.");
    }
    boolean perToken = loss == Loss.IPO || loss == Loss.SIGMOID_NORM;
    int pairs = answers.size() / 2;
    double value = 0;
    double[][] slopes = new double[answers.size()][];
    for (int i = 0; i < pairs; i++) {
      ScoredAnswer chosen = answers.get(i);
      ScoredAnswer rejected = answers.get(pairs + i);
      double perChosen = perToken ? 1.0 / chosen.length() : 1;
      double perRejected = perToken ? 1.0 / rejected.length() : 1;
      Pair pair = pair(perChosen * chosen.gain(), perRejected * rejected.gain(), beta, smoothing);
      value += pair.value / pairs;
      slopes[i] = filled(chosen.length(), perChosen * pair.byChosen / pairs);
      slopes[pairs + i] = filled(rejected.length(), perRejected * pair.byRejected / pairs);
    }
    return new TokenLoss(value, slopes);
  }

  private static double[] filled(int length, double slope) {
    double[] slopes = new double[length];
    Arrays.fill(slopes, slope);
    return slopes;
  }

  /** The loss of a pair, and its slopes by c and by r. */
  private record Pair(double value, double byChosen, double byRejected) {}

  /** A loss of the margin alone, whose slope is by the margin times {@code scale}. */
  private static Pair margin(double value, double byMargin, double scale) {
    return new Pair(value, scale * byMargin, -scale * byMargin);
  }

  private Pair pair(double c, double r, double b, double e) {
    return switch (loss) {
      case SIGMOID, SIGMOID_NORM -> {
        double d = b * (c - r);
        yield margin(-logSigmoid(d), -sigmoid(-d), b);
      }
      case HINGE -> {
        double d = b * (c - r);
        yield margin(Math.max(0, 1 - d), d < 1 ? -1 : 0, b);
      }
      case IPO -> {
        double miss = c - r - 1 / (2 * b);
        yield margin(miss * miss, 2 * miss, 1);
      }
      case ROBUST -> {
        double d = b * (c - r);
        double value = -(1 - e) * logSigmoid(d) + e * logSigmoid(-d);
        double byMargin = -(1 - e) * sigmoid(-d) - e * sigmoid(d);
        yield margin(value / (1 - 2 * e), byMargin / (1 - 2 * e), b);
      }
      case EXO_PAIR -> {
        double d = b * (c - r);
        double right = logSigmoid(d) - Math.log1p(-e);
        double wrong = logSigmoid(-d) - Math.log(e);
        yield margin(sigmoid(d) * right + sigmoid(-d) * wrong, slope(d) * (right - wrong), b);
      }
      case NCA_PAIR ->
          new Pair(
              -logSigmoid(b * c) - 0.5 * logSigmoid(-b * c) - 0.5 * logSigmoid(-b * r),
              b * (0.5 * sigmoid(b * c) - sigmoid(-b * c)),
              b * 0.5 * sigmoid(b * r));
      case BCO_PAIR ->
          new Pair(
              -logSigmoid(b * c) - logSigmoid(-b * r), -b * sigmoid(-b * c), b * sigmoid(b * r));
      case SPPO_HARD -> {
        double won = c - 0.5 / b;
        double lost = r + 0.5 / b;
        yield new Pair(won * won + lost * lost, 2 * won, 2 * lost);
      }
      case APO_ZERO ->
          new Pair(1 - sigmoid(b * c) + sigmoid(b * r), -b * slope(b * c), b * slope(b * r));
      case APO_DOWN -> {
        double d = b * (c - r);
        yield new Pair(
            sigmoid(b * c) + 1 - sigmoid(d), b * (slope(b * c) - slope(d)), b * slope(d));
      }
      case DISCOPOP -> {
        double d = b * (c - r);
        double m = sigmoid(d / DISCOPOP_TAU);
        double byM = slope(d / DISCOPOP_TAU) / DISCOPOP_TAU;
        double value = -logSigmoid(d) * (1 - m) + Math.exp(-d) * m;
        double byMargin =
            -sigmoid(-d) * (1 - m) - Math.exp(-d) * m + (logSigmoid(d) + Math.exp(-d)) * byM;
        yield margin(value, byMargin, b);
      }
    };
  }
}
