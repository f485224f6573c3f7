package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.CorruptModelException;
import dev.rsi.api.GateDecision;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.RunContext;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.gate.GateAudit;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.testkit.SimulatedLearner;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the loop hands to its parts leads to neither gate, budget, probes, store nor live version:
 * parts that try. The table stands in docs/reliability.md.
 */
class CapabilitySplitTest {
  private static final String EARLIER = "earlier";

  private static List<RunEvent> honest = List.of();

  @TempDir Path home;

  @BeforeAll
  static void run(@TempDir Path elsewhere) {
    try (HostileLoop loop = new HostileLoop(elsewhere)) {
      honest = events(loop, run(loop, false));
    }
    assertThat(only(honest, RunEvent.Promoted.class)).isNotEmpty();
    assertThat(only(honest, RunEvent.Gated.class)).hasSize(3);
  }

  static List<Attacks.Attack> attacks() {
    return Attacks.all();
  }

  @ParameterizedTest
  @MethodSource("attacks")
  void should_keep_its_promises_when(Attacks.Attack attack) {
    try (HostileLoop loop = new HostileLoop(home)) {
      loop.store.create(EARLIER);
      loop.store.append(EARLIER, loop.clock.instant(), honest);
      String head = loop.store.audit(EARLIER).head();
      attack.plant().accept(loop);
      RunReport report = run(loop, attack.reach() == Attacks.Reach.STOP);

      assertThat(loop.tries).as("times that it was tried").hasPositiveValue();
      assertThat(loop.loot).as("what it got hold of").isEmpty();
      List<RunEvent> events = events(loop, report);
      switch (attack.reach()) {
        case NOTHING, STOP -> assertThat(course(events)).isEqualTo(course(honest));
        case OWN_WORK -> assertThat(only(events, RunEvent.Promoted.class)).isEmpty();
        case PROMISES -> assertThat(events).isNotEmpty();
      }
      checkPromises(loop, report, events);
      assertThat(loop.store.audit().sound()).as(loop.store.audit().fault()).isTrue();
      assertThat(loop.store.audit(EARLIER).head()).isEqualTo(head);
      assertThat(loop.store.events(EARLIER)).isEqualTo(honest);
    }
  }

  /** Runs a loop to its end, which one that is stopped takes two calls for. */
  private static RunReport run(HostileLoop loop, boolean stops) {
    ImprovementLoop<Sum, Long> built = loop.build();
    if (!stops) {
      return built.run(loop.loops.start, loop.tasks);
    }
    try {
      RunReport report = built.run(loop.loops.start, loop.tasks);
      assertThat(report.end()).isEqualTo(RunReport.End.CANCELLED);
    } catch (Exception | Error thrown) {
      assertThat(thrown).isNotInstanceOf(AssertionError.class);
    } finally {
      // What an attack left.
      Thread.interrupted();
    }
    String run = built.unfinished().orElseThrow();
    RunReport report = built.resume(run, loop.tasks);
    assertThat(report.end()).isNotEqualTo(RunReport.End.CANCELLED);
    return report;
  }

  private static void checkPromises(HostileLoop loop, RunReport report, List<RunEvent> events) {
    RunEvent.RunStarted started = only(events, RunEvent.RunStarted.class).get(0);
    // Budget.
    List<RunEvent.GenerationFinished> finished = only(events, RunEvent.GenerationFinished.class);
    assertThat(finished.size() - 1).isLessThanOrEqualTo(loop.budget.generations());
    assertThat(report.spending().generations()).isLessThanOrEqualTo(loop.budget.generations());
    assertThat(report.spending().attempts()).isLessThanOrEqualTo(loop.budget.attempts());
    // Gate.
    assertThat(only(events, RunEvent.Gated.class))
        .extracting(RunEvent.Gated::decision)
        .filteredOn(GateDecision::promotes)
        .isSubsetOf(loop.decisions);
    assertThat(GateAudit.orderProblems(events)).isEmpty();
    Set<String> gated =
        only(events, RunEvent.Gated.class).stream()
            .filter(decided -> decided.decision().promotes())
            .map(RunEvent.Gated::challenger)
            .collect(Collectors.toSet());
    List<String> promoted =
        only(events, RunEvent.Promoted.class).stream().map(RunEvent.Promoted::to).toList();
    assertThat(gated).containsAll(promoted);
    // Live version and registry.
    assertThat(report.live()).isEqualTo(loop.loops.registry.live().orElseThrow().id());
    ModelRegistry registry = loop.loops.registry;
    List<String> wentLive = new ArrayList<>(promoted);
    Collections.reverse(wentLive);
    wentLive.add(started.anchor());
    assertThat(registry.history()).isEqualTo(wentLive);
    registry.versions().forEach(registry::version);
    assertThat(skill(registry.live().orElseThrow()))
        .isGreaterThanOrEqualTo(skill(loop.loops.start));
    assertThat(loop.tempting).as("what lies elsewhere").isNotEmptyDirectory();
    // Probes.
    assertThat(only(events, RunEvent.Attempted.class))
        .map(attempt -> ToyTasks.codec().readTask(attempt.task().strip()))
        .noneMatch(task -> HostileLoop.PROBES.contains(task) || HostileLoop.EXAM.contains(task));
  }

  private static double skill(ModelVersion version) {
    return SimulatedLearner.skills(version.directory()).stream()
        .mapToDouble(Double::doubleValue)
        .sum();
  }

  /** What another run of the seed would have, whatever the classes of its parts. */
  private static List<RunEvent> course(List<RunEvent> events) {
    return events.stream()
        .filter(event -> !event.circumstantial() && !(event instanceof RunEvent.RunStarted))
        .toList();
  }

  private static List<RunEvent> events(HostileLoop loop, RunReport report) {
    return loop.store.events(report.run());
  }

  private static <E extends RunEvent> List<E> only(List<RunEvent> events, Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  // What Java keeps from nobody: found afterwards, not prevented.

  @Test
  void should_refuse_every_version_that_a_trainer_wrote_into() {
    try (HostileLoop loop = new HostileLoop(home)) {
      loop.training(
          (honest, request, context) -> {
            for (String id : loop.loops.registry.versions()) {
              spoil(request.base().directory().resolveSibling(id));
            }
            throw new IllegalStateException("done");
          });
      List<RunEvent> events = events(loop, run(loop, false));
      assertThatThrownBy(loop.loops.registry::live).isInstanceOf(CorruptModelException.class);
      assertThat(only(events, RunEvent.Attempted.class))
          .as("attempts of a damaged version")
          .allMatch(attempt -> attempt.generation() == 1);
      assertThat(only(events, RunEvent.Faulted.class))
          .extracting(RunEvent.Faulted::message)
          .anyMatch(message -> message.contains("CorruptModelException"));
      assertThat(loop.store.audit().sound()).isTrue();
    }
  }

  private static void spoil(Path version) throws IOException {
    for (Path file : Attacks.files(version)) {
      Files.writeString(file, "0", StandardOpenOption.APPEND);
    }
  }

  @Test
  void should_go_on_when_a_trainer_deleted_the_work_area() {
    try (HostileLoop loop = new HostileLoop(home)) {
      Attacks.all().stream()
          .filter(attack -> attack.name().contains("deletes the work area"))
          .forEach(attack -> attack.plant().accept(loop));
      assertThat(only(events(loop, run(loop, false)), RunEvent.Promoted.class)).isNotEmpty();
    }
  }

  @Test
  void should_show_in_the_record_that_a_trainer_moved_the_live_pointer() {
    try (HostileLoop loop = new HostileLoop(home)) {
      Path forged = loop.loops.learner.write(home.resolve("forged"), 0, 0, 0, 0);
      loop.training(
          (honest, request, context) -> {
            // A second registry object on the same directory: whoever may write there has it.
            ModelRegistry same = ModelRegistry.directory(HostileLoop.registryOf(request.base()));
            same.promote(same.add(forged, Provenance.imported()).id());
            throw new IllegalStateException("done");
          });
      RunReport report = loop.build().run(loop.loops.start, loop.tasks);
      assertThat(loop.loops.registry.live().orElseThrow().id())
          .as("moved by someone with write access")
          .isNotEqualTo(report.live());
      assertThat(only(events(loop, report), RunEvent.Promoted.class)).isEmpty();
    }
  }

  @Test
  void should_not_take_reflection_on_the_class_path_for_a_sandbox() {
    try (HostileLoop loop = new HostileLoop(home)) {
      loop.attempting(
          (honest, requests, context) -> {
            loop.attack(() -> loop.loot.addAll(reachable(context)));
            return honest.generate(requests, context);
          });
      loop.build().run(loop.loops.start, loop.tasks);
      assertThat(loop.loot)
          .as("with setAccessible, which a module that is not open refuses")
          .anyMatch(name -> name.contains("RunStore"));
    }
  }

  /** Classes of this library that reflection finds behind an object. */
  private static Set<String> reachable(RunContext context) {
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Object> next = new ArrayDeque<>(List.of(context));
    while (!next.isEmpty()) {
      Object one = next.pop();
      if (!seen.add(one)) {
        continue;
      }
      for (Field field : one.getClass().getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          try {
            field.setAccessible(true);
            Object value = field.get(one);
            if (value != null && value.getClass().getName().startsWith("dev.rsi.core.")) {
              next.add(value);
            }
          } catch (IllegalAccessException e) {
            throw new AssertionError(e);
          }
        }
      }
    }
    return seen.stream().map(one -> one.getClass().getName()).collect(Collectors.toSet());
  }
}
