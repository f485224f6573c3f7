package dev.rsi.core.live;

import dev.rsi.api.ModelVersion;
import dev.rsi.core.canary.Canary;
import dev.rsi.core.canary.Ticket;
import dev.rsi.core.canary.Trial;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/** A canary under way: one challenger beside one live version. Guarded by the live model's lock. */
final class Rollout<T, C> {
  /** How often it is looked whether somebody withdrew the challenger, in nanoseconds. */
  private static final long ASKS = TimeUnit.MILLISECONDS.toNanos(200);

  /** What became of it. */
  enum End {
    /** It did harm, or answered nothing any more. */
    WITHDRAWN,
    /** It is live now. */
    PROMOTED,
    /** Another version went live. */
    REPLACED,
    /** Somebody ended it. */
    ENDED,
    /** The live model was closed. */
    CLOSED
  }

  final ModelVersion parent;
  final Pool<T, C> challenger;
  final Canary canary;
  final Trial trial;
  final Condition changed;

  // In the order they began.
  private final Deque<Served<T, C>> open = new ArrayDeque<>();
  // Calls that nobody waits for any more, and since when.
  private final Map<Served<T, C>, Long> hanging = new LinkedHashMap<>();
  private final CountDownLatch kept = new CountDownLatch(1);
  private final AtomicLong asked = new AtomicLong(Clocks.nanos());
  private int out;
  private long answered;
  private boolean drawing = true;
  private @Nullable End end;
  private String why = "";

  Rollout(
      ModelVersion parent, Pool<T, C> challenger, Canary canary, Trial trial, Condition changed) {
    this.parent = parent;
    this.challenger = challenger;
    this.canary = canary;
    this.trial = trial;
    this.changed = changed;
  }

  /**
   * Whether a request that comes now may be drawn. Trust grows with answers: the challenger has one
   * call at a time at first, and one more for each that it answered, up to its sessions; so one
   * that hangs from the beginning holds up one user.
   */
  boolean mayDraw() {
    return drawing && end == null && out <= answered && challenger.mayServe();
  }

  boolean isDrawing() {
    return drawing && end == null;
  }

  /** Nobody is drawn any more; the challenger stays loaded, as it may go live. */
  void settle() {
    drawing = false;
  }

  /** Whether it is time to look whether somebody withdrew the challenger. */
  boolean asksAgain(long now) {
    long last = asked.get();
    return now - last > ASKS && asked.compareAndSet(last, now);
  }

  /** That it was withdrawn is known to the registry, as far as it can be. */
  void kept() {
    kept.countDown();
  }

  /** Waits until the registry knows, for a while. */
  void awaitKept() throws InterruptedException {
    var unused = kept.await(10, TimeUnit.SECONDS);
  }

  void begins(Served<T, C> served) {
    open.add(served);
    out += served.isTried() ? 1 : 0;
  }

  /** A request ended, and those at the head that did are forgotten. */
  void ends(Served<T, C> served, boolean failed) {
    if (served.isTried()) {
      out--;
      answered += failed ? 0 : 1;
    }
    while (!open.isEmpty() && open.peek().isOver()) {
      open.remove();
    }
  }

  /** Takes out what is open for longer than anybody waits for it. */
  List<Served<T, C>> late(long now, long patience) {
    List<Served<T, C>> out = new ArrayList<>();
    while (!open.isEmpty() && (open.peek().isOver() || now - open.peek().since() > patience)) {
      Served<T, C> served = open.remove();
      if (!served.isOver()) {
        out.add(served);
      }
    }
    return out;
  }

  /** A call of the challenger hangs: it was told to end, and has not. */
  void hangs(Served<T, C> served, long now) {
    hanging.put(served, now);
  }

  /** A call that hung has ended. */
  void released(Served<T, C> served) {
    hanging.remove(served);
  }

  /** Whether all sessions that it may have are in calls that have not ended in so long a time. */
  boolean isHung(long now, long patience) {
    return hanging.size() >= challenger.limit()
        && hanging.values().stream().allMatch(since -> now - since > patience);
  }

  void end(End how, String reason) {
    if (end == null) {
      end = how;
      why = reason;
      changed.signalAll();
      endTrial();
    }
  }

  /** What is under way ends elsewhere: that it is not waited for says nothing of either side. */
  private void endTrial() {
    for (Served<T, C> served : open) {
      Ticket ticket = served.ticket();
      if (ticket != null) {
        ticket.drop();
      }
    }
    trial.end();
  }

  @Nullable End end() {
    return end;
  }

  /** Why it ended, in words. */
  String why() {
    return why;
  }
}
