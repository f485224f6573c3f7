package dev.rsi.core.internal.calls;

import com.google.common.math.LongMath;
import com.google.common.util.concurrent.Uninterruptibles;
import dev.rsi.api.Calls;
import dev.rsi.api.CancelledException;
import dev.rsi.api.PartException;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * The workers that call one part: threads with a session each, which they open at their first call
 * and keep from batch to batch. Workers take the calls of a batch one after another; whichever
 * worker makes a call, its answer stands at the call's place.
 *
 * <p>A call that takes longer than its limit is cut: its context says that it is cancelled, its
 * thread is interrupted, its answer is LATE at once, and another worker takes the place of its own,
 * which closes its session and ends when the call does. A session whose call threw is closed, too,
 * and not used again. Whatever a call throws is its answer, but for what says that the virtual
 * machine is at its end; and for a {@link CancelledException} once the call was cancelled.
 *
 * <p>Time is told in ticks that the calling thread waits, so a machine that slept cuts no call.
 *
 * <p>Used by one thread at a time.
 *
 * @param <S> session
 */
public final class Crew<S extends AutoCloseable> implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Crew.class);

  /** The longest tick: how often a run that waits asks whether it is to be left. */
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final long SHORTEST_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** Ticks in a limit at least. */
  private static final int TICKS = 8;

  /** How long a call that was cut may take to end before it counts as deaf. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  /** How long sessions may take to close at most. */
  private static final long CLOSING_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Calls that do not end although they were cut: no more are begun beside so many. */
  private static final int MOST_DEAF = 64;

  /**
   * A call to be made.
   *
   * @param <S> session
   * @param <R> what it gives
   */
  @FunctionalInterface
  public interface Call<S, R> {
    /** Makes it, in a session that nobody else uses meanwhile. */
    @Nullable R make(S session, RunContext context);
  }

  /**
   * One of several calls to be made alike.
   *
   * @param <S> session
   * @param <R> what it gives
   */
  @FunctionalInterface
  public interface NumberedCall<S, R> {
    /** Makes the call of a number, from 0, in a session that nobody else uses meanwhile. */
    @Nullable R make(S session, int number, RunContext context);
  }

  private final String name;
  private final int size;
  private final @Nullable Duration limit;
  private final Supplier<? extends S> open;
  private final ThreadFactory threads;
  private final long limitNanos;
  private final long tickNanos;
  private final long ticksInLimit;
  private final BlockingQueue<Job<S>> jobs = new LinkedBlockingQueue<>();
  private final List<Worker> workers = new ArrayList<>();

  /** Workers that were cut and have not ended yet. */
  private final List<Worker> leaving = new ArrayList<>();

  /** Whether the run that it was last called for is cancelled: then nobody waits for long. */
  private BooleanSupplier cancelled = () -> false;

  private int hired;
  private boolean closed;

  /**
   * A crew without workers: they come with the first batch.
   *
   * @param name whom it calls, for its threads and for people
   * @param calls how many workers at most, and how long a call may take
   * @param open opens a session; asked by each worker on its own thread
   * @param threads makes workers' threads; they become daemons
   */
  public Crew(String name, Calls calls, Supplier<? extends S> open, ThreadFactory threads) {
    this.name = name;
    this.size = calls.parallel();
    this.limit = calls.limit();
    this.open = open;
    this.threads = threads;
    this.limitNanos = limit == null ? Long.MAX_VALUE : TimeUnit.NANOSECONDS.convert(limit);
    this.tickNanos = Math.max(SHORTEST_TICK_NANOS, Math.min(TICK_NANOS, limitNanos / TICKS));
    this.ticksInLimit =
        limit == null
            ? Long.MAX_VALUE
            : LongMath.divide(limitNanos, tickNanos, RoundingMode.CEILING);
  }

  /**
   * Makes calls, and waits for their answers.
   *
   * @param watch says when all of them are to be cut
   * @return an answer for each call, in the calls' order
   * @throws CancelledException if the run was cancelled or the calling thread interrupted, or if it
   *     is to be left and the calls are not over in the time that one may take; all were cut then
   * @throws RsiException if too many calls did not end although they were cut
   */
  public <R> List<Answer<R>> make(List<? extends Call<? super S, ? extends R>> calls, Watch watch) {
    return make(
        calls.size(), (session, number, run) -> calls.get(number).make(session, run), watch);
  }

  /** Makes so many calls, and waits for their answers. The same as {@link #make(List, Watch)}. */
  public <R> List<Answer<R>> make(
      int count, NumberedCall<? super S, ? extends R> call, Watch watch) {
    if (closed) {
      throw new IllegalStateException("The crew (" + name + ") is closed.");
    }
    if (count == 0) {
      return List.of();
    }
    cancelled = watch::cancelled;
    Batch<S, R> batch = new Batch<>(count, call, watch);
    boolean whole = false;
    try {
      for (int i = 0; i < Math.min(size, count); i++) {
        if (workers.size() <= i) {
          hire();
        }
        jobs.add(batch);
      }
      long leaving = 0;
      while (!isOver(batch)) {
        watch.tick();
        watch.checkActive();
        cutLate(batch);
        leaving = limit != null && watch.leaving() ? leaving + 1 : 0;
        if (leaving > ticksInLimit) {
          throw new CancelledException(
              "The run is to be left, and calls of the " + name + " last.");
        }
      }
      batch.checkSound();
      whole = true;
    } finally {
      if (!whole) {
        cutAll(batch);
      }
    }
    return batch.answers();
  }

  /** Waits for a tick, or until the batch is over. */
  private boolean isOver(Batch<S, ?> batch) {
    try {
      return batch.watch.await(batch.over, tickNanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("The run was interrupted.");
    }
  }

  private void hire() {
    hired++;
    Worker worker = new Worker(hired);
    worker.thread.start();
    workers.add(worker);
  }

  /** Counts a tick for every call under way, and cuts those that had all of theirs. */
  private <R> void cutLate(Batch<S, R> batch) {
    noteDeaf();
    for (Worker worker : List.copyOf(workers)) {
      int late = worker.tick(batch, ticksInLimit);
      if (late >= 0) {
        dismiss(worker);
        batch.settle(late, Answer.late());
        replace(batch);
      }
    }
  }

  private void dismiss(Worker worker) {
    workers.remove(worker);
    worker.ticks = 0;
    leaving.add(worker);
  }

  private void replace(Batch<S, ?> batch) {
    if (batch.isAllTaken()) {
      return;
    }
    if (leaving.size() > MOST_DEAF) {
      throw new RsiException(
          "So many ("
              + leaving.size()
              + ") calls of the "
              + name
              + " go on although they were cut after ("
              + limit
              + ").\n"
              + "Maybe they wait for something that no interrupt ends: ask the context whether the"
              + " call is cancelled, or raise the limit.");
    }
    hire();
    jobs.add(batch);
  }

  /** Tells of calls that were cut and have not ended in the time they had for that. */
  private void noteDeaf() {
    leaving.removeIf(worker -> worker.ended.isDone());
    for (Worker worker : leaving) {
      worker.ticks++;
      if (worker.ticks * tickNanos >= GRACE.toNanos()) {
        worker.noteDeaf();
      }
    }
  }

  /** Cuts whatever is under way, and waits a while until it has ended. */
  private void cutAll(Batch<S, ?> batch) {
    batch.leave();
    for (Worker worker : List.copyOf(workers)) {
      if (worker.cut()) {
        dismiss(worker);
      }
    }
    await(leaving);
  }

  /** Waits for a grace, and names those that have not ended by then. */
  private static void await(List<? extends Crew<?>.Worker> some) {
    if (!areOver(some, GRACE.toNanos())) {
      some.stream().filter(worker -> !worker.ended.isDone()).forEach(worker -> worker.noteDeaf());
    }
  }

  /** Waits so long at most until workers have ended; false if they have not. */
  private static boolean areOver(List<? extends Crew<?>.Worker> some, long nanos) {
    try {
      Uninterruptibles.getUninterruptibly(
          CompletableFuture.allOf(
              some.stream().map(w -> w.ended).toArray(CompletableFuture<?>[]::new)),
          nanos,
          TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Lets the workers end, each once it has closed its session. A session may take as long to close
   * as a call may, ten seconds at most, and next to no time if the run is cancelled; then its
   * thread is interrupted, and it is not waited for any longer than a call that was cut. What a
   * session throws is logged.
   */
  @Override
  public void close() {
    closeAll(List.of(this));
  }

  /** Closes several crews at once: those that do not end are waited for together. */
  public static void closeAll(Collection<? extends Crew<?>> crews) {
    List<Crew<?>.Worker> closing = new ArrayList<>();
    List<Crew<?>.Worker> late = new ArrayList<>();
    for (Crew<?> crew : crews) {
      late.addAll(crew.leaving);
      closing.addAll(crew.dismissed());
    }
    long waited = 0;
    while (!areOver(closing, TICK_NANOS)) {
      waited += TICK_NANOS;
      for (Crew<?>.Worker worker : List.copyOf(closing)) {
        if (worker.isLate(waited)) {
          worker.thread.interrupt();
          closing.remove(worker);
          late.add(worker);
        }
      }
    }
    late.removeIf(worker -> worker.deaf || worker.ended.isDone());
    await(late);
  }

  /** Its workers, which are to end now; none if it was closed before. */
  private List<Worker> dismissed() {
    if (closed) {
      return List.of();
    }
    closed = true;
    workers.forEach(worker -> jobs.add(any -> false));
    return List.copyOf(workers);
  }

  /** What a worker is given to do. */
  private interface Job<S extends AutoCloseable> {
    /** Has a worker do it; false if the worker is to end. */
    boolean goOn(Crew<S>.Worker worker);
  }

  /** Calls that are made together. */
  private static final class Batch<S extends AutoCloseable, R> implements Job<S> {
    private final int count;
    private final NumberedCall<? super S, ? extends R> call;
    private final Watch watch;
    private final AtomicReferenceArray<Answer<R>> answers;
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger open;
    private final AtomicReference<@Nullable Throwable> fatal = new AtomicReference<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean left;

    /** What the run's thread has in its log's context, for the workers' logs. */
    private final @Nullable Map<String, String> logContext = MDC.getCopyOfContextMap();

    Batch(int count, NumberedCall<? super S, ? extends R> call, Watch watch) {
      this.count = count;
      this.call = call;
      this.watch = watch;
      this.answers = new AtomicReferenceArray<>(count);
      this.open = new AtomicInteger(count);
    }

    @Override
    public boolean goOn(Crew<S>.Worker worker) {
      if (logContext != null) {
        MDC.setContextMap(logContext);
      }
      while (!left) {
        int index = taken.getAndIncrement();
        if (index >= count) {
          return true;
        }
        if (!worker.makes(this, index)) {
          return false;
        }
      }
      return true;
    }

    boolean isAllTaken() {
      return taken.get() >= count;
    }

    /** To be called once for each call. */
    void settle(int index, Answer<R> answer) {
      answers.set(index, answer);
      if (open.decrementAndGet() == 0) {
        over.countDown();
      }
    }

    /** Something that is nobody's answer. */
    void fail(Throwable cause) {
      fatal.compareAndSet(null, cause);
      leave();
      over.countDown();
    }

    void leave() {
      left = true;
    }

    void checkSound() {
      Throwable cause = fatal.get();
      if (cause != null) {
        Crew.<RuntimeException>rethrow(cause);
      }
    }

    List<Answer<R>> answers() {
      List<Answer<R>> all = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        all.add(Objects.requireNonNull(answers.get(i)));
      }
      return all;
    }
  }

  /** Throws whatever it is given, as a part may throw what it does not declare. */
  @SuppressWarnings("unchecked")
  private static <X extends Throwable> void rethrow(Throwable cause) throws X {
    throw (X) cause;
  }

  /** A thread with a session. */
  private final class Worker {
    final Thread thread;
    final CompletableFuture<Void> ended = new CompletableFuture<>();
    private @Nullable S session;
    private @Nullable Context context;

    // The call under way, if there is a batch. Guarded by this.
    private @Nullable Batch<S, ?> batch;
    private int index;
    private long begun;

    private volatile boolean cut;

    // Of the crew's own thread.
    private long seen;
    private long ticks;
    private boolean deaf;

    Worker(int number) {
      this.thread =
          Objects.requireNonNull(
              threads.newThread(this::work), "The factory of threads made none.");
      thread.setName(name + " " + number);
      thread.setDaemon(true);
    }

    private void work() {
      try {
        boolean goesOn = true;
        while (goesOn) {
          try {
            goesOn = jobs.take().goOn(this);
          } catch (InterruptedException e) {
            // Whoever kept the thread of a call has no say in what it does after.
            log.debug("{} was interrupted between two calls", name, e);
          }
        }
        closeSession();
      } finally {
        ended.complete(null);
      }
    }

    /** Makes a call of a batch; false if it was cut. */
    <R> boolean makes(Batch<S, R> of, int place) {
      synchronized (this) {
        if (of.left) {
          return true;
        }
        batch = of;
        index = place;
        begun++;
      }
      Answer<R> answer = null;
      Throwable fatal = null;
      try {
        answer = made(of, place);
      } catch (Throwable e) {
        fatal = e;
      }
      synchronized (this) {
        batch = null;
        Thread.interrupted();
      }
      if (cut) {
        return false;
      }
      if (answer == null) {
        of.fail(Objects.requireNonNull(fatal));
      } else {
        of.settle(place, answer);
      }
      return true;
    }

    /** Its session is closed within the call's time, should it be of no more use. */
    private <R> Answer<R> made(Batch<S, R> of, int place) {
      boolean sound = false;
      try {
        S own = session;
        if (own == null) {
          own = Objects.requireNonNull(open.get(), "It opened no session.");
          session = own;
        }
        Answer<R> answer = Answer.given(of.call.make(own, place, context(of.watch)));
        sound = true;
        return answer;
      } catch (Throwable e) {
        if (e instanceof CancelledException said && context(of.watch).wasCancelled()) {
          throw said;
        }
        return Answer.threw(PartException.of(e));
      } finally {
        if (!sound) {
          closeSession();
        }
      }
    }

    /** One for all calls of a batch. */
    private Context context(Watch run) {
      Context known = context;
      if (known == null || known.run != run) {
        known = new Context(run, () -> cut, size == 1);
        context = known;
      }
      return known;
    }

    private void closeSession() {
      S own = session;
      session = null;
      if (own != null) {
        try {
          own.close();
        } catch (Throwable e) {
          log.warn(
              "a session of the {} failed to close",
              name,
              e instanceof VirtualMachineError ? e : PartException.of(e));
        }
      }
    }

    // By the crew's own thread.

    /** Counts a tick; gives the place of the call that was cut for it, -1 if none was. */
    synchronized int tick(Batch<S, ?> of, long most) {
      if (batch != of || begun != seen) {
        seen = begun;
        ticks = 0;
        return -1;
      }
      ticks++;
      return ticks >= most && cut() ? index : -1;
    }

    /** Cuts the call under way; false if there is none. */
    synchronized boolean cut() {
      if (batch == null) {
        return false;
      }
      cut = true;
      thread.interrupt();
      return true;
    }

    /** Whether it has been closing its session for longer than that may take. */
    boolean isLate(long nanos) {
      return nanos >= Math.min(CLOSING_NANOS, limitNanos)
          || (nanos >= GRACE.toNanos() / 2 && cancelled.getAsBoolean());
    }

    void noteDeaf() {
      if (!deaf) {
        deaf = true;
        Throwable where = new Throwable(thread.getName());
        where.setStackTrace(thread.getStackTrace());
        log.warn(
            "a call of the {} was cut and goes on all the same, on thread ({})",
            name,
            thread.getName(),
            where);
      }
    }
  }

  /** What a call may know of the run: it is cancelled with it, or alone. It opens nothing else. */
  private static final class Context implements RunContext {
    private final Watch run;
    private final BooleanSupplier cut;
    private final boolean tells;
    private final AtomicBoolean said = new AtomicBoolean();

    /**
     * The context of calls.
     *
     * @param tells whether progress is told: of several calls at once nobody could make sense
     */
    Context(Watch run, BooleanSupplier cut, boolean tells) {
      this.run = run;
      this.cut = cut;
      this.tells = tells;
    }

    @Override
    public boolean cancelled() {
      if (cut.getAsBoolean() || run.cancelled()) {
        said.set(true);
        return true;
      }
      return false;
    }

    /** Whether a call is cancelled, or was told so. */
    private boolean wasCancelled() {
      return said.get() || cancelled();
    }

    @Override
    public void progress(long done, long total) {
      if (tells && !cut.getAsBoolean()) {
        run.progress(done, total);
      }
    }
  }
}
