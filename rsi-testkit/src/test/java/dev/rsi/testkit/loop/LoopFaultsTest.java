package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Critique;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Lesson;
import dev.rsi.api.Output;
import dev.rsi.api.RsiException;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.testkit.ScriptedCritic;
import dev.rsi.testkit.ScriptedGate;
import dev.rsi.testkit.ScriptedGenerator;
import dev.rsi.testkit.ScriptedTrainer;
import dev.rsi.testkit.ScriptedVerifier;
import dev.rsi.testkit.SimulatedLearner;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whole runs in which parts break at chosen calls. Whatever breaks, the run ends in order, nothing
 * unproven trains, nothing unproven goes live, and nothing stays open.
 */
class LoopFaultsTest {
  private static final Budget BUDGET = Budget.of(10).attempts(40_000);
  private static final int[] CALLS = {1, 2, 7};

  @TempDir Path home;

  /** A loop's parts, each of which can be told to break. */
  private static final class Parts {
    final ScriptedGenerator<Sum, Long> generator;
    final ScriptedVerifier<Sum, Long> verifier = ScriptedVerifier.of(ToyTasks.verifier());
    final ScriptedCritic<Sum, Long> critic =
        ScriptedCritic.of((task, candidate, verdict, rubric) -> Critique.overall(0.5, "so so"));
    final ScriptedTrainer<Sum, Long> trainer;
    final ScriptedGate gate = ScriptedGate.of(DriftGates.paired());

    Parts(SimulatedLearner learner) {
      generator = ScriptedGenerator.of(learner.generator());
      trainer = ScriptedTrainer.of(learner.trainer());
    }
  }

  /** Ways to break a part at its n-th call, by name. */
  private static final Map<String, BiConsumer<Parts, Integer>> FAULTS = faults();

  private static Map<String, BiConsumer<Parts, Integer>> faults() {
    Map<String, BiConsumer<Parts, Integer>> faults = new TreeMap<>();
    RuntimeException broken = new RsiException("planted");
    faults.put("generator cannot open", (p, n) -> p.generator.throwOnOpen(n, broken));
    faults.put("generator throws", (p, n) -> p.generator.throwOnCall(n, broken));
    faults.put("generator gives null", (p, n) -> p.generator.nullOnCall(n));
    faults.put("generator drops an output", (p, n) -> p.generator.onCall(n, LoopFaultsTest::fewer));
    faults.put(
        "generator fails every item",
        (p, n) -> p.generator.onCall(n, outputs -> all(outputs, Output.failed("planted", 0))));
    faults.put(
        "generator malforms every item",
        (p, n) -> p.generator.onCall(n, outputs -> all(outputs, Output.malformed("planted", 0))));
    faults.put("verifier throws", (p, n) -> p.verifier.throwOnCall(n, broken));
    faults.put("verifier gives null", (p, n) -> p.verifier.nullOnCall(n));
    faults.put("verifier drops a verdict", (p, n) -> p.verifier.onCall(n, LoopFaultsTest::fewer));
    faults.put(
        "verifier gives a verdict of null",
        (p, n) -> p.verifier.onCall(n, LoopFaultsTest::withNull));
    faults.put("critic throws", (p, n) -> p.critic.throwOnCall(n, broken));
    faults.put("critic gives null", (p, n) -> p.critic.nullOnCall(n));
    faults.put(
        "critic grades another rubric",
        (p, n) -> p.critic.onCall(n, c -> new Critique(Map.of("beauty", 1.0), "lovely")));
    faults.put("trainer throws", (p, n) -> p.trainer.throwOnCall(n, broken));
    faults.put("trainer gives null", (p, n) -> p.trainer.nullOnCall(n));
    faults.put("trainer writes garbage", (p, n) -> p.trainer.garbageOnCall(n));
    faults.put(
        "trainer reports NaN",
        (p, n) -> p.trainer.onCall(n, a -> reporting(a, a.directory(), Double.NaN)));
    faults.put(
        "trainer names a directory that is not there",
        (p, n) -> p.trainer.onCall(n, a -> reporting(a, a.directory().resolve("no"), 1)));
    faults.put("gate throws", (p, n) -> p.gate.throwOnCall(n, broken));
    faults.put("gate gives null", (p, n) -> p.gate.nullOnCall(n));
    return faults;
  }

  static List<String> kinds() {
    return List.copyOf(FAULTS.keySet());
  }

  static IntStream seeds() {
    return IntStream.rangeClosed(1, 10);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void should_end_in_order_when_one_call_breaks(String fault) {
    for (int call : CALLS) {
      check(
          home.resolve("call-" + call),
          fault + " at call " + call,
          parts -> FAULTS.get(fault).accept(parts, call));
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void should_end_in_order_when_everything_breaks_now_and_then(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    check(
        home,
        "seed " + seed,
        parts ->
            FAULTS.forEach(
                (name, fault) -> {
                  for (int i = 0; i < 3; i++) {
                    int exponent = random.nextInt(name.startsWith("verifier") ? 11 : 5);
                    fault.accept(parts, 1 + random.nextInt(1 << exponent));
                  }
                }));
  }

  private static void check(Path home, String what, Consumer<Parts> plant) {
    Loops loops = new Loops(home);
    Parts parts = new Parts(loops.learner);
    plant.accept(parts);
    List<RunEvent> heard = new ArrayList<>();
    List<Double> before = SimulatedLearner.skills(loops.start.directory());

    RunReport report =
        ImprovementLoop.builder(parts.generator)
            .probes(Loops.heldOut(11, 200))
            .practice(Practice.DEFAULT.tasks(64))
            .budget(BUDGET)
            .store(loops.store)
            .registry(loops.registry)
            .verifier(parts.verifier)
            .critic(parts.critic)
            .trainer(parts.trainer)
            .gate(parts.gate)
            .listener(heard::add)
            .build()
            .run(loops.start, Loops.TASKS);

    List<RunEvent> events = loops.store.events(report.run());
    assertThat(events).as("%s: what was heard", what).isEqualTo(heard);
    assertThat(events.get(events.size() - 1))
        .as("%s: the last event", what)
        .isInstanceOf(RunEvent.RunFinished.class);
    assertThat(loops.registry.live().orElseThrow().id())
        .as("%s: the live version", what)
        .isEqualTo(report.live());
    assertThat(parts.generator.openSessions()).as("%s: sessions left open", what).isZero();
    assertThat(trainedOn(parts)).as("%s: lessons", what).allMatch(LoopFaultsTest::isRight);
    assertThat(promoted(events)).as("%s: what went live", what).isEqualTo(passedTheGate(events));
    List<Double> after = loops.live();
    for (int i = 0; i < after.size(); i++) {
      assertThat(after.get(i))
          .as("%s: skill of level %d, before %s and after %s", what, i + 1, before, after)
          .isGreaterThan(before.get(i) - 0.05);
    }
    assertThat(report.spending().generations()).as(what).isLessThanOrEqualTo(BUDGET.generations());
    assertThat(report.spending().attempts()).as(what).isLessThanOrEqualTo(BUDGET.attempts());
  }

  private static List<Lesson<Sum, Long>> trainedOn(Parts parts) {
    return parts.trainer.calls().stream()
        .map(TrainingRequest::lessons)
        .flatMap(List::stream)
        .toList();
  }

  private static boolean isRight(Lesson<Sum, Long> lesson) {
    return lesson.candidate() == lesson.task().expected();
  }

  private static List<String> promoted(List<RunEvent> events) {
    List<String> ids = new ArrayList<>();
    for (RunEvent event : events) {
      if (event instanceof RunEvent.Promoted promoted) {
        ids.add(promoted.to());
      }
    }
    return ids;
  }

  private static List<String> passedTheGate(List<RunEvent> events) {
    List<String> ids = new ArrayList<>();
    for (RunEvent event : events) {
      if (event instanceof RunEvent.Gated gated
          && gated.decision().action() == GateDecision.Action.PROMOTE) {
        ids.add(gated.challenger());
      }
    }
    return ids;
  }

  private static <E> List<E> all(List<E> list, E element) {
    return Collections.nCopies(list.size(), element);
  }

  private static <E> List<E> fewer(List<E> list) {
    return list.subList(0, list.size() - 1);
  }

  private static List<Verdict> withNull(List<Verdict> verdicts) {
    List<Verdict> copy = new ArrayList<>(verdicts);
    copy.set(0, null);
    return copy;
  }

  private static TrainedArtifact reporting(TrainedArtifact artifact, Path directory, double loss) {
    return new TrainedArtifact(
        directory, artifact.steps(), Map.of("loss", loss), artifact.provenance());
  }
}
