package dev.rsi.core.live;

import java.util.Arrays;

/**
 * How long requests took, in buckets of which each ends an eighth of an octave or less above its
 * begin, so a median is right to one part in eight, in bounded memory.
 *
 * <p>Mutable, guarded by who has it.
 */
final class LatencyHistogram {
  private static final int PARTS = 8;

  private final long[] counts = new long[Long.SIZE * PARTS];
  private long size;
  private long median;
  private long next;

  /** Adds a time. */
  void add(long nanos) {
    counts[bucket(nanos)]++;
    size++;
    // To look for the median costs more than all else here, and it hardly moves by one time more.
    if (size >= next) {
      median = quantile(0.5);
      next = size + 1 + size / 64;
    }
  }

  long size() {
    return size;
  }

  /** The end of the bucket that has the median of the times up to shortly before; 0 of none. */
  long median() {
    return median;
  }

  /** The count of each bucket, the median, and the size at which it is looked for again. */
  long[] state() {
    long[] out = Arrays.copyOf(counts, counts.length + 2);
    out[counts.length] = median;
    out[counts.length + 1] = next;
    return out;
  }

  /** Goes on from what {@link #state} was. */
  void restore(long[] state) {
    size = 0;
    for (int i = 0; i < counts.length; i++) {
      counts[i] = state[i];
      size += state[i];
    }
    median = state[counts.length];
    next = state[counts.length + 1];
  }

  /** The end of the bucket that so large a share of the times ends with; 0 of none. */
  long quantile(double share) {
    double rank = share * size;
    long before = 0;
    for (int i = 0; i < counts.length && size > 0; i++) {
      before += counts[i];
      if (before >= rank) {
        return end(i);
      }
    }
    return 0;
  }

  private static int bucket(long nanos) {
    if (nanos < PARTS) {
      return (int) Math.max(0, nanos);
    }
    int octave = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
    return (octave - 2) * PARTS + (int) (nanos >>> (octave - 3)) - PARTS;
  }

  private static long end(int bucket) {
    if (bucket < PARTS) {
      return bucket + 1L;
    }
    int octave = bucket / PARTS + 2;
    long part = 1L << (octave - 3);
    long end = (PARTS + 1L + bucket % PARTS) * part;
    return end < 0 ? Long.MAX_VALUE : end;
  }
}
