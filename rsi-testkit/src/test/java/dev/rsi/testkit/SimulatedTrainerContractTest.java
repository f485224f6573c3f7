package dev.rsi.testkit;

import dev.rsi.api.Generator;
import dev.rsi.api.Lesson;
import dev.rsi.api.Trainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class SimulatedTrainerContractTest extends TrainerContract<Sum, Long> {
  private final SimulatedLearner learner = SimulatedLearner.ofLevels(3).noise(0.01);

  @Override
  protected Trainer<Sum, Long> trainer() {
    return learner.trainer();
  }

  @Override
  protected Generator<Sum, Long> generator() {
    return learner.generator();
  }

  @Override
  protected void writeBase(Path directory) {
    learner.write(directory, 0.9, 0.2);
  }

  @Override
  protected List<Lesson<Sum, Long>> lessons() {
    return rightLessons();
  }

  static List<Lesson<Sum, Long>> rightLessons() {
    List<Lesson<Sum, Long>> lessons = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      Sum sum = Sum.of(i, 2 * i, 3 * i);
      lessons.add(Lesson.given(sum, sum.expected(), sum.level()));
    }
    return lessons;
  }
}
