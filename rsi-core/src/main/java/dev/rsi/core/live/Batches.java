package dev.rsi.core.live;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import dev.rsi.api.CancelledException;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.PartException;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Answers requests of many callers together, as a model is fastest at several rows a call. From
 * {@link LiveModel#batches}. Field term: dynamic batching.
 *
 * <p>A request is answered with whatever others wait when a session is free for them: nobody waits
 * for company, unless a time to linger was given. A batch that throws is asked again one by one, so
 * that no request fails for another's sake. To a canary a batch is one request, and the first thing
 * told of its rows is what is told of it.
 *
 * <p>Thread-safe. It has at most as many daemon threads as there are sessions, while there is
 * something to do.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class Batches<T, C> {

  /**
   * An answer.
   *
   * @param output what the model gave
   * @param version which one
   * @param feedback tells how well it went
   * @param <C> candidate
   */
  public record Answer<C>(Output<C> output, ModelVersion version, Feedback feedback) {}

  private final Desk<T, C> desk;
  private final Shadows<T, C> shadows;
  private final Events<T, C> events;
  private final int workers;
  private final int most;
  private final long linger;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          new ThreadFactoryBuilder().setDaemon(true).setNameFormat("rsi live batch %d").build());

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition came = lock.newCondition();
  private final Deque<Row<T, C>> waiting = new ArrayDeque<>();
  private int working;

  private record Row<T, C>(Request<T> request, CompletableFuture<Answer<C>> answer) {}

  /**
   * Batches of so many rows.
   *
   * @param linger how long a batch that is not full waits for more, in nanoseconds
   */
  Batches(
      Desk<T, C> desk,
      Shadows<T, C> shadows,
      Events<T, C> events,
      int workers,
      int most,
      long linger) {
    this.desk = desk;
    this.shadows = shadows;
    this.events = events;
    this.workers = workers;
    this.most = most;
    this.linger = linger;
  }

  /**
   * Asks.
   *
   * @return completed on a thread of the batches; with what the model threw, if it did. Cancelling
   *     it takes the request back, unless it is under way
   */
  public CompletableFuture<Answer<C>> ask(Request<T> request) {
    Row<T, C> row = new Row<>(request, new CompletableFuture<>());
    boolean another;
    lock.lock();
    try {
      waiting.add(row);
      came.signal();
      another = working < workers;
      working += another ? 1 : 0;
    } finally {
      lock.unlock();
    }
    if (another) {
      threads.execute(this::work);
    }
    return row.answer();
  }

  /**
   * Asks, and waits.
   *
   * @throws CancelledException if the thread is interrupted
   * @throws RuntimeException what the model threw
   */
  public Answer<C> generate(Request<T> request) {
    CompletableFuture<Answer<C>> answer = ask(request);
    try {
      return answer.get();
    } catch (InterruptedException e) {
      answer.cancel(false);
      Thread.currentThread().interrupt();
      throw new CancelledException("Waiting for an answer was interrupted.");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause();
    }
  }

  private Leased<T, C> lease() {
    return Leased.of(desk, shadows, desk.acquire(new Turn<>(null, null, null)));
  }

  private void work() {
    while (isNeeded()) {
      try (Leased<T, C> lease = lease()) {
        answer(lease, next());
      } catch (RuntimeException | Error e) {
        failAll(e);
        return;
      }
    }
  }

  /** Whether anybody waits; one thread less is at work if nobody does. */
  private boolean isNeeded() {
    lock.lock();
    try {
      boolean needed = !waiting.isEmpty();
      working -= needed ? 0 : 1;
      return needed;
    } finally {
      lock.unlock();
    }
  }

  /** The next batch; empty if nobody waits any more. */
  private List<Row<T, C>> next() {
    lock.lock();
    try {
      long left = linger;
      while (!waiting.isEmpty() && waiting.size() < most && left > 0) {
        left = came.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
    lock.lock();
    try {
      List<Row<T, C>> rows = new ArrayList<>();
      while (rows.size() < most && !waiting.isEmpty()) {
        Row<T, C> row = waiting.remove();
        if (!row.answer().isDone()) {
          rows.add(row);
        }
      }
      return rows;
    } finally {
      lock.unlock();
    }
  }

  /** There is no lease to be had: who waits is told. */
  private void failAll(Throwable why) {
    List<Row<T, C>> failed;
    lock.lock();
    try {
      failed = new ArrayList<>(waiting);
      waiting.clear();
      working--;
    } finally {
      lock.unlock();
    }
    failed.forEach(row -> row.answer().completeExceptionally(why));
  }

  private void answer(Leased<T, C> lease, List<Row<T, C>> rows) {
    if (rows.isEmpty()) {
      return;
    }
    try {
      answered(lease, rows);
    } catch (Throwable e) {
      RuntimeException thrown = PartException.of(e);
      if (rows.size() == 1) {
        rows.get(0).answer().completeExceptionally(thrown);
        return;
      }
      lease.close();
      rows.forEach(this::alone);
    }
  }

  private void alone(Row<T, C> row) {
    if (row.answer().isDone()) {
      return;
    }
    try (Leased<T, C> lease = lease()) {
      answered(lease, List.of(row));
    } catch (Throwable e) {
      row.answer().completeExceptionally(PartException.of(e));
    }
  }

  private void answered(Leased<T, C> lease, List<Row<T, C>> rows) {
    Feedback feedback = lease.feedback();
    List<Request<T>> requests = rows.stream().map(Row::request).toList();
    List<Output<C>> outputs = lease.generate(requests, new Context<>(rows));
    if (outputs.size() != rows.size()) {
      throw new RsiException(
          "Version ("
              + lease.version().shortId()
              + ") gave "
              + outputs.size()
              + " outputs for "
              + rows.size()
              + " requests.");
    }
    // Before the answers: who has one finds the session free.
    lease.close();
    for (int i = 0; i < rows.size(); i++) {
      Row<T, C> row = rows.get(i);
      Output<C> output = outputs.get(i);
      Feedback own = new Feedback(lease.version());
      var unused =
          own.leaseClosed(
              (success, by) -> {
                var first = feedback.report(success, by);
                if (rows.size() > 1) {
                  events.told(lease.version(), row.request(), output, success, by);
                }
                return rows.size() > 1 || first;
              });
      row.answer().complete(new Answer<>(output, lease.version(), own));
    }
  }

  /** A batch goes on while anybody waits for it. */
  private static final class Context<T, C> implements RunContext {
    private final List<Row<T, C>> rows;

    private Context(List<Row<T, C>> rows) {
      this.rows = rows;
    }

    @Override
    public boolean cancelled() {
      return Thread.currentThread().isInterrupted()
          || rows.stream().allMatch(row -> row.answer().isDone());
    }

    @Override
    public void progress(long done, long total) {}
  }
}
