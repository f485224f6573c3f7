package dev.rsi.core;

import dev.rsi.api.Critic;
import dev.rsi.api.DriftGate;
import dev.rsi.api.Generator;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Recipe;
import dev.rsi.api.RsiException;
import dev.rsi.api.Rubric;
import dev.rsi.api.TaskSource;
import dev.rsi.api.Trainer;
import dev.rsi.api.Verifier;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.calls.DirectCalls;
import dev.rsi.core.internal.steps.Journal;
import dev.rsi.core.internal.steps.Past;
import dev.rsi.core.internal.steps.ReplayRegistry;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * A loop in which a model improves itself, within bounds that it cannot move.
 *
 * <p>In each generation the live version (the incumbent) attempts practice tasks at the edge of
 * what it can do; a verifier rules on every attempt and a critic grades it; what was proven right
 * becomes lessons; a trainer makes a challenger of them; a drift gate probes the challenger against
 * generation 0 and the incumbent; and the challenger goes live, is held, or is given up. Everything
 * is recorded before the next step begins.
 *
 * <p>What breaks is recorded and done without: a verifier that throws leaves an attempt UNDECIDED,
 * which never trains; a trainer that throws leaves the incumbent live; a gate that throws holds.
 *
 * <p>Built by {@link #builder}. A loop is immutable and thread-safe if its parts are; each {@link
 * #run} is a run of its own, and runs that share a registry must follow one another. {@link #start}
 * gives a run a thread of its own, and a handle that pauses, stops and watches it.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class ImprovementLoop<T, C> {
  private final Plan<T, C> plan;

  private ImprovementLoop(Plan<T, C> plan) {
    this.plan = plan;
  }

  /**
   * Begins a loop around a generator, whose types fix those of every other part.
   *
   * @param generator runs the model; the caller closes it
   */
  public static <T, C> Builder<T, C> builder(Generator<T, C> generator) {
    return new Builder<>(Objects.requireNonNull(generator, "generator"));
  }

  /** What this loop was built from. */
  public Plan<T, C> plan() {
    return plan;
  }

  /**
   * Runs until the hardest level is mastered, the budget is spent, nothing more is gained, the
   * calling thread is interrupted or a {@linkplain Oversight#stopFile stop file} is there. Blocks.
   *
   * <p>Begins with the version live now, which becomes generation 0 of this run: so a program that
   * is started again goes on from what it came to, and takes nothing back.
   *
   * @param tasks what to practise
   * @return what happened; also in the store
   * @throws IllegalStateException if no version is live yet, the stop file is there, or nobody
   *     could answer what the loop's {@linkplain Oversight#approval approval} asks
   * @throws dev.rsi.api.CorruptModelException if the live version is damaged
   * @throws dev.rsi.api.RsiException if the store or the registry failed; what was recorded stays
   */
  public RunReport run(TaskSource<T> tasks) {
    checkAnswerable();
    return driven(begin(null, tasks));
  }

  /**
   * The same from a version that becomes live where none is. Where another one is live this
   * refuses, as it would take away what was promoted: that is for a person to say, by {@link
   * ModelRegistry#promote} or {@link ModelRegistry#rollBackTo} before.
   *
   * @param start the version to begin with, which becomes generation 0 and live; from the loop's
   *     registry
   * @param tasks what to practise
   * @return what happened; also in the store
   * @throws IllegalArgumentException if the registry does not hold {@code start}
   * @throws IllegalStateException if another version is live, naming both; if the stop file is
   *     there, or nobody could answer what the loop's {@linkplain Oversight#approval approval} asks
   * @throws dev.rsi.api.RsiException if the store or the registry failed; what was recorded stays
   */
  public RunReport run(ModelVersion start, TaskSource<T> tasks) {
    checkAnswerable();
    return driven(begin(Objects.requireNonNull(start, "start"), tasks));
  }

  /**
   * {@link #run(TaskSource)} on a thread of its own, from the loop's {@linkplain Builder#threads
   * factory}.
   *
   * @return the controls of the run
   * @throws IllegalStateException if no version is live yet, or the stop file is there
   * @throws dev.rsi.api.RsiException if the run could not be begun; what happens later is thrown by
   *     {@link RunHandle#await}
   */
  public RunHandle start(TaskSource<T> tasks) {
    return started(begin(null, tasks));
  }

  /**
   * {@link #run(ModelVersion, TaskSource)} on a thread of its own, from the loop's {@linkplain
   * Builder#threads factory}.
   *
   * @return the controls of the run
   * @throws IllegalArgumentException as {@link #run(ModelVersion, TaskSource) run} does
   * @throws IllegalStateException if another version is live, naming both, or the stop file is
   *     there
   * @throws dev.rsi.api.RsiException if the run could not be begun; what happens later is thrown by
   *     {@link RunHandle#await}
   */
  public RunHandle start(ModelVersion start, TaskSource<T> tasks) {
    return started(begin(Objects.requireNonNull(start, "start"), tasks));
  }

  /**
   * Resumes a run that was left before its end: its process was killed, its machine lost power, its
   * thread was interrupted or its store failed. It ends as it would have ended without that, or
   * earlier where what was lost leaves too little of a ceiling: what was recorded is not done
   * again, neither an attempt nor a training nor a decision, and counts as spent; the first step
   * that was not recorded is the first to be done. Blocks.
   *
   * @param run its id in the store; see {@link #unfinished}
   * @param tasks those it was begun with
   * @return what happened, from its beginning on
   * @throws IllegalArgumentException if there is no such run, or it was begun with another loop,
   *     naming each difference: every part and setting must be described as it was ({@link
   *     dev.rsi.api.Described}), but for the budget and the loop's surroundings (store, registry,
   *     listener, threads, clock, stop file). A verifier that is known by its class alone is asked
   *     again about attempts that are recorded, and must rule as it did
   * @throws IllegalStateException if the run has ended, or another version than its own was made
   *     live since; and as {@link #run} does
   * @throws dev.rsi.api.RsiException if its record is not as it was recorded; if the run has a
   *     driver already, here or in another process; if it does not repeat itself; if the store or
   *     the registry failed; what was recorded stays
   */
  public RunReport resume(String run, TaskSource<T> tasks) {
    checkAnswerable();
    return driven(takeUp(run, tasks));
  }

  /**
   * The same on a thread of its own, from the loop's {@linkplain Builder#threads factory}.
   *
   * @return the controls of the run
   * @throws IllegalArgumentException if there is no such run
   * @throws IllegalStateException if the run has ended, another version than its own was made live
   *     since, or the stop file is there
   * @throws dev.rsi.api.RsiException if the run could not be resumed; what happens later is thrown
   *     by {@link RunHandle#await}
   */
  public RunHandle start(String run, TaskSource<T> tasks) {
    return started(takeUp(run, tasks));
  }

  /**
   * The most that a run spends, by the loop's plan and its budget together, said before anything is
   * done. It never passes it; what time may add to a call that does not end when it is cancelled is
   * the only exception. Ceilings of windows are not in it: a run may go on in the next one.
   *
   * @param tasks what to practise
   */
  public RunReport.Spending worstCase(TaskSource<T> tasks) {
    return WorstCase.of(plan, tasks, levels(tasks));
  }

  /** The run in the store that was begun last, if it has not ended. */
  public Optional<String> unfinished() {
    List<String> runs = plan.store().runs();
    return runs.isEmpty()
        ? Optional.empty()
        : Optional.of(runs.get(runs.size() - 1))
            .filter(run -> Resumption.isOpen(plan.store(), run));
  }

  /** A run with the lease on it, and what it begins with. */
  private record Leased<T>(
      String run,
      RunStore.Lease lease,
      ModelRegistry.Driver driver,
      Resumption.Recorded recorded,
      String anchor,
      TaskSource<T> tasks,
      int levels)
      implements AutoCloseable {

    @Override
    public void close() {
      try (lease) {
        driver.close();
      } catch (RsiException e) {
        // Whoever resumes the run takes it over.
        LoopLog.LOG.warn("run {}: the registry could not be given up", run, e);
      }
    }
  }

  /**
   * Begins a run.
   *
   * @param start null for what is live
   */
  private Leased<T> begin(@Nullable ModelVersion start, TaskSource<T> tasks) {
    int levels = levels(tasks);
    Controls.checkStopFile(plan.oversight().stopFile());
    String named = start == null ? null : plan.registry().version(start.id()).id();
    RunStore store = plan.store();
    for (int number = store.runs().size() + 1; ; number++) {
      String run = "run-" + number;
      if (store.runs().contains(run)) {
        continue;
      }
      checkRecorded(run, 0);
      // Before the run is there: one that cannot be driven is not to be begun.
      ModelRegistry.Driver driver = plan.registry().drive(store.id(), run, plan.clock().instant());
      try {
        String anchor = anchor(named, driver);
        if (create(run)) {
          return new Leased<>(
              run, store.lease(run), driver, Resumption.Recorded.NOTHING, anchor, tasks, levels);
        }
        driver.close();
      } catch (RuntimeException | Error e) {
        try (driver) {
          throw e;
        }
      }
    }
  }

  /**
   * The version that a run begins with. To take away what is live is for a person to say, and so is
   * to make a withdrawn version live.
   *
   * @param named null for what is live
   */
  private String anchor(@Nullable String named, ModelRegistry.Driver driver) {
    String live = driver.live().orElse(null);
    if (named == null) {
      if (live == null) {
        throw new IllegalStateException(
            "No version is live in registry ("
                + plan.registry()
                + ") yet.\nMaybe call run(start, tasks), or promote(id) of the registry before.");
      }
      return plan.registry().version(live).id();
    }
    if (live != null && !live.equals(named)) {
      throw new IllegalStateException(
          "Version ("
              + live
              + ") is live, and a run that begins with ("
              + named
              + ") would take it away.\nMaybe call run(tasks), which begins with what is live. If"
              + " the live one is to go, say so by promote(\""
              + named
              + "\") of the registry, and run then.");
    }
    String why = plan.registry().withdrawn(named).orElse(null);
    if (why != null && live == null) {
      throw new ModelRegistry.WithdrawnException(named, why);
    }
    return named;
  }

  private Leased<T> takeUp(String run, TaskSource<T> tasks) {
    int levels = levels(tasks);
    Controls.checkStopFile(plan.oversight().stopFile());
    // Before it is read: what another driver is at is not to be resumed.
    RunStore.Lease lease = plan.store().lease(run);
    try {
      RunStore.Audit audit = plan.store().audit(run);
      if (!audit.sound()) {
        throw new RsiException(
            "Run ("
                + run
                + ") cannot be resumed: "
                + audit.fault()
                + "\nMaybe restore a copy of the store.");
      }
      checkRecorded(run, audit.events());
      Resumption resumption = Resumption.of(plan.store(), run);
      ModelRegistry.Driver driver =
          plan.registry().takeOver(plan.store().id(), run, plan.clock().instant());
      try {
        resumption.checkLive(driver);
        return new Leased<>(
            run, lease, driver, resumption.recorded(), resumption.anchor(), tasks, levels);
      } catch (RuntimeException | Error e) {
        try (driver) {
          throw e;
        }
      }
    } catch (RuntimeException | Error e) {
      try (lease) {
        throw e;
      }
    }
  }

  /** Refuses a record that does not go through what the registry knows of it. */
  private void checkRecorded(String run, long events) {
    ModelRegistry.Recorded known = plan.registry().recorded(plan.store().id(), run).orElse(null);
    if (known == null
        || (events > 0
            && plan.store().holds(run, new RunStore.Head(known.events(), known.head())))) {
      return;
    }
    throw new RsiException(
        "Run ("
            + run
            + ") has ("
            + events
            + ") events in store ("
            + plan.store()
            + "), but when one of its generations ended it had ("
            + known.events()
            + "), the last of them with hash ("
            + known.head()
            + "), as registry ("
            + plan.registry()
            + ") knows.\nMaybe the store was put back to an older copy, or its log was lost: restore"
            + " the newer one. To go on without what is lost, begin a run in a new store.");
  }

  private RunReport driven(Leased<T> leased) {
    return drive(leased, controls(), new Subscriptions(plan.threads()));
  }

  private RunHandle started(Leased<T> leased) {
    Controls controls = controls();
    Subscriptions subscriptions = new Subscriptions(plan.threads());
    try {
      return new RunHandle(
          leased.run(),
          controls,
          subscriptions,
          plan.threads(),
          () -> drive(leased, controls, subscriptions));
    } catch (RuntimeException | Error e) {
      try (leased) {
        throw e;
      }
    }
  }

  private RunReport drive(Leased<T> leased, Controls controls, Subscriptions subscriptions) {
    controls.driven(leased::close);
    try (leased;
        DirectCalls direct = direct(leased.run(), controls);
        LoopRun<T, C> run =
            new LoopRun<>(
                plan,
                journal(leased, subscriptions.before(direct, plan.listener()), controls),
                leased.recorded(),
                leased.anchor(),
                leased.tasks(),
                leased.levels(),
                controls,
                leased.driver(),
                leased.lease()::check,
                direct)) {
      return run.run();
    }
  }

  /** What becomes of a run that a part holds up is the same whoever's thread it has. */
  private DirectCalls direct(String run, Controls controls) {
    return new DirectCalls(
        "rsi " + run + " watchdog",
        plan.threads(),
        plan.oversight().limit(),
        controls::isCancelled,
        deaf ->
            controls.leaveBehind(
                "a call of the " + deaf.part() + " on thread (" + deaf.where().getMessage() + ")",
                deaf.where()));
  }

  private Journal journal(Leased<T> leased, RunListener hears, Controls controls) {
    RunStore store = plan.store();
    Past past = Past.of(store, leased.run(), leased.recorded().events());
    return new Journal(store, leased.run(), plan.clock(), hears, controls, past);
  }

  private Controls controls() {
    return new Controls(plan.oversight().stopFile(), plan.clock());
  }

  private void checkAnswerable() {
    Approval approval = plan.oversight().approval();
    if (approval != null && approval.approver() == null) {
      throw new IllegalStateException(
          "Nobody could answer what approval ("
              + approval
              + ") asks.\nMaybe call start(...), whose handle answers, or approval.byPerson(...).");
    }
  }

  /**
   * A run of this loop, to be done again and held against its record. Gate and tasks must be those
   * that it had, and not be in use by another run meanwhile.
   *
   * @param run its id in the store
   * @param tasks those it was begun with
   * @throws IllegalArgumentException if there is no such run
   */
  public RunReplay replay(String run, TaskSource<T> tasks) {
    int levels = levels(tasks);
    String anchor = Resumption.anchor(plan.store(), run);
    return new RunReplay(
        run,
        plan.store(),
        (events, trusted, generation) -> {
          Controls controls = new Controls(null, plan.clock());
          Past past = Past.of(plan.store(), run, events);
          Journal journal = Journal.replay(run, plan.clock(), controls, past, trusted);
          try (ReplayRegistry scratch = ReplayRegistry.over(plan.registry());
              DirectCalls direct = direct(run, controls);
              LoopRun<T, C> again =
                  new LoopRun<>(
                      replayed(scratch, generation),
                      journal,
                      Resumption.Recorded.NOTHING,
                      anchor,
                      tasks,
                      levels,
                      controls,
                      scratch.driver(),
                      () -> {},
                      direct)) {
            again.run();
          }
        });
  }

  /** The plan with another registry, and a budget of generations alone: nobody hears of it. */
  private Plan<T, C> replayed(ModelRegistry scratch, int generations) {
    Builder<T, C> again = plan.toBuilder();
    again.registry = scratch;
    again.retain = null;
    again.budget = Budget.of(generations);
    again.listener = event -> {};
    again.oversight = again.oversight.unwatched();
    return new Plan<>(again);
  }

  private static int levels(TaskSource<?> tasks) {
    int levels = Objects.requireNonNull(tasks, "tasks").levels();
    if (levels < 1) {
      throw new IllegalArgumentException(
          "levels (" + levels + ") of the tasks must be >= 1.\nMaybe they count from 0.");
    }
    return levels;
  }

  /** Makes a run in the store; false if there is one of this id. */
  private boolean create(String run) {
    try {
      plan.store().create(run);
      return true;
    } catch (IllegalArgumentException e) {
      if (!plan.store().runs().contains(run)) {
        throw e;
      }
      return false;
    }
  }

  /**
   * Collects a loop's parts. Each may be set once. Not thread-safe.
   *
   * @param <T> task
   * @param <C> candidate
   */
  public static final class Builder<T, C> implements Cloneable {
    /** The seed of a run that was given none. */
    public static final long DEFAULT_SEED = 1;

    final Generator<T, C> generator;
    @Nullable Verifier<? super T, ? super C> verifier;
    @Nullable Critic<? super T, ? super C> critic;
    Rubric rubric = Rubric.overall();
    @Nullable Trainer<T, C> trainer;
    Recipe recipe = Recipe.defaults();
    @Nullable DriftGate gate;
    @Nullable ProbeBank<T, C> probes;
    @Nullable ProbeBank<T, C> exam;
    List<Lesson<T, C>> lessons = List.of();
    Practice practice = Practice.DEFAULT;
    @Nullable Budget budget;
    @Nullable RunStore store;
    @Nullable ModelRegistry registry;
    @Nullable Integer retain;
    RunListener listener = event -> {};
    ThreadFactory threads = Thread::new;
    Oversight oversight = Oversight.NONE;
    Clock clock = Clock.systemUTC();
    long seed = DEFAULT_SEED;

    /** The setters that were called on this builder. */
    private Set<String> called = new HashSet<>();

    private Builder(Generator<T, C> generator) {
      this.generator = generator;
    }

    /** A copy of every part and setting, of which each may be set anew. */
    Builder<T, C> copy() {
      try {
        @SuppressWarnings("unchecked") // A clone is of the class of what it was made from.
        Builder<T, C> copy = (Builder<T, C>) clone();
        copy.called = new HashSet<>();
        return copy;
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }

    /** Who rules on attempts. Required. */
    public Builder<T, C> verifier(Verifier<? super T, ? super C> verifier) {
      once("verifier");
      this.verifier = Objects.requireNonNull(verifier, "verifier");
      return this;
    }

    /**
     * Who grades attempts that passed; the grade weighs the lesson. Judges by the rubric that this
     * builder has: one overall score, unless it came {@linkplain Plan#toBuilder from a plan} with
     * another. Default: nobody.
     */
    public Builder<T, C> critic(Critic<? super T, ? super C> critic) {
      once("critic");
      this.critic = Objects.requireNonNull(critic, "critic");
      return this;
    }

    /**
     * Who grades attempts that passed, and what by.
     *
     * @param rubric the criteria that the critic scores, with their weights
     */
    public Builder<T, C> critic(Critic<? super T, ? super C> critic, Rubric rubric) {
      Objects.requireNonNull(rubric, "rubric");
      critic(critic);
      this.rubric = rubric;
      return this;
    }

    /**
     * Who makes challengers. Trains by the recipe that this builder has: every knob at its initial
     * value, unless it came {@linkplain Plan#toBuilder from a plan} with another. Required.
     */
    public Builder<T, C> trainer(Trainer<T, C> trainer) {
      once("trainer");
      this.trainer = Objects.requireNonNull(trainer, "trainer");
      return this;
    }

    /**
     * Who makes challengers, and how.
     *
     * @param recipe values of the trainer's knobs (field term: hyperparameters)
     */
    public Builder<T, C> trainer(Trainer<T, C> trainer, Recipe recipe) {
      Objects.requireNonNull(recipe, "recipe");
      trainer(trainer);
      this.recipe = recipe;
      return this;
    }

    /** Who decides what goes live. Required; there is no default on purpose. */
    public Builder<T, C> gate(DriftGate gate) {
      once("gate");
      this.gate = Objects.requireNonNull(gate, "gate");
      return this;
    }

    /** The held-out tasks that the gate decides on. Required. Never practised. */
    public Builder<T, C> probes(ProbeBank<T, C> probes) {
      once("probes");
      this.probes = Objects.requireNonNull(probes, "probes");
      return this;
    }

    /**
     * Held-out tasks that every challenger is measured on for the report, and nothing else depends
     * on. Never practised, and apart from the probes. Default: none.
     */
    public Builder<T, C> exam(ProbeBank<T, C> exam) {
      once("exam");
      this.exam = Objects.requireNonNull(exam, "exam");
      return this;
    }

    /**
     * Lessons known to be right from the start, a quarter of every training. They keep the model
     * from forgetting what it began with. Default: none.
     */
    public Builder<T, C> lessons(List<Lesson<T, C>> lessons) {
      once("lessons");
      this.lessons = List.copyOf(Objects.requireNonNull(lessons, "lessons"));
      return this;
    }

    /** How the model practises. Default: {@link Practice#DEFAULT}. */
    public Builder<T, C> practice(Practice practice) {
      once("practice");
      this.practice = Objects.requireNonNull(practice, "practice");
      return this;
    }

    /** What a run may spend. Required; there is no default on purpose. */
    public Builder<T, C> budget(Budget budget) {
      once("budget");
      this.budget = Objects.requireNonNull(budget, "budget");
      return this;
    }

    /** Where runs are recorded. Required; the caller closes it. */
    public Builder<T, C> store(RunStore store) {
      once("store");
      this.store = Objects.requireNonNull(store, "store");
      return this;
    }

    /** Where versions are kept, every one for good. Required. */
    public Builder<T, C> registry(ModelRegistry registry) {
      once("registry");
      this.registry = Objects.requireNonNull(registry, "registry");
      return this;
    }

    /**
     * Where versions are kept; those that nobody needs any more are deleted after each generation,
     * as {@link ModelRegistry#retain} does.
     *
     * @param retain how many of the versions that were live before stay, 0 or more
     */
    public Builder<T, C> registry(ModelRegistry registry, int retain) {
      if (retain < 0) {
        throw new IllegalArgumentException("retain (" + retain + ") must be >= 0.");
      }
      registry(registry);
      this.retain = retain;
      return this;
    }

    /**
     * Who hears what happens, on the run's own thread: while it is busy the run waits. What may be
     * slow or block {@linkplain RunHandle#subscribe subscribes} instead. Several are one by {@link
     * RunListener#all}. Default: nobody.
     */
    public Builder<T, C> listener(RunListener listener) {
      once("listener");
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Makes the threads of runs that are {@linkplain ImprovementLoop#start started} and of those
     * who subscribe to them; they are named after their run. Default: plain threads, which are no
     * daemons unless the caller is one, so that the JVM does not end under a run.
     */
    public Builder<T, C> threads(ThreadFactory threads) {
      once("threads");
      this.threads = Objects.requireNonNull(threads, "threads");
      return this;
    }

    /** What people keep in their own hands. Default: {@link Oversight#NONE}. */
    public Builder<T, C> oversight(Oversight oversight) {
      once("oversight");
      this.oversight = Objects.requireNonNull(oversight, "oversight");
      return this;
    }

    /** Tells the time, for the budget's wall clock and the store. Default: the system's, in UTC. */
    public Builder<T, C> clock(Clock clock) {
      once("clock");
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /** The root of all randomness of a run. Default: {@value #DEFAULT_SEED}. */
    public Builder<T, C> seed(long seed) {
      once("seed");
      this.seed = seed;
      return this;
    }

    /**
     * The loop.
     *
     * @throws IllegalStateException if parts are missing or contradict each other, naming all of
     *     them with the way out
     */
    public ImprovementLoop<T, C> build() {
      new PlanCheck<>(this).check();
      return new ImprovementLoop<>(new Plan<>(this));
    }

    private void once(String setter) {
      if (!called.add(setter)) {
        throw new IllegalStateException(setter + " was already set.");
      }
    }
  }
}
