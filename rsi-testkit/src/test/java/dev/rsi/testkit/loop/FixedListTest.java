package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.ModelVersion;
import dev.rsi.api.TaskSource;
import dev.rsi.api.Trainer.LearnsFrom;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.report.RunReport.End;
import dev.rsi.core.store.RunStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run practises a list of tasks, as people have them, and not an endless supply. */
class FixedListTest {
  @TempDir Path home;
  private ModelRegistry registry;
  private ModelVersion start;

  @BeforeEach
  void prepare() {
    fresh("first");
  }

  private void fresh(String name) {
    Path model = Prompts.write(home.resolve("start"), "Be brief.\n");
    registry = ModelRegistry.directory(home.resolve(name));
    start = registry.add(model, Provenance.imported());
  }

  private static List<String> tickets(int size) {
    return IntStream.range(0, size)
        .mapToObj(i -> "ticket " + i + " about " + Prompts.SUBJECTS.get(i % 8))
        .toList();
  }

  /** One rule a generation, so that it takes some. */
  private ImprovementLoop<String, String> loop(RunStore store, int tasks, int samples) {
    return ImprovementLoop.builder(new Prompts.Model())
        .verifier(Prompts.verifier())
        .trainer(new Prompts.Reflecting(LearnsFrom.ATTEMPTS, 2, new ArrayList<>()))
        .gate(DriftGates.paired())
        .probes(Prompts.heldOut(400))
        .practice(Practice.DEFAULT.tasks(tasks).scouts(16).samples(samples))
        .budget(Budget.of(8))
        .store(store)
        .registry(registry)
        .build();
  }

  private static Map<Integer, List<RunEvent.Attempted>> attempts(RunStore store) {
    return store.events("run-1").stream()
        .filter(RunEvent.Attempted.class::isInstance)
        .map(RunEvent.Attempted.class::cast)
        .collect(Collectors.groupingBy(RunEvent.Attempted::generation));
  }

  @ParameterizedTest
  @CsvSource({"60, 20, 1", "60, 20, 3", "30, 64, 1", "30, 512, 2", "5, 64, 1"})
  void should_practise_each_task_once_a_generation(int size, int tasks, int samples) {
    RunStore store = RunStore.inMemory();
    RunReport report = loop(store, tasks, samples).run(start, TaskSource.of(tickets(size)));
    Map<String, Integer> times = new HashMap<>();
    attempts(store)
        .values()
        .forEach(
            made -> {
              Map<String, Long> each =
                  made.stream()
                      .collect(
                          Collectors.groupingBy(RunEvent.Attempted::task, Collectors.counting()));
              assertThat(each.values()).allMatch(count -> count == samples);
              assertThat(each.size()).isLessThanOrEqualTo(Math.min(size, tasks + 16));
              each.keySet().forEach(task -> times.merge(task, 1, Integer::sum));
            });
    assertThat(times).as(report.summary()).hasSize(size);
    assertThat(Collections.max(times.values()) - Collections.min(times.values())).isLessThan(2);
    GenerationReport last = report.generations().get(report.generations().size() - 1);
    long all =
        attempts(store).entrySet().stream()
            .filter(made -> made.getKey() <= last.generation())
            .mapToLong(made -> made.getValue().size() / samples)
            .sum();
    assertThat(last.supplied())
        .isEqualTo(new GenerationReport.Supplied(1, size, 0, (double) all / size));
  }

  @Test
  void should_say_no_word_of_levels() {
    RunReport report = loop(RunStore.inMemory(), 64, 1).run(start, TaskSource.of(tickets(120)));
    System.out.println(report.summary());
    assertThat(report.end()).isEqualTo(End.MASTERED);
    assertThat(report.reason()).isEqualTo("The verifier passes the tasks as mastered.");
    assertThat(report.summary()).doesNotContain("level");
    assertThat(report.generations().get(1).summary()).contains("0.7 epochs of 120 tasks");
    // Nor of tasks that are drawn, if they have none.
    fresh("second");
    RunReport drawn = loop(RunStore.inMemory(), 64, 1).run(start, Prompts.TICKETS);
    assertThat(drawn.summary()).doesNotContain("level").doesNotContain("epoch");
  }

  @Test
  void should_leave_out_and_count_what_is_held_out() {
    List<String> tasks = new ArrayList<>(tickets(40));
    // Probes begin at 50,000.
    for (int i = 0; i < 10; i++) {
      tasks.add("Ticket  " + (50_000 + i) + " about " + Prompts.SUBJECTS.get(i % 8));
    }
    RunStore store = RunStore.inMemory();
    RunReport report = loop(store, 64, 1).run(start, TaskSource.of(tasks));
    assertThat(report.generations().get(1).summary()).contains("of 50 tasks (10 held out)");
    attempts(store)
        .values()
        .forEach(made -> assertThat(made).noneMatch(attempt -> attempt.task().startsWith("T")));

    fresh("second");
    RunReport none =
        loop(RunStore.inMemory(), 64, 1).run(start, TaskSource.of(tasks.subList(40, 50)));
    assertThat(none.summary()).contains("All (10) tasks of the list are held out");
  }

  @Test
  void should_reckon_with_no_more_tasks_than_there_are() {
    ImprovementLoop<String, String> loop = loop(RunStore.inMemory(), 512, 2);
    long few = loop.worstCase(TaskSource.of(tickets(20))).attempts();
    long many = loop.worstCase(Prompts.TICKETS).attempts();
    assertThat(many - few).isGreaterThanOrEqualTo(8 * 2 * (512 - 20));
  }

  @Test
  void should_end_the_same_wherever_it_was_killed() {
    // GIVEN a whole run on a list
    Random random = new Random(Long.getLong("rsi.seed", 20261201L));
    List<String> tasks = tickets(50);
    RunStore whole = RunStore.inMemory();
    RunReport expected = loop(whole, 30, 1).run(start, TaskSource.of(tasks));
    List<RunEvent> course = Loops.course(whole, "run-1");
    for (int time = 0; time < 6; time++) {
      // WHEN another breaks at some append, and is resumed on the list in another order
      Path file = home.resolve("run" + time + ".db");
      fresh("models " + time);
      int appends = 2 + random.nextInt(whole.events("run-1").size() / 8);
      try (RunStore store = RunStore.sqlite(file)) {
        BreakingStore breaking = new BreakingStore(store, appends, random.nextBoolean());
        assertThatThrownBy(() -> loop(breaking, 30, 1).run(start, TaskSource.of(tasks)))
            .hasMessageContaining("the power failed");
      }
      List<String> shuffled = new ArrayList<>(tasks);
      Collections.shuffle(shuffled, random);
      try (RunStore store = RunStore.sqlite(file)) {
        ImprovementLoop<String, String> loop = loop(store, 30, 1);
        if (loop.unfinished().isPresent()) {
          assertThatThrownBy(() -> loop.resume("run-1", TaskSource.of(tickets(49))))
              .hasMessageContaining("tasks");
          List<String> others = new ArrayList<>(tasks);
          others.set(7, "ticket 777 about refund");
          assertThatThrownBy(() -> loop.resume("run-1", TaskSource.of(others)))
              .hasMessageContaining("tasks sha-256 was");
          loop.resume("run-1", TaskSource.of(shuffled));
        }
        // THEN its course is the same
        assertThat(Loops.course(store, "run-1")).as("appends %d", appends).isEqualTo(course);
        assertThat(RunReport.of(store, "run-1").generations()).isEqualTo(expected.generations());
      }
    }
  }

  /** A record of tasks without levels that is older than the words of where tasks come from. */
  @Test
  void should_resume_an_older_record_of_drawn_tasks() {
    RunStore whole = RunStore.inMemory();
    loop(whole, 20, 1).run(start, Prompts.TICKETS);
    List<RunEvent> older = new ArrayList<>();
    for (RunEvent event : Loops.course(whole, "run-1")) {
      if (event.generation() > 1) {
        break;
      }
      older.add(
          event instanceof RunEvent.GenerationFinished finished
              ? new RunEvent.GenerationFinished(without(finished.report()))
              : event);
    }
    // The version that it left live.
    registry.promote(((RunEvent.GenerationFinished) older.get(older.size() - 1)).report().live());
    RunStore store = RunStore.inMemory();
    store.create("run-1");
    store.append("run-1", Instant.EPOCH, older);
    RunReport report = loop(store, 20, 1).resume("run-1", Prompts.TICKETS);
    assertThat(report.generations().get(1).supplied()).isNull();
    assertThat(report.generations().get(2).supplied())
        .isEqualTo(new GenerationReport.Supplied(1, 0, 0, 0));
  }

  private static GenerationReport without(GenerationReport report) {
    return new GenerationReport(
        report.generation(),
        report.outcome(),
        report.frontier(),
        report.made(),
        report.kept(),
        report.challenger(),
        report.decision(),
        report.exam(),
        report.live(),
        report.practised(),
        report.why());
  }

  @Test
  void should_be_replayed() {
    RunStore store = RunStore.inMemory();
    ImprovementLoop<String, String> loop = loop(store, 30, 1);
    loop.run(start, TaskSource.of(tickets(50)));
    for (int generation = 1; generation <= 3; generation++) {
      var result = loop.replay("run-1", TaskSource.of(tickets(50))).verify(generation);
      assertThat(result.difference()).as("generation %d", generation).isNull();
    }
  }
}
