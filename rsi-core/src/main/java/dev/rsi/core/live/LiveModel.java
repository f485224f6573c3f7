package dev.rsi.core.live;

import dev.rsi.api.CancelledException;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.RsiException;
import dev.rsi.api.ScoringSession;
import dev.rsi.api.Verifier;
import dev.rsi.core.Approval;
import dev.rsi.core.RunListener;
import dev.rsi.core.canary.Canary;
import dev.rsi.core.canary.Shadow;
import dev.rsi.core.canary.Trial;
import dev.rsi.core.internal.Times;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.RunEvent;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The handle that an application answers its requests from, while a loop replaces the model. Field
 * terms: model server, blue-green deployment.
 *
 * <p>{@link #acquire} gives a lease of the version live now. A promotion or rollback swaps the
 * version for all leases acquired after it, atomically; leases under way end on the version they
 * began with, and each session of the old version closes exactly once, as soon as no lease holds
 * it. Nobody waits for a swap: the new version is loaded beside the old one, and {@linkplain
 * Serving#warmUp warmed up}, before it takes its place. One that cannot be loaded never takes it,
 * and the old one goes on.
 *
 * <p>It hears of swaps by being told: as the {@link RunListener} of a loop, or by {@link #refresh}
 * after whatever else moved the registry's live version, as a rollback by hand does. It looks
 * nowhere by itself.
 *
 * <p><b>Sessions.</b> A session is used by one thread at a time, so each version has a pool of
 * them, and a lease has one for itself. The first is opened with the version, more only when leases
 * overlap, up to the number given to {@link #open}; when all are out, {@code acquire} waits for
 * one. Who waits is not overtaken: a session that comes back is handed to who waits longest, and a
 * swap keeps their order. Where another one cannot be opened, for want of memory perhaps, that is
 * logged, and those that are there have to do. So at most that number of sessions is open for the
 * version live now, fewer for a canary's challenger, one for each lease that is still under way on
 * an earlier version, and those of versions that {@linkplain #conversation conversations} began
 * with; during a swap, one for the version that is being loaded.
 *
 * <p><b>Canaries.</b> A {@link Canary} serves a challenger to a share of the requests, until it is
 * promoted, ended or found to do harm. A request is drawn when a session of the live version is
 * free for it, and only while the challenger has a free one too: so nobody ever waits for a
 * challenger, and one that hangs takes nothing from the rest. Its calls are made on threads of the
 * live model, and whoever asked waits for {@linkplain Canary#patience a time} at most. A lease
 * whose call threw, was cancelled or took longer has failed, and so has one that is held for longer
 * than that, on either side; a challenger's is then taken back.
 *
 * <p>Thread-safe, but for leases, each of which belongs to one request.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class LiveModel<T, C> implements RunListener, AutoCloseable {

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
     * nothing but {@linkplain LiveModel#usage usage}.
     *
     * @param success in [0, 1], 1 if all went well
     * @throws IllegalStateException if it was told before, or the lease is closed
     */
    void report(double success);

    /**
     * What tells it later, when the user has said so: it outlives the lease. To be asked for before
     * the lease is closed; a request of which neither this nor {@link #report} was asked for is one
     * that nobody will ever tell of.
     *
     * @throws IllegalStateException if the lease is closed
     */
    Feedback feedback();
  }

  private final Serving<T, C> serving;
  private final Versions<T, C> versions;
  private final Events<T, C> events;
  private final Desk<T, C> desk;
  private final Shadows<T, C> shadows = new Shadows<>();

  // Held while a version is loaded, so that swaps follow one another. Taken before the desk's.
  private final ReentrantLock swapping = new ReentrantLock();
  private volatile @Nullable Rollout<T, C> last;

  /** Whether a run fell back to another version by the event before. */
  private volatile boolean fallen;

  private volatile @Nullable Shadowing<T, C> shadowed;

  private LiveModel(Generator<T, C> generator, ModelRegistry registry, Serving<T, C> serving) {
    this.serving = serving;
    this.versions = new Versions<>(generator, registry, serving.warmUp());
    this.events = new Events<>(versions, serving.listeners());
    this.desk =
        new Desk<>(
            versions,
            events,
            Times.nanos(serving.keeps()),
            versions.load(versions.live(), serving.sessions()));
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
    return open(generator, registry, Serving.of(sessions));
  }

  /** The same, with more to say of how it serves. */
  public static <T, C> LiveModel<T, C> open(
      Generator<T, C> generator, ModelRegistry registry, Serving<T, C> serving) {
    Objects.requireNonNull(generator, "generator");
    return new LiveModel<>(generator, registry, serving);
  }

  /**
   * A lease of the version live now; during a canary, of the side drawn for this request. Waits
   * while all sessions are out, so a thread should hold one lease at a time.
   *
   * @throws IllegalStateException if this is closed, also while waiting
   * @throws CancelledException if the thread is interrupted while waiting
   */
  public Lease<T, C> acquire() {
    return leased(desk.acquire(new Turn<>(null, null, null)));
  }

  /**
   * The same, but waits for so long at most.
   *
   * @param most zero or more
   * @throws RsiException if no session was free by then; retryable
   */
  public Lease<T, C> acquire(Duration most) {
    return leased(desk.acquire(new Turn<>(null, null, null), most));
  }

  /** The same, but does not wait for a session: empty if all are out. */
  public Optional<Lease<T, C>> tryAcquire() {
    return Optional.ofNullable(desk.acquire(new Turn<>(null, null, null), 0)).map(this::leased);
  }

  /**
   * The same for a caller that holds no thread while it waits. Cancelling the future gives up the
   * wait.
   *
   * @param executor opens sessions, where another one is needed, and completes the future
   */
  public CompletableFuture<Lease<T, C>> acquireAsync(Executor executor) {
    CompletableFuture<Served<T, C>> served = new CompletableFuture<>();
    CompletableFuture<Lease<T, C>> lease = new CompletableFuture<>();
    desk.acquireAsync(Objects.requireNonNull(executor, "executor"), served);
    var unused =
        served.whenComplete(
            (found, thrown) -> {
              if (found == null) {
                lease.completeExceptionally(thrown);
                return;
              }
              Lease<T, C> made = leased(found);
              if (!lease.complete(made)) {
                made.close();
              }
            });
    var unusedToo =
        lease.whenComplete(
            (made, thrown) -> {
              if (lease.isCancelled()) {
                served.cancel(false);
              }
            });
    return lease;
  }

  /**
   * The same as {@link #acquire()} for a caller that a canary should send to the same side each
   * time, as long as that has a session free. To the canary a key is one draw and its first request
   * one observation.
   *
   * @param key whose request it is
   */
  public Lease<T, C> acquireFor(String key) {
    return leased(desk.acquire(new Turn<>(Objects.requireNonNull(key, "key"), null, null)));
  }

  private Lease<T, C> leased(Served<T, C> served) {
    return Leased.of(desk, shadows, served);
  }

  /** Begins a conversation: all of its requests are answered by the version of the first. */
  public Conversation<T, C> conversation() {
    return new Conversation<>(desk, shadows, null);
  }

  /** The same, whose side a canary draws by a key. */
  public Conversation<T, C> conversation(String key) {
    return new Conversation<>(desk, shadows, Objects.requireNonNull(key, "key"));
  }

  /**
   * Answers requests of many callers together: {@link Batches}.
   *
   * @param most rows of a batch, 1 or more: a small transformer is fastest at 8 to 64
   * @param linger how long a batch that is not full waits for more, zero or more. Zero is right
   *     where there are more callers than sessions: they gather while the sessions are busy
   */
  public Batches<T, C> batches(int most, Duration linger) {
    if (most < 1 || linger.isNegative()) {
      throw new IllegalArgumentException(
          "most (" + most + ") must be >= 1, and linger (" + linger + ") >= 0.");
    }
    return new Batches<>(desk, shadows, events, serving.sessions(), most, Times.nanos(linger));
  }

  /** The version that the next lease is of, unless a canary draws its challenger. */
  public ModelVersion version() {
    return desk.version();
  }

  /**
   * What the requests came to of each version that is loaded: the live one first, then a canary's
   * challenger, then those that conversations keep.
   */
  public List<Usage> usage() {
    return desk.usage();
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
      ModelVersion old = desk.openVersion();
      ModelVersion live;
      try {
        live = versions.live();
        if (live.id().equals(old.id())) {
          desk.tidy();
          return live;
        }
        if (!desk.promoteChallenger(live, serving.sessions())) {
          desk.swap(versions.load(live, serving.sessions()));
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
      // It was compared with another version.
      endShadow();
      events.swapped(old, live);
      return live;
    } finally {
      swapping.unlock();
    }
  }

  /**
   * As the listener of a loop: serves what the loop says is live, from the beginning of a run on.
   */
  @Override
  public void on(RunEvent event) {
    if (desk.isClosed()) {
      return;
    }
    // That a damaged version gave way is recorded before the registry knows of it.
    boolean moved = fallen;
    fallen = event instanceof RunEvent.FellBack;
    String live = live(event);
    boolean begins = event instanceof RunEvent.RunStarted || event instanceof RunEvent.Resumed;
    if (moved || begins || (live != null && !live.equals(version().id()))) {
      refresh();
    }
    Rollout<T, C> settled = desk.rollout();
    if (live != null && settled != null && !settled.isDrawing()) {
      desk.end(settled, Rollout.End.ENDED, "It was not promoted.");
    }
  }

  private static @Nullable String live(RunEvent event) {
    return event instanceof RunEvent.Promoted promoted
        ? promoted.to()
        : event instanceof RunEvent.GenerationStarted started ? started.incumbent() : null;
  }

  /**
   * Serves a challenger to a share of the requests, until it is promoted, ended or found to do
   * harm: then it is withdrawn, here and {@linkplain ModelRegistry#withdraw in the registry}, and
   * no loop promotes it. The registry's live version is not touched: whoever promotes the
   * challenger there tells {@link #refresh}.
   *
   * <p>What it sees is kept in the registry, where that can be written. A canary of the same
   * challenger, live version and settings goes on from it, in another process too.
   *
   * @throws IllegalStateException if there is a canary under way, or this is closed
   * @throws ModelRegistry.WithdrawnException if the challenger was withdrawn, and no person said
   *     otherwise since
   * @throws RsiException if it cannot be loaded; nothing changes then
   */
  public void canary(ModelVersion version, Canary canary) {
    begin(version, canary, null);
  }

  /**
   * Begins a canary.
   *
   * @param parent the version that it must be compared with; null for the one live now
   * @throws RsiException if another one is live; retryable
   */
  Rollout<T, C> begin(ModelVersion version, Canary canary, @Nullable String parent) {
    Objects.requireNonNull(canary, "canary");
    swapping.lock();
    try {
      ModelVersion served = desk.openVersion();
      ModelVersion beside = parent == null || served.id().equals(parent) ? served : refresh();
      if (parent != null && !beside.id().equals(parent)) {
        throw new RsiException(
            "Version ("
                + beside.shortId()
                + ") is live, and the challenger is to be compared with ("
                + parent
                + ").\nMaybe it was promoted or rolled back by hand.",
            null,
            true);
      }
      checkNoCanary();
      if (version.id().equals(beside.id())) {
        throw new IllegalArgumentException(
            "version (" + version.shortId() + ") is live: there is nothing to compare it with.");
      }
      versions.checkNotWithdrawn(version);
      Trial trial =
          versions
              .registry()
              .trials()
              .map(directory -> Trial.resume(canary, directory, version.id(), beside.id()))
              .orElseGet(() -> Trial.begin(canary));
      try {
        Rollout<T, C> begun =
            new Rollout<>(
                beside, versions.load(version, sessions(canary)), canary, trial, desk.condition());
        if (!desk.begin(begun)) {
          throw Desk.refusal();
        }
        last = begun;
        return begun;
      } catch (RuntimeException | Error e) {
        trial.end();
        throw e;
      }
    } finally {
      swapping.unlock();
    }
  }

  /** How many of the challenger's sessions may be out at once: what its share needs twice over. */
  private int sessions(Canary canary) {
    int most = serving.sessions();
    return Math.max(1, (int) Math.min(most, Math.ceil(2 * canary.share() * most)));
  }

  private void checkNoCanary() {
    Rollout<T, C> under = desk.rollout();
    if (under == null) {
      return;
    }
    if (under.isDrawing()) {
      throw new IllegalStateException(
          "There is a canary of version ("
              + under.challenger.version.shortId()
              + ") under way.\nMaybe end it first.");
    }
    desk.end(under, Rollout.End.ENDED, "It was not promoted.");
  }

  /** Ends a canary, if there is one: every request goes to the live version again. */
  public void endCanary() {
    Rollout<T, C> under = desk.rollout();
    if (under != null) {
      desk.end(under, Rollout.End.ENDED, "It was ended by hand.");
    }
  }

  /**
   * Has a challenger answer beside the live version what that answers, and a verifier rule on both;
   * users never see what the challenger says, and wait for none of it. It is withdrawn if it does
   * harm, as by a canary. In place of a shadow that is under way.
   *
   * @param verifier rules on both answers of a request, on the shadow's thread
   * @throws IllegalStateException if this is closed
   * @throws RsiException if the challenger cannot be loaded; nothing changes then
   */
  public void shadow(ModelVersion version, Shadow shadow, Verifier<? super T, ? super C> verifier) {
    Objects.requireNonNull(shadow, "shadow");
    Objects.requireNonNull(verifier, "verifier");
    swapping.lock();
    try {
      ModelVersion beside = desk.openVersion();
      versions.checkNotWithdrawn(version);
      endShadow();
      Shadowing<T, C> begun =
          new Shadowing<>(version, beside, shadow, verifier, versions, desk, events);
      shadowed = begun;
      shadows.show(begun);
    } finally {
      swapping.unlock();
    }
  }

  /** Ends a shadow, if there is one. */
  public void endShadow() {
    Shadowing<T, C> under = shadows.under();
    shadows.show(null);
    if (under != null) {
      under.end();
    }
  }

  /** What the shadow under way has seen, or else the last one; empty if there was none. */
  public Optional<Canary.Report> shadow() {
    return Optional.ofNullable(shadowed).map(each -> each.trial().report());
  }

  /**
   * Has the application's own requests answer for what the gate would promote, as an {@link
   * Approval}: a canary serves the challenger until there is proof of harm, which is a no, or proof
   * that it is not worse than {@linkplain Canary#tolerated tolerated}, which is a yes ({@link
   * Canary.Report#safe}). A deadline that ends first is a no, as always: {@link Canary#advise} says
   * how many requests a yes takes. What both sides saw stands in the answer, and so in the run's
   * record.
   *
   * <p>A run that is resumed goes on with what was seen before. Where the canary cannot begin, as
   * another one is under way or this is closed, or where something else ends it, the question stays
   * open and the run is left, to be resumed.
   *
   * @param canary its share and its error
   */
  public Approval.Approver trial(Canary canary) {
    return trial(canary, 1);
  }

  /**
   * The same, but does not say yes before so many of the challenger's requests were told of.
   *
   * @param told how many of the challenger's requests must have been {@linkplain Lease#report told}
   *     of, 1 or more
   */
  public Approval.Approver trial(Canary canary, long told) {
    Objects.requireNonNull(canary, "canary");
    if (told < 1) {
      throw new IllegalArgumentException("told (" + told + ") must be >= 1.");
    }
    return new Trials<>(this::begin, desk, versions.registry(), canary, told);
  }

  /** What the canary under way has seen, or else the last one; empty if there was none. */
  public Optional<Canary.Report> canary() {
    return Optional.ofNullable(last).map(each -> each.trial.report());
  }

  /**
   * Ends it. Waits for nobody: leases under way may be used to their end, and each session closes
   * when its lease does. Closing twice does nothing.
   */
  @Override
  public void close() {
    desk.close();
    endShadow();
  }

  @Override
  public String toString() {
    return "live model of version " + version().shortId();
  }
}
