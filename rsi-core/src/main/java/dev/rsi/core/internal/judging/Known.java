package dev.rsi.core.internal.judging;

import java.util.BitSet;
import java.util.OptionalDouble;

/** The readings of one version on the probes of one kind, as far as it was read. */
final class Known {
  private final BitSet read = new BitSet();
  private final double[] readings;

  Known(int probes) {
    readings = new double[probes];
  }

  boolean isRead(int probe) {
    return read.get(probe);
  }

  int unread() {
    return readings.length - read.cardinality();
  }

  /** Keeps a reading; one that is empty is missing, and not made again. */
  void put(int probe, OptionalDouble reading) {
    read.set(probe);
    readings[probe] = reading.orElse(Double.NaN);
  }

  /** The reading of a probe that was read; NaN if it is missing. */
  double get(int probe) {
    return readings[probe];
  }
}
