package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.GenerationReport.Outcome;
import dev.rsi.core.report.GenerationReport.Practised;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.report.RunReport.End;
import dev.rsi.testkit.ScriptedTrainer;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The report alone, without a log, says what broke, what came of the attempts, and why not more.
 */
class ReasonsTest {
  @TempDir Path home;
  private Loops loops;

  @BeforeEach
  void prepare() {
    loops = new Loops(home);
  }

  private ImprovementLoop<Sum, Long> loop(
      Verifier<Sum, Long> verifier, Trainer<Sum, Long> trainer) {
    return loops
        .parts(Budget.of(5), Practice.DEFAULT.tasks(16).scouts(16).batch(8))
        .verifier(verifier)
        .trainer(trainer)
        .gate(DriftGates.paired())
        .build();
  }

  @Test
  void should_say_how_many_attempts_were_undecided_and_why() {
    RunReport report =
        loop((task, answer) -> Verdict.undecided("the judge is ill"), loops.learner.trainer())
            .run(loops.start, Loops.TASKS);
    GenerationReport first = report.generations().get(1);
    Practised practised = first.practised();
    assertThat(practised.undecided()).isEqualTo(first.made()).isEqualTo(32);
    String ill = "the judge is ill";
    assertThat(practised.undecidedBecause()).isEqualTo(Map.of(ill, 32));
    assertThat(report.end()).isEqualTo(End.NO_PROGRESS);
    assertThat(report.reason())
        .isEqualTo(
            "3 generations in a row brought no promotion: 3 no lessons (none of 16 attempts was"
                + " decided ("
                + ill
                + ", 16 times)).");
    assertThat(report.summary()).contains("none of 32 attempts was decided (" + ill);
  }

  @Test
  void should_say_who_threw_what_and_where() {
    ScriptedTrainer<Sum, Long> trainer = ScriptedTrainer.of(loops.learner.trainer());
    for (int call = 1; call <= 3; call++) {
      trainer.throwOnCall(call, new IllegalArgumentException("no such layer"));
    }
    RunReport report = loop(ToyTasks.verifier(), trainer).run(loops.start, Loops.TASKS);
    String words = "the trainer failed: java.lang.IllegalArgumentException: no such layer";
    assertThat(report.generations().get(1).outcome()).isEqualTo(Outcome.FAILED);
    assertThat(report.generations().get(1).why()).isEqualTo(words);
    assertThat(report.reason()).contains("no promotion: 3 failed (" + words + ").");
    assertThat(report.faults()).hasSize(3);
    assertThat(report.faults().get(0).where())
        .startsWith("dev.rsi.testkit.loop.ReasonsTest.should_say_who_threw_what_and_where(Reason");
    assertThat(report.summary()).contains(words + "\n  at dev.rsi.testkit.loop.ReasonsTest.");
  }

  @Test
  void should_say_of_a_gate_that_held_what_it_lacked() {
    RunReport report =
        loop(
                ToyTasks.verifier(),
                ScriptedTrainer.of(loops.learner.trainer())
                    .onCall(1, this::same)
                    .onCall(2, this::same)
                    .onCall(3, this::same))
            .run(loops.start, Loops.TASKS);
    assertThat(report.end()).isEqualTo(End.NO_PROGRESS);
    String reason = report.generations().get(3).decision().reason();
    assertThat(report.reason()).contains("3 held (" + reason + ")");
  }

  private TrainedArtifact same(TrainedArtifact artifact) {
    loops.learner.write(artifact.directory(), 1, 1, .6, .3);
    return artifact;
  }

  /** Wherever practice breaks off, what was kept is of what was made. */
  @ParameterizedTest
  @ValueSource(ints = {1, 15, 16, 17, 40, 47, 48, 70, 90, 100, 120})
  void should_keep_no_more_than_was_made_wherever_practice_breaks_off(int draws) {
    TaskSource<Sum> breaking =
        new TaskSource<>() {
          private int drawn;

          @Override
          public int levels() {
            return Loops.LEVELS;
          }

          @Override
          public Sum draw(int level, RandomGenerator random) {
            if (++drawn % draws == 0) {
              throw new IllegalStateException("no more paper");
            }
            return Loops.TASKS.draw(level, random);
          }

          @Override
          public String describe() {
            return "sums on little paper";
          }
        };
    RunReport report =
        loop(ToyTasks.verifier(), loops.learner.trainer()).run(loops.start, breaking);
    assertThat(report.faults()).isNotEmpty();
    for (GenerationReport generation :
        report.generations().subList(1, report.generations().size())) {
      assertThat(generation.kept()).isLessThanOrEqualTo(generation.made());
      Practised practised = generation.practised();
      if (practised != null) {
        assertThat(practised.made()).isEqualTo(generation.made());
        assertThat(practised.passed() - practised.known()).isEqualTo(generation.kept());
      }
    }
  }
}
