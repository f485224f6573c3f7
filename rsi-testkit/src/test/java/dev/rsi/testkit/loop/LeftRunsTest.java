package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.SimulatedLearner;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that were left by earlier versions, in every format of the store so far. */
class LeftRunsTest {
  private static final int LEVELS = 4;
  private static final ToyTasks TASKS = ToyTasks.ofLevels(LEVELS);

  @TempDir Path home;

  @ParameterizedTest
  @ValueSource(
      strings = {"format-1-trains", "format-2-trains", "format-3-trains", "format-3-decided"})
  void should_be_resumed(String left) throws IOException, URISyntaxException {
    copy(left);
    try (RunStore store = RunStore.sqlite(home.resolve("run.db"))) {
      String run = store.runs().get(0);
      List<RunEvent> before = Loops.course(store, run);
      ImprovementLoop<Sum, Long> loop = loop(store).gate(DriftGates.paired()).build();
      RunReport report = loop.resume(run, TASKS);
      assertThat(report.end()).isNotEqualTo(RunReport.End.CANCELLED);
      assertThat(report.promotions()).isPositive();
      List<RunEvent> course = Loops.course(store, run);
      assertThat(course.subList(0, before.size())).isEqualTo(before);
      assertThat(course).hasSizeGreaterThan(before.size());
      assertThat(store.audit().sound()).isTrue();
    }
  }

  @Test
  void should_not_be_resumed_by_a_loop_of_another_class_or_another_ruling()
      throws IOException, URISyntaxException {
    copy("format-3-trains");
    try (RunStore store = RunStore.sqlite(home.resolve("run.db"))) {
      String run = store.runs().get(0);
      assertThatThrownBy(() -> loop(store).gate(DriftGates.anchored()).build().resume(run, TASKS))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("gate was (dev.rsi.core.gate.PairedGate)");
      ImprovementLoop<Sum, Long> lenient =
          loop(store).gate(DriftGates.paired()).build().plan().toBuilder()
              .verifier((sum, answer) -> dev.rsi.api.Verdict.pass())
              .build();
      assertThatThrownBy(() -> lenient.resume(run, TASKS))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the verifier ruled (FAIL) on answer");
    }
  }

  private void copy(String left) throws IOException, URISyntaxException {
    Path from = Path.of(Objects.requireNonNull(getClass().getResource("left/" + left)).toURI());
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path to = home.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(to);
        } else {
          Files.copy(file, to);
        }
      }
    }
  }

  private ImprovementLoop.Builder<Sum, Long> loop(RunStore store) {
    SimulatedLearner learner = SimulatedLearner.ofLevels(LEVELS);
    return ImprovementLoop.builder(learner.generator())
        .verifier(ToyTasks.verifier())
        .trainer(learner.trainer())
        .probes(ProbeBank.of(ToyTasks.codec(), ToyTasks.verifier(), kinds()))
        .practice(Practice.DEFAULT.tasks(16).scouts(8))
        .budget(Budget.of(3))
        .store(store)
        .registry(ModelRegistry.directory(home.resolve("models")));
  }

  private static Map<String, List<Sum>> kinds() {
    Map<String, List<Sum>> kinds = new LinkedHashMap<>();
    SplittableRandom random = new SplittableRandom(11);
    for (int level = 1; level <= LEVELS; level++) {
      Set<Sum> sums = new LinkedHashSet<>();
      while (sums.size() < 100) {
        sums.add(TASKS.draw(level, random));
      }
      kinds.put("level " + level, List.copyOf(sums));
    }
    return kinds;
  }
}
