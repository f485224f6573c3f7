package dev.rsi.testkit;

import dev.rsi.api.Knob;
import dev.rsi.api.Lesson;
import dev.rsi.api.Recipe;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import java.util.List;
import java.util.Map;

/** Trains a simulated learner: one step per lesson. Keeps nothing between calls. */
final class SimulatedTrainer implements Trainer<Sum, Long> {
  private final SimulatedLearner learner;

  SimulatedTrainer(SimulatedLearner learner) {
    this.learner = learner;
  }

  @Override
  public String describe() {
    return "trainer of " + learner;
  }

  @Override
  public List<Knob> knobs() {
    return List.of(SimulatedLearner.LEARNING_RATE);
  }

  @Override
  public long maxSteps(Recipe recipe, long lessons) {
    return lessons;
  }

  @Override
  public TrainedArtifact train(
      TrainingRequest<Sum, Long> request, TrainingContext<Sum, Long> context) {
    Skills base = Skills.read(request.base().directory());
    List<Lesson<Sum, Long>> lessons = request.lessons();
    // Weights are relative to each other: scaled so that they add up to the number of lessons.
    double scale = lessons.size() / lessons.stream().mapToDouble(Lesson::weight).sum();
    double[] right = new double[base.levels()];
    double[] wrong = new double[base.levels()];
    long step = 0;
    for (Lesson<Sum, Long> lesson : lessons) {
      context.checkActive();
      // A lesson beyond the hardest level teaches what is next to it.
      int level = Math.min(base.levels(), lesson.task().level());
      boolean isRight = lesson.task().expected() == lesson.candidate();
      (isRight ? right : wrong)[level - 1] += scale * lesson.weight();
      context.progress(++step, lessons.size());
    }
    context.checkActive();
    double rate = request.recipe().value(SimulatedLearner.LEARNING_RATE);
    Skills skills = learner.trained(base, right, wrong, rate, request.seed());
    skills.write(request.workDirectory());
    return new TrainedArtifact(
        request.workDirectory(),
        step,
        Map.of("mean-skill", skills.mean()),
        Map.of("simulated-learner", "1"));
  }
}
