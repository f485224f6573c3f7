package dev.rsi.core.internal.steps;

import java.util.Locale;

/** What may break and be done without: the part that a fault names. */
public enum Part {
  PRACTICE,
  REGISTRY,
  TRAINER,
  SCREENING,
  GATE,
  /** A reading of probes; the gate may go on without it. */
  READING,
  APPROVAL,
  EXAM;

  /** Its name in the record, where it must stay what it is. */
  public String words() {
    return name().toLowerCase(Locale.ROOT);
  }
}
