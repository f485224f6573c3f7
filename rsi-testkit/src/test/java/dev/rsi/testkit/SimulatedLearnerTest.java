package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.api.CorruptModelException;
import dev.rsi.api.Generator;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Recipe;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulatedLearnerTest {
  private static final ToyTasks TASKS = ToyTasks.ofLevels(5);

  @TempDir Path directory;

  private final SimulatedLearner learner = SimulatedLearner.ofLevels(5);

  @Test
  void should_solve_tasks_as_often_as_its_skill_says() {
    // GIVEN
    ModelVersion version = version("base", 0.9, 0.3);
    long seed = 7;
    SplittableRandom random = new SplittableRandom(seed);
    int n = 20_000;
    // WHEN
    double[] share = new double[3];
    int shared = 0;
    try (Generator.Session<Sum, Long> session = learner.generator().open(version)) {
      for (int level = 1; level <= 3; level++) {
        List<Request<Sum>> requests = new ArrayList<>();
        for (int i = 0; i < n; i++) {
          requests.add(new Request<>(TASKS.draw(level, random), random.nextLong()));
        }
        List<Output<Long>> outputs = session.generate(requests, RunContext.standalone());
        for (int i = 0; i < n; i++) {
          Sum sum = requests.get(i).task();
          long answer = outputs.get(i).candidate();
          share[level - 1] += answer == sum.expected() ? 1.0 / n : 0;
          shared += Long.toString(answer).length() == outputs.get(i).tokens() ? 1 : 0;
        }
      }
    }
    // THEN five standard deviations of the share are at most 0.018
    assertThat(share[0]).as("seed %d", seed).isCloseTo(0.9, within(0.018));
    assertThat(share[1]).as("seed %d", seed).isCloseTo(0.3, within(0.018));
    assertThat(share[2]).as("seed %d", seed).isZero();
    assertThat(shared).as("wrong answers look like right ones").isGreaterThan(5 * n / 2);
  }

  @Test
  void should_learn_from_right_lessons_there_and_near_by() {
    List<Double> skills = train(version("base", 0.99, 0.3), right(2, 200));

    assertThat(skills.get(1)).isGreaterThan(0.85);
    assertThat(skills.get(2)).isBetween(0.5, 0.8);
    assertThat(skills).satisfies(s -> assertThat(s.get(4)).isBetween(0.2, s.get(3)));
    assertThat(skills.get(0)).isGreaterThan(0.99);
  }

  @Test
  void should_fall_when_it_learns_from_its_own_unverified_answers() {
    ModelVersion version = version("base", 0.9, 0.9, 0.9, 0.9, 0.9);
    double before = 0.9;
    for (int generation = 1; generation <= 4; generation++) {
      List<Lesson<Sum, Long>> lessons = own(version, 3, 300);
      Path next = directory.resolve("generation-" + generation);
      List<Double> skills = train(version, lessons, next);
      assertThat(skills.get(2)).isLessThan(before);
      before = skills.get(2);
      version = Directories.version(next);
    }
    assertThat(before).isLessThan(0.3);
  }

  @Test
  void should_lose_by_drift_what_no_lesson_shows() {
    learner.driftPerGeneration(1, 0.1).transfer(0);

    List<Double> skills = train(version("base", 0.95, 0.5), right(2, 100));

    assertThat(skills.get(0)).isCloseTo(0.85, within(1e-12));
    assertThat(skills.get(1)).isGreaterThan(0.85);
  }

  @Test
  void should_let_the_more_skilled_version_solve_whatever_the_other_does() {
    ModelVersion weak = version("weak", 0.4);
    ModelVersion strong = version("strong", 0.6);
    int onlyWeak = 0;
    int onlyWeakWithChurn = 0;
    for (long seed = 0; seed < 500; seed++) {
      onlyWeak += solves(weak, seed) && !solves(strong, seed) ? 1 : 0;
    }
    learner.churn(1);
    for (long seed = 0; seed < 500; seed++) {
      onlyWeakWithChurn += solves(weak, seed) && !solves(strong, seed) ? 1 : 0;
    }
    assertThat(onlyWeak).isZero();
    // 0.4 * 0.4 of 500 is 80.
    assertThat(onlyWeakWithChurn).isBetween(40, 120);
  }

  @Test
  void should_fail_the_attempt_when_malformed_or_too_hard() {
    ModelVersion version = version("base", 1);
    try (Generator.Session<Sum, Long> session = learner.malformed(1).generator().open(version)) {
      List<Output<Long>> outputs =
          session.generate(
              List.of(
                  new Request<>(Sum.of(1, 2), 0), new Request<>(Sum.of(1, 2, 3, 4, 5, 6, 7), 0)),
              RunContext.standalone());
      assertThat(outputs.get(0).failure()).contains("not a number");
      assertThat(outputs.get(1).failure()).contains("level (6)", "levels (5)");
    }
  }

  @Test
  void should_name_the_field_at_fault_in_a_corrupt_file() throws Exception {
    Path file = version("base", 0.5).directory().resolve("simulated-learner.txt");
    Files.writeString(file, Files.readString(file).replace("0.5\n", "NaN\n"));

    assertThatThrownBy(() -> SimulatedLearner.skills(directory.resolve("base")))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining("level 1")
        .hasMessageContaining("NaN");
  }

  @Test
  void should_refuse_settings_out_of_range() {
    assertThatThrownBy(() -> learner.driftPerGeneration(6, 0.1)).hasMessageContaining("level (6)");
    assertThatThrownBy(() -> learner.noise(Double.NaN)).hasMessageContaining("noise (NaN)");
    assertThatThrownBy(() -> learner.harm(0)).hasMessageContaining("harm (0.0)");
    assertThatThrownBy(() -> learner.write(directory, 1, 1, 1, 1, 1, 1))
        .hasMessageContaining("levels (5)");
  }

  private boolean solves(ModelVersion version, long seed) {
    Sum sum = Sum.of(1, 2);
    try (Generator.Session<Sum, Long> session = learner.generator().open(version)) {
      Output<Long> output =
          session.generate(List.of(new Request<>(sum, seed)), RunContext.standalone()).get(0);
      return output.candidate() == sum.expected();
    }
  }

  private ModelVersion version(String name, double... skills) {
    return Directories.version(learner.write(directory.resolve(name), skills));
  }

  private List<Double> train(ModelVersion base, List<Lesson<Sum, Long>> lessons) {
    return train(base, lessons, directory.resolve("work"));
  }

  private List<Double> train(ModelVersion base, List<Lesson<Sum, Long>> lessons, Path work) {
    learner
        .trainer()
        .train(
            new TrainingRequest<>(base, lessons, Recipe.defaults(), 1, work),
            TrainingContext.standalone());
    return SimulatedLearner.skills(work);
  }

  private static List<Lesson<Sum, Long>> right(int level, int count) {
    SplittableRandom random = new SplittableRandom(3);
    List<Lesson<Sum, Long>> lessons = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Sum sum = TASKS.draw(level, random);
      lessons.add(Lesson.given(sum, sum.expected(), level));
    }
    return lessons;
  }

  /** Lessons as they are without a verifier: whatever the version answers. */
  private List<Lesson<Sum, Long>> own(ModelVersion version, int level, int count) {
    SplittableRandom random = new SplittableRandom(4);
    List<Lesson<Sum, Long>> lessons = new ArrayList<>();
    try (Generator.Session<Sum, Long> session = learner.generator().open(version)) {
      for (int i = 0; i < count; i++) {
        Request<Sum> request = new Request<>(TASKS.draw(level, random), random.nextLong());
        long answer =
            session.generate(List.of(request), RunContext.standalone()).get(0).candidate();
        lessons.add(Lesson.given(request.task(), answer, level));
      }
    }
    return lessons;
  }
}
