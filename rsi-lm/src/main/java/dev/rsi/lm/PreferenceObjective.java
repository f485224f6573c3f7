package dev.rsi.lm;

import dev.rsi.api.Knob;
import java.util.List;
import java.util.Objects;

/**
 * Preference of a right answer to a wrong one of the same task (DPO: Rafailov et al., arXiv
 * 2305.18290), with the variants that differ in a line. Formulas and defaults are those of TRL
 * 1.13.0. Field terms: preference optimisation, DPO.
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

  /** The formulas. */
  public enum Loss {
    /** -log s(d) (arXiv 2305.18290). */
    SIGMOID,
    /** max(0, 1 - d) (arXiv 2305.10425). */
    HINGE,
    /** (c - r - 1 / 2b)^2, with c and r per token (arXiv 2310.12036). */
    IPO,
    /** (-(1 - e) log s(d) + e log s(-d)) / (1 - 2e) (arXiv 2403.00409). */
    ROBUST,
    /** s(d) log(s(d) / (1 - e)) + s(-d) log(s(-d) / e) (arXiv 2402.00856). */
    EXO_PAIR,
    /** -log s(bc) - log s(-bc) / 2 - log s(-br) / 2 (arXiv 2402.05369). */
    NCA_PAIR,
    /** -log s(bc) - log s(-br) (arXiv 2404.04656, without the moving mean). */
    BCO_PAIR,
    /** (c - 1 / 2b)^2 + (r + 1 / 2b)^2 (arXiv 2405.00675). */
    SPPO_HARD,
    /** 1 - s(bc) + s(br): for answers better than the model's (arXiv 2408.06266). */
    APO_ZERO,
    /** s(bc) + 1 - s(d): for answers worse than the model's (arXiv 2408.06266). */
    APO_DOWN,
    /** -log s(d) (1 - m) + exp(-d) m with m = s(d / 0.05) (arXiv 2406.08414). */
    DISCOPOP,
    /** -log s(d), with c and r per token. */
    SIGMOID_NORM
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
}
