package dev.rsi.core.live;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import dev.rsi.api.CancelledException;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls a model that may hang on a daemon thread of its own, so that whoever asked waits for a
 * declared time at most. A call that takes longer is told so, by its context and by an interrupt,
 * and goes on without its caller. Threads end when nothing was called for a minute. Thread-safe.
 */
final class Patient {
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          new ThreadFactoryBuilder().setDaemon(true).setNameFormat("rsi live %d").build());

  /**
   * Calls, and waits.
   *
   * @param who is called, for people
   * @param most how long to wait, in nanoseconds; asked again now and then
   * @param left told, on the caller's thread, that it waits no more for the call
   * @param abandoned is given, on the call's thread, what a call gave that nobody waits for any
   *     more; null if it threw
   * @throws RsiException if it takes longer
   */
  <R> R call(
      String who,
      LongSupplier most,
      RunContext context,
      Function<RunContext, R> call,
      Runnable left,
      Consumer<? super @Nullable R> abandoned) {
    Call<R> made = new Call<>(context, call, abandoned);
    threads.execute(made);
    Supplier<R> came = made.await(most, left);
    if (came != null) {
      return came.get();
    }
    throw new RsiException(
        who
            + " did not answer within ("
            + Duration.ofNanos(most.getAsLong())
            + ").\nMaybe ask again: a canary withdraws a challenger that does not answer. Or give"
            + " it more time: Canary.patience.",
        null,
        true);
  }

  /** Does something that must not be done under a lock of the caller's. */
  void execute(Runnable work) {
    threads.execute(work);
  }

  /** How often it is asked how long to wait. */
  private static final long TICK_MILLIS = 100;

  private static final class Call<R> implements Runnable {
    private final RunContext context;
    private final Function<RunContext, R> call;
    private final Consumer<? super @Nullable R> abandoned;
    private @Nullable Thread thread;
    private boolean interrupted;
    private boolean unheard;
    private @Nullable Supplier<R> result;
    private @Nullable R out;
    private final AtomicBoolean left = new AtomicBoolean();

    Call(
        RunContext context, Function<RunContext, R> call, Consumer<? super @Nullable R> abandoned) {
      this.context = context;
      this.call = call;
      this.abandoned = abandoned;
    }

    @Override
    public void run() {
      synchronized (this) {
        thread = Thread.currentThread();
        if (interrupted) {
          thread.interrupt();
        }
      }
      Supplier<R> came = made();
      R gave = out;
      boolean late;
      synchronized (this) {
        thread = null;
        // What the call did not hear of is still the caller's to hear.
        unheard |= Thread.interrupted();
        result = came;
        late = left.get();
        notifyAll();
      }
      if (late) {
        abandoned.accept(gave);
      }
    }

    private Supplier<R> made() {
      if (left.get()) {
        return () -> {
          throw new CancelledException("Nobody waits for the call.");
        };
      }
      try {
        R given = call.apply(new Context(context, left));
        out = given;
        return () -> given;
      } catch (RuntimeException e) {
        return () -> {
          throw e;
        };
      } catch (Error e) {
        return () -> {
          throw e;
        };
      }
    }

    /**
     * What came of it in time; null if nothing did. An interrupt of the caller is handed on to the
     * call, as if it were made on the caller's thread, and the caller waits on.
     */
    @Nullable Supplier<R> await(LongSupplier most, Runnable leaves) {
      boolean handedOn = Thread.interrupted();
      long began = Clocks.nanos();
      synchronized (this) {
        if (handedOn) {
          interrupt();
        }
        while (result == null) {
          long time = most.getAsLong() - (Clocks.nanos() - began);
          if (time <= 0) {
            break;
          }
          try {
            wait(Math.min(TICK_MILLIS, 1 + TimeUnit.NANOSECONDS.toMillis(time)));
          } catch (InterruptedException e) {
            handedOn = true;
            interrupt();
          }
        }
        if (result == null) {
          left.set(true);
          // Before the call can end: whoever hears of both hears of this first.
          leaves.run();
          interrupt();
        }
        if (handedOn && (result == null || unheard)) {
          Thread.currentThread().interrupt();
        }
        return result;
      }
    }

    private void interrupt() {
      interrupted = true;
      unheard |= result != null;
      if (thread != null) {
        thread.interrupt();
      }
    }
  }

  /** What the call is told: also that nobody waits for it any more. */
  private static final class Context implements RunContext {
    private final RunContext context;
    private final AtomicBoolean left;

    private Context(RunContext context, AtomicBoolean left) {
      this.context = context;
      this.left = left;
    }

    @Override
    public boolean cancelled() {
      return left.get() || context.cancelled();
    }

    @Override
    public void progress(long done, long total) {
      if (!left.get()) {
        context.progress(done, total);
      }
    }
  }
}
