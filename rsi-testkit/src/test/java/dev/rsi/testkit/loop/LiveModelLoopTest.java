package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.GateDecision;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.core.Approval;
import dev.rsi.core.Budget;
import dev.rsi.core.Oversight;
import dev.rsi.core.canary.Canary;
import dev.rsi.core.live.LiveModel;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.testkit.ScriptedGenerator;
import dev.rsi.testkit.StrictGenerator;
import dev.rsi.testkit.Sum;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void should_let_the_applications_own_requests_decide(boolean harmful) throws Exception {
    Loops loops = new Loops(home);
    loops.registry.promote(loops.start.id());
    StrictGenerator<Sum, Long> generator = StrictGenerator.of(loops.learner.generator());
    LiveModel<Sum, Long> live = LiveModel.open(generator, loops.registry, 2);
    AtomicBoolean over = new AtomicBoolean();
    // To the application the challengers do harm, or they do not, whatever the probes say.
    Thread application =
        new Thread(
            () -> {
              for (long seed = 0; !over.get(); seed++) {
                try (LiveModel.Lease<Sum, Long> lease = live.acquire()) {
                  lease.generate(
                      List.of(new Request<>(Sum.of(1, 2), seed)), RunContext.standalone());
                  boolean start = lease.version().equals(loops.start);
                  lease.report(start || !harmful ? 1 : 0);
                }
              }
            });
    application.start();
    try {
      RunReport report =
          loops
              .whole(Budget.of(1))
              .listener(live)
              .oversight(
                  Oversight.NONE.approval(
                      Approval.of(Duration.ofMinutes(5), GateDecision.Action.PROMOTE)
                          .by(live.trial(Canary.of(.5), 20))))
              .build()
              .run(loops.start, Loops.TASKS);
      assertThat(report.promotions()).isEqualTo(harmful ? 0 : 1);
      assertThat(live.version().id()).isEqualTo(report.live());
      assertThat(loops.store.events(report.run()))
          .filteredOn(RunEvent.Answered.class::isInstance)
          .singleElement()
          .satisfies(
              event -> {
                RunEvent.Answered answer = (RunEvent.Answered) event;
                assertThat(answer.by()).isEqualTo("canary");
                assertThat(answer.approved()).isEqualTo(!harmful);
                assertThat(answer.why()).contains("harmful=" + harmful, "challenger=Side");
              });
    } finally {
      over.set(true);
      application.join();
      live.close();
    }
    assertThat(generator.misuses()).isEmpty();
    assertThat(generator.openSessions()).isZero();
  }

  @Test
  void should_delete_what_nobody_needs_any_more() {
    Loops all = new Loops(home.resolve("all"));
    RunReport kept = all.whole().build().run(all.start, Loops.TASKS);
    Loops few = new Loops(home.resolve("few"));
    RunReport report =
        few.whole().build().plan().toBuilder()
            .registry(few.registry, 0)
            .build()
            .run(few.start, Loops.TASKS);
    assertThat(report.generations()).isEqualTo(kept.generations());
    assertThat(report.promotions()).isGreaterThan(1);
    assertThat(all.registry.versions()).hasSizeGreaterThan(3);
    assertThat(few.registry.versions()).containsExactlyInAnyOrder(few.start.id(), report.live());
    assertThat(few.registry.lineage(report.live())).hasSize(report.promotions() + 1);
  }

  private static String promoted(List<RunEvent> events) {
    return events.stream()
        .filter(RunEvent.Promoted.class::isInstance)
        .map(event -> ((RunEvent.Promoted) event).to())
        .findFirst()
        .orElseThrow();
  }
}
