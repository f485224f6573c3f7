package dev.rsi.core.internal;

/**
 * How long requests took, in buckets of which each ends an eighth of an octave or less above its
 * begin, so a median is right to one part in eight, in bounded memory.
 *
 * <p>Mutable, guarded by who has it.
 */
public final class LatencyHistogram {
  private static final int PARTS = 8;

  private final long[] counts = new long[Long.SIZE * PARTS];
  private long size;
  private long median;
  private long next;

  /** Adds a time. */
  public void add(long nanos) {
    counts[bucket(nanos)]++;
    size++;
    // To look for the median costs more than all else here, and it hardly moves by one time more.
    if (size >= next) {
      median = quantile(0.5);
      next = size + 1 + size / 64;
    }
  }

  public long size() {
    return size;
  }

  /** The end of the bucket that has the median of the times up to shortly before; 0 of none. */
  public long median() {
    return median;
  }

  /** All of it, in words. */
  public String state() {
    StringBuilder out = new StringBuilder().append(median).append(' ').append(next);
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        out.append(' ').append(i).append(' ').append(counts[i]);
      }
    }
    return out.toString();
  }

  /** Goes on from a state. */
  public void restore(String[] words, int at) {
    median = Long.parseLong(words[at]);
    next = Long.parseLong(words[at + 1]);
    for (int i = at + 2; i < words.length; i += 2) {
      long count = Long.parseLong(words[i + 1]);
      counts[Integer.parseInt(words[i])] = count;
      size += count;
    }
  }

  /** The end of the bucket that so large a share of the times ends with; 0 of none. */
  public long quantile(double share) {
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
