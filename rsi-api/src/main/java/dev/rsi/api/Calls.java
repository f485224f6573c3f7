package dev.rsi.api;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How the loop may call a part: how many calls at once (the field says concurrency), how many
 * attempts in one (batch size), and how long one may take (timeout). Field terms: concurrency,
 * batch size, timeout.
 *
 * @param parallel how many calls may be under way at once, 1 or more; each has a session of its own
 * @param batch how many attempts a call takes at most, 1 or more. A verifier's call takes the
 *     attempts of whole tasks: as many tasks as fit, and always one
 * @param limit how long one call may take; null for any time. A call that takes longer is cut: its
 *     context says that it is cancelled, its thread is interrupted, and what it gives later is
 *     dropped
 */
public record Calls(int parallel, int batch, @Nullable Duration limit) {
  /** One call at once, of one attempt or task, within a minute. */
  public static final Calls DEFAULT = new Calls(1, 1, Duration.ofMinutes(1));

  public Calls {
    positive("parallel", parallel);
    positive("batch", batch);
    if (limit != null && (limit.isZero() || limit.isNegative())) {
      throw new IllegalArgumentException(
          "limit (" + limit + ") must be longer than zero.\nMaybe call withoutLimit().");
    }
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " (" + value + ") must be >= 1.");
    }
  }

  /** With another number of calls at once. */
  public Calls parallel(int atOnce) {
    return new Calls(atOnce, batch, limit);
  }

  /** With another number of attempts in a call. */
  public Calls batch(int attempts) {
    return new Calls(parallel, attempts, limit);
  }

  /** With another time for a call. */
  public Calls limit(Duration time) {
    return new Calls(parallel, batch, Objects.requireNonNull(time, "time"));
  }

  /** With any time for a call: one that hangs holds up the run until the run is cancelled. */
  public Calls withoutLimit() {
    return new Calls(parallel, batch, null);
  }

  /** What two parts allow that are called together: the smaller of both in everything. */
  public Calls and(Calls other) {
    Duration shorter = limit;
    if (shorter == null || (other.limit != null && other.limit.compareTo(shorter) < 0)) {
      shorter = other.limit;
    }
    return new Calls(Math.min(parallel, other.parallel), Math.min(batch, other.batch), shorter);
  }

  @Override
  public String toString() {
    return "Calls[parallel="
        + parallel
        + ", batch="
        + batch
        + ", limit="
        + (limit == null ? "unbounded" : limit)
        + "]";
  }
}
