package dev.rsi.core.live;

import dev.rsi.api.CancelledException;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.RsiException;
import dev.rsi.api.ScoringSession;
import dev.rsi.core.Approval;
import dev.rsi.core.RunListener;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.RunEvent;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handle that an application answers its requests from, while a loop replaces the model. Field
 * terms: model server, blue-green deployment.
 *
 * <p>{@link #acquire} gives a lease of the version live now. A promotion or rollback swaps the
 * version for all leases acquired after it, atomically; leases under way end on the version they
 * began with, and each session of the old version closes exactly once, as soon as no lease holds
 * it. Nobody waits for a swap: the new version is loaded beside the old one before it takes its
 * place. One that cannot be loaded never takes it, and the old one goes on.
 *
 * <p>It hears of swaps by being told: as the {@link RunListener} of a loop, or by {@link #refresh}
 * after whatever else moved the registry's live version, as a rollback by hand does. It has no
 * thread of its own and looks nowhere by itself.
 *
 * <p><b>Sessions.</b> A session is used by one thread at a time, so each version has a pool of
 * them, and a lease has one for itself. The first is opened with the version, more only when leases
 * overlap, up to the number given to {@link #open}; when all are out, {@code acquire} waits for
 * one. Who waits is not overtaken: a session that comes back is handed to who waits longest, and a
 * swap keeps their order. Where another one cannot be opened, for want of memory perhaps, that is
 * logged, and those that are there have to do. So at most that number of sessions is open for the
 * version live now, as many for a canary's challenger, and one for each lease that is still under
 * way on an earlier version; during a swap, one for the version that is being loaded.
 *
 * <p>Thread-safe, but for leases, each of which belongs to one request.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class LiveModel<T, C> implements RunListener, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LiveModel.class);

  /**
   * A session of one version for one request: {@link #close} gives it back, and must be called. It
   * is a {@link ScoringSession} where the generator's sessions are.
   *
   * <p>Not for several threads at once; a thread that closes it waits for a call that another has
   * in it.
   *
   * @param <T> task
   * @param <C> candidate
   */
  public interface Lease<T, C> extends Generator.Session<T, C> {

    /** The version that answers. */
    ModelVersion version();

    /**
     * Tells how well the request went; a canary compares both sides by it. Without one it changes
     * nothing.
     *
     * @param success in [0, 1], 1 if all went well
     * @throws IllegalStateException if it was told before, or the lease is closed
     */
    void report(double success);
  }

  /**
   * How often a thread lets others go first before it waits: leases that are held for less than a
   * change of threads takes come back by then, and nobody has to be woken for each.
   */
  private static final int MOST_YIELDS = 4;

  private final Generator<T, C> generator;
  private final ModelRegistry registry;
  private final int sessions;

  // Held while a version is loaded, so that swaps follow one another. Taken before the other one.
  private final ReentrantLock swapping = new ReentrantLock();
  // Held for moments only, and not fair, which would cost a change of threads for every lease. Who
  // waits for a session is not overtaken all the same: it is handed to who waits longest.
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition settled = lock.newCondition();
  private Pool<T, C> serving;
  private @Nullable Pool<T, C> challenger;
  private @Nullable Trial trial;
  private boolean closed;

  private LiveModel(
      Generator<T, C> generator, ModelRegistry registry, int sessions, ModelVersion version) {
    this.generator = generator;
    this.registry = registry;
    this.sessions = sessions;
    this.serving = load(version);
  }

  /**
   * Serves the registry's live version.
   *
   * @param generator runs the model; the caller closes it, after this if it wants all sessions gone
   * @param registry says what is live; versions served are held there, where this user may write
   * @param sessions how many sessions of one version may be open at once, 1 or more: how many
   *     requests it answers at the same time
   * @throws IllegalStateException if no version is live yet
   * @throws RsiException if it cannot be loaded
   */
  public static <T, C> LiveModel<T, C> open(
      Generator<T, C> generator, ModelRegistry registry, int sessions) {
    Objects.requireNonNull(generator, "generator");
    if (sessions < 1) {
      throw new IllegalArgumentException("sessions (" + sessions + ") must be >= 1.");
    }
    return new LiveModel<>(generator, registry, sessions, live(registry));
  }

  /**
   * A lease of the version live now; during a canary, of the side drawn for this request. Waits
   * while all sessions are out, so a thread should hold one lease at a time.
   *
   * @throws IllegalStateException if this is closed, also while waiting
   * @throws CancelledException if the thread is interrupted while waiting
   */
  public Lease<T, C> acquire() {
    return acquire(null);
  }

  /**
   * The same for a caller that a canary should always send to the same side.
   *
   * @param key whose request it is
   */
  public Lease<T, C> acquireFor(String key) {
    return acquire(Objects.requireNonNull(key, "key"));
  }

  private Lease<T, C> acquire(@Nullable String key) {
    Turn<T, C> turn = new Turn<>(key);
    try {
      for (int yields = 0; ; ) {
        Pool<T, C> pool = take(turn, yields < MOST_YIELDS);
        if (pool == null) {
          yields++;
          letOthersGoFirst();
          continue;
        }
        Generator.Session<T, C> session = turn.session();
        if (session == null) {
          session = another(pool);
        }
        if (session != null) {
          return lease(pool, session, turn.ticket());
        }
      }
    } catch (RuntimeException | Error e) {
      turn.settle();
      throw e;
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // Spares waking threads; nothing relies on it.
  private static void letOthersGoFirst() {
    Thread.yield();
  }

  /**
   * Takes a session, or room to open one, and waits for it.
   *
   * @param atOnce whether not to wait
   * @return the pool that gives it; null if there is none at once
   */
  private @Nullable Pool<T, C> take(Turn<T, C> turn, boolean atOnce) {
    lock.lock();
    try {
      checkOpen();
      turn.begin();
      Pool<T, C> side = side(turn);
      if (atOnce && !turn.hadRoom() && !side.mayServe()) {
        return null;
      }
      side.serve(turn);
      if (!turn.await(lock)) {
        throw new CancelledException("Waiting for a session was interrupted.");
      }
      Pool<T, C> pool = turn.pool();
      if (pool == null) {
        throw refusal();
      }
      return pool;
    } catch (RuntimeException | Error e) {
      serving.leave(turn);
      if (challenger != null) {
        challenger.leave(turn);
      }
      throw e;
    } finally {
      lock.unlock();
    }
  }

  /** What a request is drawn to. Under the lock. */
  private Pool<T, C> side(Turn<T, C> turn) {
    Pool<T, C> tried = challenger;
    boolean challenged = turn.drawsChallenger(tried == null ? null : trial);
    return tried != null && challenged ? tried : serving;
  }

  /** Opens a session that the pool has made room for; null if there is none to be had from it. */
  private Generator.@Nullable Session<T, C> another(Pool<T, C> pool) {
    Generator.Session<T, C> session;
    try {
      session = registry.load(pool.version.id(), generator::open);
    } catch (RuntimeException e) {
      log.warn(
          "version {}: another session could not be opened, {} have to do",
          pool.version.shortId(),
          shrink(pool),
          e);
      return null;
    } catch (Error e) {
      shrink(pool);
      throw e;
    }
    lock.lock();
    try {
      if (!pool.retired()) {
        return session;
      }
      pool.giveBack(session);
    } finally {
      lock.unlock();
    }
    close(pool, List.of(session));
    return null;
  }

  private int shrink(Pool<T, C> pool) {
    int left;
    lock.lock();
    try {
      left = pool.shrink();
    } finally {
      lock.unlock();
    }
    close(pool, List.of());
    return left;
  }

  private Lease<T, C> lease(
      Pool<T, C> pool, Generator.Session<T, C> session, @Nullable Ticket ticket) {
    return session instanceof ScoringSession<T, C> scoring
        ? new Leased.Scoring<>(this, pool, scoring, ticket)
        : new Leased<>(this, pool, session, ticket);
  }

  void giveBack(
      Pool<T, C> pool, Generator.Session<T, C> session, @Nullable Ticket ticket, double success) {
    boolean last;
    lock.lock();
    try {
      last = pool.giveBack(session);
    } finally {
      lock.unlock();
    }
    if (last) {
      close(pool, List.of(session));
    }
    if (ticket != null) {
      ticket.settle(success);
      withdrawIfHarmful();
      lock.lock();
      try {
        settled.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private void withdrawIfHarmful() {
    Pool<T, C> harmful;
    List<Generator.Session<T, C>> idle;
    lock.lock();
    try {
      harmful = challenger;
      if (harmful == null || trial == null || !trial.harmful()) {
        return;
      }
      challenger = null;
      idle = end(harmful);
    } finally {
      lock.unlock();
    }
    log.warn("version {} was withdrawn: {}", harmful.version.shortId(), canary().orElseThrow());
    close(harmful, idle);
  }

  /** The version that the next lease is of, unless a canary draws its challenger. */
  public ModelVersion version() {
    lock.lock();
    try {
      return serving.version;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Serves the registry's live version from now on, if it is another one. Ends a canary then: one
   * whose challenger it is keeps its sessions.
   *
   * @return the version served now
   * @throws IllegalStateException if this is closed
   * @throws RsiException if the version cannot be loaded; the old one goes on serving
   */
  public ModelVersion refresh() {
    swapping.lock();
    try {
      ModelVersion old = serving().version;
      ModelVersion live;
      Pool<T, C> next = null;
      try {
        live = live(registry);
        if (!live.id().equals(old.id()) && !promoteChallenger(live)) {
          next = load(live);
        }
      } catch (RuntimeException e) {
        throw new RsiException(
            "The live version cannot be served, and version ("
                + old.shortId()
                + ") goes on: "
                + e.getMessage(),
            e,
            e instanceof RsiException failure && failure.retryable());
      }
      if (next != null) {
        swap(next);
      }
      return live;
    } finally {
      swapping.unlock();
    }
  }

  private boolean promoteChallenger(ModelVersion live) {
    Pool<T, C> old;
    List<Generator.Session<T, C>> idle;
    lock.lock();
    try {
      Pool<T, C> tried = challenger;
      if (closed || tried == null || !tried.version.id().equals(live.id())) {
        return false;
      }
      challenger = null;
      old = serving;
      serving = tried;
      idle = end(old);
    } finally {
      lock.unlock();
    }
    close(old, idle);
    return true;
  }

  private void swap(Pool<T, C> next) {
    Pool<T, C> old;
    Pool<T, C> tried = null;
    List<Generator.Session<T, C>> idle;
    List<Generator.Session<T, C>> idleOfTried = List.of();
    lock.lock();
    try {
      old = next;
      if (!closed) {
        old = serving;
        serving = next;
        tried = challenger;
        challenger = null;
      }
      idle = end(old);
      if (tried != null) {
        idleOfTried = end(tried);
      }
    } finally {
      lock.unlock();
    }
    close(old, idle);
    if (tried != null) {
      close(tried, idleOfTried);
    }
  }

  /** As the listener of a loop: serves what the loop says is live. */
  @Override
  public void on(RunEvent event) {
    String live =
        event instanceof RunEvent.Promoted promoted
            ? promoted.to()
            : event instanceof RunEvent.GenerationStarted started ? started.incumbent() : null;
    if (live != null && !live.equals(version().id()) && !isClosed()) {
      refresh();
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Serves a challenger to a share of the requests, until it is promoted, ended or found to do
   * harm. The registry is not touched: whoever promotes the challenger there tells {@link
   * #refresh}.
   *
   * @throws IllegalStateException if there is a canary under way, or this is closed
   * @throws RsiException if the challenger cannot be loaded; nothing changes then
   */
  public void canary(ModelVersion version, Canary canary) {
    Trial begun = canary.begin();
    swapping.lock();
    try {
      checkNoCanary();
      Pool<T, C> loaded = load(version);
      List<Generator.Session<T, C>> late;
      lock.lock();
      try {
        late = closed ? end(loaded) : List.of();
        if (!closed) {
          challenger = loaded;
          trial = begun;
        }
      } finally {
        lock.unlock();
      }
      if (!late.isEmpty()) {
        close(loaded, late);
      }
    } finally {
      swapping.unlock();
    }
  }

  private void checkNoCanary() {
    lock.lock();
    try {
      checkOpen();
      if (challenger != null) {
        throw new IllegalStateException(
            "There is a canary of version ("
                + challenger.version.shortId()
                + ") under way.\nMaybe end it first.");
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends a canary, if there is one: every request goes to the live version again. */
  public void endCanary() {
    Pool<T, C> tried;
    List<Generator.Session<T, C>> idle;
    lock.lock();
    try {
      tried = challenger;
      challenger = null;
      settled.signalAll();
      idle = tried == null ? List.of() : end(tried);
    } finally {
      lock.unlock();
    }
    if (tried != null) {
      close(tried, idle);
    }
  }

  /**
   * Has the application's own requests answer for what the gate would promote, as an {@link
   * Approval}: a canary serves the challenger until it is found to do harm, which is a no, or until
   * it was told how so many of the challenger's requests went and found none, which is a yes. What
   * both sides saw stands in the answer, and so in the run's record. A deadline that ends first is
   * a no, as always; the canary ends with the answer.
   *
   * @param canary its share and its error
   * @param told how many of the challenger's requests must have been {@linkplain Lease#report told}
   *     of, 1 or more
   */
  public Approval.Approver trial(Canary canary, long told) {
    Objects.requireNonNull(canary, "canary");
    if (told < 1) {
      throw new IllegalArgumentException("told (" + told + ") must be >= 1.");
    }
    return question -> {
      canary(registry.version(question.challenger()), canary);
      try {
        Canary.Report report = await(told);
        return report.harmful()
            ? Approval.Answer.no("canary", report.toString())
            : Approval.Answer.yes("canary", report.toString());
      } finally {
        endCanary();
      }
    };
  }

  private Canary.Report await(long told) throws InterruptedException {
    lock.lock();
    try {
      while (true) {
        Canary.Report report = Objects.requireNonNull(trial).report();
        if (report.harmful() || report.challenger().told() >= told) {
          return report;
        }
        if (challenger == null) {
          throw new IllegalStateException("The canary was ended before it had seen enough.");
        }
        settled.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** What the canary under way has seen, or else the last one; empty if there was none. */
  public Optional<Canary.Report> canary() {
    lock.lock();
    try {
      return trial == null ? Optional.empty() : Optional.of(trial.report());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends it. Waits for nobody: leases under way may be used to their end, and each session closes
   * when its lease does. Closing twice does nothing.
   */
  @Override
  public void close() {
    Pool<T, C> last;
    List<Generator.Session<T, C>> idle;
    lock.lock();
    try {
      closed = true;
      last = serving;
      idle = end(last);
    } finally {
      lock.unlock();
    }
    close(last, idle);
    endCanary();
  }

  @Override
  public String toString() {
    return "live model of version " + version().shortId();
  }

  /** What is served, if anything still is. */
  private Pool<T, C> serving() {
    lock.lock();
    try {
      checkOpen();
      return serving;
    } finally {
      lock.unlock();
    }
  }

  private Pool<T, C> load(ModelVersion version) {
    ModelRegistry.Hold hold = hold(version);
    try {
      return new Pool<>(version, hold, registry.load(version.id(), generator::open), sessions);
    } catch (RuntimeException | Error e) {
      hold.close();
      throw e;
    }
  }

  /** Keeps the registry from deleting a version that further sessions may be opened of. */
  private ModelRegistry.Hold hold(ModelVersion version) {
    try {
      return registry.hold(version.id());
    } catch (RsiException e) {
      log.warn("version {} is served, but could not be held", version.shortId(), e);
      return () -> {};
    }
  }

  /**
   * Ends a pool that nobody is drawn to any more: who waits there is placed anew. Under the lock.
   *
   * @return the sessions to be closed now
   */
  private List<Generator.Session<T, C>> end(Pool<T, C> pool) {
    List<Generator.Session<T, C>> idle = pool.retire();
    for (Turn<T, C> turn : pool.dismiss()) {
      if (closed) {
        turn.end();
      } else {
        side(turn).serve(turn);
      }
    }
    return idle;
  }

  /** Closes sessions of a pool, and lets its version go if they were the last. */
  private void close(Pool<T, C> pool, List<Generator.Session<T, C>> sessions) {
    sessions.forEach(LiveModel::close);
    ModelRegistry.Hold ended;
    lock.lock();
    try {
      ended = pool.ended();
    } finally {
      lock.unlock();
    }
    try {
      if (ended != null) {
        ended.close();
      }
    } catch (RsiException e) {
      log.warn("version {} could not be let go", pool.version.shortId(), e);
    }
  }

  // A request was answered, or a swap was made: that a session did not end well undoes neither.
  private static void close(Generator.Session<?, ?> session) {
    try {
      session.close();
    } catch (RuntimeException e) {
      log.warn("a session could not be closed", e);
    }
  }

  private static ModelVersion live(ModelRegistry registry) {
    return registry
        .live()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "No version is live in ("
                        + registry
                        + ").\nMaybe promote one first; a loop promotes the one it begins with."));
  }

  private void checkOpen() {
    if (closed) {
      throw refusal();
    }
  }

  private static IllegalStateException refusal() {
    return new IllegalStateException("The live model is closed.");
  }
}
