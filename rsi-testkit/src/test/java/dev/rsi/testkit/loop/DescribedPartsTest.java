package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Calls;
import dev.rsi.api.Codec;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.DriftGate;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Generator;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Recipe;
import dev.rsi.api.Rubric;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Approval;
import dev.rsi.core.Budget;
import dev.rsi.core.Charter;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.testkit.ScriptedCritic;
import dev.rsi.testkit.ScriptedGate;
import dev.rsi.testkit.ScriptedTrainer;
import dev.rsi.testkit.ScriptedVerifier;
import dev.rsi.testkit.SimulatedLearner;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run is resumed by what it was begun with, and a plan forgets nothing. */
class DescribedPartsTest {
  private static final Oversight OVERSIGHT =
      Oversight.NONE
          .approval(
              Approval.of(Duration.ofDays(1), GateDecision.Action.HOLD)
                  .by(question -> Approval.Answer.no("nobody", "no")))
          .charter(new Charter(1, "add", List.of(), List.of()))
          .secret(77);

  /** What may be another's: it decides nothing. */
  private static final Set<String> SURROUNDINGS =
      Set.of("budget", "store", "registry", "listener", "threads", "clock");

  @TempDir Path home;

  private interface Change extends UnaryOperator<ImprovementLoop.Builder<Sum, Long>> {}

  /** Another value for each setter, by the setter's name and what is other. */
  private static Map<String, Change> changes(Loops loops) {
    Map<String, Change> changes = new LinkedHashMap<>();
    changes.put("verifier", b -> b.verifier(Verifier.named("lenient", (t, c) -> Verdict.pass())));
    changes.put("verifier: a lambda", b -> b.verifier((t, c) -> Verdict.pass()));
    changes.put("critic", b -> b.critic(Critic.named("other", DescribedPartsTest::graded)));
    changes.put("critic: rubric", b -> b.critic(critic(), Rubric.of(criterion("clear"))));
    changes.put(
        "trainer",
        b -> b.trainer(SimulatedLearner.ofLevels(Loops.LEVELS + 1).trainer(), Recipe.defaults()));
    changes.put(
        "trainer: recipe",
        b ->
            b.trainer(
                loops.learner.trainer(),
                Recipe.defaults().with(SimulatedLearner.LEARNING_RATE, .5)));
    changes.put("gate", b -> b.gate(DriftGates.paired()));
    changes.put("gate: its error", b -> b.gate(DriftGates.anchored().error(.9)));
    changes.put("gate: its margins", b -> b.gate(DriftGates.anchored().margins(.01, .9)));
    changes.put("gate: another name", b -> b.gate(DriftGate.named("mine", DriftGates.paired())));
    changes.put("probes", b -> b.probes(Loops.heldOut(13, 200)));
    changes.put("probes: their judge", b -> b.probes(judgedLeniently(11, 200)));
    changes.put("probes: nearness", b -> b.probes(Loops.heldOut(11, 200).nearness(.9)));
    changes.put("exam: its judge", b -> b.exam(judgedLeniently(12, 100)));
    changes.put("exam", b -> b.exam(Loops.heldOut(14, 100)));
    changes.put("lessons", b -> b.lessons(List.of(Lesson.given(Sum.of(1, 2), 3L, 1))));
    changes.put("practice", b -> b.practice(Practice.DEFAULT.tasks(63)));
    changes.put("practice: memory", b -> b.practice(Practice.DEFAULT.tasks(64).memory(7)));
    changes.put("oversight: approval", b -> b.oversight(OVERSIGHT.approval(promotions())));
    changes.put(
        "oversight: charter",
        b -> b.oversight(OVERSIGHT.charter(new Charter(2, "add", List.of(), List.of()))));
    changes.put("oversight: secret", b -> b.oversight(OVERSIGHT.secret(78)));
    changes.put("oversight: pace", b -> b.oversight(OVERSIGHT.pace(Duration.ofMillis(1))));
    changes.put("seed", b -> b.seed(2));
    return changes;
  }

  private static ProbeBank<Sum, Long> judgedLeniently(long seed, int perLevel) {
    Map<String, List<Sum>> tasks = new LinkedHashMap<>();
    Loops.heldOut(seed, perLevel)
        .families()
        .forEach((kind, family) -> tasks.put(kind, family.tasks()));
    return ProbeBank.of(
        ToyTasks.codec(), Verifier.named("lenient", (task, answer) -> Verdict.pass()), tasks);
  }

  private static Approval promotions() {
    return Approval.of(Duration.ofDays(1), GateDecision.Action.PROMOTE)
        .by(question -> Approval.Answer.no("nobody", "no"));
  }

  private static Rubric.Criterion criterion(String name) {
    return new Rubric.Criterion(name, "Is it?", 1);
  }

  private static Critique graded(Sum task, Long answer, Verdict verdict, Rubric rubric) {
    return Critique.overall(1, "fine");
  }

  private static Critic<Sum, Long> critic() {
    return Critic.named("all are fine", DescribedPartsTest::graded);
  }

  private ImprovementLoop<Sum, Long> loop(Loops loops) {
    return loops.whole(Budget.of(2)).build().plan().toBuilder()
        .gate(DriftGates.anchored())
        .critic(critic())
        .oversight(OVERSIGHT)
        .build();
  }

  /** A run that was left before its first decision. */
  private String left(Loops loops) {
    Thread driver = Thread.currentThread();
    RunReport report =
        loop(loops).plan().toBuilder()
            .listener(
                event -> {
                  if (event instanceof RunEvent.LessonsSelected) {
                    driver.interrupt();
                  }
                })
            .build()
            .run(loops.start, Loops.TASKS);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(report.end()).isEqualTo(RunReport.End.CANCELLED);
    return report.run();
  }

  @Test
  void should_refuse_another_loop_naming_what_differs() {
    Loops loops = new Loops(home);
    String run = left(loops);
    List<RunEvent> before = loops.store.events(run);
    changes(loops)
        .forEach(
            (name, change) -> {
              ImprovementLoop<Sum, Long> other =
                  change.apply(loop(loops).plan().toBuilder()).build();
              assertThatThrownBy(() -> other.resume(run, Loops.TASKS))
                  .as(name)
                  .isInstanceOf(IllegalArgumentException.class)
                  .hasMessageContaining("began with another loop");
            });
    assertThatThrownBy(() -> loop(loops).resume(run, ToyTasks.ofLevels(Loops.LEVELS + 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("tasks was (", "levels was (");
    assertThat(loops.store.events(run)).isEqualTo(before);
    assertThat(loop(loops).resume(run, Loops.TASKS).end()).isNotEqualTo(RunReport.End.CANCELLED);
  }

  @Test
  void should_ask_a_verifier_again_within_its_time() {
    Loops loops = new Loops(home);
    Verifier<Sum, Long> slow =
        (sum, answer) -> {
          if (answer % 7 == 0) {
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
          return Verdict.passIf(answer == sum.expected(), "wrong");
        };
    Verifier<Sum, Long> limited = slow.with(Calls.DEFAULT.parallel(8).limit(Duration.ofMillis(20)));
    Thread driver = Thread.currentThread();
    ImprovementLoop.Builder<Sum, Long> builder =
        loops.whole(Budget.of(1)).build().plan().toBuilder()
            .practice(Practice.DEFAULT.tasks(8).scouts(8))
            .verifier(limited);
    RunReport report =
        builder
            .listener(
                event -> {
                  if (event instanceof RunEvent.LessonsSelected) {
                    driver.interrupt();
                  }
                })
            .build()
            .run(loops.start, Loops.TASKS);
    assertThat(Thread.interrupted()).isTrue();
    ImprovementLoop<Sum, Long> again =
        builder.build().plan().toBuilder().listener(event -> {}).build();
    assertThat(again.resume(report.run(), Loops.TASKS).end()).isNotEqualTo(RunReport.End.CANCELLED);
  }

  @Test
  void should_ask_about_every_setter_of_the_builder() {
    Set<String> asked =
        changes(new Loops(home)).keySet().stream()
            .map(name -> name.split(":")[0])
            .collect(Collectors.toCollection(TreeSet::new));
    asked.addAll(SURROUNDINGS);
    Set<String> setters =
        Arrays.stream(ImprovementLoop.Builder.class.getDeclaredMethods())
            .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
            .filter(method -> method.getReturnType() == ImprovementLoop.Builder.class)
            .map(Method::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(asked).isEqualTo(setters).hasSizeLessThanOrEqualTo(16);
  }

  @Test
  void should_be_resumed_by_other_surroundings_and_wrapped_parts() {
    Loops loops = new Loops(home);
    String run = left(loops);
    ImprovementLoop<Sum, Long> wrapped =
        loop(loops).plan().toBuilder()
            .verifier(ScriptedVerifier.of(ToyTasks.verifier()).with(Calls.DEFAULT.parallel(2)))
            .critic(ScriptedCritic.of(critic()))
            .trainer(ScriptedTrainer.of(loops.learner.trainer()))
            .gate(ScriptedGate.of(DriftGates.anchored()))
            .budget(Budget.of(3))
            .registry(loops.registry, 100)
            .listener(event -> {})
            .threads(work -> new Thread(work, "other"))
            .clock(Clock.systemUTC())
            .oversight(OVERSIGHT.stopFile(home.resolve("STOP")))
            .build();
    assertThatCode(() -> wrapped.resume(run, Loops.TASKS)).doesNotThrowAnyException();
  }

  @Test
  void should_give_a_builder_everything_a_plan_has() {
    Loops loops = new Loops(home);
    ImprovementLoop<Sum, Long> loop =
        loop(loops).plan().toBuilder().registry(loops.registry, 3).seed(9).build();
    ImprovementLoop<Sum, Long> same = loop.plan().toBuilder().build();
    assertThat(same.plan()).usingRecursiveComparison().isEqualTo(loop.plan());
    assertThat(same.plan().describe())
        .isEqualTo(loop.plan().describe())
        .containsEntry("verifier", "exact sums")
        .containsEntry("generator", "simulated learner of 8 levels")
        .hasEntrySatisfying(
            "gate", gate -> assertThat(gate).startsWith("anchored gate, error 0.05"))
        .hasEntrySatisfying("secret sha-256", hash -> assertThat(hash).hasSize(64));
    ImprovementLoop<Sum, Long> strict =
        loop.plan().toBuilder().critic(critic(), Rubric.of(criterion("overall"))).build();
    assertThat(strict.plan().toBuilder().critic(critic()).build().plan().describe())
        .as("what a setter does not set stays as it was")
        .isEqualTo(strict.plan().describe());
    assertThatThrownBy(() -> loop.plan().toBuilder().seed(1).seed(2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("seed was already set");
  }

  @Test
  void should_know_a_lambda_by_its_class_alone_unless_it_is_named() {
    Verifier<Sum, Long> lambda = (task, candidate) -> Verdict.pass();
    assertThat(lambda.describe()).endsWith("DescribedPartsTest$$Lambda (by its class alone)");
    assertThat(Verifier.named("all pass v1", lambda).describe()).isEqualTo("all pass v1");
    assertThatThrownBy(() -> Verifier.named(" ", lambda)).hasMessageContaining("must not be blank");
    Generator<String, String> echo =
        new Generator<>() {
          @Override
          public Codec<String, String> codec() {
            return Codec.text();
          }

          @Override
          public Session<String, String> open(ModelVersion version) {
            throw new UnsupportedOperationException();
          }
        };
    assertThat(echo.describe()).isEqualTo(getClass().getName() + "$1 (by its class alone)");
  }
}
