package dev.rsi.core.live;

import dev.rsi.api.CancelledException;
import dev.rsi.api.ModelVersion;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Requests that belong together, and are answered by the version that answered the first of them,
 * whatever is promoted meanwhile. From {@link LiveModel#conversation}. Field term: session
 * affinity.
 *
 * <p>To a canary a conversation is one draw and its first request one observation. A conversation
 * goes on with the live version if the challenger that it was drawn to is withdrawn, and if it
 * stood idle for longer than the live model keeps it. Thread-safe; its requests follow one another.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class Conversation<T, C> implements AutoCloseable {
  private final Desk<T, C> desk;
  private final Shadows<T, C> shadows;
  private final @Nullable String key;
  private final Pin<T, C> pin = new Pin<>();
  private volatile boolean closed;

  Conversation(Desk<T, C> desk, Shadows<T, C> shadows, @Nullable String key) {
    this.desk = desk;
    this.shadows = shadows;
    this.key = key;
  }

  /**
   * A lease for the next request, as {@link LiveModel#acquire()}.
   *
   * @throws IllegalStateException if the conversation or the live model is closed
   * @throws CancelledException if the thread is interrupted while waiting
   */
  public synchronized LiveModel.Lease<T, C> acquire() {
    checkOpen();
    return Leased.of(desk, shadows, desk.acquire(new Turn<>(key, pin, null)));
  }

  /** The same, but waits for so long at most: {@link LiveModel#acquire(Duration)}. */
  public synchronized LiveModel.Lease<T, C> acquire(Duration most) {
    checkOpen();
    return Leased.of(desk, shadows, desk.acquire(new Turn<>(key, pin, null), most));
  }

  /** The version that answers; empty before the first request. */
  public Optional<ModelVersion> version() {
    return desk.version(pin);
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("The conversation is closed.\nMaybe begin another one.");
    }
  }

  /** Ends it: its version need not be kept for it any more. A lease under way goes on. */
  @Override
  public void close() {
    closed = true;
    desk.end(pin);
  }
}
