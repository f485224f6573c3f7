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
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
  final Generator<T, C> generator;
  final Verifier<? super T, ? super C> verifier;
  final @Nullable Critic<? super T, ? super C> critic;
  final Rubric rubric;
  final Trainer<T, C> trainer;
  final Recipe recipe;
  final DriftGate gate;
  final ProbeBank<T, C> probes;
  final @Nullable ProbeBank<T, C> exam;
  final List<Lesson<T, C>> given;
  final int earlierLessons;
  final Practice practice;
  final Budget budget;
  final RunStore store;
  final ModelRegistry registry;
  final RunListener listener;
  final ThreadFactory threads;
  final @Nullable Path stopFile;
  final @Nullable Approval approval;
  final @Nullable Charter charter;
  final @Nullable Integer retain;
  final Clock clock;
  final long seed;
  final long secret;
  final Duration pace;

  private ImprovementLoop(LoopParts<T, C> parts) {
    this.generator = parts.generator;
    this.verifier = Objects.requireNonNull(parts.verifier);
    this.critic = parts.critic;
    this.rubric = parts.rubric == null ? Rubric.overall() : parts.rubric;
    this.trainer = Objects.requireNonNull(parts.trainer);
    this.recipe = parts.recipe == null ? Recipe.defaults() : parts.recipe;
    this.gate = Objects.requireNonNull(parts.gate);
    this.probes = Objects.requireNonNull(parts.probes);
    this.exam = parts.exam;
    this.given = parts.lessons == null ? List.of() : parts.lessons;
    this.earlierLessons =
        parts.earlierLessons == null ? Builder.DEFAULT_EARLIER_LESSONS : parts.earlierLessons;
    this.practice = parts.practice();
    this.budget = Objects.requireNonNull(parts.budget);
    this.store = Objects.requireNonNull(parts.store);
    this.registry = Objects.requireNonNull(parts.registry);
    this.listener = parts.listener == null ? event -> {} : parts.listener;
    this.threads = parts.threads == null ? Thread::new : parts.threads;
    this.stopFile = parts.stopFile;
    this.approval = parts.approval;
    this.charter = parts.charter;
    this.retain = parts.retain;
    this.clock = parts.clock == null ? Clock.systemUTC() : parts.clock;
    this.seed = parts.seed == null ? Builder.DEFAULT_SEED : parts.seed;
    this.secret = parts.secret == null ? seed : parts.secret;
    this.pace = parts.pace == null ? Duration.ZERO : parts.pace;
  }

  /**
   * Begins a loop around a generator, whose types fix those of every other part.
   *
   * @param generator runs the model; the caller closes it
   */
  public static <T, C> Builder<T, C> builder(Generator<T, C> generator) {
    return new Builder<>(Objects.requireNonNull(generator, "generator"));
  }

  /**
   * Runs until the hardest level is mastered, the budget is spent, nothing more is gained, the
   * calling thread is interrupted or a {@linkplain Builder#stopFile stop file} is there. Blocks.
   *
   * @param start the version to begin with, which becomes generation 0 and live; from the loop's
   *     registry
   * @param tasks what to practise
   * @return what happened; also in the store
   * @throws IllegalArgumentException if the registry does not hold {@code start}
   * @throws IllegalStateException if the stop file is there, or nobody could answer what the loop's
   *     {@linkplain Builder#approval approval} asks
   * @throws dev.rsi.api.RsiException if the store or the registry failed; what was recorded stays
   */
  public RunReport run(ModelVersion start, TaskSource<T> tasks) {
    checkAnswerable();
    return driven(begin(start, tasks));
  }

  /**
   * The same on a thread of its own, from the loop's {@linkplain Builder#threads factory}.
   *
   * @return the controls of the run
   * @throws IllegalArgumentException as {@link #run} does
   * @throws IllegalStateException if the stop file is there
   * @throws dev.rsi.api.RsiException if the run could not be begun; what happens later is thrown by
   *     {@link RunHandle#await}
   */
  public RunHandle start(ModelVersion start, TaskSource<T> tasks) {
    return started(begin(start, tasks));
  }

  /**
   * Goes on with a run that was left before its end: its process was killed, its machine lost
   * power, its thread was interrupted or its store failed. It ends as it would have ended without
   * that, or earlier where what was lost leaves too little of a ceiling: what was recorded is not
   * done again, neither an attempt nor a training nor a decision, and counts as spent; the first
   * step that was not recorded is the first to be done. Blocks.
   *
   * @param run its id in the store; see {@link #unfinished}
   * @param tasks those it was begun with
   * @return what happened, from its beginning on
   * @throws IllegalArgumentException if there is no such run, or it was begun with another loop (in
   *     anything but its budget), naming what differs
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
   * @throws dev.rsi.api.RsiException if the run could not be gone on with; what happens later is
   *     thrown by {@link RunHandle#await}
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
    return WorstCase.of(this, levels(tasks));
  }

  /** The run in the store that was begun last, if it has not ended. */
  public Optional<String> unfinished() {
    List<String> runs = store.runs();
    return runs.isEmpty()
        ? Optional.empty()
        : Optional.of(runs.get(runs.size() - 1))
            .filter(run -> Resumption.isOpen(store.events(run)));
  }

  /** A run with the lease on it, and what it begins with. */
  private record Leased<T>(
      String run, RunStore.Lease lease, String anchor, TaskSource<T> tasks, int levels) {}

  private Leased<T> begin(ModelVersion start, TaskSource<T> tasks) {
    int levels = levels(tasks);
    Controls.checkStopFile(stopFile);
    String anchor = registry.version(start.id()).id();
    String run = create();
    return new Leased<>(run, store.lease(run), anchor, tasks, levels);
  }

  private Leased<T> takeUp(String run, TaskSource<T> tasks) {
    int levels = levels(tasks);
    Controls.checkStopFile(stopFile);
    // Before it is read: what another driver is at is not to be gone on with.
    RunStore.Lease lease = store.lease(run);
    try {
      RunStore.Audit audit = store.audit(run);
      if (!audit.sound()) {
        throw new RsiException(
            "Run ("
                + run
                + ") cannot be gone on with: "
                + audit.fault()
                + "\nMaybe restore a copy of the store.");
      }
      Resumption resumption = Resumption.of(run, store.events(run));
      resumption.checkLive(registry);
      return new Leased<>(run, lease, resumption.anchor(), tasks, levels);
    } catch (RuntimeException | Error e) {
      try (lease) {
        throw e;
      }
    }
  }

  private RunReport driven(Leased<T> leased) {
    return drive(leased, new Controls(stopFile, clock), listener);
  }

  private RunHandle started(Leased<T> leased) {
    Controls controls = new Controls(stopFile, clock);
    Subscriptions subscriptions = new Subscriptions(threads);
    try {
      return new RunHandle(
          leased.run(),
          controls,
          subscriptions,
          threads,
          () -> drive(leased, controls, subscriptions.before(listener)));
    } catch (RuntimeException | Error e) {
      RunStore.Lease lease = leased.lease();
      try (lease) {
        throw e;
      }
    }
  }

  private RunReport drive(Leased<T> leased, Controls controls, RunListener hears) {
    RunStore.Lease lease = leased.lease();
    try (lease;
        LoopRun<T, C> run =
            new LoopRun<>(
                this,
                journal(leased.run(), hears, controls),
                leased.anchor(),
                leased.tasks(),
                leased.levels(),
                controls)) {
      return run.run();
    }
  }

  /** Read here, so that nobody else keeps what was recorded before. */
  private Journal journal(String run, RunListener hears, Controls controls) {
    return new Journal(store, run, clock, hears, controls, store.events(run));
  }

  private void checkAnswerable() {
    if (approval != null && approval.approver() == null) {
      throw new IllegalStateException(
          "Nobody could answer what approval ("
              + approval
              + ") asks.\nMaybe call start(...), whose handle answers, or approval.by(...).");
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
    List<RunEvent> course = Journal.course(store.events(run));
    String anchor = Resumption.anchor(run, course);
    return new RunReplay(
        run,
        course,
        (part, trusted, generation) -> {
          Controls controls = new Controls(null, clock);
          Journal journal = Journal.replay(run, clock, controls, part, trusted);
          try (ReplayRegistry scratch = ReplayRegistry.over(registry);
              LoopRun<T, C> again =
                  new LoopRun<>(
                      with(scratch, generation), journal, anchor, tasks, levels, controls)) {
            again.run();
          }
        });
  }

  /** This loop with another registry, and a budget of generations alone. */
  private ImprovementLoop<T, C> with(ModelRegistry other, int generations) {
    LoopParts<T, C> parts = new LoopParts<>(generator);
    parts.verifier = verifier;
    parts.critic = critic;
    parts.rubric = rubric;
    parts.trainer = trainer;
    parts.recipe = recipe;
    parts.gate = gate;
    parts.probes = probes;
    parts.exam = exam;
    parts.lessons = given;
    parts.earlierLessons = earlierLessons;
    parts.practice = practice;
    parts.budget = Budget.of(generations);
    parts.store = store;
    parts.registry = other;
    parts.clock = clock;
    parts.seed = seed;
    parts.secret = secret;
    parts.threads = threads;
    parts.approval = approval;
    parts.charter = charter;
    return new ImprovementLoop<>(parts);
  }

  private static int levels(TaskSource<?> tasks) {
    int levels = Objects.requireNonNull(tasks, "tasks").levels();
    if (levels < 1) {
      throw new IllegalArgumentException(
          "levels (" + levels + ") of the tasks must be >= 1.\nMaybe they count from 0.");
    }
    return levels;
  }

  /** Begins a run under the next free number. */
  private String create() {
    for (int number = store.runs().size() + 1; ; number++) {
      String run = "run-" + number;
      try {
        store.create(run);
        return run;
      } catch (IllegalArgumentException e) {
        if (!store.runs().contains(run)) {
          throw e;
        }
      }
    }
  }

  /**
   * Collects a loop's parts. Each may be set once. Not thread-safe.
   *
   * @param <T> task
   * @param <C> candidate
   */
  public static final class Builder<T, C> {
    /** The seed of a run that was given none. */
    public static final long DEFAULT_SEED = 1;

    /**
     * Lessons of earlier generations that are kept: more than most trainings come to look at, and
     * some 100 MB where task and answer have 200 characters together.
     */
    public static final int DEFAULT_EARLIER_LESSONS = 100_000;

    private final LoopParts<T, C> parts;

    private Builder(Generator<T, C> generator) {
      this.parts = new LoopParts<>(generator);
    }

    /** Who rules on attempts. Required. */
    public Builder<T, C> verifier(Verifier<? super T, ? super C> verifier) {
      parts.verifier = once("verifier", parts.verifier, verifier);
      return this;
    }

    /** Who grades attempts that passed; the grade weighs the lesson. Default: nobody. */
    public Builder<T, C> critic(Critic<? super T, ? super C> critic) {
      parts.critic = once("critic", parts.critic, critic);
      return this;
    }

    /** What the critic judges by. Default: {@link Rubric#overall()}. Needs a critic. */
    public Builder<T, C> rubric(Rubric rubric) {
      parts.rubric = once("rubric", parts.rubric, rubric);
      return this;
    }

    /** Who makes challengers. Required. */
    public Builder<T, C> trainer(Trainer<T, C> trainer) {
      parts.trainer = once("trainer", parts.trainer, trainer);
      return this;
    }

    /** How to train. Default: every knob of the trainer at its initial value. */
    public Builder<T, C> recipe(Recipe recipe) {
      parts.recipe = once("recipe", parts.recipe, recipe);
      return this;
    }

    /** Who decides what goes live. Required; there is no default on purpose. */
    public Builder<T, C> gate(DriftGate gate) {
      parts.gate = once("gate", parts.gate, gate);
      return this;
    }

    /** The held-out tasks that the gate decides on. Required. Never practised. */
    public Builder<T, C> probes(ProbeBank<T, C> probes) {
      parts.probes = once("probes", parts.probes, probes);
      return this;
    }

    /**
     * Held-out tasks that every challenger is measured on for the report, and nothing else depends
     * on. Never practised, and apart from the probes. Default: none.
     */
    public Builder<T, C> exam(ProbeBank<T, C> exam) {
      parts.exam = once("exam", parts.exam, exam);
      return this;
    }

    /**
     * Lessons known to be right from the start, a quarter of every training. They keep the model
     * from forgetting what it began with. Default: none.
     */
    public Builder<T, C> lessons(List<Lesson<T, C>> lessons) {
      parts.lessons = once("lessons", parts.lessons, List.copyOf(lessons));
      return this;
    }

    /**
     * The most lessons of earlier generations that are kept for later trainings, so that a run of
     * any length keeps a bounded heap. Which ones stay is a uniform sample of all there were, drawn
     * under the seed. What is dropped stands in the run's record as everything does, so that no
     * fresh probe comes near it; met again, it is a lesson again. Default: {@value
     * #DEFAULT_EARLIER_LESSONS}.
     *
     * @param most 0 or more; with 0 a training has this generation's lessons and those given
     */
    public Builder<T, C> earlierLessons(int most) {
      if (most < 0) {
        throw new IllegalArgumentException(
            "earlierLessons ("
                + most
                + ") must be >= 0.\nMaybe leave it out: the default bounds it.");
      }
      parts.earlierLessons = once("earlierLessons", parts.earlierLessons, most);
      return this;
    }

    /** How the model practises. Default: {@link Practice#DEFAULT}. */
    public Builder<T, C> practice(Practice practice) {
      parts.practice = once("practice", parts.practice, practice);
      return this;
    }

    /** What a run may spend. Required; there is no default on purpose. */
    public Builder<T, C> budget(Budget budget) {
      parts.budget = once("budget", parts.budget, budget);
      return this;
    }

    /** Where runs are recorded. Required; the caller closes it. */
    public Builder<T, C> store(RunStore store) {
      parts.store = once("store", parts.store, store);
      return this;
    }

    /** Where versions are kept. Required. */
    public Builder<T, C> registry(ModelRegistry registry) {
      parts.registry = once("registry", parts.registry, registry);
      return this;
    }

    /**
     * Who hears what happens, on the run's own thread: while it is busy the run waits. What may be
     * slow or block {@linkplain RunHandle#subscribe subscribes} instead. Default: nobody.
     */
    public Builder<T, C> listener(RunListener listener) {
      parts.listener = once("listener", parts.listener, listener);
      return this;
    }

    /**
     * Makes the threads of runs that are {@linkplain ImprovementLoop#start started} and of those
     * who subscribe to them; they are named after their run. Default: plain threads, which are no
     * daemons unless the caller is one, so that the JVM does not end under a run.
     */
    public Builder<T, C> threads(ThreadFactory threads) {
      parts.threads = once("threads", parts.threads, threads);
      return this;
    }

    /**
     * A kill switch: while there is a file of this name, or it cannot be told that there is none,
     * no step begins. A run is left after the step under way, as by {@link RunHandle#stop}, and
     * none is begun or gone on with. It is looked for before each batch of attempts and each other
     * step, ten times a second while a run stands still, and not during a training. Default: none.
     */
    public Builder<T, C> stopFile(Path file) {
      parts.stopFile = once("stopFile", parts.stopFile, file);
      return this;
    }

    /** When a person is asked before a challenger goes live. Default: never. */
    public Builder<T, C> approval(Approval approval) {
      parts.approval = once("approval", parts.approval, approval);
      return this;
    }

    /** What the run is for and what it must not change. Default: none. */
    public Builder<T, C> charter(Charter charter) {
      parts.charter = once("charter", parts.charter, charter);
      return this;
    }

    /**
     * Deletes versions that nobody needs any more after each generation, as {@link
     * ModelRegistry#retain} does. Default: every version stays.
     *
     * @param before how many of the versions that were live before stay, 0 or more
     */
    public Builder<T, C> retain(int before) {
      if (before < 0) {
        throw new IllegalArgumentException("retain (" + before + ") must be >= 0.");
      }
      parts.retain = once("retain", parts.retain, before);
      return this;
    }

    /** Tells the time, for the budget's wall clock and the store. Default: the system's, in UTC. */
    public Builder<T, C> clock(Clock clock) {
      parts.clock = once("clock", parts.clock, clock);
      return this;
    }

    /** The root of all randomness of a run. Default: {@value #DEFAULT_SEED}. */
    public Builder<T, C> seed(long seed) {
      parts.seed = once("seed", parts.seed, seed);
      return this;
    }

    /**
     * What fixes the order of probes, the draw of fresh banks, and which tasks are set apart for
     * them. Orders and draws come from a secret made of this one and the seed: a hash of it is
     * recorded before each decision, and itself when the run has ended, so that a third party can
     * check that no order was changed. Give one that nothing in the loop can guess where parts of
     * the loop are not trusted. To a run that goes on from an earlier one's model give the same
     * secret, or what is set apart may have been practised, and another seed, or its orders are
     * known. Default: the seed, which whoever reads the record knows from the start.
     */
    public Builder<T, C> secret(long secret) {
      parts.secret = once("secret", parts.secret, secret);
      return this;
    }

    /**
     * The clock that the gate answers by: a decision takes a whole multiple of this, so that the
     * time it took says next to nothing of how many probes it needed. Default: none, an answer
     * comes as soon as it is there.
     *
     * @param pace positive; a little more than a decision usually takes
     */
    public Builder<T, C> pace(Duration pace) {
      if (pace.isZero() || pace.isNegative()) {
        throw new IllegalArgumentException("pace (" + pace + ") must be positive.");
      }
      parts.pace = once("pace", parts.pace, pace);
      return this;
    }

    /**
     * The loop.
     *
     * @throws IllegalStateException if parts are missing or contradict each other, naming all of
     *     them with the way out
     */
    public ImprovementLoop<T, C> build() {
      parts.check();
      return new ImprovementLoop<>(parts);
    }

    private static <V> V once(String name, @Nullable V old, V value) {
      if (old != null) {
        throw new IllegalStateException(name + " was already set to (" + old + ").");
      }
      return Objects.requireNonNull(value, name);
    }
  }
}
