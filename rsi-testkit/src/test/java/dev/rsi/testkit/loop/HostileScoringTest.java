package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Codec;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.probe.ProbeFamily;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions that are asked how likely candidates are, and mean to mislead by the answer. */
class HostileScoringTest {
  @TempDir Path home;

  /** How often a hostile session was asked. */
  private final AtomicInteger tries = new AtomicInteger();

  /** What hostile sessions do once they have answered. */
  private final List<Runnable> later = new ArrayList<>();

  /** What a hostile session does instead of scoring honestly. */
  private interface Scoring {
    List<Double> score(
        ScoringSession<Sum, Long> honest,
        List<Sum> tasks,
        List<Long> candidates,
        RunContext context);
  }

  @Test
  void should_not_let_a_session_change_what_it_is_asked() {
    List<RunEvent> events =
        run(
            home.resolve("hostile"),
            (honest, tasks, candidates, context) -> {
              refuses(() -> tasks.set(0, tasks.get(0)));
              refuses(() -> candidates.set(0, -1L));
              refuses(candidates::clear);
              return honest.score(tasks, candidates, context);
            });
    assertThat(events).isEqualTo(honest());
  }

  @Test
  void should_read_scores_once() {
    List<RunEvent> events =
        run(
            home.resolve("hostile"),
            (honest, tasks, candidates, context) ->
                fickle(honest.score(tasks, candidates, context)));
    assertThat(events).isEqualTo(honest());
  }

  @Test
  void should_keep_scores_that_a_session_changes_later() {
    List<RunEvent> events =
        run(
            home.resolve("hostile"),
            (honest, tasks, candidates, context) -> {
              List<Double> scores = new ArrayList<>(honest.score(tasks, candidates, context));
              later.add(() -> Collections.fill(scores, 0.0));
              later.subList(0, later.size() - 1).forEach(Runnable::run);
              return scores;
            });
    assertThat(events).isEqualTo(honest());
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void should_not_promote_on_scores_that_are_none(double score) {
    assertHeld((honest, tasks, candidates, context) -> Collections.nCopies(tasks.size(), score));
  }

  @Test
  void should_not_promote_on_scores_of_another_number_or_on_null() {
    List<Scoring> all =
        List.of(
            (honest, tasks, candidates, context) -> Collections.nCopies(tasks.size() + 1, -1.0),
            (honest, tasks, candidates, context) -> List.of(),
            (honest, tasks, candidates, context) -> Arrays.asList(new Double[tasks.size()]));
    for (int i = 0; i < all.size(); i++) {
      assertHeld("held " + i, all.get(i));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.MIN_VALUE, 700, 1e308})
  void should_not_promote_on_probabilities_beyond_one(double score) {
    assertHeld(
        (honest, tasks, candidates, context) -> {
          List<Double> scores = new ArrayList<>(honest.score(tasks, candidates, context));
          for (int i = 0; i < scores.size(); i += 2) {
            scores.set(i, score);
          }
          return scores;
        });
  }

  private void assertHeld(Scoring hostile) {
    assertHeld("held", hostile);
  }

  private void assertHeld(String name, Scoring hostile) {
    List<RunEvent> events = run(home.resolve(name), hostile);
    assertThat(tries).hasPositiveValue();
    assertThat(events).noneMatch(RunEvent.Promoted.class::isInstance);
    assertThat(events)
        .filteredOn(RunEvent.Gated.class::isInstance)
        .isNotEmpty()
        .extracting(event -> ((RunEvent.Gated) event).decision().action())
        .doesNotContain(GateDecision.Action.PROMOTE);
  }

  /** What is recorded of a run of honest parts, which promotes. */
  private List<RunEvent> honest() {
    int before = tries.get();
    assertThat(before).isPositive();
    List<RunEvent> events =
        run(
            home.resolve("honest"),
            (honest, tasks, candidates, context) -> honest.score(tasks, candidates, context));
    assertThat(events).anyMatch(RunEvent.Promoted.class::isInstance);
    return events;
  }

  private static void refuses(Runnable attack) {
    try {
      attack.run();
    } catch (UnsupportedOperationException e) {
      return;
    }
    throw new AssertionError("what should be refused was done");
  }

  private static List<Double> fickle(List<Double> scores) {
    boolean[] read = new boolean[scores.size()];
    return new AbstractList<>() {
      @Override
      public Double get(int index) {
        boolean again = read[index];
        read[index] = true;
        return again ? 0.0 : scores.get(index);
      }

      @Override
      public int size() {
        return scores.size();
      }
    };
  }

  private List<RunEvent> run(Path directory, Scoring scoring) {
    Loops loops = new Loops(directory);
    ProbeBank<Sum, Long> bank = closeness();
    ImprovementLoop<Sum, Long> loop =
        ImprovementLoop.builder(new Hostile(loops.learner.generator(), scoring))
            .verifier(ToyTasks.verifier())
            .trainer(loops.learner.trainer())
            .gate(DriftGates.anchored(bank).gain(false))
            .probes(bank)
            .practice(Practice.DEFAULT.tasks(16).scouts(16).reach(1))
            .budget(Budget.of(2))
            .seed(7)
            .store(loops.store)
            .registry(loops.registry)
            .build();
    RunReport report = loop.run(loops.start, Loops.TASKS);
    return Loops.course(loops.store, report.run());
  }

  /** Choices that training does not change: the learner masters their level from the start. */
  private static ProbeBank<Sum, Long> closeness() {
    SplittableRandom random = new SplittableRandom(6);
    Map<Sum, List<Long>> choices = new LinkedHashMap<>();
    while (choices.size() < 60) {
      Sum sum = Loops.TASKS.draw(1, random);
      choices.put(sum, List.of(sum.expected(), sum.expected() + 1));
    }
    return ProbeBank.of(
        ToyTasks.codec(), List.of(ProbeFamily.closeness("choice", choices).margins(.1, .4)));
  }

  /** The learner's generator, whose sessions score as they please. */
  private final class Hostile implements Generator<Sum, Long> {
    private final Generator<Sum, Long> sound;
    private final Scoring scoring;

    Hostile(Generator<Sum, Long> sound, Scoring scoring) {
      this.sound = sound;
      this.scoring = scoring;
    }

    @Override
    public Codec<Sum, Long> codec() {
      return sound.codec();
    }

    @Override
    public Session<Sum, Long> open(ModelVersion version) {
      ScoringSession<Sum, Long> session = (ScoringSession<Sum, Long>) sound.open(version);
      return new ScoringSession<>() {
        @Override
        public List<Double> score(List<Sum> tasks, List<Long> candidates, RunContext context) {
          tries.incrementAndGet();
          return scoring.score(session, tasks, candidates, context);
        }

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
  }
}
