package dev.rsi.lm;

import dev.rsi.api.Knob;
import java.util.List;

/**
 * The knobs of every training of a decoder, whatever backend and {@link Objective}: AdamW with
 * clipping to a global norm, a warm-up and a linear decay of the learning rate. Field term:
 * hyperparameters of fine-tuning.
 *
 * <p>A prompt is what the codec writes for a task, an answer what the codec writes for a candidate
 * with the end after it; the answer's tokens alone are learnt. A lesson is met in proportion to its
 * weight. An objective that contrasts learns from the request's attempts instead: rewarded with the
 * verdict's score times the weight, grouped by task. Lessons and attempts that the model's
 * positions cannot hold, or with a character that it cannot write, are left out: the metric {@code
 * left-out} counts them, and the provenance names the first. Training goes on from the moments of
 * the base version, if it has any and {@link #RESET_OPTIMIZER} is 0.
 */
public final class DecoderTraining {
  /** Optimiser steps, in [1, 1,000,000]; default 150, enough for one more round of addition. */
  public static final Knob STEPS =
      Knob.whole("steps", 1, 1_000_000, 150, "optimiser steps of the training");

  /** Examples per step, in [1, 65536]; default 128, beyond which one core gains no speed. */
  public static final Knob BATCH_SIZE =
      Knob.whole("batch-size", 1, 65_536, 128, "examples per step");

  /**
   * Batches per step, each of one shape, in [1, 64] and at most the batch size; default 4. Fewer
   * are a little faster; more mix the lengths within a step: with 4 instead of 2, generation 0 of
   * addition made about a tenth of the mistakes at lengths it had been shown, in the same time.
   */
  public static final Knob SHAPES_PER_STEP =
      Knob.whole("shapes-per-step", 1, 64, 4, "batches of one shape each that make a step");

  /** Peak learning rate, in [1e-7, 0.1]; default 1e-3. */
  public static final Knob LEARNING_RATE =
      Knob.real("learning-rate", 1e-7, 0.1, 1e-3, "peak learning rate");

  /** Steps of linear warm-up, in [0, 100,000]; default 10. */
  public static final Knob WARM_UP_STEPS =
      Knob.whole("warm-up-steps", 0, 100_000, 10, "steps until the learning rate is at its peak");

  /** Share of the steps that decay to 0, in [0, 1]; default 1, decay from the first step on. */
  public static final Knob DECAY_SHARE =
      Knob.real("decay-share", 0, 1, 1, "share of the steps, at the end, with linear decay");

  /** Decoupled weight decay, in [0, 1]; default 0.01, as PyTorch has it. */
  public static final Knob WEIGHT_DECAY =
      Knob.real("weight-decay", 0, 1, 0.01, "decoupled weight decay per unit of learning rate");

  /** Largest global norm of the gradient, in [1e-6, 1e6]; default 1. */
  public static final Knob CLIP_NORM =
      Knob.real("clip-norm", 1e-6, 1e6, 1, "largest global norm of the gradient");

  /** Memory of the squared gradient, in [0.5, 0.9999]; default 0.98, for short trainings. */
  public static final Knob BETA_2 =
      Knob.real("beta-2", 0.5, 0.9999, 0.98, "decay of the mean squared gradient per step");

  /** 1 begins with fresh moments, 0 goes on from those of the base version; default 0. */
  public static final Knob RESET_OPTIMIZER =
      Knob.whole("reset-optimizer", 0, 1, 0, "1 to begin with fresh moments");

  /**
   * Rank of low-rank adapters that are trained in place of the weights, in [0, 1024]; default 0,
   * all weights are trained. Adapters are those of Hu et al., "LoRA" (arXiv 2106.09685), on every
   * matrix of the blocks. Moments are the adapters' and end with the training.
   */
  public static final Knob LORA_RANK =
      Knob.whole("lora-rank", 0, 1024, 0, "rank of the adapters; 0 trains all weights");

  /** Weight of the adapters, over their rank, in [1e-3, 1e4]; default 8, as PEFT has it. */
  public static final Knob LORA_ALPHA =
      Knob.real("lora-alpha", 1e-3, 1e4, 8, "weight of the adapters, over their rank");

  /** All of them. */
  public static final List<Knob> KNOBS =
      List.of(
          STEPS,
          BATCH_SIZE,
          SHAPES_PER_STEP,
          LEARNING_RATE,
          WARM_UP_STEPS,
          DECAY_SHARE,
          WEIGHT_DECAY,
          CLIP_NORM,
          BETA_2,
          RESET_OPTIMIZER,
          LORA_RANK,
          LORA_ALPHA);

  private DecoderTraining() {}
}
