package dev.rsi.core.store;

import com.google.common.io.BaseEncoding;

/** Where the record of a run ends. */
final class End {
  private final long run;
  private final long events;
  private final byte[] hash;

  /**
   * An end.
   *
   * @param run its number in the store
   * @param events how many it has
   * @param hash of the last of them; the run's origin while it has none
   */
  End(long run, long events, byte[] hash) {
    this.run = run;
    this.events = events;
    this.hash = hash.clone();
  }

  long run() {
    return run;
  }

  long events() {
    return events;
  }

  byte[] hash() {
    return hash.clone();
  }

  String hex() {
    return BaseEncoding.base16().lowerCase().encode(hash);
  }
}
