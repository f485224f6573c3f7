package dev.rsi.core.live;

import dev.rsi.api.ModelVersion;
import dev.rsi.core.internal.LatencyHistogram;
import java.time.Duration;

/** What the requests of one version came to. Guarded by the live model's lock. */
final class Meter {
  /** So many requests are needed before anything is said of how long they usually take. */
  private static final int FEWEST = 20;

  private final ModelVersion version;
  private final LatencyHistogram took = new LatencyHistogram();
  private final LatencyHistogram held = new LatencyHistogram();
  private long requests;
  private long failures;
  private long waited;
  private long open;
  private long told;
  private double success;

  Meter(ModelVersion version) {
    this.version = version;
  }

  /** A request begins. */
  void begins(boolean hadToWait) {
    open++;
    waited += hadToWait ? 1 : 0;
  }

  /** There was no session for it after all. */
  void cameToNothing() {
    open--;
  }

  /** A request is over. */
  void ends(Course course, long heldNanos) {
    open--;
    requests++;
    failures += course.failed() ? 1 : 0;
    if (course.called()) {
      held.add(heldNanos);
      took.add(course.nanos());
    }
    if (!Double.isNaN(course.success())) {
      tells(course.success());
    }
  }

  /** It was told how a request went. */
  void tells(double how) {
    told++;
    success += how;
  }

  /** What all but a hundredth of the leases took at most, in nanoseconds; -1 if too few ended. */
  long usual() {
    return held.size() < FEWEST ? -1 : held.quantile(0.99);
  }

  Usage usage(Usage.Role role) {
    return new Usage(
        version,
        role,
        requests,
        failures,
        waited,
        open,
        told,
        told == 0 ? Double.NaN : success / told,
        Duration.ofNanos(took.quantile(0.5)),
        Duration.ofNanos(took.quantile(0.99)));
  }
}
