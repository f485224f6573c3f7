package dev.rsi.core.live;

import dev.rsi.api.Generator;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One request for a session: the side of a canary that it is drawn to, and what it was given there.
 * Guarded by the live model's lock.
 */
final class Turn<T, C> {
  private final @Nullable String key;
  private @Nullable Trial by;
  private @Nullable Ticket ticket;

  private boolean over;
  private boolean hadRoom;
  private @Nullable Pool<T, C> pool;
  private Generator.@Nullable Session<T, C> session;
  private @Nullable Condition given;

  Turn(@Nullable String key) {
    this.key = key;
  }

  /** Draws a side: once, unless the trial ended while this waited. */
  boolean drawsChallenger(@Nullable Trial now) {
    if (now != by) {
      settle();
      by = now;
      ticket = now == null ? null : key == null ? now.draw() : now.draw(key);
    }
    return ticket != null && ticket.challenger();
  }

  @Nullable Ticket ticket() {
    return ticket;
  }

  /** It came to nothing: nobody can tell how it went. */
  void settle() {
    if (ticket != null) {
      ticket.drop();
    }
  }

  /**
   * Ends the wait.
   *
   * @param giver whose session it is
   * @param handed a session of it, or null for room to open one
   */
  void give(Pool<T, C> giver, Generator.@Nullable Session<T, C> handed) {
    pool = giver;
    session = handed;
    end();
  }

  /** Ends the wait with nothing. */
  void end() {
    over = true;
    if (given != null) {
      given.signal();
    }
  }

  /** Begins, or begins again where there was room, but no session to be had. */
  void begin() {
    hadRoom |= pool != null;
    pool = null;
    over = false;
  }

  /** Whether there ever was room for it: it is older then than all who wait. */
  boolean hadRoom() {
    return hadRoom;
  }

  /**
   * Waits until this is over.
   *
   * @return false if the thread was interrupted before
   */
  boolean await(ReentrantLock lock) {
    try {
      while (!over) {
        if (given == null) {
          given = lock.newCondition();
        }
        given.await();
      }
    } catch (InterruptedException e) {
      // What was handed over meanwhile is taken, so that it is not lost.
      Thread.currentThread().interrupt();
    }
    return over;
  }

  /** The pool that gave it something; null if it came to its end with nothing. */
  @Nullable Pool<T, C> pool() {
    return pool;
  }

  /** The session that it was given, or null for room to open one. */
  Generator.@Nullable Session<T, C> session() {
    return session;
  }
}
