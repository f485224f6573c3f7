package dev.rsi.core.internal;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of runs, whichever class writes: one name for who configures it. */
public final class LoopLog {
  public static final Logger LOG = LoggerFactory.getLogger("dev.rsi.core.ImprovementLoop");

  private LoopLog() {}
}
