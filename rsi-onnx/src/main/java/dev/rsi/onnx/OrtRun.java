package dev.rsi.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.RunOptions;
import dev.rsi.api.CancelledException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs of a loaded model, one at a time: the only place where a model is run. A run ends when its
 * thread is interrupted, as the loop does with a call that is cancelled or takes too long: the
 * runtime looks between two nodes, and between two rounds of a {@code Loop}, whether it is to end.
 * The interrupt stays set.
 */
final class OrtRun implements AutoCloseable {
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** Ticks without a run, after which nobody looks until there is one. */
  private static final int IDLE_TICKS = 50;

  /** Looks after all runs, from the first model that is loaded on. */
  private static final class Watchdog {
    static final Watchdog ONLY = started();

    final Set<OrtRun> open = ConcurrentHashMap.newKeySet();
    final Thread thread = new Thread(this::watch, "rsi-onnx-watchdog");
    volatile boolean asleep;

    private static Watchdog started() {
      Watchdog watchdog = new Watchdog();
      watchdog.thread.setDaemon(true);
      watchdog.thread.start();
      return watchdog;
    }

    private void watch() {
      int idle = 0;
      while (true) {
        LockSupport.parkNanos(TICK_NANOS);
        // Nobody interrupts it, and a park would end at once for ever.
        Thread.interrupted();
        idle = anyLooked() ? 0 : idle + 1;
        if (idle < IDLE_TICKS) {
          continue;
        }
        asleep = true;
        // Whoever came before it was said is seen here, whoever came after wakes it.
        if (!anyLooked()) {
          LockSupport.park();
        }
        asleep = false;
        idle = 0;
      }
    }

    private boolean anyLooked() {
      boolean any = false;
      for (OrtRun each : open) {
        any |= each.looked();
      }
      return any;
    }
  }

  /**
   * A run of a model.
   *
   * @param <R> what it gives
   */
  @FunctionalInterface
  interface Call<R> {
    R run(RunOptions options) throws OrtException;
  }

  private final Watchdog watchdog = Watchdog.ONLY;
  private final RunOptions options;

  /** The thread of the run under way. */
  private volatile @Nullable Thread thread;

  // Guarded by this.
  private boolean terminated;
  private boolean closed;

  OrtRun() throws OrtException {
    options = new RunOptions();
    watchdog.open.add(this);
  }

  /**
   * Runs.
   *
   * @param what in words, for what it throws
   * @throws CancelledException if the thread was interrupted before it was over
   * @throws dev.rsi.api.RsiException with the runtime's reason
   */
  <R> R run(String what, Call<R> call) {
    Thread own = Thread.currentThread();
    thread = own;
    if (watchdog.asleep) {
      LockSupport.unpark(watchdog.thread);
    }
    try {
      return call.run(options);
    } catch (OrtException e) {
      if (own.isInterrupted()) {
        throw new CancelledException("ONNX Runtime was interrupted: it could not " + what + ".");
      }
      throw OrtRuntime.failed(what, e);
    } finally {
      over();
    }
  }

  private synchronized void over() {
    thread = null;
    if (terminated) {
      terminated = false;
      terminate(false);
    }
  }

  /** Whether a run is under way; one whose thread is interrupted is ended. */
  private synchronized boolean looked() {
    Thread runs = thread;
    if (runs == null || closed) {
      return false;
    }
    if (!terminated && runs.isInterrupted()) {
      terminated = true;
      terminate(true);
    }
    return true;
  }

  private void terminate(boolean now) {
    try {
      options.setTerminate(now);
    } catch (OrtException e) {
      throw OrtRuntime.failed("end a run", e);
    }
  }

  /** Frees what it holds; the run must be over. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      watchdog.open.remove(this);
      options.close();
    }
  }
}
