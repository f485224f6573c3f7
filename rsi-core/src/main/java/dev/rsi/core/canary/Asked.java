package dev.rsi.core.canary;

/**
 * One request of a trial, as the trial sees it.
 *
 * <p>Mutable, guarded by its trial.
 */
final class Asked {

  /** How far it has come. */
  enum State {
    OPEN,
    /** Over, but it may still be told how well it went. */
    LATER,
    OVER
  }

  /** The time of a request of which nobody said how long it took. */
  static final long UNTIMED = -1;

  final long number;
  final boolean challenger;
  final boolean evidence;

  /** What it must take longer than to be slow; 0 if that was not known when it was drawn. */
  final long slowFrom;

  State state = State.OPEN;

  /** Until when it may be told of, in milliseconds since 1970. */
  long expires;

  Asked(long number, boolean challenger, boolean evidence, long slowFrom) {
    this.number = number;
    this.challenger = challenger;
    this.evidence = evidence;
    this.slowFrom = slowFrom;
  }
}
