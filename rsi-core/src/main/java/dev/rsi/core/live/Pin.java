package dev.rsi.core.live;

import org.jspecify.annotations.Nullable;

/** What a conversation began with. Guarded by the live model's lock. */
final class Pin<T, C> {
  private @Nullable Pool<T, C> pool;
  private long used;
  private boolean closed;

  @Nullable Pool<T, C> pool() {
    return pool;
  }

  void to(@Nullable Pool<T, C> now) {
    pool = now;
  }

  /** When it was used last. */
  long used() {
    return used;
  }

  void use(long now) {
    used = now;
  }

  boolean isClosed() {
    return closed;
  }

  void close() {
    closed = true;
  }
}
