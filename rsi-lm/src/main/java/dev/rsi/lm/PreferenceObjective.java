package dev.rsi.lm;

import static dev.rsi.lm.Logistic.logSigmoid;
import static dev.rsi.lm.Logistic.sigmoid;
import static dev.rsi.lm.Logistic.slope;

import dev.rsi.api.Knob;
import dev.rsi.api.Recipe;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Preference of a right answer to a wrong one of the same task (DPO: Rafailov et al., arXiv
 * 2305.18290), with the variants that differ in a line. Formulas and defaults are those of TRL
 * 1.13.0.
 *
 * <p>The loss is the mean over pairs. In the formulas c and r are how much likelier, in nats, the
 * chosen and the rejected answer have become since the training began; b is {@link #BETA}, e is
 * {@link #LABEL_SMOOTHING}, d = b (c - r), s the logistic function.
 *
 * @param loss the formula; default {@link Loss#SIGMOID}
 */
public record PreferenceObjective(Loss loss) implements Objective {
  static final PreferenceObjective DEFAULT = new PreferenceObjective(Loss.SIGMOID);

  /** How far from the version trained from, in [1e-4, 100]; default 0.1. Smaller is farther. */
  public static final Knob BETA =
      Knob.real("beta", 1e-4, 100, 0.1, "how closely the version trained from is kept to");

  /**
   * The share of pairs that may be the wrong way round, in [0, 0.49]; default 0. Read by {@link
   * Loss#ROBUST} and {@link Loss#EXO_PAIR} alone, as in TRL; the latter needs one above 0.
   */
  public static final Knob LABEL_SMOOTHING =
      Knob.real("label-smoothing", 0, 0.49, 0, "share of pairs that may be the wrong way round");

  private static final double DISCOPOP_TAU = 0.05;

  /** The formulas. */
  public enum Loss {
    /** -log s(d) (arXiv 2305.18290). */
    SIGMOID(
        false,
        (c, r, b, e) -> {
          double d = b * (c - r);
          return margin(-logSigmoid(d), -sigmoid(-d), b);
        }),
    /** max(0, 1 - d) (arXiv 2305.10425). */
    HINGE(
        false,
        (c, r, b, e) -> {
          double d = b * (c - r);
          return margin(Math.max(0, 1 - d), d < 1 ? -1 : 0, b);
        }),
    /** (c - r - 1 / 2b)^2, with c and r per token (arXiv 2310.12036). */
    IPO(
        true,
        (c, r, b, e) -> {
          double miss = c - r - 1 / (2 * b);
          return margin(miss * miss, 2 * miss, 1);
        }),
    /** (-(1 - e) log s(d) + e log s(-d)) / (1 - 2e) (arXiv 2403.00409). */
    ROBUST(
        false,
        (c, r, b, e) -> {
          double d = b * (c - r);
          double value = -(1 - e) * logSigmoid(d) + e * logSigmoid(-d);
          double byMargin = -(1 - e) * sigmoid(-d) - e * sigmoid(d);
          return margin(value / (1 - 2 * e), byMargin / (1 - 2 * e), b);
        }),
    /** s(d) log(s(d) / (1 - e)) + s(-d) log(s(-d) / e) (arXiv 2402.00856). */
    EXO_PAIR(
        false,
        (c, r, b, e) -> {
          double d = b * (c - r);
          double right = logSigmoid(d) - Math.log1p(-e);
          double wrong = logSigmoid(-d) - Math.log(e);
          return margin(sigmoid(d) * right + sigmoid(-d) * wrong, slope(d) * (right - wrong), b);
        }),
    /** -log s(bc) - log s(-bc) / 2 - log s(-br) / 2 (arXiv 2402.05369). */
    NCA_PAIR(
        false,
        (c, r, b, e) ->
            new Pair(
                -logSigmoid(b * c) - 0.5 * logSigmoid(-b * c) - 0.5 * logSigmoid(-b * r),
                b * (0.5 * sigmoid(b * c) - sigmoid(-b * c)),
                b * 0.5 * sigmoid(b * r))),
    /** -log s(bc) - log s(-br) (arXiv 2404.04656, without the moving mean). */
    BCO_PAIR(
        false,
        (c, r, b, e) ->
            new Pair(
                -logSigmoid(b * c) - logSigmoid(-b * r), -b * sigmoid(-b * c), b * sigmoid(b * r))),
    /** (c - 1 / 2b)^2 + (r + 1 / 2b)^2 (arXiv 2405.00675). */
    SPPO_HARD(
        false,
        (c, r, b, e) -> {
          double won = c - 0.5 / b;
          double lost = r + 0.5 / b;
          return new Pair(won * won + lost * lost, 2 * won, 2 * lost);
        }),
    /** 1 - s(bc) + s(br): for answers better than the model's (arXiv 2408.06266). */
    APO_ZERO(
        false,
        (c, r, b, e) ->
            new Pair(1 - sigmoid(b * c) + sigmoid(b * r), -b * slope(b * c), b * slope(b * r))),
    /** s(bc) + 1 - s(d): for answers worse than the model's (arXiv 2408.06266). */
    APO_DOWN(
        false,
        (c, r, b, e) -> {
          double d = b * (c - r);
          return new Pair(
              sigmoid(b * c) + 1 - sigmoid(d), b * (slope(b * c) - slope(d)), b * slope(d));
        }),
    /** -log s(d) (1 - m) + exp(-d) m with m = s(d / 0.05) (arXiv 2406.08414). */
    DISCOPOP(
        false,
        (c, r, b, e) -> {
          double d = b * (c - r);
          double m = sigmoid(d / DISCOPOP_TAU);
          double byM = slope(d / DISCOPOP_TAU) / DISCOPOP_TAU;
          double value = -logSigmoid(d) * (1 - m) + Math.exp(-d) * m;
          double byMargin =
              -sigmoid(-d) * (1 - m) - Math.exp(-d) * m + (logSigmoid(d) + Math.exp(-d)) * byM;
          return margin(value, byMargin, b);
        }),
    /** -log s(d), with c and r per token. */
    SIGMOID_NORM(true, SIGMOID.formula);

    private final boolean perToken;

    @SuppressWarnings("ImmutableEnumChecker") // lambdas that capture nothing
    private final Formula formula;

    Loss(boolean perToken, Formula formula) {
      this.perToken = perToken;
      this.formula = formula;
    }
  }

  /** The loss of a pair, and its slopes by c and by r. */
  private record Pair(double value, double byChosen, double byRejected) {}

  private interface Formula {
    Pair of(double c, double r, double beta, double smoothing);
  }

  /** A loss of the margin alone, whose slope is by the margin times {@code scale}. */
  private static Pair margin(double value, double byMargin, double scale) {
    return new Pair(value, scale * byMargin, -scale * byMargin);
  }

  public PreferenceObjective {
    Objects.requireNonNull(loss, "loss");
  }

  /** With another formula. */
  public PreferenceObjective loss(Loss formula) {
    return new PreferenceObjective(formula);
  }

  @Override
  public boolean contrasts() {
    return true;
  }

  @Override
  public List<Knob> ownKnobs() {
    return List.of(BETA, LABEL_SMOOTHING);
  }

  /**
   * The loss of some pairs.
   *
   * @param answers first all that are chosen, then in the same order those that are rejected
   */
  TokenLoss of(List<ScoredAnswer> answers, Recipe recipe) {
    double beta = recipe.value(BETA);
    double smoothing = recipe.value(LABEL_SMOOTHING);
    if (loss == Loss.EXO_PAIR && smoothing == 0) {
      throw new IllegalArgumentException(
          "EXO_PAIR needs a label-smoothing above 0, but it is 0.\nMaybe set it to 1e-3.");
    }
    int pairs = answers.size() / 2;
    double value = 0;
    double[][] slopes = new double[answers.size()][];
    for (int i = 0; i < pairs; i++) {
      ScoredAnswer chosen = answers.get(i);
      ScoredAnswer rejected = answers.get(pairs + i);
      double perChosen = loss.perToken ? 1.0 / chosen.length() : 1;
      double perRejected = loss.perToken ? 1.0 / rejected.length() : 1;
      Pair pair =
          loss.formula.of(
              perChosen * chosen.gain(), perRejected * rejected.gain(), beta, smoothing);
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
}
