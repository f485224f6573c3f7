package dev.rsi.core.internal.training;

import dev.rsi.api.CancelledException;
import dev.rsi.api.PartException;
import dev.rsi.api.RsiException;
import dev.rsi.core.internal.calls.Watch;
import dev.rsi.core.internal.steps.JournalException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What a training orders of its run. The run's own thread, which waits for the training anyway,
 * does it: so whatever is called, paid and recorded for a training is so by the thread that does
 * all else, one after another, in the order in which it was ordered. Orders come from any thread.
 */
final class Orders implements Watch {
  private final Watch run;
  private final BlockingQueue<Order<?>> queue = new LinkedBlockingQueue<>();
  private boolean closed;

  /** No orders yet. */
  Orders(Watch run) {
    this.run = run;
  }

  private static final class Order<R> {
    final Supplier<R> work;
    final CompletableFuture<R> done = new CompletableFuture<>();

    Order(Supplier<R> work) {
      this.work = work;
    }

    /** What the run cannot go on for ends the training; whatever else breaks is its answer. */
    void serve() {
      if (done.isDone()) {
        return;
      }
      try {
        done.complete(work.get());
      } catch (CancelledException | JournalException e) {
        done.completeExceptionally(cut());
        throw e;
      } catch (Throwable e) {
        try {
          done.completeExceptionally(PartException.of(e));
        } finally {
          // Where even that threw, the virtual machine is at its end.
          done.cancel(false);
        }
      }
    }
  }

  private static CancelledException cut() {
    return new CancelledException("The training was cancelled.");
  }

  /**
   * Has the run's thread do something; to be called by a thread of the training.
   *
   * @throws CancelledException if the training should end
   * @throws IllegalStateException if it has ended
   */
  <R> R order(Supplier<R> work) {
    Order<R> order = new Order<>(work);
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException(
            "The training has ended.\nMaybe a thread that it left behind still calls.");
      }
      queue.add(order);
    }
    try {
      return order.done.get();
    } catch (InterruptedException e) {
      order.done.cancel(false);
      Thread.currentThread().interrupt();
      throw cut();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException thrown
          ? thrown
          : new RsiException(String.valueOf(e), e);
    } catch (CancellationException e) {
      throw cut();
    }
  }

  /** The training has ended: nothing is ordered any more. */
  void close() {
    synchronized (this) {
      closed = true;
    }
    Order<?> last = new Order<>(() -> true);
    for (Order<?> left = queue.poll(); left != null; left = queue.poll()) {
      left.done.completeExceptionally(cut());
    }
    // Wakes the run's thread.
    last.done.cancel(false);
    queue.add(last);
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public boolean await(CountDownLatch over, long nanos) throws InterruptedException {
    Order<?> order = queue.poll(isClosed() ? 0 : nanos, TimeUnit.NANOSECONDS);
    if (order != null) {
      order.serve();
    }
    return isClosed() ? over.await(nanos, TimeUnit.NANOSECONDS) : over.getCount() == 0;
  }

  @Override
  public boolean cancelled() {
    return run.cancelled();
  }

  @Override
  public boolean leaving() {
    return run.leaving();
  }

  @Override
  public void progress(long done, long total) {
    run.progress(done, total);
  }

  @Override
  public void tick() {
    run.tick();
  }
}
