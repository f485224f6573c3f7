package dev.rsi.lm;

import dev.rsi.api.Knob;
import java.util.List;
import java.util.Objects;

/**
 * Next-token loss on the answers of lessons, N of whose tokens make a step. Field terms: supervised
 * fine-tuning, SFT.
 *
 * @param loss the formula; default {@link Loss#NLL}
 */
public record SupervisedObjective(Loss loss) implements Objective {
  /**
   * The mean loss over 20 steps, in [0, 100] nats per token, from which on a training comes to its
   * end: the learning rate decays to 0 over as many steps as it took to get there, if that ends
   * before the {@linkplain DecoderTraining#STEPS steps} do. Default 0, never. Field terms: early
   * stopping, warm-up, stable, decay. For rounds of a loop, whose lessons the base version knows in
   * part: once their loss is next to nothing, further steps cost time and give no more. Without the
   * decay a training that is stopped there is a worse one.
   */
  public static final Knob TARGET_LOSS =
      Knob.real(
          "target-loss", 0, 100, 0, "mean loss from which on training comes to its end; 0 never");

  static final SupervisedObjective DEFAULT = new SupervisedObjective(Loss.NLL);

  /** The formulas, with p the probability of a token. */
  public enum Loss {
    /** Mean of -log p: the likelihood of the lessons. */
    NLL,
    /**
     * Mean of -p log p, the factor p held still: unlikely tokens pull less (Wu et al., "On the
     * Generalization of SFT", arXiv 2508.05629). Costs a forward pass more per step.
     */
    DFT
  }

  public SupervisedObjective {
    Objects.requireNonNull(loss, "loss");
  }

  /** With another formula. */
  public SupervisedObjective loss(Loss formula) {
    return new SupervisedObjective(formula);
  }

  @Override
  public boolean contrasts() {
    return false;
  }

  @Override
  public List<Knob> ownKnobs() {
    return List.of(TARGET_LOSS);
  }
}
