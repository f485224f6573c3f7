package dev.rsi.core.live;

import com.google.common.base.Ticker;

/** How long something takes: a clock that nobody sets, and that tells no time of day. */
final class Clocks {
  private static final Ticker TICKER = Ticker.systemTicker();

  private Clocks() {}

  static long nanos() {
    return TICKER.read();
  }
}
