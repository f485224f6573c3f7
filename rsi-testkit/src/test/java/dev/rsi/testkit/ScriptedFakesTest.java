package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Codec;
import dev.rsi.api.CorruptModelException;
import dev.rsi.api.Critique;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Recipe;
import dev.rsi.api.Request;
import dev.rsi.api.Rubric;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptedFakesTest {
  private static final RuntimeException PLANTED = new IllegalStateException("planted");

  @TempDir Path directory;

  private final SimulatedLearner learner = SimulatedLearner.ofLevels(2);

  @Test
  void should_break_a_verifier_at_the_calls_chosen() {
    ScriptedVerifier<Sum, Long> verifier =
        ScriptedVerifier.of(ToyTasks.verifier())
            .throwOnCall(2, PLANTED)
            .nullOnCall(3)
            .onCall(4, verdicts -> verdicts.subList(1, verdicts.size()));
    Sum sum = Sum.of(1, 2);

    assertThat(verifier.verify(sum, 3L).passed()).isTrue();
    assertThatThrownBy(() -> verifier.verifyAll(sum, List.of(3L))).isSameAs(PLANTED);
    assertThat(verifier.verify(sum, 3L)).isNull();
    assertThat(verifier.verifyAll(sum, List.of(3L, 4L))).hasSize(1);
    assertThat(verifier.verifyAll(sum, List.of(3L, 4L))).hasSize(2);
    assertThat(verifier.calls())
        .hasSize(5)
        .startsWith(new ScriptedVerifier.Call<>(sum, List.of(3L)));
  }

  @Test
  void should_break_a_critic_at_the_calls_chosen() {
    ScriptedCritic<String, String> critic =
        ScriptedCritic.<String, String>of((t, c, v, r) -> Critique.overall(0.5, "so so"))
            .throwOnCall(1, PLANTED)
            .nullOnCall(2)
            .onCall(3, critique -> Critique.undecided("lost for words"));
    Rubric rubric = Rubric.overall();

    assertThatThrownBy(() -> critic.critique("t", "c", Verdict.pass(), rubric)).isSameAs(PLANTED);
    assertThat(critic.critique("t", "c", Verdict.pass(), rubric)).isNull();
    assertThat(critic.critique("t", "c", Verdict.pass(), rubric).decided()).isFalse();
    assertThat(critic.critique("t", "c", Verdict.pass(), rubric).grade()).isEqualTo(0.5);
    assertThat(critic.calls())
        .containsOnly(new ScriptedCritic.Call<>("t", "c", Verdict.pass(), rubric));
  }

  @Test
  void should_decide_as_the_list_says() {
    GateDecision hold = GateDecision.hold("wait", List.of());
    GateDecision promote = GateDecision.promote("go", List.of());
    ScriptedGate gate = ScriptedGate.of(hold, promote).nullOnCall(3).throwOnCall(4, PLANTED);
    SimulatedProbes probes = SimulatedProbes.seeded(1).ordinal(9);

    assertThat(gate.decide(probes)).isEqualTo(hold);
    assertThat(gate.decide(probes)).isEqualTo(promote);
    assertThat(gate.decide(probes)).isNull();
    assertThatThrownBy(() -> gate.decide(probes)).isSameAs(PLANTED);
    assertThat(gate.decide(probes)).isEqualTo(promote);
    assertThat(gate.ordinals()).containsExactly(9L, 9L, 9L, 9L, 9L);
  }

  @Test
  void should_break_a_generator_and_count_its_sessions() {
    ModelVersion version = Directories.version(learner.write(directory, 1));
    ScriptedGenerator<Sum, Long> generator =
        ScriptedGenerator.of(learner.generator())
            .throwOnOpen(2, PLANTED)
            .throwOnCall(1, PLANTED)
            .nullOnCall(2)
            .onCall(3, outputs -> List.of());
    List<Request<Sum>> requests = List.of(new Request<>(Sum.of(1, 2), 1));
    RunContext context = RunContext.standalone();

    Generator.Session<Sum, Long> session = generator.open(version);
    assertThat(generator.openSessions()).isEqualTo(1);
    assertThatThrownBy(() -> session.generate(requests, context)).isSameAs(PLANTED);
    assertThat(session.generate(requests, context)).isNull();
    assertThat(session.generate(requests, context)).isEmpty();
    assertThat(session.generate(requests, context).get(0).candidate()).isEqualTo(3);
    assertThatThrownBy(() -> generator.open(version)).isSameAs(PLANTED);
    session.close();
    session.close();
    assertThat(generator.openSessions()).isZero();
    assertThat(generator.opened()).containsExactly(version, version);
    assertThat(generator.calls())
        .hasSize(4)
        .containsOnly(new ScriptedGenerator.Call<>(version, requests));
  }

  @Test
  void should_break_scores_at_the_calls_chosen() {
    ModelVersion version = Directories.version(learner.write(directory, 0.5));
    ScriptedGenerator<Sum, Long> generator =
        ScriptedGenerator.of(learner.generator())
            .throwOnScore(1, PLANTED)
            .nullOnScore(2)
            .onScore(3, scores -> List.of());
    List<Sum> tasks = List.of(Sum.of(1, 2));
    List<Long> candidates = List.of(3L);
    RunContext context = RunContext.standalone();

    ScoringSession<Sum, Long> session = (ScoringSession<Sum, Long>) generator.open(version);
    assertThatThrownBy(() -> session.score(tasks, candidates, context)).isSameAs(PLANTED);
    assertThat(session.score(tasks, candidates, context)).isNull();
    assertThat(session.score(tasks, candidates, context)).isEmpty();
    assertThat(session.score(tasks, candidates, context)).containsExactly(Math.log(0.5));
    session.close();
    assertThat(generator.openSessions()).isZero();
    assertThat(generator.calls()).isEmpty();
    assertThat(generator.scoreCalls())
        .hasSize(4)
        .containsOnly(new ScriptedGenerator.ScoreCall<>(version, tasks, candidates));
  }

  @Test
  void should_not_score_where_the_wrapped_sessions_cannot() {
    ModelVersion version = Directories.version(learner.write(directory, 1));
    Generator<Sum, Long> plain =
        new Generator<>() {
          @Override
          public Codec<Sum, Long> codec() {
            return ToyTasks.codec();
          }

          @Override
          public Session<Sum, Long> open(ModelVersion opened) {
            Session<Sum, Long> session = learner.generator().open(opened);
            return new Session<>() {
              @Override
              public List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
                return session.generate(requests, context);
              }

              @Override
              public void close() {
                session.close();
              }
            };
          }
        };

    try (Generator.Session<Sum, Long> session = ScriptedGenerator.of(plain).open(version)) {
      assertThat(session).isNotInstanceOf(ScoringSession.class);
    }
  }

  @Test
  void should_break_a_trainer_at_the_calls_chosen() {
    ModelVersion base = Directories.version(learner.write(directory.resolve("base"), 1));
    ScriptedTrainer<Sum, Long> trainer =
        ScriptedTrainer.of(learner.trainer())
            .throwOnCall(1, PLANTED)
            .nullOnCall(2)
            .garbageOnCall(3);

    assertThatThrownBy(() -> trainer.train(request(base, "1"), TrainingContext.standalone()))
        .isSameAs(PLANTED);
    assertThat(trainer.train(request(base, "2"), TrainingContext.standalone())).isNull();
    trainer.train(request(base, "3"), TrainingContext.standalone());
    assertThatThrownBy(() -> SimulatedLearner.skills(directory.resolve("3")))
        .isInstanceOf(CorruptModelException.class);
    trainer.train(request(base, "4"), TrainingContext.standalone());
    assertThat(SimulatedLearner.skills(directory.resolve("4"))).hasSize(2);
    assertThat(trainer.calls()).hasSize(4).contains(request(base, "4"));
    assertThat(trainer.knobs()).isEqualTo(learner.trainer().knobs());
  }

  @Test
  void should_cancel_at_the_check_chosen() {
    ManualContext context = ManualContext.create().cancelAtCheck(3);

    assertThat(context.cancelled()).isFalse();
    assertThat(context.cancelled()).isFalse();
    assertThat(context.cancelled()).isTrue();
    assertThat(context.cancelled()).isTrue();
    assertThat(context.checks()).isEqualTo(4);
    assertThat(ManualContext.create().cancel().cancelled()).isTrue();

    context.progress(2, 5);
    assertThat(context.done()).isEqualTo(2);
    assertThat(context.total()).isEqualTo(5);
    assertThatIllegalArgumentException().isThrownBy(() -> context.progress(6, 5));
  }

  private TrainingRequest<Sum, Long> request(ModelVersion base, String work) {
    return new TrainingRequest<>(
        base,
        SimulatedTrainerContractTest.rightLessons(),
        Recipe.defaults(),
        1,
        directory.resolve(work));
  }
}
