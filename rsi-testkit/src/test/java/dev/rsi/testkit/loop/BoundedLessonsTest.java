package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Codec;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.Role;
import dev.rsi.api.RunContext;
import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.RunReplay;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run that keeps few lessons and renews its bank at every decision. Tasks are words with a
 * number, probes the same in capitals: each is near the practice task of its number.
 */
class BoundedLessonsTest {
  private static final int NUMBERS = 2000;
  private static final int KEPT = 5;
  private static final Budget BUDGET = Budget.of(6);

  @TempDir Path home;

  private final Set<String> passed = new HashSet<>();
  private final Set<String> probed = new HashSet<>();
  private final List<String> near = new ArrayList<>();
  private final List<Integer> given = new ArrayList<>();

  private static final TaskSource<String> TASKS =
      new TaskSource<>() {
        @Override
        public int levels() {
          return 1;
        }

        @Override
        public String draw(int level, RandomGenerator random) {
          return "add one to " + random.nextInt(NUMBERS);
        }
      };

  /** Echoes. */
  private static final class Echo implements Generator<String, String> {
    @Override
    public Codec<String, String> codec() {
      return Codec.text();
    }

    @Override
    public Session<String, String> open(ModelVersion version) {
      return new Session<>() {
        @Override
        public List<Output<String>> generate(List<Request<String>> requests, RunContext context) {
          return requests.stream().map(request -> Output.of(request.task(), 1)).toList();
        }

        @Override
        public void close() {}
      };
    }
  }

  /** Makes a version that is like no other. */
  private final class Numbering implements Trainer<String, String> {
    @Override
    public List<Knob> knobs() {
      return List.of();
    }

    @Override
    public TrainedArtifact train(
        TrainingRequest<String, String> request, TrainingContext<String, String> context) {
      given.add(request.lessons().size());
      try {
        Path made = Files.createDirectory(request.workDirectory().resolve("made"));
        Files.writeString(made.resolve("seed"), request.seed() + "/" + request.lessons().size());
        return new TrainedArtifact(made, 1, Map.of(), Map.of());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Half pass. */
  private Verdict verdict(String task, String candidate) {
    return Verdict.passIf(task.hashCode() % 2 == 0, "by its number");
  }

  private Verdict probe(String task, String candidate) {
    probed.add(task);
    if (passed.contains(task.toLowerCase(Locale.ROOT))) {
      near.add(task);
    }
    return Verdict.pass();
  }

  private void hear(RunEvent event) {
    if (event instanceof RunEvent.Attempted attempt && attempt.outcome() == Verdict.Outcome.PASS) {
      passed.add(attempt.task());
    }
  }

  private ImprovementLoop<String, String> loop(RunStore store, Path models, int kept) {
    List<String> first = IntStream.range(0, 10).mapToObj(i -> "FIRST " + i).toList();
    return ImprovementLoop.builder(new Echo())
        .verifier(this::verdict)
        .trainer(new Numbering())
        .gate(
            source -> {
              source.pull("sums", 10, Set.of(Role.CHALLENGER));
              return GateDecision.promote("for the test", List.of());
            })
        .probes(
            ProbeBank.of(Codec.<String>text(), this::probe, Map.of("sums", first))
                .renewed(1, 0, (kind, random) -> TASKS.draw(1, random).toUpperCase(Locale.ROOT)))
        .practice(Practice.DEFAULT.tasks(200).scouts(100).memory(kept))
        .budget(BUDGET)
        .store(store)
        .registry(ModelRegistry.directory(models))
        .listener(this::hear)
        .build();
  }

  private static ModelVersion start(Path models, Path work) {
    try {
      Files.createDirectories(work);
      Files.writeString(work.resolve("seed"), "start");
      return ModelRegistry.directory(models).add(work, Provenance.imported());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private RunReport run(RunStore store, Path models) {
    ModelVersion start = start(models, home.resolve("start"));
    return loop(store, models, KEPT).run(start, TASKS);
  }

  @Test
  void should_have_no_probe_near_a_task_whose_lesson_was_dropped() {
    try (RunStore store = RunStore.sqlite(home.resolve("run.db"))) {
      RunReport report = run(store, home.resolve("models"));
      assertThat(report.promotions()).isEqualTo(6);
    }
    assertThat(probed).hasSize(60);
    assertThat(passed).hasSizeGreaterThan(500);
    assertThat(near).isEmpty();
    // Five banks of ten, where some quarter of all numbers were trained on in the end.
    long chance = probed.stream().filter(p -> passed.contains(p.toLowerCase(Locale.ROOT))).count();
    assertThat(chance).as("practised after their bank had made way").isPositive();
  }

  @Test
  void should_give_a_training_no_more_of_earlier_lessons_than_are_kept() {
    try (RunStore store = RunStore.inMemory()) {
      run(store, home.resolve("models"));
      List<RunEvent.LessonsSelected> selected =
          store.events("run-1", RunEvent.LessonsSelected.class);
      assertThat(given).hasSize(6).isEqualTo(selected.stream().map(s -> s.lessons()).toList());
      assertThat(selected.subList(1, 6)).allMatch(s -> s.lessons() == s.kept() + KEPT);
    }
  }

  @Test
  void should_end_as_it_would_have_wherever_it_was_cut() {
    List<RunEvent> whole;
    try (RunStore store = RunStore.inMemory()) {
      run(store, home.resolve("models"));
      whole = Loops.course(store, "run-1");
    }
    int cuts = 0;
    for (int appends = 5; ; appends += 11) {
      try (RunStore store = RunStore.inMemory()) {
        Path models = home.resolve("cut " + appends);
        try {
          run(new BreakingStore(store, appends, appends % 2 == 0), models);
          break;
        } catch (RuntimeException e) {
          assertThat(e).hasMessageContaining("the power failed");
        }
        if (loop(store, models, KEPT).unfinished().isPresent()) {
          assertThatThrownBy(() -> loop(store, models, KEPT + 1).resume("run-1", TASKS))
              .hasMessageContaining("earlier lessons was (5) and is (6)");
          RunReport report = loop(store, models, KEPT).resume("run-1", TASKS);
          assertThat(report.generations()).hasSize(7);
          assertThat(report.spendingByGeneration()).hasSize(7);
          assertThat(Loops.course(store, "run-1")).isEqualTo(whole);
          cuts++;
        }
      }
    }
    assertThat(cuts).isGreaterThan(5);
  }

  @Test
  void should_refuse_a_bound_below_nothing() {
    assertThatThrownBy(() -> Practice.DEFAULT.memory(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("memory (-1) must be >= 0");
  }

  @Test
  void should_do_a_generation_again_with_the_same_lessons_and_probes() {
    try (RunStore store = RunStore.inMemory()) {
      Path models = home.resolve("models");
      run(store, models);
      RunReplay replay = loop(store, models, KEPT).replay("run-1", TASKS);
      for (int generation : new int[] {1, 2, 4, 6}) {
        RunReplay.Result result = replay.verify(generation);
        assertThat(result.difference()).as("generation %d", generation).isNull();
      }
    }
  }
}
