package dev.rsi.core.live;

import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.core.registry.ModelRegistry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sessions of one version while it is served. Guarded by the live model's lock. */
final class Pool<T, C> {
  final ModelVersion version;
  final Meter meter;

  private final ModelRegistry.Hold hold;
  private final Deque<Generator.Session<T, C>> idle = new ArrayDeque<>();
  // In the order they came. While one waits, no session is idle, and there is room for no other.
  private final Deque<Turn<T, C>> waiting = new ArrayDeque<>();
  private int limit;
  private int sessions;
  private int conversations;
  private boolean replaced;
  private boolean retired;

  /** A pool that has its first session, of a version that is held for it. */
  Pool(ModelVersion version, ModelRegistry.Hold hold, Generator.Session<T, C> first, int limit) {
    this.version = version;
    this.meter = new Meter(version);
    this.hold = hold;
    this.limit = limit;
    this.sessions = 1;
    idle.push(first);
  }

  /** Whether there is a session, or room for one, for who asks now. */
  boolean mayServe() {
    return !retired && (!idle.isEmpty() || sessions < limit);
  }

  /** Gives a turn the session used last, whose memory is warm, or room for one, or lets it wait. */
  void serve(Turn<T, C> turn) {
    if (!idle.isEmpty()) {
      turn.give(this, idle.pop());
    } else if (sessions < limit) {
      sessions++;
      turn.give(this, null);
    } else {
      turn.waits();
      if (turn.hadRoom()) {
        waiting.addFirst(turn);
      } else {
        waiting.addLast(turn);
      }
    }
  }

  /** A session that there was room for could not be opened: those that there are have to do. */
  int shrink() {
    sessions--;
    limit = sessions;
    return limit;
  }

  /** Has as many sessions at once as the version that it takes the place of. */
  void grow(int most) {
    limit = Math.max(limit, most);
  }

  /** Takes back what a turn was given and has no use for. */
  void takeBack(Generator.@Nullable Session<T, C> session) {
    Turn<T, C> next = waiting.poll();
    if (next != null) {
      next.give(this, session);
    } else if (session != null) {
      idle.push(session);
    } else {
      sessions--;
    }
  }

  /** Takes a session back, for who waits longest. Returns whether it must be closed. */
  boolean giveBack(Generator.Session<T, C> session) {
    if (retired) {
      sessions--;
      return true;
    }
    takeBack(session);
    return false;
  }

  /** A session is closed instead of being given back: there is room for another. */
  void lose() {
    if (retired) {
      sessions--;
    } else {
      takeBack(null);
    }
  }

  /** How many sessions can be out at once. */
  int limit() {
    return limit;
  }

  boolean retired() {
    return retired;
  }

  /** A conversation begins here, and keeps the version loaded to its end. */
  void pin() {
    conversations++;
  }

  /** A conversation ended. Returns whether it was the last thing that kept the pool. */
  boolean unpin() {
    conversations--;
    return conversations == 0 && replaced && !retired;
  }

  /** Whether conversations keep it, now that another version is live. */
  boolean isKept() {
    replaced = true;
    return conversations > 0;
  }

  /** It serves again. */
  void serves() {
    replaced = false;
  }

  /** Ends the pool. Returns the sessions to be closed now; the others are as they come back. */
  List<Generator.Session<T, C>> retire() {
    retired = true;
    List<Generator.Session<T, C>> out = new ArrayList<>(idle);
    sessions -= idle.size();
    idle.clear();
    return out;
  }

  /** Those who wait, in their order; they wait here no more. */
  List<Turn<T, C>> dismiss() {
    List<Turn<T, C>> out = new ArrayList<>(waiting);
    waiting.clear();
    return out;
  }

  /** Somebody waits no more. */
  void leave(Turn<T, C> turn) {
    waiting.remove(turn);
  }

  /** The hold to be closed now that no session is left, or null. */
  ModelRegistry.@Nullable Hold ended() {
    return retired && sessions == 0 ? hold : null;
  }
}
