package dev.rsi.api;

import java.util.List;
import java.util.Objects;

/** See {@link Labelled#trainer}. */
final class LabelledTrainer<I, L, C> implements Trainer<Labelled<I, L>, C> {
  private final Trainer<I, C> trainer;

  LabelledTrainer(Trainer<I, C> trainer) {
    this.trainer = Objects.requireNonNull(trainer, "trainer");
  }

  @Override
  public List<Knob> knobs() {
    return trainer.knobs();
  }

  @Override
  public LearnsFrom learnsFrom() {
    return trainer.learnsFrom();
  }

  @Override
  public boolean contrasts() {
    return trainer.contrasts();
  }

  @Override
  public long maxSteps(Recipe recipe, long lessons) {
    return trainer.maxSteps(recipe, lessons);
  }

  @Override
  public TrainedArtifact train(TrainingRequest<Labelled<I, L>, C> request, RunContext context) {
    return trainer.train(
        new TrainingRequest<>(
            request.base(),
            request.lessons().stream()
                .map(lesson -> new Lesson<>(ofInput(lesson.attempt()), lesson.weight()))
                .toList(),
            request.attempts().stream().map(LabelledTrainer::ofInput).toList(),
            request.recipe(),
            request.seed(),
            request.workDirectory()),
        context);
  }

  private static <I, C> Attempt<I, C> ofInput(Attempt<? extends Labelled<I, ?>, C> attempt) {
    return new Attempt<>(
        attempt.task().input(),
        attempt.output(),
        attempt.verdict(),
        attempt.critique(),
        attempt.level(),
        attempt.generation(),
        attempt.seed(),
        attempt.cost());
  }

  @Override
  public String describe() {
    return trainer.describe();
  }
}
