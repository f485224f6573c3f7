package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks that can be changed, which they should not be, in the hands of a session that does. */
class ChangeableTasksTest {
  private static final Codec<AtomicReference<Sum>, Long> CODEC =
      new Codec<>() {
        @Override
        public String writeTask(AtomicReference<Sum> task) {
          return ToyTasks.codec().writeTask(task.get());
        }

        @Override
        public AtomicReference<Sum> readTask(String text) {
          return new AtomicReference<>(ToyTasks.codec().readTask(text));
        }

        @Override
        public String writeCandidate(Long candidate) {
          return ToyTasks.codec().writeCandidate(candidate);
        }

        @Override
        public Long readCandidate(String text) {
          return ToyTasks.codec().readCandidate(text);
        }
      };

  private static final Verifier<AtomicReference<Sum>, Long> JUDGE =
      (task, answer) -> ToyTasks.verifier().verify(task.get(), answer);

  @TempDir Path home;

  @Test
  void should_promote_while_nobody_changes_them() {
    assertThat(decisions(false)).anyMatch(gated -> gated.decision().promotes());
  }

  @Test
  void should_judge_by_the_probes_as_they_are_when_a_challenger_makes_its_own_easier() {
    assertThat(decisions(true))
        .isNotEmpty()
        .noneMatch(gated -> gated.decision().reason().contains("not those that the bank began"))
        .noneMatch(gated -> gated.decision().promotes());
  }

  private List<RunEvent.Gated> decisions(boolean eased) {
    Loops loops = new Loops(home);
    Map<String, List<AtomicReference<Sum>>> probes = new LinkedHashMap<>();
    HostileLoop.PROBES
        .families()
        .forEach(
            (kind, f) -> probes.put(kind, f.tasks().stream().map(AtomicReference::new).toList()));
    RunReport report =
        ImprovementLoop.builder(
                sessions(loops.learner.generator(), eased ? loops.start.id() : null))
            .verifier(JUDGE)
            .trainer(training(loops.learner.trainer()))
            .gate(DriftGates.paired())
            .probes(ProbeBank.of(CODEC, JUDGE, probes))
            .practice(Practice.DEFAULT.tasks(64).scouts(32).reach(2))
            .budget(Budget.of(2))
            .store(loops.store)
            .registry(loops.registry)
            .build()
            .run(loops.start, tasks());
    return loops.store.events(report.run()).stream()
        .filter(RunEvent.Gated.class::isInstance)
        .map(RunEvent.Gated.class::cast)
        .toList();
  }

  private static TaskSource<AtomicReference<Sum>> tasks() {
    return new TaskSource<>() {
      @Override
      public int levels() {
        return Loops.LEVELS;
      }

      @Override
      public AtomicReference<Sum> draw(int level, RandomGenerator random) {
        return new AtomicReference<>(Loops.TASKS.draw(level, random));
      }
    };
  }

  /** Those of any version but one ease the probes, after that one was asked them. */
  private static Generator<AtomicReference<Sum>, Long> sessions(
      Generator<Sum, Long> honest, @Nullable String spared) {
    return new Generator<>() {
      @Override
      public Codec<AtomicReference<Sum>, Long> codec() {
        return CODEC;
      }

      @Override
      public Session<AtomicReference<Sum>, Long> open(ModelVersion version) {
        Session<Sum, Long> session = honest.open(version);
        boolean eases = spared != null && !version.id().equals(spared);
        return new Session<>() {
          @Override
          public List<Output<Long>> generate(
              List<Request<AtomicReference<Sum>>> requests, RunContext context) {
            for (Request<AtomicReference<Sum>> request : requests) {
              if (eases && HostileLoop.PROBES.contains(request.task().get())) {
                request.task().set(Sum.of(1, 2));
              }
            }
            return session.generate(
                requests.stream().map(r -> new Request<>(r.task().get(), r.seed())).toList(),
                context);
          }

          @Override
          public void close() {
            session.close();
          }
        };
      }
    };
  }

  private static Trainer<AtomicReference<Sum>, Long> training(Trainer<Sum, Long> honest) {
    return new Trainer<>() {
      @Override
      public List<Knob> knobs() {
        return honest.knobs();
      }

      @Override
      public TrainedArtifact train(
          TrainingRequest<AtomicReference<Sum>, Long> request,
          TrainingContext<AtomicReference<Sum>, Long> context) {
        return honest.train(
            new TrainingRequest<>(
                request.base(),
                request.lessons().stream().map(ChangeableTasksTest::taken).toList(),
                request.recipe(),
                request.seed(),
                request.workDirectory()),
            TrainingContext.of(context));
      }
    };
  }

  private static Lesson<Sum, Long> taken(Lesson<AtomicReference<Sum>, Long> lesson) {
    return Lesson.given(lesson.task().get(), lesson.candidate(), lesson.level())
        .withWeight(lesson.weight());
  }
}
