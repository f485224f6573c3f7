package dev.rsi.core.internal;

import com.google.common.math.LongMath;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;

/**
 * Reckons with durations and clocks of any kind: those of three centuries, which pass what a long
 * holds in nanoseconds, and clocks that stand at the end of time or jump there. What is too long is
 * as long as can be; nothing throws.
 */
public final class Times {
  /** Before the last day there is, in any time zone. */
  private static final Instant LAST =
      LocalDate.MAX.minusDays(2).atStartOfDay().toInstant(ZoneOffset.UTC);

  private static final Instant FIRST =
      LocalDate.MIN.plusDays(2).atStartOfDay().toInstant(ZoneOffset.UTC);

  private Times() {}

  /** In nanoseconds: 292 years at most, either way. */
  public static long nanos(Duration duration) {
    return TimeUnit.NANOSECONDS.convert(duration);
  }

  /** The nanoseconds from one instant to another; 0 if that is before it. */
  public static long nanosBetween(Instant from, Instant to) {
    return Math.max(0, nanos(Duration.between(from, to)));
  }

  /** An instant so much later; the last there is where that would be after it. */
  public static Instant after(Instant instant, long nanos) {
    Duration left = Duration.between(instant, Instant.MAX);
    Duration more = Duration.ofNanos(nanos);
    return left.compareTo(more) <= 0 ? Instant.MAX : instant.plus(more);
  }

  /** Milliseconds since 1970, with what is finer cut off: 292 million years at most, either way. */
  public static long millis(Instant instant) {
    return LongMath.saturatedAdd(
        LongMath.saturatedMultiply(instant.getEpochSecond(), 1000), instant.getNano() / 1_000_000);
  }

  /** The sum of two durations of 0 or more. */
  public static Duration sum(Duration one, Duration other) {
    Duration left = Duration.ofSeconds(Long.MAX_VALUE).minus(one);
    return other.compareTo(left) > 0 ? Duration.ofSeconds(Long.MAX_VALUE) : one.plus(other);
  }

  /** The day of an instant; at either end of time, one of the last that there are. */
  public static LocalDate day(Instant instant, ZoneId zone) {
    Instant within = instant.isAfter(LAST) ? LAST : instant.isBefore(FIRST) ? FIRST : instant;
    return LocalDate.ofInstant(within, zone);
  }
}
