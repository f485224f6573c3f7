package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.rsi.api.Attempt;
import dev.rsi.api.Knob;
import dev.rsi.api.Lesson;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.core.Budget;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.report.GenerationReport.Outcome;
import dev.rsi.core.report.RunEvent;
import dev.rsi.testkit.ScriptedTrainer;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trainer that contrasts is given what failed too, and no other is. */
class ContrastLoopTest {
  @TempDir Path home;
  private Loops loops;

  @BeforeEach
  void prepare() {
    loops = new Loops(home);
  }

  /** Trains as the wrapped one does, and asks for attempts. */
  private record Contrasting(Trainer<Sum, Long> wrapped) implements Trainer<Sum, Long> {
    @Override
    public List<Knob> knobs() {
      return wrapped.knobs();
    }

    @Override
    public boolean contrasts() {
      return true;
    }

    @Override
    public TrainedArtifact train(
        TrainingRequest<Sum, Long> request, TrainingContext<Sum, Long> context) {
      return wrapped.train(request, context);
    }
  }

  private ScriptedTrainer<Sum, Long> run(boolean contrasting, Practice practice) {
    Trainer<Sum, Long> plain = loops.learner.trainer();
    ScriptedTrainer<Sum, Long> trainer =
        ScriptedTrainer.of(contrasting ? new Contrasting(plain) : plain);
    loops
        .parts(Budget.of(2), practice)
        .verifier(ToyTasks.verifier())
        .trainer(trainer)
        .gate(DriftGates.paired())
        .build()
        .run(loops.start, Loops.TASKS);
    return trainer;
  }

  @Test
  void should_give_every_decided_attempt_of_the_generation_to_a_trainer_that_contrasts() {
    ScriptedTrainer<Sum, Long> trainer = run(true, Practice.DEFAULT.tasks(16).samples(4));
    assertThat(trainer.calls()).isNotEmpty();
    for (TrainingRequest<Sum, Long> request : trainer.calls()) {
      int generation = request.attempts().get(0).generation();
      Predicate<Attempt<Sum, Long>> own = attempt -> attempt.generation() == generation;
      assertThat(request.attempts()).allMatch(own);
      long made =
          loops.store.events("run-1").stream()
              .filter(RunEvent.Attempted.class::isInstance)
              .map(RunEvent.Attempted.class::cast)
              .filter(event -> event.generation() == generation)
              .filter(event -> event.outcome() != Verdict.Outcome.UNDECIDED)
              .filter(event -> event.candidate() != null)
              .filter(event -> levels(request).contains(event.level()))
              .count();
      assertThat((long) request.attempts().size()).isEqualTo(made);
      assertThat(outcomes(request.attempts()))
          .containsExactlyInAnyOrder(Verdict.Outcome.PASS, Verdict.Outcome.FAIL);
      assertThat(request.attempts())
          .containsAll(request.lessons().stream().map(Lesson::attempt).filter(own).toList());
    }
  }

  @Test
  void should_give_no_attempt_to_a_trainer_that_does_not() {
    ScriptedTrainer<Sum, Long> trainer = run(false, Practice.DEFAULT.tasks(16).samples(4));
    assertThat(trainer.calls()).isNotEmpty().allMatch(request -> request.attempts().isEmpty());
  }

  @Test
  void should_refuse_a_trainer_that_contrasts_with_one_sample_per_task() {
    assertThatIllegalStateException()
        .isThrownBy(() -> run(true, Practice.DEFAULT))
        .withMessageContaining("practice has (1) samples, but the trainer contrasts");
  }

  @Test
  void should_not_train_where_every_attempt_at_a_task_came_out_alike() {
    var report =
        loops
            .parts(Budget.of(1), Practice.DEFAULT.tasks(8).samples(2))
            .verifier((sum, answer) -> Verdict.passIf(sum.expected() % 3 > 0, "by the task alone"))
            .trainer(new Contrasting(loops.learner.trainer()))
            .gate(DriftGates.paired())
            .build()
            .run(loops.start, Loops.TASKS);
    assertThat(report.generations().get(1).outcome()).isEqualTo(Outcome.NO_LESSONS);
    assertThat(report.generations().get(1).why())
        .matches("\\d+ of \\d+ passed; \\d+ groups, all of one reward");
  }

  private static Set<Integer> levels(TrainingRequest<Sum, Long> request) {
    return request.attempts().stream().map(Attempt::level).collect(Collectors.toSet());
  }

  private static Set<Verdict.Outcome> outcomes(List<Attempt<Sum, Long>> attempts) {
    return attempts.stream().map(a -> a.verdict().outcome()).collect(Collectors.toSet());
  }
}
