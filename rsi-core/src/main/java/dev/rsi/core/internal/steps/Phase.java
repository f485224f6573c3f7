package dev.rsi.core.internal.steps;

import java.util.Locale;

/** What a generation goes through. */
public enum Phase {
  SCOUT,
  PRACTISE,
  TRAIN,
  SCREEN,
  JUDGE,
  EXAMINE;

  /** Its name in recordings and in the record. */
  public String words() {
    return name().toLowerCase(Locale.ROOT);
  }
}
