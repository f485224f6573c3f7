package dev.rsi.core.live;

import dev.rsi.api.Generator;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.core.canary.Ticket;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request that is served: by which version, and what a canary drew it for.
 *
 * <p>What is not final is guarded by the live model's lock, but for what was answered, which the
 * lease's own lock guards.
 */
final class Served<T, C> {
  private final Pool<T, C> pool;
  private final Generator.Session<T, C> session;
  private final @Nullable Rollout<T, C> rollout;
  private final @Nullable Ticket ticket;
  // From its draw where there is a canary, else from its first call: who only takes a lease and
  // gives it back pays for no clock.
  private volatile long since;

  private @Nullable Runnable revoke;
  private boolean over;
  private @Nullable Request<T> request;
  private @Nullable Output<C> output;

  Served(
      Pool<T, C> pool,
      Generator.Session<T, C> session,
      @Nullable Rollout<T, C> rollout,
      @Nullable Ticket ticket) {
    this.pool = pool;
    this.session = session;
    this.rollout = rollout;
    this.ticket = ticket;
  }

  Pool<T, C> pool() {
    return pool;
  }

  Generator.Session<T, C> session() {
    return session;
  }

  @Nullable Rollout<T, C> rollout() {
    return rollout;
  }

  @Nullable Ticket ticket() {
    return ticket;
  }

  /** Whether the challenger of a canary has it. */
  boolean isTried() {
    return rollout != null && rollout.challenger == pool;
  }

  void revocable(Runnable by) {
    revoke = by;
  }

  /** Takes the session from who has held it for too long, if no call is under way. */
  void revoke() {
    if (revoke != null) {
      revoke.run();
    }
  }

  /** It begins, unless it has. */
  void startsAt(long now) {
    if (since == 0) {
      since = now;
    }
  }

  /** When it began; 0 if it has not. */
  long since() {
    return since;
  }

  /** It ended. */
  void end() {
    over = true;
  }

  boolean isOver() {
    return over;
  }

  /** What was asked and answered last; kept only where it was one, which can be told of. */
  void answered(List<Request<T>> requests, @Nullable List<Output<C>> outputs) {
    boolean one = outputs != null && outputs.size() == 1 && requests.size() == 1;
    request = one ? requests.get(0) : null;
    output = outputs != null && one ? outputs.get(0) : null;
  }

  @Nullable Request<T> request() {
    return request;
  }

  @Nullable Output<C> output() {
    return output;
  }
}
