package dev.rsi.core.internal.calls;

import java.util.List;
import java.util.function.Function;

/**
 * Makes calls, each about something, and knows what to do where they come to nothing.
 *
 * @param <I> what a call is about
 * @param <R> what it gives
 */
@FunctionalInterface
public interface Making<I, R> {
  /**
   * Makes calls about all items.
   *
   * @param once makes each call once, and gives an answer for each in order
   * @return an answer for each item, in order
   */
  List<Answer<R>> make(List<I> items, Function<List<I>, List<Answer<R>>> once);

  /** Each call once, whatever comes of it. */
  static <I, R> Making<I, R> once() {
    return (items, once) -> once.apply(items);
  }
}
