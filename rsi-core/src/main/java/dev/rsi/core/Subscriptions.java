package dev.rsi.core;

import dev.rsi.api.PartException;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.calls.DirectCalls;
import dev.rsi.core.report.RunEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** The listeners of a run that have threads of their own. Thread-safe. */
final class Subscriptions {
  private static final Logger log = LoopLog.LOG;

  /** Events that may wait for a listener: several batches of attempts, and some hundred KiB. */
  private static final int WAITING = 1024;

  private final ThreadFactory threads;
  private final List<Queue> queues = new CopyOnWriteArrayList<>();
  private volatile boolean ended;

  Subscriptions(ThreadFactory threads) {
    this.threads = threads;
  }

  RunHandle.Subscription add(String run, RunListener listener) {
    Queue queue = new Queue(run, Objects.requireNonNull(listener, "listener"));
    queues.add(queue);
    if (ended) {
      queue.end();
    }
    queue.thread.setName("rsi " + run + " listener");
    queue.thread.setDaemon(true);
    queue.thread.start();
    return queue;
  }

  /**
   * A listener that hears everything after these.
   *
   * @param direct calls it, on the run's thread
   */
  RunListener before(DirectCalls direct, RunListener last) {
    return new RunListener() {
      @Override
      public void on(RunEvent event) {
        queues.forEach(queue -> queue.put(event));
        direct.call(
            "listener",
            () -> {
              last.on(event);
              return null;
            });
      }

      @Override
      public void progress(String step, long done, long total) {
        queues.forEach(queue -> queue.put(step, done, total));
        last.progress(step, done, total);
      }
    };
  }

  /** Nothing more will happen: what waits is told, then the threads end. */
  void ended() {
    ended = true;
    queues.forEach(Queue::end);
  }

  /**
   * Waits until all have heard what there was, and names those in the log that have not in time. An
   * interrupt ends the wait and stays set. Who waits on a listener's own thread does not wait for
   * that one.
   */
  void hear(Duration most) {
    List<Queue> hearing =
        queues.stream().filter(queue -> queue.thread != Thread.currentThread()).toList();
    try {
      CompletableFuture.allOf(
              hearing.stream().map(queue -> queue.heard).toArray(CompletableFuture[]::new))
          .get(TimeUnit.NANOSECONDS.convert(most), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException e) {
      hearing.forEach(Queue::logUnheard);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One listener and what it has not heard yet. */
  private final class Queue implements RunHandle.Subscription {
    private final String run;
    private final RunListener listener;
    private final Thread thread;
    private final CompletableFuture<Void> heard = new CompletableFuture<>();
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private @Nullable Runnable progress;
    private long lost;
    private long missed;
    private long failures;
    private boolean ending;

    Queue(String run, RunListener listener) {
      this.run = run;
      this.listener = listener;
      this.thread = threads.newThread(this::tell);
    }

    synchronized void put(RunEvent event) {
      if (ending) {
        return;
      }
      if (waiting.size() >= WAITING) {
        if (lost == 0) {
          log.warn("run {}: a listener is too slow and loses events", run);
        }
        lost++;
        missed++;
        return;
      }
      tellLost();
      waiting.add(() -> listener.on(event));
      notifyAll();
    }

    /** Of how far a step has come only the last word counts. */
    synchronized void put(String step, long done, long total) {
      progress = () -> listener.progress(step, done, total);
      notifyAll();
    }

    private void tellLost() {
      if (lost > 0) {
        long count = lost;
        lost = 0;
        waiting.add(() -> listener.missed(count));
      }
    }

    synchronized void end() {
      tellLost();
      ending = true;
      notifyAll();
    }

    private void tell() {
      try {
        for (Runnable next = next(); next != null; next = next()) {
          try {
            next.run();
          } catch (Throwable e) {
            // Also an error: the thread is not the run's.
            failed(PartException.of(e));
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        queues.remove(this);
        heard.complete(null);
      }
    }

    private synchronized void logUnheard() {
      if (heard.isDone()) {
        return;
      }
      Throwable where = new Throwable(thread.getName());
      where.setStackTrace(thread.getStackTrace());
      log.warn(
          "run {}: listener ({}) has not heard the end: {} events wait, and what it is at goes on",
          run,
          listener.getClass().getName(),
          waiting.size(),
          where);
    }

    private synchronized void failed(Throwable cause) {
      failures++;
      log.warn("run {}: a listener failed, {} times so far", run, failures, cause);
    }

    private synchronized @Nullable Runnable next() throws InterruptedException {
      while (waiting.isEmpty() && progress == null && !ending) {
        wait();
      }
      Runnable next = waiting.poll();
      if (next == null) {
        next = progress;
        progress = null;
      }
      return next;
    }

    @Override
    public synchronized long missed() {
      return missed;
    }

    @Override
    public synchronized long failures() {
      return failures;
    }

    @Override
    public synchronized void close() {
      ending = true;
      waiting.clear();
      progress = null;
      lost = 0;
      thread.interrupt();
      queues.remove(this);
      heard.complete(null);
    }
  }
}
