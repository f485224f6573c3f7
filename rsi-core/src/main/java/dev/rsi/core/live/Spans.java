package dev.rsi.core.live;

/**
 * How long things took: a histogram of eight buckets to a doubling, so what it says is at most 9 %
 * too long. Its size is fixed. Not thread-safe.
 */
final class Spans {
  /** Buckets to a doubling, as a power of two. */
  private static final int FINENESS = 3;

  private final long[] counts = new long[(64 - FINENESS) << FINENESS];
  private long count;

  void add(long nanos) {
    counts[bucket(Math.max(0, nanos))]++;
    count++;
  }

  long count() {
    return count;
  }

  /** What so large a share took at most, in nanoseconds; 0 if nothing was added. */
  long quantile(double share) {
    long rank = (long) Math.ceil(share * count);
    long seen = 0;
    for (int bucket = 0; rank > 0; bucket++) {
      seen += counts[bucket];
      if (seen >= rank) {
        return most(bucket);
      }
    }
    return 0;
  }

  private static int bucket(long nanos) {
    if (nanos < 1 << FINENESS) {
      return (int) nanos;
    }
    int shift = 63 - Long.numberOfLeadingZeros(nanos) - FINENESS;
    return ((shift + 1) << FINENESS) + (int) ((nanos >>> shift) & ((1 << FINENESS) - 1));
  }

  /** The longest that falls into a bucket. */
  private static long most(int bucket) {
    if (bucket < 1 << FINENESS) {
      return bucket;
    }
    int shift = (bucket >> FINENESS) - 1;
    long least = ((1L << FINENESS) + (bucket & ((1 << FINENESS) - 1))) << shift;
    return least + (1L << shift) - 1;
  }
}
