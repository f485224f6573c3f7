package dev.rsi.api;

import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A session of a part that is called by a {@link Resilience}: opened at its first call, and another
 * one after a call that was cut. The one before is closed when nobody uses it any more. Used by one
 * thread at a time.
 *
 * @param <S> session
 */
final class ResilientSession<S extends AutoCloseable> {
  private final Supplier<? extends S> open;
  private final Resilience resilience;
  private Use<S> use;

  ResilientSession(Supplier<? extends S> open, Resilience resilience) {
    this.open = open;
    this.resilience = resilience;
    this.use = new Use<>(open.get());
  }

  /** A session, and whether a call that was cut still has it. */
  private static final class Use<S extends AutoCloseable> {
    final S session;
    private boolean busy;
    private boolean left;

    Use(S session) {
      this.session = session;
    }

    <R> R during(RunContext context, BiFunction<? super S, RunContext, R> call) {
      synchronized (this) {
        busy = true;
      }
      try {
        return call.apply(session, context);
      } finally {
        boolean close;
        synchronized (this) {
          busy = false;
          close = left;
        }
        if (close) {
          closed();
        }
      }
    }

    /** Closes it, now or when its call has ended. */
    void leave() {
      boolean close;
      synchronized (this) {
        close = !busy && !left;
        left = true;
      }
      if (close) {
        closed();
      }
    }

    private void closed() {
      try {
        session.close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new RsiException("The session could not be closed.", e);
      }
    }
  }

  S now() {
    return use.session;
  }

  /** Makes a call until it comes to something. */
  <R> R call(RunContext context, BiFunction<? super S, RunContext, R> call) {
    return resilience.call(context, this::replace, run -> use.during(run, call));
  }

  private void replace() {
    Use<S> before = use;
    use = new Use<>(open.get());
    before.leave();
  }

  void close() {
    @Nullable Use<S> last = use;
    last.leave();
  }
}
