package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Attempt;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Rubric;
import dev.rsi.api.Trainer.LearnsFrom;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.GenerationReport.Outcome;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.report.RunReport.End;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.ScriptedTrainer;
import dev.rsi.testkit.Sum;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A trainer is asked whenever there is anything of the kind that it learns from. */
class FailuresTeachTest {
  @TempDir Path home;
  private ModelRegistry registry;
  private RunStore store;
  private final List<TrainingRequest<String, String>> asked = new ArrayList<>();

  @BeforeEach
  void prepare() {
    registry = ModelRegistry.directory(home.resolve("models"));
    store = RunStore.inMemory();
  }

  private ModelVersion prompt(String prompt) {
    return registry.add(Prompts.write(home.resolve("start"), prompt), Provenance.imported());
  }

  private ImprovementLoop.Builder<String, String> parts(LearnsFrom from, int samples) {
    return ImprovementLoop.builder(new Prompts.Model())
        .verifier(Prompts.verifier())
        .trainer(new Prompts.Reflecting(from, 4, asked))
        .gate(DriftGates.paired())
        .probes(Prompts.heldOut(400))
        .practice(Practice.DEFAULT.tasks(64).scouts(32).samples(samples))
        .budget(Budget.of(5))
        .store(store)
        .registry(registry);
  }

  /** Temperature 0: the same prompt and ticket give the same answer, however often. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void should_master_what_the_first_prompt_fails_at_altogether(int samples) {
    RunReport report =
        parts(LearnsFrom.ATTEMPTS, samples)
            .critic(new Encouraging())
            .build()
            .run(prompt("You are a help desk.\nBe brief.\n"), Prompts.TICKETS);
    assertThat(report.end()).as(report.summary()).isEqualTo(End.MASTERED);
    assertThat(report.generations().size() - 1).as("generations").isLessThanOrEqualTo(5);
    TrainingRequest<String, String> first = asked.get(0);
    assertThat(first.lessons()).isEmpty();
    assertThat(first.attempts())
        .isNotEmpty()
        .allMatch(attempt -> attempt.candidate() == null)
        .allMatch(attempt -> attempt.verdict().reason().startsWith("malformed: more than a queue"))
        .allMatch(attempt -> "I would say that it is for queue 1.".equals(text(attempt)));
    List<Attempt<String, String>> wrong =
        asked.get(1).attempts().stream().filter(attempt -> !attempt.passed()).toList();
    assertThat(wrong)
        .isNotEmpty()
        .allMatch(attempt -> attempt.critique() != null)
        .allMatch(attempt -> attempt.verdict().reason().contains("belong to"));
  }

  private static String text(Attempt<String, String> attempt) {
    return String.valueOf(attempt.output().text());
  }

  /** Gives no grade, but words. */
  private static final class Encouraging implements Critic<String, String> {
    @Override
    public Critique critique(String task, String answer, Verdict verdict, Rubric rubric) {
      return Critique.overall(verdict.passed() ? 1 : 0, "well tried");
    }

    @Override
    public boolean asksFailures() {
      return true;
    }
  }

  @Test
  void should_give_a_trainer_that_is_resumed_what_it_was_given() {
    ModelVersion start = prompt("You are a help desk.\n");
    parts(LearnsFrom.ATTEMPTS, 1).build().run(start, Prompts.TICKETS);
    List<RunEvent> events = store.events("run-1");
    List<TrainingRequest<String, String>> whole = List.copyOf(asked);
    int trained =
        events.indexOf(
            events.stream().filter(RunEvent.Trained.class::isInstance).findFirst().orElseThrow());
    registry = ModelRegistry.directory(home.resolve("others"));
    registry.promote(prompt("You are a help desk.\n").id());
    store = RunStore.inMemory();
    store.create("run-1");
    store.append("run-1", Instant.EPOCH, events.subList(0, trained));
    asked.clear();
    RunReport report = parts(LearnsFrom.ATTEMPTS, 1).build().resume("run-1", Prompts.TICKETS);
    assertThat(report.end()).isEqualTo(End.MASTERED);
    assertThat(asked).hasSameSizeAs(whole);
    for (int i = 0; i < whole.size(); i++) {
      assertThat(asked.get(i).attempts()).isEqualTo(whole.get(i).attempts());
    }
    assertThat(Loops.course(store, "run-1"))
        .isEqualTo(events.stream().filter(event -> !event.circumstantial()).toList());
  }

  @Test
  void should_say_what_a_trainer_that_learns_from_lessons_was_not_asked_for() {
    RunReport report =
        parts(LearnsFrom.LESSONS, 1).build().run(prompt("You are a help desk.\n"), Prompts.TICKETS);
    assertThat(asked).isEmpty();
    assertThat(report.end()).isEqualTo(End.NO_PROGRESS);
    GenerationReport first = report.generations().get(1);
    assertThat(first.outcome()).isEqualTo(Outcome.NO_LESSONS);
    assertThat(first.why()).isEqualTo("none of 96 decided attempts passed, 96 were malformed");
    assertThat(report.summary()).contains("kept 0 of 96: none of 96 decided attempts passed");
  }

  @Test
  void should_train_once_on_lessons_that_were_given_alone() {
    Loops loops = new Loops(home);
    ScriptedTrainer<Sum, Long> trainer = ScriptedTrainer.of(loops.learner.trainer());
    RunReport report = nothingPasses(loops, trainer).run(loops.start, Loops.TASKS);
    assertThat(trainer.calls()).hasSize(1);
    assertThat(trainer.calls().get(0).lessons().stream().map(Lesson::generation)).containsOnly(0);
    assertThat(report.generations().subList(2, 4).stream().map(GenerationReport::outcome))
        .containsOnly(Outcome.NO_LESSONS);
    assertThat(report.generations().get(2).why()).startsWith("none of ");
  }

  private static ImprovementLoop<Sum, Long> nothingPasses(
      Loops loops, ScriptedTrainer<Sum, Long> trainer) {
    return loops
        .parts(Budget.of(3), Practice.DEFAULT.tasks(16))
        .verifier((task, answer) -> Verdict.fail("never right"))
        .trainer(trainer)
        .lessons(Loops.given())
        .gate(DriftGates.paired())
        .build();
  }

  /** Older records have no words why, and no training on given lessons alone: they resume. */
  @Test
  void should_resume_a_record_that_is_older_than_words_why() {
    Loops loops = new Loops(home);
    ScriptedTrainer<Sum, Long> trainer = ScriptedTrainer.of(loops.learner.trainer());
    nothingPasses(loops, trainer).run(loops.start, Loops.TASKS);
    List<RunEvent> older = new ArrayList<>();
    for (RunEvent event : loops.store.events("run-1")) {
      if (event instanceof RunEvent.LessonsSelected selected) {
        older.add(
            new RunEvent.GenerationFinished(
                new GenerationReport(
                    1,
                    Outcome.NO_LESSONS,
                    selected.frontier(),
                    selected.made(),
                    0,
                    null,
                    null,
                    Map.of(),
                    loops.start.id())));
        break;
      }
      older.add(event);
    }
    Loops again = new Loops(home.resolve("again"));
    again.registry.promote(again.start.id());
    again.store.create("run-1");
    again.store.append("run-1", Instant.EPOCH, older);
    ScriptedTrainer<Sum, Long> second = ScriptedTrainer.of(again.learner.trainer());
    RunReport report = nothingPasses(again, second).resume("run-1", Loops.TASKS);
    assertThat(report.generations().get(1).outcome()).isEqualTo(Outcome.NO_LESSONS);
    assertThat(report.generations().get(1).why()).isNull();
    assertThat(second.calls()).as("trainings in the generations after it").hasSize(1);
    assertThat(report.generations().get(3).why()).startsWith("none of ");
  }
}
