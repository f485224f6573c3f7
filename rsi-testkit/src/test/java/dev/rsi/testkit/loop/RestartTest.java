package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.rsi.api.ModelVersion;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.RunHandle;
import dev.rsi.core.RunListener;
import dev.rsi.core.live.LiveModel;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.testkit.Sum;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A program that is started again goes on from what is live, and nobody is told otherwise. */
class RestartTest {
  @TempDir Path home;

  enum By {
    RUN,
    START
  }

  @ParameterizedTest
  @EnumSource
  void should_begin_from_what_is_live_however_often_it_is_started(By by)
      throws InterruptedException {
    Loops loops = new Loops(home);
    Witness witness = new Witness(loops);
    String live = loops.start.id();
    for (int starts = 1; starts <= 3; starts++) {
      ImprovementLoop<Sum, Long> loop =
          loops.whole(Budget.of(1)).seed(starts).listener(witness).build();
      if (loops.registry.history().isEmpty()) {
        loops.registry.promote(loops.start.id());
      }
      Optional<String> left = loop.unfinished();
      assertThat(left).isEmpty();
      RunReport report = again(loop, by);
      assertThat(began(loops, report)).isEqualTo(live);
      live = report.live();
      assertThat(loops.registry.history()).startsWith(live);
    }
    assertThat(live).isNotEqualTo(loops.start.id());
    assertThat(loops.registry.history()).containsOnlyOnce(loops.start.id());
    assertThat(witness.differences).isEmpty();
  }

  private static RunReport again(ImprovementLoop<Sum, Long> loop, By by)
      throws InterruptedException {
    if (by == By.RUN) {
      return loop.run(Loops.TASKS);
    }
    try (RunHandle run = loop.start(Loops.TASKS)) {
      return run.await();
    }
  }

  @ParameterizedTest
  @EnumSource
  void should_take_nothing_away_without_a_word(By by) throws InterruptedException {
    Loops loops = new Loops(home);
    String live = loops.whole(Budget.of(1)).build().run(loops.start, Loops.TASKS).live();
    assertThat(live).isNotEqualTo(loops.start.id());
    ImprovementLoop<Sum, Long> loop = loops.whole(Budget.of(1)).build();
    assertThatIllegalStateException()
        .isThrownBy(
            () -> {
              if (by == By.RUN) {
                loop.run(loops.start, Loops.TASKS);
              } else {
                loop.start(loops.start, Loops.TASKS);
              }
            })
        .withMessageContainingAll(live, loops.start.id(), "run(tasks)", "promote(");
    assertThat(loops.store.runs()).hasSize(1);
    assertThat(loops.registry.history()).startsWith(live);
    // It is driven by nobody: what is live may be named, and the next run begins.
    ModelVersion named = loops.registry.version(live);
    assertThat(began(loops, loop.run(named, Loops.TASKS))).isEqualTo(live);
  }

  @Test
  void should_say_what_to_do_where_nothing_is_live() {
    Loops loops = new Loops(home);
    ImprovementLoop<Sum, Long> loop = loops.whole(Budget.of(1)).build();
    assertThatIllegalStateException()
        .isThrownBy(() -> loop.run(Loops.TASKS))
        .withMessageContainingAll("No version is live", "run(start, tasks)");
    assertThat(loops.store.runs()).isEmpty();
    assertThat(began(loops, loop.run(loops.start, Loops.TASKS))).isEqualTo(loops.start.id());
  }

  @Test
  void should_begin_elsewhere_by_a_persons_word_and_serve_it_while_the_run_scouts() {
    Loops loops = new Loops(home);
    loops.whole(Budget.of(1)).build().run(loops.start, Loops.TASKS);
    Witness witness = new Witness(loops);
    loops.registry.promote(loops.start.id());
    RunReport report =
        loops.whole(Budget.of(1)).listener(witness).build().run(loops.start, Loops.TASKS);
    assertThat(began(loops, report)).isEqualTo(loops.start.id());
    assertThat(witness.scouted).isPositive();
    assertThat(witness.differences).isEmpty();
  }

  @Test
  void should_not_take_away_by_a_run_whose_beginning_came_to_nothing() {
    Loops loops = new Loops(home);
    // Killed after its first event, and before it made anything live.
    Loops other = new Loops(home.resolve("other"));
    String run = other.whole(Budget.of(1)).build().run(other.start, Loops.TASKS).run();
    loops.store.create("run-1");
    loops.store.append("run-1", Instant.EPOCH, other.store.events(run, 0, 1));
    Path model = loops.learner.write(home.resolve("own"), 1, 1, 1);
    String own = loops.registry.add(model, Provenance.imported()).id();
    loops.registry.promote(own);
    ImprovementLoop<Sum, Long> loop = loops.whole(Budget.of(1)).build();
    assertThat(loop.unfinished()).hasValue("run-1");
    assertThatIllegalStateException()
        .isThrownBy(() -> loop.resume("run-1", Loops.TASKS))
        .withMessageContainingAll(own, loops.start.id());
    assertThat(loops.registry.history()).startsWith(own);
    loops.registry.promote(loops.start.id());
    assertThat(loop.resume("run-1", Loops.TASKS).end()).isEqualTo(RunReport.End.BUDGET_SPENT);
  }

  @Test
  void should_agree_when_a_damaged_version_gives_way() {
    Loops loops = new Loops(home);
    loops.registry.promote(loops.start.id());
    Witness witness = new Witness(loops);
    RunListener damaging =
        event -> {
          witness.on(event);
          if (event instanceof RunEvent.GenerationFinished done && done.generation() == 1) {
            damage(loops.registry.version(done.report().live()).directory());
          }
        };
    RunReport report = loops.whole(Budget.of(3)).listener(damaging).build().run(Loops.TASKS);
    assertThat(loops.store.events(report.run(), RunEvent.FellBack.class)).isNotEmpty();
    assertThat(witness.scouted).isPositive();
    assertThat(witness.differences).isEmpty();
  }

  private static String began(Loops loops, RunReport report) {
    return ((RunEvent.RunStarted) loops.store.events(report.run(), 0, 1).get(0)).anchor();
  }

  private static void damage(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      Path file = files.findFirst().orElseThrow();
      Files.writeString(file, Files.readString(file) + " ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Holds what registry, live model and record say is live against each other, at every event. */
  private static final class Witness implements RunListener {
    private final Loops loops;
    private final List<String> differences = new ArrayList<>();
    private LiveModel<Sum, Long> live;
    private String recorded = "";
    private boolean scouting;
    private int scouted;

    Witness(Loops loops) {
      this.loops = loops;
    }

    @Override
    public void on(RunEvent event) {
      if (event instanceof RunEvent.RunStarted started) {
        recorded = started.anchor();
        scouting = true;
      } else if (event instanceof RunEvent.Promoted promoted) {
        recorded = promoted.to();
      } else if (event instanceof RunEvent.FellBack fallen) {
        recorded = fallen.to();
        scouting = true;
      } else if (event instanceof RunEvent.GenerationStarted) {
        scouting = false;
      }
      if (live == null) {
        live = LiveModel.open(loops.learner.generator(), loops.registry, 1);
      } else {
        live.on(event);
      }
      if (event instanceof RunEvent.FellBack) {
        return; // Recorded before it is done.
      }
      scouted += scouting && event instanceof RunEvent.Attempted ? 1 : 0;
      List<String> said = List.of(recorded, loops.registry.history().get(0), live.version().id());
      if (said.stream().distinct().count() > 1) {
        differences.add(event + ": " + said);
      }
    }
  }
}
