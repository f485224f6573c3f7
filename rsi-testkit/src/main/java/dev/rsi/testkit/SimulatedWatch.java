package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Lesson;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a run may do, checked as it records events and as what is live changes. */
final class SimulatedWatch<T, C> {
  private final List<RunEvent> course = new ArrayList<>();
  private final long attemptsAllowed;
  private final SimulatedWorld<T, C> world;
  private List<String> history = List.of();
  private long attempts;
  private int steps;
  private int generation = -1;
  private @Nullable String run;
  private @Nullable String live;
  private @Nullable String decided;
  private boolean finished;

  SimulatedWatch(SimulatedWorld<T, C> world, long attemptsAllowed) {
    this.world = world;
    this.attemptsAllowed = attemptsAllowed;
  }

  List<RunEvent> course() {
    return course;
  }

  /** The run's id; null before it is recorded that it began. */
  @Nullable String run() {
    return run;
  }

  /** Whether there is a run that another driver could take over. */
  boolean isOpen() {
    return run != null && !finished;
  }

  /** Whether the run's end is durable: nothing that happens after it matters to the run. */
  boolean isFinished() {
    return finished;
  }

  int steps() {
    return steps;
  }

  // What is recorded.

  /** Events became durable. */
  void recorded(String of, List<? extends RunEvent> events, ModelRegistry registry) {
    steps++;
    for (RunEvent event : events) {
      if (!event.circumstantial()) {
        assertThat(finished).as("an event after the run's end: %s", event).isFalse();
        course.add(event);
        check(of, event);
      }
    }
    assertThat(attempts).as("attempts").isLessThanOrEqualTo(attemptsAllowed);
    if (generation >= 0 && !history.isEmpty()) {
      assertThat(registry.history().get(0)).as("live").isEqualTo(history.get(0));
      if (!world.person().moved()) {
        assertThat(history.get(0)).as("live").isIn(live, decided);
      }
    }
  }

  private void check(String of, RunEvent event) {
    if (event instanceof RunEvent.RunStarted started) {
      run = of;
      live = started.anchor();
    } else if (event instanceof RunEvent.Attempted attempt) {
      attempts++;
      world.requirePractice(attempt.task());
    } else if (event instanceof RunEvent.Probed probed) {
      attempts += probed.probes().size();
    } else if (event instanceof RunEvent.Trained trained) {
      assertThat(trained.parent()).as("parent").isEqualTo(live);
    } else if (event instanceof RunEvent.Gated gated) {
      decided = gated.decision().promotes() ? gated.challenger() : null;
    } else if (event instanceof RunEvent.Promoted promoted) {
      assertThat(promoted.to()).as("promoted without a decision").isEqualTo(decided);
      assertThat(promoted.from()).isEqualTo(live);
      live = promoted.to();
      decided = null;
    } else if (event instanceof RunEvent.GenerationFinished done) {
      assertThat(done.generation()).as("generation").isEqualTo(generation + 1);
      generation = done.generation();
      assertThat(done.report().live()).isEqualTo(live);
    } else if (event instanceof RunEvent.RunFinished) {
      finished = true;
    }
  }

  void lessons(List<Lesson<T, C>> lessons) {
    for (Lesson<T, C> lesson : lessons) {
      world.requirePractice(lesson.task());
    }
  }

  // What is live.

  /** The ids of what was live, as it has to be: the latest first. */
  List<String> history() {
    return history;
  }

  /** A version was made live. */
  void promoted(String version, ModelRegistry registry) {
    if (history.isEmpty() || !history.get(0).equals(version)) {
      List<String> next = new ArrayList<>(history);
      next.add(0, version);
      history = List.copyOf(next);
    }
    checkHistory(registry);
  }

  /** What was live is not any more. */
  void rolledBack(ModelRegistry registry) {
    history = history.subList(1, history.size());
    checkHistory(registry);
  }

  /** Nobody makes live what another one's promotion is lost by. */
  void checkHistory(ModelRegistry registry) {
    assertThat(List.copyOf(registry.history())).as("history").isEqualTo(history);
  }

  /** Versions were deleted, but for the live one and so many of those before it. */
  void retained(int before, ModelRegistry registry) {
    List<String> now = List.copyOf(registry.history());
    assertThat(now)
        .as("history")
        .startsWith(
            history.subList(0, Math.min(history.size(), before + 1)).toArray(String[]::new));
    assertThat(history).as("history").containsSubsequence(now);
    history = now;
  }

  // Ends.

  /** What the record tells of a run whose process is gone. */
  void left(RunStore kept) {
    if (run == null) {
      return;
    }
    RunReport report = RunReport.of(kept, run);
    assertThat(report.live()).isEqualTo(live);
    assertThat(report.generations()).hasSize(generation + 1);
    assertThat(report.spending().attempts()).isGreaterThanOrEqualTo(attempts);
  }

  void ended(RunReport report, ModelRegistry registry) {
    assertThat(finished).as("the run's end is recorded").isTrue();
    assertThat(registry.live().orElseThrow().id()).isEqualTo(report.live()).isEqualTo(live);
    // Attempts of a batch that failed are spent, and nothing else is known of them.
    assertThat(report.spending().attempts()).isBetween(attempts, attemptsAllowed);
    checkHistory(registry);
    for (String version : registry.versions()) {
      // Throws if a file is not what its hash says.
      Objects.requireNonNull(registry.version(version));
    }
  }
}
