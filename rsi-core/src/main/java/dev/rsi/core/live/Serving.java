package dev.rsi.core.live;

import dev.rsi.api.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * How a {@link LiveModel} serves. Immutable.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class Serving<T, C> {
  private static final Duration KEEPS = Duration.ofMinutes(30);

  private final int sessions;
  private final List<Request<T>> warmUp;
  private final Duration keeps;
  private final List<LiveListener<T, C>> listeners;

  private Serving(
      int sessions, List<Request<T>> warmUp, Duration keeps, List<LiveListener<T, C>> listeners) {
    this.sessions = sessions;
    this.warmUp = List.copyOf(warmUp);
    this.keeps = keeps;
    this.listeners = List.copyOf(listeners);
  }

  /**
   * With so many requests answered at the same time.
   *
   * @param sessions how many sessions of one version may be open at once, 1 or more
   */
  public static <T, C> Serving<T, C> of(int sessions) {
    if (sessions < 1) {
      throw new IllegalArgumentException("sessions (" + sessions + ") must be >= 1.");
    }
    return new Serving<>(sessions, List.of(), KEEPS, List.of());
  }

  /**
   * Asks each version this before it is served, so that no user waits for what a first call takes
   * longer. A version that throws at it, or fails at one of them, is not served. Default: nothing.
   */
  public Serving<T, C> warmUp(List<Request<T>> requests) {
    return new Serving<>(sessions, requests, keeps, listeners);
  }

  /**
   * For how long a conversation that stands idle keeps the version that it began with. Default:
   * half an hour, as is usual for sessions of the web.
   *
   * @param idle positive
   */
  public Serving<T, C> conversations(Duration idle) {
    if (idle.isNegative() || idle.isZero()) {
      throw new IllegalArgumentException("idle (" + idle + ") must be positive.");
    }
    return new Serving<>(sessions, warmUp, idle, listeners);
  }

  /** Has a listener told, after those that were given before. */
  public Serving<T, C> listener(LiveListener<T, C> listener) {
    List<LiveListener<T, C>> all = new ArrayList<>(listeners);
    all.add(Objects.requireNonNull(listener, "listener"));
    return new Serving<>(sessions, warmUp, keeps, all);
  }

  int sessions() {
    return sessions;
  }

  List<Request<T>> warmUp() {
    return warmUp;
  }

  Duration keeps() {
    return keeps;
  }

  List<LiveListener<T, C>> listeners() {
    return listeners;
  }
}
