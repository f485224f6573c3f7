package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** What a simulated training can and cannot do to a skill. */
class TrainingFormulaTest {
  private static final int LEVELS = 4;

  @Property
  void should_never_lower_a_skill_by_right_lessons(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = LEVELS) int level,
      @ForAll @DoubleRange(max = 1000) double lessons,
      @ForAll @DoubleRange(max = 1) double rate) {
    Skills base = skills(seed);
    Skills trained = learner().trained(base, at(level, lessons), at(level, 0), rate, seed);

    for (int i = 1; i <= LEVELS; i++) {
      assertThat(trained.at(i)).isBetween(base.at(i), 1.0);
    }
  }

  @Property
  void should_never_raise_a_skill_by_wrong_lessons(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = LEVELS) int level,
      @ForAll @DoubleRange(max = 1000) double lessons,
      @ForAll @DoubleRange(max = 1) double rate) {
    Skills base = skills(seed);
    Skills trained = learner().trained(base, at(level, 0), at(level, lessons), rate, seed);

    for (int i = 1; i <= LEVELS; i++) {
      assertThat(trained.at(i)).isBetween(0.0, base.at(i));
    }
  }

  @Property
  void should_stay_a_probability_and_repeat_whatever_the_settings(
      @ForAll long seed,
      @ForAll @DoubleRange(max = 1) double share,
      @ForAll @DoubleRange(min = 0.1, max = 9) double harm) {
    SimulatedLearner learner =
        learner().transfer(share).noise(share).harm(harm).driftPerGeneration(2, share);
    double[] right = uniform(seed + 1, 100);
    double[] wrong = uniform(seed + 2, 100);
    Skills trained = learner.trained(skills(seed), right, wrong, 1, seed);

    assertThat(trained.toList()).allMatch(skill -> skill >= 0 && skill <= 1);
    assertThat(learner.trained(skills(seed), right, wrong, 1, seed).toList())
        .isEqualTo(trained.toList());
  }

  private static SimulatedLearner learner() {
    return SimulatedLearner.ofLevels(LEVELS);
  }

  private static Skills skills(long seed) {
    return new Skills(uniform(seed, 1));
  }

  private static double[] uniform(long seed, double max) {
    return new SplittableRandom(seed).doubles(LEVELS, 0, max).toArray();
  }

  private static double[] at(int level, double lessons) {
    double[] byLevel = new double[LEVELS];
    byLevel[level - 1] = lessons;
    return byLevel;
  }
}
