package dev.rsi.core.live;

import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.core.registry.ModelRegistry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/** The sessions of one version while it is served. Guarded by the live model's lock. */
final class Pool<T, C> {
  final ModelVersion version;

  /** Told when a session comes back, and when there is no use in waiting for one. */
  final Condition changed;

  private final ModelRegistry.Hold hold;
  private final Deque<Generator.Session<T, C>> idle = new ArrayDeque<>();
  private int limit;
  private int sessions;
  private boolean retired;

  /** A pool that has its first session, of a version that is held for it. */
  Pool(
      ModelVersion version,
      ModelRegistry.Hold hold,
      Generator.Session<T, C> first,
      int limit,
      Condition changed) {
    this.version = version;
    this.hold = hold;
    this.changed = changed;
    this.limit = limit;
    this.sessions = 1;
    idle.push(first);
  }

  /** The session used last, whose memory is warm; null if all are out. */
  Generator.@Nullable Session<T, C> take() {
    return idle.poll();
  }

  /** Makes room for one more session. Returns whether there may be one. */
  boolean grow() {
    boolean may = sessions < limit;
    if (may) {
      sessions++;
    }
    return may;
  }

  /** A session that there was room for could not be opened: those that there are have to do. */
  int shrink() {
    sessions--;
    limit = sessions;
    return limit;
  }

  /** Takes a session back. Returns whether it must be closed. */
  boolean giveBack(Generator.Session<T, C> session) {
    if (retired) {
      sessions--;
    } else {
      idle.push(session);
      changed.signal();
    }
    return retired;
  }

  boolean retired() {
    return retired;
  }

  /** Ends the pool. Returns the sessions to be closed now; the others are as they come back. */
  List<Generator.Session<T, C>> retire() {
    retired = true;
    List<Generator.Session<T, C>> out = new ArrayList<>(idle);
    sessions -= idle.size();
    idle.clear();
    changed.signalAll();
    return out;
  }

  /** The hold to be closed now that no session is left, or null. */
  ModelRegistry.@Nullable Hold ended() {
    return retired && sessions == 0 ? hold : null;
  }
}
