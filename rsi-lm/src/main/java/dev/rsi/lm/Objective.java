package dev.rsi.lm;

import dev.rsi.api.Knob;
import java.util.ArrayList;
import java.util.List;

/**
 * What a training of a decoder strives for: its loss, as TRL 1.13.0 defines it, with TRL's
 * defaults. Field term: loss function.
 *
 * <p>Choices are part of the objective; numbers that a loop may tune are its {@link #knobs}.
 */
public sealed interface Objective
    permits SupervisedObjective, PolicyObjective, PreferenceObjective {

  /** To write the lessons' answers: the mean of their tokens' negative log-probabilities. */
  static SupervisedObjective supervised() {
    return SupervisedObjective.DEFAULT;
  }

  /** To write better answers than others to the same task: policy gradients by group. */
  static PolicyObjective grpo() {
    return PolicyObjective.DEFAULT;
  }

  /** To prefer right answers to wrong ones of the same task. */
  static PreferenceObjective dpo() {
    return PreferenceObjective.DEFAULT;
  }

  /** Whether it learns from attempts that failed too: see {@link dev.rsi.api.Trainer#contrasts}. */
  boolean contrasts();

  /** The knobs of this objective alone, without those of every training. */
  List<Knob> ownKnobs();

  /** All knobs of a training with this objective. */
  default List<Knob> knobs() {
    List<Knob> knobs = new ArrayList<>(DecoderTraining.KNOBS);
    knobs.addAll(ownKnobs());
    return List.copyOf(knobs);
  }
}
