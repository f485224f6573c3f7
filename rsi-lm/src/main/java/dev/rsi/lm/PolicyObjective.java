package dev.rsi.lm;

import dev.rsi.api.Knob;
import java.util.List;
import java.util.Objects;

/**
 * Policy gradient by groups of attempts at one task (GRPO: Shao et al., "DeepSeekMath", arXiv
 * 2402.03300), with the variants that differ in a line. Formulas and defaults are those of TRL
 * 1.13.0. Field terms: policy gradient, GRPO.
 *
 * <p>An attempt's advantage is A = (R - mean of its group), over a deviation as {@link Scale} says.
 * With lp the log-probability of a token now, lp_old when the answer was written, and ratio r =
 * exp(lp - lp_old), a token's loss is
 *
 * <pre>
 * L = -min(min(r, delta) A, clip(r, 1 - epsilon, 1 + epsilon-high) A)  +  kl-weight K
 * K = exp(ref - lp) - (ref - lp) - 1,  times r if the KL is corrected
 * </pre>
 *
 * <p>Both lp_old and ref are the log-probabilities under the version that the training began with,
 * which wrote the attempts. Probabilities are those at temperature 1: let practice sample at it.
 *
 * @param loss how tokens are clipped and added up; default {@link Loss#DAPO}
 * @param ratio of what r is taken; default {@link Ratio#TOKEN}
 * @param scale what advantages are measured in; default {@link Scale#GROUP}
 * @param correctedKl whether K is weighed by r, which makes it unbiased for attempts of older
 *     weights; default true
 * @param longest tokens that an answer may have, 1 or more: the constant that {@link Loss#DR_GRPO}
 *     divides by, and nothing else; default 512
 */
public record PolicyObjective(Loss loss, Ratio ratio, Scale scale, boolean correctedKl, int longest)
    implements Objective {
  static final PolicyObjective DEFAULT =
      new PolicyObjective(Loss.DAPO, Ratio.TOKEN, Scale.GROUP, true, 512);

  /** How far below 1 the ratio still pulls, in [0, 1]; default 0.2. */
  public static final Knob EPSILON =
      Knob.real("epsilon", 0, 1, 0.2, "how far below 1 a ratio of probabilities still pulls");

  /**
   * How far above 1 it does, in [0, 100]; default 0, which stands for the same as below. 0.28 is
   * DAPO's (arXiv 2503.14476). For {@link Loss#CISPO} the largest ratio itself, 5 or so.
   */
  public static final Knob EPSILON_HIGH =
      Knob.real("epsilon-high", 0, 100, 0, "how far above 1 it still pulls; 0 for epsilon");

  /** Largest ratio anywhere, in [0, 1000]; default 0, none (arXiv 2505.07291). */
  public static final Knob DELTA =
      Knob.real("delta", 0, 1000, 0, "largest ratio of probabilities; 0 for none");

  /** Weight of the divergence from the version trained from, in [0, 10]; default 0. */
  public static final Knob KL_WEIGHT =
      Knob.real("kl-weight", 0, 10, 0, "weight of the divergence from the version trained from");

  /** How tokens are clipped and added up; B answers make a step. */
  public enum Loss {
    /** The mean over answers of the mean over tokens. */
    GRPO,
    /** The sum over tokens, over their number in the step. */
    BNPO,
    /**
     * The sum over tokens, over the number that a step has on average: long answers count by their
     * length (Yu et al., "DAPO", arXiv 2503.14476).
     */
    DAPO,
    /**
     * The sum over tokens, over B times {@code longest}: no bias by length. Meant for {@link
     * Scale#NONE} (Liu et al., "Understanding R1-Zero-Like Training", arXiv 2503.20783).
     */
    DR_GRPO,
    /**
     * The mean over answers of the sum over tokens; meant for {@link Ratio#SEQUENCE} (arXiv
     * 2602.05261).
     */
    LUSPO,
    /**
     * -min(r, epsilon-high) A lp, the factor held still, added up as DAPO: no token falls silent
     * (MiniMax, "MiniMax-M1", arXiv 2506.13585).
     */
    CISPO,
    /**
     * -4 sigmoid(t (r - 1)) / t A with t = 1 for A above 0, else 1.05, added up as GRPO: a soft
     * clip (Gao et al., "Soft Adaptive Policy Optimization", arXiv 2511.20347).
     */
    SAPO
  }

  /** Of what the ratio is taken. */
  public enum Ratio {
    /** Of each token's probabilities. */
    TOKEN,
    /**
     * The geometric mean over the answer (GSPO: Zheng et al., arXiv 2507.18071). Meant for {@link
     * Loss#GRPO} with an epsilon of 3e-4 and 4e-4 above.
     */
    SEQUENCE
  }

  /** What advantages are measured in. */
  public enum Scale {
    /** The standard deviation of the group's rewards, and 1e-4. */
    GROUP,
    /** That of all rewards, and 1e-4. */
    BATCH,
    /** As they are: easy and hard tasks are not pulled up. */
    NONE
  }

  public PolicyObjective {
    Objects.requireNonNull(loss, "loss");
    Objects.requireNonNull(ratio, "ratio");
    Objects.requireNonNull(scale, "scale");
    if (longest < 1) {
      throw new IllegalArgumentException("longest (" + longest + ") must be >= 1.");
    }
  }

  /** With another formula. */
  public PolicyObjective loss(Loss formula) {
    return new PolicyObjective(formula, ratio, scale, correctedKl, longest);
  }

  /** With ratios of something else. */
  public PolicyObjective ratio(Ratio of) {
    return new PolicyObjective(loss, of, scale, correctedKl, longest);
  }

  /** With advantages in another measure. */
  public PolicyObjective scale(Scale measure) {
    return new PolicyObjective(loss, ratio, measure, correctedKl, longest);
  }

  /** With the divergence weighed by the ratio, or not. */
  public PolicyObjective correctedKl(boolean corrected) {
    return new PolicyObjective(loss, ratio, scale, corrected, longest);
  }

  /** With another length that an answer may have. */
  public PolicyObjective longest(int tokens) {
    return new PolicyObjective(loss, ratio, scale, correctedKl, tokens);
  }

  @Override
  public boolean contrasts() {
    return true;
  }

  @Override
  public List<Knob> ownKnobs() {
    return List.of(EPSILON, EPSILON_HIGH, DELTA, KL_WEIGHT);
  }
}
