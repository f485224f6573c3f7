package dev.rsi.testkit;

import dev.rsi.api.Generator;
import java.nio.file.Path;
import java.util.List;

class SimulatedGeneratorContractTest extends GeneratorContract<Sum, Long> {
  static final List<Sum> TASKS = List.of(Sum.of(1, 2), Sum.of(999, 1), Sum.of(7, 8, 9, 10));

  private final SimulatedLearner learner = SimulatedLearner.ofLevels(3).malformed(0.1).churn(0.2);

  @Override
  protected Generator<Sum, Long> generator() {
    return learner.generator();
  }

  @Override
  protected void writeVersion(Path directory) {
    learner.write(directory, 0.9, 0.6, 0.3);
  }

  @Override
  protected List<Sum> tasks() {
    return TASKS;
  }

  @Override
  protected Sum failingTask() {
    return Sum.of(1, 2, 3, 4, 5);
  }
}
