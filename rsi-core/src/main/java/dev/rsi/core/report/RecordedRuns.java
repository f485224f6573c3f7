package dev.rsi.core.report;

import java.time.Instant;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Runs that were recorded, to be read again: every {@code RunStore} holds such. Thread-safe. Field
 * term: event log.
 */
public interface RecordedRuns {

  /**
   * Tells the events of some kinds recorded of a run, each with when it was recorded, in order and
   * one by one: the run is never held as a whole. What is appended meanwhile may be left out.
   *
   * <p>Instants are those that the events were recorded at, by the clock of whoever recorded them,
   * to the millisecond: what is finer is cut off.
   *
   * @param kinds some of {@link RunEvent#kinds()}
   * @param each is told them, on the caller's thread; what it throws ends the reading
   * @throws IllegalArgumentException if there is no such run
   */
  void forEach(
      String run,
      Set<Class<? extends RunEvent>> kinds,
      BiConsumer<? super Instant, ? super RunEvent> each);

  /**
   * The same for the events of every kind.
   *
   * @throws IllegalArgumentException if there is no such run
   */
  default void forEach(String run, BiConsumer<? super Instant, ? super RunEvent> each) {
    forEach(run, RunEvent.kinds(), each);
  }
}
