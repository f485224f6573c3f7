package dev.rsi.core.micrometer;

import dev.rsi.api.Cost;
import dev.rsi.core.RunListener;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.RunEvent;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Counts what happens in a run in a registry of Micrometer ({@code io.micrometer:micrometer-core},
 * which the application brings). Names, tags and units stand in docs/reliability.md; a tag has one
 * of a few fixed values, never an id, a level or a name that the application chose. Field term:
 * metrics.
 *
 * <p>One for each run at a time; those of several runs may share a registry, which then has their
 * sums. Not thread-safe: the run's thread, or that of a subscription, tells it.
 */
public final class RunMeters implements RunListener {
  private final MeterRegistry registry;
  private long generationBegan = -1;

  private RunMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * The meters of a run.
   *
   * @param registry takes them; the caller closes it
   */
  public static RunMeters of(MeterRegistry registry) {
    return new RunMeters(Objects.requireNonNull(registry, "registry"));
  }

  @Override
  public void on(RunEvent event) {
    event.costs().forEach((who, cost) -> used(tag(who), cost));
    if (event instanceof RunEvent.Attempted attempt) {
      count(1, "rsi.attempts", "stage", tag(attempt.stage()), "verdict", tag(attempt.outcome()));
      count(attempt.tokens(), "rsi.tokens", "stage", tag(attempt.stage()));
    } else if (event instanceof RunEvent.Probed probed) {
      count(probed.probes().size(), "rsi.readings");
    } else if (event instanceof RunEvent.GenerationStarted) {
      generationBegan = registry.config().clock().monotonicTime();
    } else if (event instanceof RunEvent.LessonsSelected lessons) {
      count(lessons.kept(), "rsi.lessons");
    } else if (event instanceof RunEvent.Trained trained) {
      count((double) trained.steps(), "rsi.training.steps");
    } else if (event instanceof RunEvent.Screened screened) {
      count(screened.attempts(), "rsi.screened");
    } else if (event instanceof RunEvent.Gated gated) {
      count(1, "rsi.decisions", "action", tag(gated.decision().action()));
    } else if (event instanceof RunEvent.Answered answered) {
      count(1, "rsi.answers", "approved", String.valueOf(answered.approved()));
    } else if (event instanceof RunEvent.Faulted fault) {
      count(1, "rsi.faults", "part", fault.part());
    } else if (event instanceof RunEvent.GenerationFinished finished) {
      finished(finished.report());
    } else if (event instanceof RunEvent.Stopped) {
      count(1, "rsi.runs", "end", "left");
    } else if (event instanceof RunEvent.RunFinished finished) {
      count(1, "rsi.runs", "end", tag(finished.end()));
    }
  }

  /** Events that a slow subscription lost. */
  @Override
  public void missed(long count) {
    count((double) count, "rsi.missed");
  }

  private void used(String part, Cost cost) {
    count((double) cost.tokensIn(), "rsi.cost.tokens", "part", part, "kind", "in");
    count((double) cost.tokensCached(), "rsi.cost.tokens", "part", part, "kind", "cached");
    count((double) cost.tokensOut(), "rsi.cost.tokens", "part", part, "kind", "out");
    count(cost.money().doubleValue(), "rsi.cost.money", "part", part);
  }

  private void finished(GenerationReport report) {
    if (report.outcome() == GenerationReport.Outcome.ANCHOR) {
      return;
    }
    count(1, "rsi.generations", "outcome", tag(report.outcome()));
    DistributionSummary.builder("rsi.frontier").register(registry).record(report.frontier());
    if (generationBegan >= 0) {
      long took = registry.config().clock().monotonicTime() - generationBegan;
      Timer.builder("rsi.generation").register(registry).record(took, TimeUnit.NANOSECONDS);
      generationBegan = -1;
    }
  }

  private void count(double amount, String name, String... tags) {
    registry.counter(name, tags).increment(amount);
  }

  private static String tag(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
