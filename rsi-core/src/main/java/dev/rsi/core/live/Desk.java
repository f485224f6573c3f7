package dev.rsi.core.live;

import static java.util.Objects.requireNonNull;

import dev.rsi.api.CancelledException;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.core.canary.Ticket;
import dev.rsi.core.internal.Times;
import dev.rsi.core.registry.ModelRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands out sessions: of the version live now, of a challenger on trial, and of those that
 * conversations began with. Thread-safe.
 */
final class Desk<T, C> {
  private static final Logger log = LoggerFactory.getLogger(Desk.class);

  /**
   * How often a thread lets others go first before it waits: leases that are held for less than a
   * change of threads takes come back by then, and nobody has to be woken for each.
   */
  private static final int MOST_YIELDS = 4;

  /** So many times what a lease usually takes is waited for one. */
  private static final int PATIENCE = 10;

  private static final long LEAST_PATIENCE = Times.nanos(Duration.ofMillis(250));
  private static final long FIRST_PATIENCE = Times.nanos(Duration.ofMinutes(1));
  private static final long MOST_PATIENCE = Times.nanos(Duration.ofMinutes(10));

  private final Versions<T, C> versions;
  private final Events<T, C> events;
  private final long keeps;
  private final Patient patient = new Patient();

  // Held for moments only, and not fair, which would cost a change of threads for every lease. Who
  // waits for a session is not overtaken all the same: it is handed to who waits longest.
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Pool<T, C>> kept = new LinkedHashSet<>();
  // In the order of their last use.
  private final Set<Pin<T, C>> pins = new LinkedHashSet<>();
  private Pool<T, C> serving;
  private volatile @Nullable Rollout<T, C> rollout;
  private boolean closed;

  /**
   * A desk that serves a version.
   *
   * @param keeps how long a conversation may stand idle, in nanoseconds
   */
  Desk(Versions<T, C> versions, Events<T, C> events, long keeps, Pool<T, C> serving) {
    this.versions = versions;
    this.events = events;
    this.keeps = keeps;
    this.serving = serving;
  }

  Patient patient() {
    return patient;
  }

  // Leases.

  Served<T, C> acquire(Turn<T, C> turn) {
    return requireNonNull(acquire(turn, Long.MAX_VALUE));
  }

  /**
   * A lease within a time.
   *
   * @throws RsiException if there is none
   */
  Served<T, C> acquire(Turn<T, C> turn, Duration most) {
    if (most.isNegative()) {
      throw new IllegalArgumentException("most (" + most + ") must be >= 0.");
    }
    Served<T, C> served = acquire(turn, Times.nanos(most));
    if (served == null) {
      throw new RsiException(
          "No session of version ("
              + version().shortId()
              + ") was free within ("
              + most
              + ").\nMaybe give the live model more of them, or ask again.",
          null,
          true);
    }
    return served;
  }

  /**
   * A lease.
   *
   * @param nanos how long to wait at most; without end if it is {@link Long#MAX_VALUE}
   * @return null if there is none in this time
   */
  @Nullable Served<T, C> acquire(Turn<T, C> turn, long nanos) {
    boolean forever = nanos == Long.MAX_VALUE;
    long began = forever ? 0 : Clocks.nanos();
    look();
    for (int yields = 0; ; ) {
      long left = forever ? nanos : nanos - (Clocks.nanos() - began);
      boolean yielding = yields < MOST_YIELDS;
      if (take(turn, yielding, left)) {
        Served<T, C> served = served(turn);
        if (served != null) {
          return served;
        }
      } else if (left <= 0 || !yielding) {
        return null;
      } else {
        yields++;
        letOthersGoFirst();
      }
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
   * @return whether it got one
   */
  private boolean take(Turn<T, C> turn, boolean atOnce, long nanos) {
    lock.lock();
    try {
      checkOpen();
      turn.begin();
      Pool<T, C> home = home(turn);
      boolean mayWait = !atOnce || turn.hadRoom();
      if ((!mayWait || nanos <= 0) && !home.mayServe()) {
        return false;
      }
      home.serve(turn);
      Turn.Wait wait = turn.await(lock, nanos);
      if (wait == Turn.Wait.INTERRUPTED) {
        throw new CancelledException("Waiting for a session was interrupted.");
      }
      if (wait == Turn.Wait.LATE) {
        leave(turn);
        return false;
      }
      granted(turn);
      return true;
    } catch (RuntimeException | Error e) {
      leave(turn);
      throw e;
    } finally {
      lock.unlock();
    }
  }

  /** Where a turn asks. Under the lock. */
  private Pool<T, C> home(Turn<T, C> turn) {
    Pin<T, C> pin = turn.pin;
    if (pin != null) {
      Pool<T, C> pinned = pin.pool();
      if (pinned != null && !pinned.retired()) {
        return pinned;
      }
      unpin(pin);
    }
    return serving;
  }

  private void leave(Turn<T, C> turn) {
    serving.leave(turn);
    kept.forEach(pool -> pool.leave(turn));
    Rollout<T, C> now = rollout;
    if (now != null) {
      now.challenger.leave(turn);
    }
  }

  /**
   * A turn has a session of the live version, or room for one. If there is a canary whose
   * challenger has one too, a draw decides which of them it takes: so it does not depend on the
   * side whether and how long a request waits, and nobody waits for a challenger. Under the lock.
   */
  private void granted(Turn<T, C> turn) {
    Pool<T, C> pool = turn.pool();
    if (pool == null) {
      throw refusal();
    }
    Rollout<T, C> now = rollout;
    Pin<T, C> pin = turn.pin;
    boolean free = pin == null || pin.pool() == null;
    if (now != null && free && pool == serving && turn.mayBeDrawn() && now.mayDraw()) {
      Ticket ticket = turn.key == null ? now.trial.draw() : now.trial.draw(turn.key);
      turn.drawn(now, ticket);
      if (ticket.challenger()) {
        pool.takeBack(turn.session());
        now.challenger.serve(turn);
      }
    }
    Pool<T, C> taken = requireNonNull(turn.pool());
    if (pin != null) {
      use(pin, taken);
    }
    taken.meter.begins(turn.waited());
  }

  /** What a turn has come to; null if no session could be opened where there was room. */
  private @Nullable Served<T, C> served(Turn<T, C> turn) {
    Pool<T, C> pool = requireNonNull(turn.pool());
    Rollout<T, C> tries = turn.rollout();
    Rollout<T, C> now = rollout;
    if (tries == null && now != null && now.challenger == pool) {
      tries = now; // A conversation that was drawn to it before.
    }
    boolean tried = tries != null && tries.challenger == pool;
    Generator.Session<T, C> session = turn.session();
    if (session == null) {
      session = another(pool, tried);
    }
    if (session == null) {
      // Who was drawn to a challenger that cannot be loaded is served by the live version.
      turn.undraw(tried);
      cameToNothing(pool);
      return null;
    }
    return new Served<>(pool, session, tries, turn.ticket());
  }

  /**
   * A request begins.
   *
   * @param revoke takes the session from it, if no call is under way
   */
  void begins(Served<T, C> served, Runnable revoke) {
    Rollout<T, C> tries = served.rollout();
    if (tries != null) {
      served.revocable(revoke);
      served.startsAt(Clocks.nanos());
      lock.lock();
      try {
        tries.begins(served);
      } finally {
        lock.unlock();
      }
    }
  }

  private void cameToNothing(Pool<T, C> pool) {
    lock.lock();
    try {
      pool.meter.cameToNothing();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Opens a session that the pool has made room for; null if there is none to be had from it.
   *
   * @param tried whether it is a challenger's: that may hang, and nobody hangs with it
   */
  private Generator.@Nullable Session<T, C> another(Pool<T, C> pool, boolean tried) {
    Generator.Session<T, C> session;
    try {
      session = tried ? anotherTried(pool) : versions.open(pool.version);
    } catch (RuntimeException e) {
      log.warn(
          "version {}: another session could not be opened, {} have to do",
          pool.version.shortId(),
          shrink(pool),
          e);
      return null;
    } catch (Error e) {
      shrink(pool);
      cameToNothing(pool);
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

  private Generator.Session<T, C> anotherTried(Pool<T, C> pool) {
    return patient.call(
        "Version (" + pool.version.shortId() + "), which is tried by a canary,",
        this::patience,
        RunContext.standalone(),
        context -> versions.open(pool.version),
        () -> {},
        Versions::close);
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

  /**
   * What nobody waits for on a thread.
   *
   * @param executor opens sessions and completes the future; cancelling that gives up the wait
   */
  void acquireAsync(Executor executor, CompletableFuture<Served<T, C>> future) {
    Asking asking = new Asking(executor, future);
    var unused =
        future.whenComplete(
            (served, thrown) -> {
              if (future.isCancelled()) {
                asking.cancel();
              }
            });
    asking.ask();
  }

  /** A request for a lease that holds no thread while it waits. */
  private final class Asking {
    private final Executor executor;
    private final CompletableFuture<Served<T, C>> future;
    private final Turn<T, C> turn;

    Asking(Executor executor, CompletableFuture<Served<T, C>> future) {
      this.executor = executor;
      this.future = future;
      this.turn = new Turn<>(null, null, () -> patient.execute(this::dispatch));
    }

    void ask() {
      boolean waits;
      lock.lock();
      try {
        checkOpen();
        turn.begin();
        serving.serve(turn);
        waits = !turn.isOver();
      } finally {
        lock.unlock();
      }
      if (!waits) {
        dispatch();
      }
    }

    /** Never under the lock, nor on the thread of who gave the session back. */
    private void dispatch() {
      try {
        executor.execute(this::granted);
      } catch (RuntimeException e) {
        Pool<T, C> pool = turn.pool();
        if (pool != null) {
          handBack(pool, turn.session());
        }
        future.completeExceptionally(e);
      }
    }

    void granted() {
      try {
        lock.lock();
        try {
          Desk.this.granted(turn);
        } finally {
          lock.unlock();
        }
        Served<T, C> served = served(turn);
        if (served == null) {
          ask();
        } else if (!future.complete(served)) {
          refused(served);
        }
        look();
      } catch (RuntimeException | Error e) {
        future.completeExceptionally(e);
      }
    }

    void cancel() {
      lock.lock();
      try {
        if (!turn.isOver()) {
          leave(turn);
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** Nobody wants it any more. */
  private void refused(Served<T, C> served) {
    Ticket ticket = served.ticket();
    if (ticket != null) {
      ticket.drop();
    }
    handBack(served.pool(), served.session());
    cameToNothing(served.pool());
  }

  /** Gives back a session, or the room for one, of a pool that may have been retired meanwhile. */
  private void handBack(Pool<T, C> pool, Generator.@Nullable Session<T, C> session) {
    boolean last = false;
    lock.lock();
    try {
      if (session == null) {
        pool.lose();
      } else {
        last = pool.giveBack(session);
      }
    } finally {
      lock.unlock();
    }
    close(pool, last && session != null ? List.of(session) : List.of());
  }

  /**
   * A lease ended.
   *
   * @param session what it had; null if a call in it goes on
   */
  void giveBack(
      Served<T, C> served,
      Generator.@Nullable Session<T, C> session,
      Course course,
      @Nullable Feedback feedback) {
    Pool<T, C> pool = served.pool();
    Rollout<T, C> tries = served.rollout();
    long held = served.since() == 0 ? 0 : Clocks.nanos() - served.since();
    boolean last;
    lock.lock();
    try {
      last = session != null && pool.giveBack(session);
      pool.meter.ends(course, held);
      served.end();
      if (tries != null) {
        tries.ends(served, course.failed());
      }
    } finally {
      lock.unlock();
    }
    if (last && session != null) {
      close(pool, List.of(session));
    }
    judged(served, course, feedback);
    if (tries != null) {
      look();
      changed(tries);
    }
  }

  /** Says how a request went, to the canary that drew it and to who wants to know. */
  private void judged(Served<T, C> served, Course course, @Nullable Feedback feedback) {
    Ticket ticket = served.ticket();
    boolean later = false;
    double success = course.success();
    String by = Feedback.CALLER;
    if (feedback != null && !Double.isNaN(success)) {
      var unused = feedback.leaseClosed((how, who) -> false);
    } else if (feedback != null) {
      later = !feedback.leaseClosed((how, who) -> told(served, how, who));
      if (!later) {
        success = feedback.success();
        by = feedback.by();
        tells(served, success);
      }
    }
    if (ticket != null) {
      Duration took = Duration.ofNanos(course.nanos());
      if (course.failed() && !(success > 0)) {
        ticket.fail(took);
      } else if (!Double.isNaN(success)) {
        settle(ticket, success, course, took);
      } else if (later) {
        ticket.later(took);
      } else {
        settle(ticket, Double.NaN, course, took);
      }
    }
    if (!Double.isNaN(success)) {
      events.told(served, success, by);
    }
  }

  private static void settle(Ticket ticket, double success, Course course, Duration took) {
    if (course.called()) {
      ticket.settle(success, took);
    } else {
      ticket.settle(success);
    }
  }

  /** It is told after the lease was closed. */
  private boolean told(Served<T, C> served, double success, String by) {
    Ticket ticket = served.ticket();
    // Too late for the canary, maybe: who learns from users' words hears it all the same.
    boolean counts = ticket != null && ticket.tell(success);
    tells(served, success);
    events.told(served, success, by);
    Rollout<T, C> tries = served.rollout();
    if (tries != null && counts) {
      look();
      changed(tries);
    }
    return true;
  }

  private void tells(Served<T, C> served, double success) {
    lock.lock();
    try {
      served.pool().meter.tells(success);
    } finally {
      lock.unlock();
    }
  }

  private void changed(Rollout<T, C> tries) {
    lock.lock();
    try {
      tries.changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  // Challengers.

  /** How long a request may take before it has failed, in nanoseconds. */
  long patience() {
    Rollout<T, C> now = rollout;
    Optional<Duration> declared = now == null ? Optional.empty() : now.canary.patience();
    if (declared.isPresent()) {
      return Times.nanos(declared.get());
    }
    lock.lock();
    try {
      long usual = serving.meter.usual();
      return usual < 0
          ? FIRST_PATIENCE
          : Math.min(MOST_PATIENCE, Math.max(LEAST_PATIENCE, PATIENCE * usual));
    } finally {
      lock.unlock();
    }
  }

  /** A call of a challenger hangs. */
  void hangs(Served<T, C> served) {
    lock.lock();
    try {
      requireNonNull(served.rollout()).hangs(served, Clocks.nanos());
    } finally {
      lock.unlock();
    }
  }

  /** A call that hung has ended: its session is not used again. */
  void released(Served<T, C> served, Generator.Session<T, C> session) {
    lock.lock();
    try {
      requireNonNull(served.rollout()).released(served);
      served.pool().lose();
    } finally {
      lock.unlock();
    }
    close(served.pool(), List.of(session));
  }

  /**
   * Looks after the canary: what is open for too long has failed, and who does harm is withdrawn.
   */
  void look() {
    Rollout<T, C> now = rollout;
    if (now == null) {
      return;
    }
    long patience = patience();
    List<Served<T, C>> late;
    lock.lock();
    try {
      late = now.late(Clocks.nanos(), patience);
    } finally {
      lock.unlock();
    }
    for (Served<T, C> served : late) {
      Ticket ticket = served.ticket();
      if (ticket != null) {
        ticket.fail(Duration.ofNanos(patience));
      }
      if (served.isTried()) {
        served.revoke();
      }
    }
    withdrawIfHarmful(now, patience);
    if (now.asksAgain(Clocks.nanos())) {
      // Elsewhere: a registry that hangs holds up no user.
      patient.execute(() -> endIfWithdrawn(now));
    }
  }

  /** Somebody may have withdrawn the challenger by hand. */
  private void endIfWithdrawn(Rollout<T, C> now) {
    Optional<String> why = versions.withdrawn(now.challenger.version);
    if (why.isPresent()) {
      end(now, Rollout.End.WITHDRAWN, why.get());
      now.kept();
    }
  }

  private void withdrawIfHarmful(Rollout<T, C> now, long patience) {
    List<Generator.Session<T, C>> idle;
    lock.lock();
    try {
      if (rollout != now || !now.isDrawing()) {
        return;
      }
      String why;
      if (now.trial.harmful()) {
        why = now.trial.report().why();
      } else if (now.isHung(Clocks.nanos(), patience)) {
        why =
            "All of its sessions are in calls that do not end, though they were told to after ("
                + Duration.ofNanos(patience)
                + ").";
      } else {
        return;
      }
      idle = retire(now, Rollout.End.WITHDRAWN, why);
    } finally {
      lock.unlock();
    }
    try {
      events.withdrawn(now.challenger.version, now.why());
    } finally {
      now.kept();
    }
    close(now.challenger, idle);
  }

  /** Begins a canary, unless one is under way; false if this is closed. */
  boolean begin(Rollout<T, C> begun) {
    List<Generator.Session<T, C>> late;
    lock.lock();
    try {
      if (!closed) {
        rollout = begun;
        return true;
      }
      late = retire(begun, Rollout.End.CLOSED, "");
    } finally {
      lock.unlock();
    }
    close(begun.challenger, late);
    return false;
  }

  /** The canary under way, or the last one whose challenger is still loaded. */
  @Nullable Rollout<T, C> rollout() {
    return rollout;
  }

  Condition condition() {
    return lock.newCondition();
  }

  /**
   * Waits until a canary has ended, or whatever is waited for has come.
   *
   * @return how it ended, or null
   */
  Rollout.@Nullable End await(Rollout<T, C> waited, BooleanSupplier come, long tick)
      throws InterruptedException {
    while (true) {
      look();
      lock.lock();
      try {
        if (waited.end() != null || come.getAsBoolean()) {
          return waited.end();
        }
        var unused = waited.changed.awaitNanos(tick);
      } finally {
        lock.unlock();
      }
    }
  }

  /** Draws nobody to the challenger any more, and keeps it loaded for its promotion. */
  void settle(Rollout<T, C> settled) {
    lock.lock();
    try {
      settled.settle();
    } finally {
      lock.unlock();
    }
  }

  /** Ends a canary, if it is the one under way. */
  void end(Rollout<T, C> ended, Rollout.End how, String why) {
    List<Generator.Session<T, C>> idle;
    lock.lock();
    try {
      if (rollout != ended) {
        return;
      }
      idle = retire(ended, how, why);
    } finally {
      lock.unlock();
    }
    close(ended.challenger, idle);
    withdrawAfterAll(ended);
  }

  /** Harm that was proven right before a canary ended otherwise is harm all the same. */
  private void withdrawAfterAll(Rollout<T, C> ended) {
    if (ended.end() != Rollout.End.WITHDRAWN && ended.trial.harmful()) {
      events.withdrawn(ended.challenger.version, ended.trial.report().why());
    }
  }

  /** Under the lock. */
  private List<Generator.Session<T, C>> retire(Rollout<T, C> ended, Rollout.End how, String why) {
    if (rollout == ended) {
      rollout = null;
    }
    ended.end(how, why);
    return retire(ended.challenger);
  }

  // Swaps.

  /** Serves the challenger of the canary under way, if it is this version. */
  boolean promoteChallenger(ModelVersion live, int sessions) {
    Pool<T, C> old;
    List<Generator.Session<T, C>> idle;
    Rollout<T, C> tried;
    lock.lock();
    try {
      tried = rollout;
      if (closed || tried == null || !tried.challenger.version.id().equals(live.id())) {
        return false;
      }
      rollout = null;
      old = serving;
      serving = tried.challenger;
      serving.serves();
      serving.grow(sessions);
      tried.end(Rollout.End.PROMOTED, "It is live.");
      idle = replace(old);
    } finally {
      lock.unlock();
    }
    close(old, idle);
    return true;
  }

  /** Serves another version from now on; a canary of the one before ends. */
  void swap(Pool<T, C> next) {
    Pool<T, C> old = next;
    Rollout<T, C> tried = null;
    List<Generator.Session<T, C>> idle;
    List<Generator.Session<T, C>> idleOfTried = List.of();
    lock.lock();
    try {
      if (closed) {
        idle = retire(next);
      } else {
        old = serving;
        serving = next;
        tried = rollout;
        if (tried != null) {
          idleOfTried =
              retire(
                  tried,
                  Rollout.End.REPLACED,
                  "Version (" + next.version.shortId() + ") went live.");
        }
        idle = replace(old);
      }
    } finally {
      lock.unlock();
    }
    close(old, idle);
    if (tried != null) {
      close(tried.challenger, idleOfTried);
      withdrawAfterAll(tried);
    }
  }

  /** Another version is live: this one ends with the last of its conversations. Under the lock. */
  private List<Generator.Session<T, C>> replace(Pool<T, C> old) {
    forgetIdle();
    if (old.isKept()) {
      kept.add(old);
      return List.of();
    }
    return retire(old);
  }

  /**
   * Ends a pool that nobody is drawn to any more: who waits there is placed anew. Under the lock.
   *
   * @return the sessions to be closed now
   */
  private List<Generator.Session<T, C>> retire(Pool<T, C> pool) {
    kept.remove(pool);
    List<Generator.Session<T, C>> idle = pool.retire();
    for (Turn<T, C> turn : pool.dismiss()) {
      if (closed) {
        turn.end();
      } else {
        serving.serve(turn);
      }
    }
    return idle;
  }

  // Conversations.

  private void use(Pin<T, C> pin, Pool<T, C> pool) {
    if (pin.isClosed()) {
      return;
    }
    if (pin.pool() != pool) {
      pin.to(pool);
      pool.pin();
    }
    pin.use(Clocks.nanos());
    pins.remove(pin);
    pins.add(pin);
  }

  Optional<ModelVersion> version(Pin<T, C> pin) {
    lock.lock();
    try {
      return Optional.ofNullable(pin.pool()).map(pool -> pool.version);
    } finally {
      lock.unlock();
    }
  }

  void end(Pin<T, C> pin) {
    Pool<T, C> ended;
    lock.lock();
    try {
      pin.close();
      ended = unpin(pin);
    } finally {
      lock.unlock();
    }
    if (ended != null) {
      retireUnneeded(ended);
    }
  }

  /** Returns the pool that nothing keeps any more, or null. Under the lock. */
  private @Nullable Pool<T, C> unpin(Pin<T, C> pin) {
    pins.remove(pin);
    Pool<T, C> pool = pin.pool();
    pin.to(null);
    return pool != null && pool.unpin() ? pool : null;
  }

  private void retireUnneeded(Pool<T, C> pool) {
    List<Generator.Session<T, C>> idle;
    lock.lock();
    try {
      idle = retire(pool);
    } finally {
      lock.unlock();
    }
    close(pool, idle);
  }

  /** Conversations that stood idle for too long keep no version. Under the lock. */
  private void forgetIdle() {
    long now = Clocks.nanos();
    for (Pin<T, C> each : List.copyOf(pins)) {
      if (now - each.used() <= keeps) {
        return;
      }
      var unused = unpin(each);
    }
  }

  /** Lets go what only conversations kept that stood idle for too long. */
  void tidy() {
    List<Pool<T, C>> unneeded = new ArrayList<>();
    lock.lock();
    try {
      forgetIdle();
      for (Pool<T, C> pool : kept) {
        if (!pool.isKept()) {
          unneeded.add(pool);
        }
      }
    } finally {
      lock.unlock();
    }
    unneeded.forEach(this::retireUnneeded);
  }

  // What is served.

  ModelVersion version() {
    lock.lock();
    try {
      return serving.version;
    } finally {
      lock.unlock();
    }
  }

  /** The version served. */
  ModelVersion openVersion() {
    lock.lock();
    try {
      checkOpen();
      return serving.version;
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  List<Usage> usage() {
    lock.lock();
    try {
      List<Usage> out = new ArrayList<>();
      out.add(serving.meter.usage(Usage.Role.LIVE));
      Rollout<T, C> now = rollout;
      if (now != null) {
        out.add(now.challenger.meter.usage(Usage.Role.CHALLENGER));
      }
      kept.forEach(pool -> out.add(pool.meter.usage(Usage.Role.KEPT)));
      return out;
    } finally {
      lock.unlock();
    }
  }

  void close() {
    List<Pool<T, C>> pools = new ArrayList<>();
    List<List<Generator.Session<T, C>>> idle = new ArrayList<>();
    Rollout<T, C> tried;
    lock.lock();
    try {
      closed = true;
      tried = rollout;
      pools.add(serving);
      pools.addAll(kept);
      Rollout<T, C> now = rollout;
      if (now != null) {
        pools.add(now.challenger);
        rollout = null;
        now.end(Rollout.End.CLOSED, "The live model was closed.");
      }
      pools.forEach(pool -> idle.add(retire(pool)));
    } finally {
      lock.unlock();
    }
    for (int i = 0; i < pools.size(); i++) {
      close(pools.get(i), idle.get(i));
    }
    if (tried != null) {
      withdrawAfterAll(tried);
    }
  }

  /** Closes sessions of a pool, and lets its version go if they were the last. */
  private void close(Pool<T, C> pool, List<Generator.Session<T, C>> sessions) {
    sessions.forEach(Versions::close);
    ModelRegistry.Hold ended;
    lock.lock();
    try {
      ended = pool.ended();
    } finally {
      lock.unlock();
    }
    if (ended != null) {
      versions.letGo(pool.version, ended);
    }
  }

  private void checkOpen() {
    if (closed) {
      throw refusal();
    }
  }

  static IllegalStateException refusal() {
    return new IllegalStateException("The live model is closed.");
  }
}
