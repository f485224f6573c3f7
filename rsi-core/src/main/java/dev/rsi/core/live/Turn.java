package dev.rsi.core.live;

import dev.rsi.api.Generator;
import dev.rsi.core.canary.Ticket;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One request for a session, and what it was given. Guarded by the live model's lock, but for what
 * is final.
 */
final class Turn<T, C> {

  /** What a wait came to. */
  enum Wait {
    OVER,
    LATE,
    INTERRUPTED
  }

  /** Whose request it is, or null. */
  final @Nullable String key;

  /** What the conversation that it belongs to began with, or null. */
  final @Nullable Pin<T, C> pin;

  /** Told when the wait is over, under the lock, where nobody waits; or null. */
  private final @Nullable Runnable whenOver;

  private boolean over;
  private boolean hadRoom;
  private boolean waits;
  private boolean waited;
  private boolean undrawn;
  private @Nullable Pool<T, C> pool;
  private Generator.@Nullable Session<T, C> session;
  private @Nullable Condition given;
  private @Nullable Rollout<T, C> rollout;
  private @Nullable Ticket ticket;

  Turn(@Nullable String key, @Nullable Pin<T, C> pin, @Nullable Runnable whenOver) {
    this.key = key;
    this.pin = pin;
    this.whenOver = whenOver;
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
    if (waits && whenOver != null) {
      whenOver.run();
    }
    waits = false;
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

  boolean isOver() {
    return over;
  }

  /** It is not served at once. */
  void waits() {
    waits = true;
    waited = true;
  }

  /** Whether it had to wait. */
  boolean waited() {
    return waited;
  }

  /**
   * Waits until this is over.
   *
   * @param nanos how long at most; without end if it is {@link Long#MAX_VALUE}
   */
  Wait await(ReentrantLock lock, long nanos) {
    try {
      long left = nanos;
      while (!over) {
        if (left <= 0) {
          return Wait.LATE;
        }
        if (given == null) {
          given = lock.newCondition();
        }
        if (nanos == Long.MAX_VALUE) {
          given.await();
        } else {
          left = given.awaitNanos(left);
        }
      }
    } catch (InterruptedException e) {
      // What was handed over meanwhile is taken, so that it is not lost.
      Thread.currentThread().interrupt();
    }
    return over ? Wait.OVER : Wait.INTERRUPTED;
  }

  /** The pool that gave it something; null if it came to its end with nothing. */
  @Nullable Pool<T, C> pool() {
    return pool;
  }

  /** The session that it was given, or null for room to open one. */
  Generator.@Nullable Session<T, C> session() {
    return session;
  }

  /** It was drawn, to whichever side. */
  void drawn(Rollout<T, C> by, Ticket drawn) {
    rollout = by;
    ticket = drawn;
  }

  /**
   * The draw came to nothing, and there is no other.
   *
   * @param failed whether it was the side's own fault
   */
  void undraw(boolean failed) {
    if (ticket != null && failed) {
      ticket.fail();
    } else if (ticket != null) {
      ticket.drop();
    }
    rollout = null;
    ticket = null;
    undrawn = true;
  }

  /** Whether a canary may draw a side for it. */
  boolean mayBeDrawn() {
    return ticket == null && !undrawn;
  }

  @Nullable Rollout<T, C> rollout() {
    return rollout;
  }

  @Nullable Ticket ticket() {
    return ticket;
  }
}
