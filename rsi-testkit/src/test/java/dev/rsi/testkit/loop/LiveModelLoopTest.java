package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.ModelVersion;
import dev.rsi.api.RsiException;
import dev.rsi.core.live.LiveModel;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.testkit.ScriptedGenerator;
import dev.rsi.testkit.StrictGenerator;
import dev.rsi.testkit.Sum;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveModelLoopTest {
  @TempDir Path home;

  @Test
  void should_serve_each_version_as_soon_as_the_loop_says_it_is_live() {
    Loops loops = new Loops(home);
    loops.registry.promote(loops.start.id());
    StrictGenerator<Sum, Long> generator = StrictGenerator.of(loops.learner.generator());
    LiveModel<Sum, Long> live = LiveModel.open(generator, loops.registry, 2);
    List<String> promoted = new ArrayList<>();
    List<String> served = new ArrayList<>();
    RunReport report =
        loops
            .whole()
            .listener(
                event -> {
                  live.on(event);
                  if (event instanceof RunEvent.Promoted each) {
                    promoted.add(each.to());
                    served.add(live.version().id());
                  }
                })
            .build()
            .run(loops.start, Loops.TASKS);
    assertThat(promoted).isNotEmpty();
    assertThat(served).isEqualTo(promoted).endsWith(report.live());
    live.close();
    assertThat(generator.misuses()).isEmpty();
    assertThat(generator.openSessions()).isZero();
  }

  @Test
  void should_say_in_the_record_that_a_version_could_not_be_served_and_serve_it_when_it_can() {
    Loops loops = new Loops(home);
    loops.registry.promote(loops.start.id());
    ScriptedGenerator<Sum, Long> generator =
        ScriptedGenerator.of(loops.learner.generator())
            .throwOnOpen(2, new RsiException("out of memory"));
    LiveModel<Sum, Long> live = LiveModel.open(generator, loops.registry, 1);
    RunReport report = loops.whole().listener(live).build().run(loops.start, Loops.TASKS);
    List<RunEvent> events = loops.store.events(report.run());
    assertThat(events.stream().filter(RunEvent.Faulted.class::isInstance))
        .singleElement()
        .satisfies(
            fault ->
                assertThat(((RunEvent.Faulted) fault).message())
                    .contains("out of memory", "(" + loops.start.shortId() + ") goes on"));
    // The next generation tells again.
    assertThat(report.promotions()).isGreaterThan(1);
    assertThat(generator.opened())
        .extracting(ModelVersion::id)
        .endsWith(report.live())
        .contains(promoted(events));
    assertThat(live.version().id()).isEqualTo(report.live());
    live.close();
    assertThat(generator.openSessions()).isZero();
  }

  private static String promoted(List<RunEvent> events) {
    return events.stream()
        .filter(RunEvent.Promoted.class::isInstance)
        .map(event -> ((RunEvent.Promoted) event).to())
        .findFirst()
        .orElseThrow();
  }
}
