package dev.rsi.api;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How calls of a remote model are made: how long one may take, how often it is made again and after
 * which pauses, how many are begun in a time, and how many are under way at once. Wrapped around a
 * generator, a verifier or a critic it changes nothing of what they are: they describe themselves,
 * and a run can be resumed with or without it. Field terms: timeout, retry with exponential
 * back-off and full jitter, rate limiter, bulkhead.
 *
 * <pre>{@code
 * Resilience server = Resilience.NONE.limit(Duration.ofSeconds(30)).retries(4).rate(60, Duration.ofMinutes(1));
 * ImprovementLoop.builder(server.around(generator)).verifier(server.around(verifier))
 * }</pre>
 *
 * <p>Parts that one object is wrapped around share its rate and its calls under way, as they share
 * the server. A call is made again when it throws an {@link RsiException} that is retryable, or
 * takes too long; of a generator's outputs those are that {@linkplain Output.Kind#FAILED failed}.
 * What still fails then the loop hears, and waits for. Of what failed calls cost nobody knows: set
 * the part's {@code maxTokens()} and {@code maxMoney()} accordingly where a server bills them.
 *
 * <p>Thread-safe. Setters return changed copies, which share nothing with this one.
 */
public final class Resilience {
  /** Calls are made as if they were not wrapped. */
  public static final Resilience NONE =
      new Resilience(
          null, 0, Integer.MAX_VALUE, Duration.ZERO, Integer.MAX_VALUE, Clock.systemUTC(), 1);

  /** The first pause is drawn from zero to this, each one from twice as much as before. */
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  /** As much at most. A server that asks for more is left to whoever made the call. */
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private static final long GLANCE_MILLIS = 50;

  private final @Nullable Duration limit;
  private final int retries;
  private final int begun;
  private final Duration within;
  private final int underWay;
  private final Clock clock;
  private final long seed;

  private final Semaphore permits;
  private final SplittableRandom random;
  private final Deque<Instant> begins = new ArrayDeque<>();

  private Resilience(
      @Nullable Duration limit,
      int retries,
      int begun,
      Duration within,
      int underWay,
      Clock clock,
      long seed) {
    this.limit = limit;
    this.retries = retries;
    this.begun = begun;
    this.within = within;
    this.underWay = underWay;
    this.clock = clock;
    this.seed = seed;
    this.permits = new Semaphore(underWay, true);
    this.random = new SplittableRandom(seed);
  }

  /**
   * With a time for each try. A try that takes longer is cut: its context says that it is
   * cancelled, its thread is interrupted, and another session takes the place of its own. It is
   * told by the machine's own time, whatever the clock. Default: none but the part's own.
   *
   * @param time longer than zero
   */
  public Resilience limit(Duration time) {
    if (time.isZero() || time.isNegative()) {
      throw new IllegalArgumentException("limit (" + time + ") must be longer than zero.");
    }
    return new Resilience(time, retries, begun, within, underWay, clock, seed);
  }

  /**
   * With calls made again. Before the n-th it pauses for a time drawn from zero to 2^(n-1) seconds,
   * a minute at most, and at least as long as the server asked for ({@link
   * RsiException#retryAfter}). A server that asks for more than a minute is left to the loop, which
   * waits without holding a call open. Default: 0.
   *
   * @param most how often a call is made again, 0 or more
   */
  public Resilience retries(int most) {
    if (most < 0) {
      throw new IllegalArgumentException("retries (" + most + ") must be >= 0.");
    }
    return new Resilience(limit, most, begun, within, underWay, clock, seed);
  }

  /**
   * With a limit on how many calls are begun in any stretch of time, retries included. Default: any
   * number.
   *
   * @param calls 1 or more
   * @param time how long the stretch is, longer than zero
   */
  public Resilience rate(int calls, Duration time) {
    if (calls < 1 || time.isZero() || time.isNegative()) {
      throw new IllegalArgumentException(
          "calls (" + calls + ") must be >= 1, and time (" + time + ") longer than zero.");
    }
    return new Resilience(limit, retries, calls, time, underWay, clock, seed);
  }

  /**
   * With a limit on how many calls are under way at once, of all parts together. Default: as many
   * as the loop makes.
   *
   * @param calls 1 or more
   */
  public Resilience inFlight(int calls) {
    if (calls < 1) {
      throw new IllegalArgumentException("calls (" + calls + ") must be >= 1.");
    }
    return new Resilience(limit, retries, begun, within, calls, clock, seed);
  }

  /** With a clock that pauses and rate go by. Default: the system's. */
  public Resilience clock(Clock other) {
    return new Resilience(
        limit, retries, begun, within, underWay, Objects.requireNonNull(other, "clock"), seed);
  }

  /**
   * With what pauses are drawn from. Give processes that share a server different ones, or they
   * come back at once. Default: 1.
   */
  public Resilience seed(long other) {
    return new Resilience(limit, retries, begun, within, underWay, clock, other);
  }

  /** A generator that is called so. Its sessions score where those of the generator do. */
  public <T, C> Generator<T, C> around(Generator<T, C> generator) {
    return new ResilientGenerator<>(Objects.requireNonNull(generator, "generator"), this);
  }

  /** A verifier that is called so. */
  public <T, C> Verifier<T, C> around(Verifier<T, C> verifier) {
    return new ResilientVerifier<>(Objects.requireNonNull(verifier, "verifier"), this);
  }

  /** A critic that is called so. */
  public <T, C> Critic<T, C> around(Critic<T, C> critic) {
    return new ResilientCritic<>(Objects.requireNonNull(critic, "critic"), this);
  }

  /** How a part that is called so may be called: its time is for each try, where it has one. */
  Calls calling(Calls own) {
    return limit == null ? own : own.withoutLimit();
  }

  int retries() {
    return retries;
  }

  /**
   * Makes a call until it comes to something.
   *
   * @param late called where a try was cut, before the next one
   */
  <R> R call(RunContext context, Runnable late, Function<RunContext, R> work) {
    for (int tries = 0; ; tries++) {
      try {
        return once(context, late, work);
      } catch (CancelledException e) {
        throw e;
      } catch (RsiException e) {
        if (!e.retryable() || tries >= retries || !pauses(tries, e, context)) {
          throw e;
        }
      }
    }
  }

  private <R> R once(RunContext context, Runnable late, Function<RunContext, R> work) {
    begin(context);
    try {
      return limit == null ? work.apply(context) : within(limit, context, late, work);
    } finally {
      permits.release();
    }
  }

  /** Waits until a call may begin. Its permit is to be released. */
  private void begin(RunContext context) {
    waitFor(context, permits::tryAcquire);
    boolean may = false;
    try {
      waitFor(context, this::mayBegin);
      may = true;
    } finally {
      if (!may) {
        permits.release();
      }
    }
  }

  private synchronized boolean mayBegin() {
    if (begun == Integer.MAX_VALUE) {
      return true;
    }
    Instant now = clock.instant();
    // A clock that was set back counts from now on.
    begins.removeIf(at -> !at.plus(within).isAfter(now) || at.isAfter(now));
    if (begins.size() >= begun) {
      return false;
    }
    begins.add(now);
    return true;
  }

  /** Pauses before the next try; false if the server asked for more than a pause. */
  boolean pauses(int tries, @Nullable RsiException failure, RunContext context) {
    Duration asked = failure == null ? Duration.ZERO : failure.retryAfter().orElse(Duration.ZERO);
    if (asked.compareTo(LONGEST_PAUSE) > 0) {
      return false;
    }
    long most = FIRST_PAUSE.toNanos() << Math.min(tries, 6);
    long drawn;
    synchronized (this) {
      drawn = random.nextLong(Math.min(most, LONGEST_PAUSE.toNanos()) + 1);
    }
    Instant until = clock.instant().plus(asked).plusNanos(drawn);
    waitFor(context, () -> !clock.instant().isBefore(until));
    return true;
  }

  private static void waitFor(RunContext context, Supplier<Boolean> something) {
    context.checkActive();
    while (!something.get()) {
      sleep();
      context.checkActive();
    }
  }

  private static void sleep() {
    try {
      TimeUnit.MILLISECONDS.sleep(GLANCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("The call was interrupted.");
    }
  }

  /** Makes a try on a thread of its own, which is left to itself when its time is up. */
  private static <R> R within(
      Duration time, RunContext context, Runnable late, Function<RunContext, R> work) {
    CompletableFuture<R> done = new CompletableFuture<>();
    AtomicBoolean cut = new AtomicBoolean();
    Try cancellable = new Try(context, cut);
    Thread thread =
        new Thread(
            () -> {
              try {
                done.complete(work.apply(cancellable));
              } catch (Throwable e) {
                done.completeExceptionally(e);
              }
            },
            Thread.currentThread().getName() + " try");
    thread.setDaemon(true);
    thread.start();
    try {
      return done.get(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      cut.set(true);
      thread.interrupt();
      late.run();
      throw new RsiException("The call took longer than (" + time + "), and was cut.", e, true);
    } catch (InterruptedException e) {
      cut.set(true);
      thread.interrupt();
      late.run();
      Thread.currentThread().interrupt();
      throw new CancelledException("The call was interrupted.");
    } catch (ExecutionException e) {
      Resilience.<RuntimeException>rethrow(Objects.requireNonNull(e.getCause()));
      throw new AssertionError(e);
    }
  }

  /** Whatever a part threw is thrown on as it is. */
  @SuppressWarnings("unchecked")
  private static <X extends Throwable> void rethrow(Throwable cause) throws X {
    throw (X) cause;
  }

  /** What a try may know of the run: it is cancelled with it, or alone. */
  private static final class Try implements RunContext {
    private final RunContext run;
    private final AtomicBoolean cut;

    private Try(RunContext run, AtomicBoolean cut) {
      this.run = run;
      this.cut = cut;
    }

    @Override
    public boolean cancelled() {
      return cut.get() || run.cancelled();
    }

    @Override
    public void progress(long done, long total) {
      if (!cut.get()) {
        run.progress(done, total);
      }
    }
  }
}
