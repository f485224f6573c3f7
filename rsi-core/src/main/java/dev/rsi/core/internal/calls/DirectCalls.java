package dev.rsi.core.internal.calls;

import dev.rsi.api.CancelledException;
import dev.rsi.api.PartException;
import dev.rsi.api.RsiException;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The calls of parts that a run makes on its own thread: of the source of tasks, the codec, the
 * gate and the listener. A watchdog looks after them: one that takes longer than its limit, or goes
 * on though the run is cancelled, is interrupted; and one that does not end for that is deaf, and
 * said to be, as nobody but itself can end it.
 *
 * <p>What they throw is what {@link PartException#of} has for it: none of it says that the run is
 * cancelled, but for what the run itself threw in {@link #own}.
 *
 * <p>Calls are made by one thread, which made this object.
 */
public final class DirectCalls implements AutoCloseable {
  private static final long TICK_MILLIS = 50;

  /** How long a call that was cut may take to end before it counts as deaf. */
  private static final long GRACE_TICKS = TimeUnit.SECONDS.toMillis(1) / TICK_MILLIS;

  private final Thread thread = Thread.currentThread();
  private final Duration limit;
  private final long ticksInLimit;
  private final BooleanSupplier cancelled;
  private final Consumer<Deaf> deaf;

  // Guarded by this.
  private @Nullable Call current;
  private boolean closed;

  /** What the run's own work threw last, on its way through a part. */
  private @Nullable Throwable own;

  /**
   * Calls by the thread that makes this object, and looks after them.
   *
   * @param name of the watchdog's thread
   * @param limit how long a call may take, without the run's own work in it
   * @param cancelled whether calls should end now; asked by the watchdog
   * @param deaf hears, on the watchdog's thread, of a call that does not end
   */
  public DirectCalls(
      String name,
      ThreadFactory threads,
      Duration limit,
      BooleanSupplier cancelled,
      Consumer<Deaf> deaf) {
    this.limit = limit;
    this.ticksInLimit = Math.max(1, TimeUnit.MILLISECONDS.convert(limit) / TICK_MILLIS);
    this.cancelled = cancelled;
    this.deaf = deaf;
    Thread watchdog = threads.newThread(this::watch);
    watchdog.setName(name);
    watchdog.setDaemon(true);
    watchdog.start();
  }

  /**
   * A call that was cut and goes on all the same.
   *
   * @param part whom it calls
   * @param where the stack trace of its thread
   */
  public record Deaf(String part, Throwable where) {}

  /** A call under way. */
  private static final class Call {
    final String part;
    final boolean own;
    final @Nullable Call outer;
    long ticks;
    boolean cut;
    boolean late;
    boolean interrupted;
    boolean deaf;

    Call(String part, boolean own, @Nullable Call outer) {
      this.part = part;
      this.own = own;
      this.outer = outer;
    }
  }

  /**
   * Calls a part.
   *
   * @param part whom, for people
   * @throws CancelledException if the run was cancelled meanwhile
   * @throws RsiException if it took too long
   */
  @SuppressWarnings("NullAway") // What a call gives is handed on as it is, null too.
  public <R extends @Nullable Object> R call(String part, Supplier<R> call) {
    Call made = begin(part, false);
    Throwable thrown = null;
    R result = null;
    try {
      result = call.get();
    } catch (Throwable e) {
      thrown = e;
    }
    end(made);
    if (thrown != null && thrown == own) {
      own = null;
      DirectCalls.<RuntimeException>rethrow(thrown);
    }
    own = null;
    if (made.late) {
      throw new RsiException(
          "The "
              + part
              + " took longer than ("
              + limit
              + "), and was cut.\nMaybe it waits for something; or raise Oversight.limit.");
    }
    if (made.cut || (thrown != null && cancelled.getAsBoolean())) {
      throw new CancelledException("The call of the " + part + " was cancelled.");
    }
    if (thrown != null) {
      throw PartException.of(thrown);
    }
    return result;
  }

  /** The run's own work, which a part has asked for: it is no time of the part's. */
  public <R> R own(Supplier<R> work) {
    Call made = begin("", true);
    try {
      return work.get();
    } catch (Throwable e) {
      own = e;
      throw e;
    } finally {
      end(made);
    }
  }

  @SuppressWarnings("unchecked")
  private static <X extends Throwable> void rethrow(Throwable thrown) throws X {
    throw (X) thrown;
  }

  private synchronized Call begin(String part, boolean own) {
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException(
          "Thread ("
              + Thread.currentThread().getName()
              + ") is not that of the run.\nMaybe a part asks on a thread of its own.");
    }
    Call made = new Call(part, own, current);
    current = made;
    return made;
  }

  /** The call is over, and the interrupt that was for it. */
  private synchronized void end(Call made) {
    current = made.outer;
    if (made.interrupted) {
      Thread.interrupted();
    }
  }

  private void watch() {
    while (true) {
      Deaf found;
      synchronized (this) {
        try {
          wait(TICK_MILLIS);
        } catch (InterruptedException e) {
          continue; // Whoever it was has no say in it.
        }
        if (closed) {
          return;
        }
        found = looked();
      }
      if (found != null) {
        deaf.accept(found);
      }
    }
  }

  private @Nullable Deaf looked() {
    Call call = current;
    if (call == null || call.own || call.deaf) {
      return null;
    }
    call.ticks++;
    if (!call.cut) {
      boolean told = cancelled.getAsBoolean();
      if (told || call.ticks >= ticksInLimit) {
        call.cut = true;
        call.late = !told;
        call.ticks = 0;
        call.interrupted = !thread.isInterrupted();
        thread.interrupt();
      }
      return null;
    }
    if (call.ticks < GRACE_TICKS) {
      return null;
    }
    call.deaf = true;
    Throwable where = new Throwable(thread.getName());
    where.setStackTrace(thread.getStackTrace());
    return new Deaf(call.part, where);
  }

  /** Ends the watchdog. */
  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
