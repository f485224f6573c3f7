package dev.rsi.testkit.loop;

import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.SimulatedLearner;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** A loop around a simulated learner of eight levels that masters the first two. */
final class Loops {
  static final int LEVELS = 8;
  static final ToyTasks TASKS = ToyTasks.ofLevels(LEVELS);

  final SimulatedLearner learner = SimulatedLearner.ofLevels(LEVELS);
  final ModelRegistry registry;
  final RunStore store = RunStore.inMemory();
  final ModelVersion start;

  Loops(Path home) {
    registry = ModelRegistry.directory(home.resolve("models"));
    Path model = learner.write(home.resolve("start"), 1, 1, .6, .3);
    start = registry.add(model, Provenance.imported());
  }

  /** Everything that a loop needs, but verifier, trainer and gate. */
  ImprovementLoop.Builder<Sum, Long> parts() {
    return parts(Budget.of(10));
  }

  private ImprovementLoop.Builder<Sum, Long> parts(Budget budget) {
    return parts(budget, Practice.DEFAULT.tasks(64));
  }

  ImprovementLoop.Builder<Sum, Long> parts(Budget budget, Practice practice) {
    return ImprovementLoop.builder(learner.generator())
        .probes(heldOut(11, 200))
        .exam(heldOut(12, 100))
        .practice(practice)
        .budget(budget)
        .store(store)
        .registry(registry);
  }

  /** A whole loop. */
  ImprovementLoop.Builder<Sum, Long> whole() {
    return whole(Budget.of(10));
  }

  ImprovementLoop.Builder<Sum, Long> whole(Budget budget) {
    return parts(budget)
        .verifier(ToyTasks.verifier())
        .trainer(learner.trainer())
        .gate(DriftGates.paired());
  }

  List<Double> live() {
    return SimulatedLearner.skills(registry.live().orElseThrow().directory());
  }

  /** What was recorded of a run's course: the same for every run of its seed. */
  static List<RunEvent> course(RunStore store, String run) {
    return store.events(run).stream().filter(event -> !event.circumstantial()).toList();
  }

  /** What the learner masters from the start. */
  static List<Lesson<Sum, Long>> given() {
    ProbeBank<Sum, Long> probes = heldOut(11, 200);
    SplittableRandom random = new SplittableRandom(13);
    List<Lesson<Sum, Long>> lessons = new ArrayList<>();
    for (int level = 1; level <= 2; level++) {
      for (int i = 0; i < 50; i++) {
        Sum task = TASKS.draw(level, random);
        lessons.add(Lesson.given(task, task.expected(), level));
      }
    }
    lessons.removeIf(lesson -> probes.contains(lesson.task()));
    return lessons;
  }

  /** Levels 3 and up, those that the learner has to learn. */
  static ProbeBank<Sum, Long> heldOut(long seed, int perLevel) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, List<Sum>> kinds = new LinkedHashMap<>();
    for (int level = 3; level <= LEVELS; level++) {
      Set<Sum> tasks = new LinkedHashSet<>();
      while (tasks.size() < perLevel) {
        Sum task = TASKS.draw(level, random);
        // The last digit keeps the banks of different seeds apart.
        if (task.expected() % 2 == seed % 2) {
          tasks.add(task);
        }
      }
      kinds.put("level " + level, new ArrayList<>(tasks));
    }
    return ProbeBank.of(ToyTasks.codec(), ToyTasks.verifier(), kinds);
  }
}
