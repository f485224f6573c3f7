package dev.rsi.core.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Cost;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Verdict;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RunMetersTest {
  private final MockClock clock = new MockClock();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
  private final RunMeters meters = RunMeters.of(registry);

  /** A generation of a run, by number. */
  private void generation(int number) {
    meters.on(new RunEvent.GenerationStarted(number, "incumbent-" + number, 64));
    for (Verdict.Outcome outcome : Verdict.Outcome.values()) {
      for (RunEvent.Stage stage : RunEvent.Stage.values()) {
        meters.on(
            new RunEvent.Attempted(
                number, stage, number, "task", 7, "answer", 3, outcome, 1, "", null, null));
      }
    }
    meters.on(new RunEvent.LessonsSelected(number, number, 6, 2, 8, "digest-" + number));
    meters.on(new RunEvent.Screened(number, "tried", 12, 10, .5));
    meters.on(new RunEvent.Trained(number, "challenger-" + number, "parent", 250, Map.of()));
    meters.on(
        new RunEvent.Probed(
            number,
            "stream " + number,
            "kind " + number,
            "v",
            List.of(1, 2),
            List.of(),
            List.of(),
            new Cost(10, 3, 4, new BigDecimal("0.5")),
            new Cost(2, 1)));
    meters.on(
        new RunEvent.Gated(
            number, "challenger-" + number, GateDecision.promote("better", List.of()), null));
    meters.on(new RunEvent.Answered(number, "challenger-" + number, true, "Ada", "fine"));
    meters.on(new RunEvent.Promoted(number, "a", "b"));
    meters.on(new RunEvent.Faulted(number, "trainer", "out of memory " + number));
    clock.add(Duration.ofSeconds(30));
    meters.on(
        new RunEvent.GenerationFinished(
            new GenerationReport(
                number,
                GenerationReport.Outcome.PROMOTED,
                number,
                6,
                2,
                "challenger-" + number,
                null,
                Map.of(),
                "live-" + number)));
  }

  @Test
  void should_count_what_happens() {
    generation(1);
    generation(2);
    meters.missed(5);
    meters.on(new RunEvent.Stopped(2, RunReport.End.CANCELLED, "told to"));
    meters.on(new RunEvent.RunFinished(2, RunReport.End.MASTERED, "all of it", "live-2"));
    assertThat(count("rsi.attempts", "stage", "practice", "verdict", "pass")).isEqualTo(2);
    assertThat(count("rsi.tokens", "stage", "scout")).isEqualTo(18);
    assertThat(count("rsi.cost.tokens", "part", "practice", "kind", "out")).isEqualTo(36);
    assertThat(count("rsi.cost.tokens", "part", "probes", "kind", "in")).isEqualTo(20);
    assertThat(count("rsi.cost.tokens", "part", "probes", "kind", "cached")).isEqualTo(8);
    assertThat(count("rsi.cost.tokens", "part", "judges", "kind", "out")).isEqualTo(2);
    assertThat(count("rsi.cost.money", "part", "probes")).isEqualTo(1);
    assertThat(count("rsi.lessons")).isEqualTo(4);
    assertThat(count("rsi.training.steps")).isEqualTo(500);
    assertThat(count("rsi.readings")).isEqualTo(4);
    assertThat(count("rsi.decisions", "action", "promote")).isEqualTo(2);
    assertThat(count("rsi.answers", "approved", "true")).isEqualTo(2);
    assertThat(count("rsi.faults", "part", "trainer")).isEqualTo(2);
    assertThat(count("rsi.generations", "outcome", "promoted")).isEqualTo(2);
    assertThat(count("rsi.missed")).isEqualTo(5);
    assertThat(count("rsi.runs", "end", "left")).isEqualTo(1);
    assertThat(count("rsi.runs", "end", "mastered")).isEqualTo(1);
    assertThat(registry.get("rsi.frontier").summary().max()).isEqualTo(2);
    assertThat(registry.get("rsi.generation").timer().totalTime(TimeUnit.SECONDS)).isEqualTo(60);
  }

  @Test
  void should_have_as_many_meters_after_many_generations_as_after_one() {
    generation(1);
    int one = registry.getMeters().size();
    for (int number = 2; number <= 200; number++) {
      generation(number);
    }
    assertThat(registry.getMeters()).hasSize(one);
  }

  @Test
  void should_have_the_meters_and_tags_that_the_document_says() throws IOException {
    generation(1);
    meters.missed(5);
    meters.on(new RunEvent.Stopped(2, RunReport.End.CANCELLED, "told to"));
    Set<String> rows =
        Files.readString(Path.of("..", "docs", "reliability.md"))
            .lines()
            .filter(line -> line.startsWith("| `rsi."))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> documented =
        rows.stream().map(row -> row.split("`")[1]).collect(Collectors.toCollection(TreeSet::new));
    assertThat(registry.getMeters())
        .extracting(meter -> meter.getId().getName())
        .containsOnly(documented.toArray(String[]::new));
    for (Meter meter : registry.getMeters()) {
      assertThat(rows)
          .filteredOn(row -> row.contains("`" + meter.getId().getName() + "`"))
          .singleElement()
          .satisfies(
              row ->
                  meter
                      .getId()
                      .getTags()
                      .forEach(tag -> assertThat(row).contains("`" + tag.getKey() + "`")));
    }
  }

  private double count(String name, String... tags) {
    return registry.get(name).tags(tags).counter().count();
  }
}
