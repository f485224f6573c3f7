package dev.rsi.core;

import dev.rsi.api.CancelledException;
import dev.rsi.api.Codec;
import dev.rsi.api.Lesson;
import dev.rsi.api.TaskSource;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.Seeds;
import dev.rsi.core.internal.calls.Crew;
import dev.rsi.core.internal.calls.DirectCalls;
import dev.rsi.core.internal.judging.HeldOut;
import dev.rsi.core.internal.judging.Judging;
import dev.rsi.core.internal.judging.ProbeScores;
import dev.rsi.core.internal.near.SpentTasks;
import dev.rsi.core.internal.practice.Examiner;
import dev.rsi.core.internal.practice.LessonPool;
import dev.rsi.core.internal.practice.PracticeGround;
import dev.rsi.core.internal.practice.Screening;
import dev.rsi.core.internal.practice.Supply;
import dev.rsi.core.internal.probe.DefaultProbeBank;
import dev.rsi.core.internal.spending.DiskSpace;
import dev.rsi.core.internal.spending.Ledger;
import dev.rsi.core.internal.spending.ProcessTime;
import dev.rsi.core.internal.spending.Refusal;
import dev.rsi.core.internal.steps.Accounts;
import dev.rsi.core.internal.steps.Attempts;
import dev.rsi.core.internal.steps.Journal;
import dev.rsi.core.internal.steps.LeavingException;
import dev.rsi.core.internal.steps.LogContext;
import dev.rsi.core.internal.steps.Outages;
import dev.rsi.core.internal.steps.OvertakenRunException;
import dev.rsi.core.internal.steps.Part;
import dev.rsi.core.internal.steps.Phase;
import dev.rsi.core.internal.steps.Steps;
import dev.rsi.core.internal.training.Drafts;
import dev.rsi.core.internal.training.Training;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.GenerationReport.Outcome;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** One run of a plan: puts its parts together, and goes from generation to generation. */
final class LoopRun<T, C> implements AutoCloseable {
  private static final Logger log = LoopLog.LOG;

  private final Plan<T, C> plan;
  private final TaskSource<T> tasks;
  private final int levels;
  private final Controls controls;
  private final Ledger ledger;
  private final Journal journal;
  private final Resumption.Recorded recorded;
  private final Steps steps;
  private final DiskSpace disk;
  private final LogContext logContext;
  private final Attempts<T, C> attempts;
  private final Examiner<T, C> examiner;
  private final Judging<T, C> judging;
  private final @Nullable ProbeScores<T, C> exam;
  private final Approvals approvals;
  private final RunState state;
  private final Room room;
  private final Generation.Workshop<T, C> shop;

  /** The end of a generation that the budget cut short, to be recorded with that of the run. */
  private List<RunEvent> cutShort = List.of();

  /** Whether its beginning is recorded: before that there is nothing to be resumed. */
  private volatile boolean begun;

  /**
   * A run, to be begun or to be resumed.
   *
   * @param journal what is recorded of it
   * @param recorded how much of its course that was when it was taken up
   * @param anchor id of the version it begins with
   * @param levels how many levels the tasks have, 1 or more
   * @param controls what is asked of it from outside
   * @param driver of the run on the registry
   * @param leased throws if the run's lease is not held any more
   * @param direct calls parts on the run's thread
   */
  LoopRun(
      Plan<T, C> plan,
      Journal journal,
      Resumption.Recorded recorded,
      String anchor,
      TaskSource<T> tasks,
      int levels,
      Controls controls,
      ModelRegistry.Driver driver,
      Runnable leased,
      DirectCalls direct) {
    this.plan = plan;
    this.recorded = recorded;
    this.journal = journal;
    this.tasks = tasks;
    this.levels = levels;
    this.controls = controls;
    Thread thread = Thread.currentThread();
    Seeds seeds = new Seeds(plan.seed());
    Practice practice = direct.call("source of tasks", () -> plan.practice().within(tasks, levels));
    Codec<T, C> codec = plan.codec();
    this.ledger = ledger();
    Accounts accounts =
        new Accounts(
            ledger,
            journal,
            plan.clock(),
            plan.budget().ceilings(),
            plan.store(),
            WorstCase.costs(plan));
    Outages outages =
        new Outages(journal, accounts, plan.clock(), plan.oversight().outages(), recorded.outage());
    BooleanSupplier cut = () -> thread.isInterrupted() || controls.isCut();
    this.steps = new Steps(journal, accounts, outages, cut, direct);
    // What is spent can end a run that has begun.
    controls.cancelledBy(() -> cut.getAsBoolean() || (begun && steps.cancelled()));
    this.disk = new DiskSpace(plan.budget().diskBytes(), plan.registry(), plan.store());
    this.attempts = new Attempts<>(plan.generator(), plan.registry(), steps, plan.threads());
    this.examiner =
        new Examiner<>(plan.verifier(), plan.critic(), plan.rubric(), steps, plan.threads());
    boolean measures = plan.verifier().measures();
    LessonPool<T, C> pool =
        direct.call(
            "codec",
            () ->
                new LessonPool<>(
                    codec,
                    plan.lessons(),
                    plan.trainer().learnsFrom(),
                    practice.memory(),
                    seeds.random("earlier lessons", 0, 0),
                    measures));
    HeldOut<T> heldOut =
        new HeldOut<>(
            codec,
            plan.secret(),
            DefaultProbeBank.of(plan.probes()),
            plan.exam() == null ? null : DefaultProbeBank.of(plan.exam()));
    DefaultProbeBank<T, C> probes = DefaultProbeBank.of(plan.probes());
    SpentTasks spent = probes.spent();
    Consumer<RunEvent.Attempted> spends = attempt -> {};
    Consumer<String> tries = task -> {};
    if (probes.isRenewed()) {
      pool.given(spent::trained);
      tries = spent::trained;
      spends =
          attempt -> {
            if (pool.mayLearn(attempt)) {
              spent.trained(attempt.task());
            }
          };
    }
    this.judging = judging(anchor, seeds, heldOut, spent);
    PracticeGround<T, C> ground =
        new PracticeGround<>(
            direct.call(
                "source of tasks",
                () -> new Supply<>(tasks, levels, codec, seeds, heldOut::mayPractise)),
            practice.samples(),
            practice.batch(),
            seeds,
            attempts,
            steps,
            examiner,
            plan.rubric(),
            codec,
            spends,
            tries,
            measures);
    this.exam = exam(anchor, seeds);
    Charter charter = plan.oversight().charter();
    String digest = charter == null ? null : charter.digest();
    Training<T, C> training =
        new Training<>(
            plan.trainer(),
            plan.recipe(),
            plan.registry(),
            driver,
            digest,
            disk,
            steps,
            plan.threads(),
            new Drafts<>(plan.generator(), practice.batch(), attempts, ground, steps));
    this.approvals =
        new Approvals(
            plan.oversight(),
            plan.threads(),
            plan.clock(),
            steps,
            ledger,
            controls,
            plan.registry());
    // Has to be closed: nothing after it may fail.
    this.logContext = new LogContext(journal.run());
    int given = plan.lessons().stream().mapToInt(Lesson::level).max().orElse(0);
    this.state =
        new RunState(
            anchor, Frontier.given(given), steps, plan.registry(), driver, leased, logContext);
    long examined = exam == null ? 0 : exam.worstCase();
    this.room =
        new Room(practice, levels, examined, state, pool, judging, training, accounts, ledger);
    this.shop =
        new Generation.Workshop<>(
            levels,
            practice,
            seeds,
            state,
            steps,
            room,
            pool,
            ground,
            training,
            new Screening<>(ground, steps, practice.screening()),
            this::keepOpen,
            judging,
            approvals,
            exam,
            digest);
  }

  /** What is spent, with what was spent before. */
  private Ledger ledger() {
    Ledger made = new Ledger(plan.budget().ceilings(), plan.clock(), ProcessTime.clock());
    made.restore(journal::movements);
    return made;
  }

  private Judging<T, C> judging(String anchor, Seeds seeds, HeldOut<T> heldOut, SpentTasks spent) {
    return new Judging<>(
        plan.gate(),
        DefaultProbeBank.of(plan.probes()),
        // Of this seed alone, as it is shown when the run has ended.
        new Seeds(plan.secret()).of("orders", plan.seed()),
        plan.clock(),
        plan.oversight().pace(),
        anchor,
        attempts,
        seeds,
        plan.practice().batch(),
        plan.generator().calling().parallel(),
        steps,
        heldOut,
        spent,
        ledger);
  }

  private @Nullable ProbeScores<T, C> exam(String anchor, Seeds seeds) {
    ProbeBank<T, C> bank = plan.exam();
    return bank == null
        ? null
        : new ProbeScores<>(
            steps,
            RunEvent.Probed.EXAM,
            false,
            DefaultProbeBank.of(bank),
            anchor,
            attempts,
            seeds,
            plan.practice().batch());
  }

  RunReport run() {
    try {
      Map<String, String> setting =
          steps.direct().call("parts' descriptions", () -> plan.recorded(tasks, levels));
      RunEvent.RunStarted begins = new RunEvent.RunStarted(plan.seed(), state.anchor(), setting);
      steps.begin(
          begins,
          began -> {
            judging.decideBy(plan.gate(began));
            return plan.differences(
                began,
                begins,
                each -> plan.store().forEach(steps.run(), RunEvent.Attempted.class, each),
                steps);
          },
          new RunEvent.Resumed(
              recorded.generation(), Math.toIntExact(recorded.events()), plan.budget().toString()));
      begun = true;
      state.begin();
      beginLineage();
      while (true) {
        // A generation that was begun before is recalled, whatever may be spent by now.
        Refusal refusal = steps.<@Nullable Refusal>shown(next -> null, this::refusal);
        if (refusal != null) {
          return spent(refusal);
        }
        if (state.fruitless() >= plan.practice().patience()) {
          return end(RunReport.End.NO_PROGRESS, state.fruitlessWords());
        }
        boolean more = generation();
        steps.accounts().settle();
        forgetAllBut(List.of(state.anchor(), state.incumbent()));
        steps.outside(this::settled);
        steps.outside(this::retain);
        if (!more) {
          return end(
              RunReport.End.MASTERED,
              plan.verifier().measures()
                  ? "The mean score"
                      + (levels == 1 ? "" : " on the hardest level (" + levels + ")")
                      + " is at least ("
                      + plan.practice().mastery()
                      + ")."
                  : levels == 1
                      ? "The verifier passes the tasks as mastered."
                      : "The verifier passes the hardest level (" + levels + ") as mastered.");
        }
      }
    } catch (CancelledException e) {
      return endCut();
    } catch (LeavingException e) {
      return leftOpen(e);
    }
  }

  /** Generation 0: its exam, if there is one. */
  private void beginLineage() {
    steps.accounts().begin(Phase.EXAMINE, room.exam());
    Map<String, Double> marks =
        steps.guarded(
            Part.EXAM,
            () -> exam == null ? Map.of() : exam.solved(state.anchor()),
            e -> Map.<String, Double>of());
    finish(new GenerationReport(0, Outcome.ANCHOR, 0, 0, 0, null, null, marks, state.anchor()));
    steps.accounts().settle();
  }

  /** Why another generation must not begin; null if it may. */
  private @Nullable Refusal refusal() {
    Refusal refusal = steps.accounts().refusal(room.most(room.fit(0), 0));
    return refusal == null
        ? steps.<@Nullable Refusal>registry(
            () -> disk.refusal(state.incumbent(), shop.training().proposals()))
        : refusal;
  }

  /** One generation; false if the hardest level is mastered and there is nothing to practise. */
  private boolean generation() {
    Generation<T, C> generation = new Generation<>(shop);
    try {
      if (!generation.run()) {
        return false;
      }
    } catch (CancelledException e) {
      Refusal cut = ledger.cut();
      if (cut != null && cut.window() == null) {
        GenerationReport report = generation.report();
        count(report);
        cutShort = List.of(steps.cutShort(e), new RunEvent.GenerationFinished(report));
      }
      throw e;
    }
    finish(generation.report());
    return true;
  }

  private void finish(GenerationReport report) {
    count(report);
    steps.record(new RunEvent.GenerationFinished(report));
  }

  private void count(GenerationReport report) {
    state.finished(report);
    if (report.generation() > 0) {
      ledger.count();
    }
  }

  /** Tells the registry how far the run is recorded; a replay has no record of its own. */
  private void settled() {
    if (!steps.isReplay()) {
      RunStore.Head head = steps.read(() -> plan.store().head(steps.run()));
      state.settled(head);
    }
  }

  /** Makes room in the registry. What cannot be deleted is no reason to stop. */
  private void retain() {
    Integer before = plan.retain();
    if (before == null) {
      return;
    }
    try {
      List<String> history = plan.registry().history();
      if (history.isEmpty() || !history.get(0).equals(state.incumbent())) {
        // A person made another one live, of whose lineage this run's anchor may not be.
        return;
      }
      int kept = before;
      for (String best : judging.best()) {
        // Every challenger is read beside it.
        kept = Math.max(kept, history.indexOf(best));
      }
      plan.registry().retain(kept);
    } catch (RuntimeException e) {
      log.warn("run {}: versions that nobody needs could not be deleted", steps.run(), e);
    }
  }

  /** Of proposals the best so far is all that is needed again. */
  private void keepOpen(String best) {
    attempts.closeAllBut(List.of(state.anchor(), state.incumbent(), best));
  }

  private void forgetAllBut(List<String> kept) {
    attempts.closeAllBut(kept);
    judging.forgetAllBut(kept);
    if (exam != null) {
      exam.forgetAllBut(kept);
    }
  }

  // The end.

  /**
   * A spent budget of its own ends the run; a window leaves it open, for the next or a larger one.
   */
  private RunReport spent(Refusal refusal) {
    steps.accounts().settleSpent();
    if (refusal.window() == null) {
      return end(RunReport.End.BUDGET_SPENT, refusal.reason());
    }
    return leave(
        refusal.lasting() ? RunReport.End.BUDGET_SPENT : RunReport.End.WINDOW_SPENT,
        refusal.reason());
  }

  private RunReport end(RunReport.End end, String reason) {
    steps.accounts().settle();
    List<RunEvent> last = new ArrayList<>(cutShort);
    last.addAll(judging.revealed(state.finished()));
    last.add(new RunEvent.RunFinished(state.finished(), end, reason, state.incumbent()));
    // Together: what is revealed must not be resumed, and nor must what the budget cut short, which
    // would not be cut short in the same place again.
    steps.record(last);
    try {
      settled();
    } catch (LeavingException e) {
      // It has ended all the same.
      log.warn("run {}: the registry could not be told of the end", steps.run(), e);
    }
    return report();
  }

  /**
   * Ends a run whose time is up, or leaves one that may be resumed. The thread's interrupt stays as
   * it was.
   */
  private RunReport endCut() {
    boolean interrupted = Thread.interrupted();
    String told = controls.leave();
    try {
      if (told != null) {
        return leave(RunReport.End.CANCELLED, told);
      }
      Refusal cut = ledger.cut();
      return cut != null
          ? spent(cut)
          : leave(
              RunReport.End.CANCELLED,
              interrupted
                  ? "The run was interrupted."
                  : "A part of the loop ended its call as cancelled.");
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Where the store cannot tell of it, the caller hears it alone. */
  private RunReport leftOpen(LeavingException why) {
    if (steps.isReplay() || !begun) {
      throw why;
    }
    steps.leaving();
    try {
      return leave(why.end(), why.reason());
    } catch (OvertakenRunException e) {
      throw e;
    } catch (RuntimeException e) {
      why.addSuppressed(e);
      throw why;
    }
  }

  private RunReport leave(RunReport.End end, String reason) {
    state.checkHeld();
    steps.accounts().settle();
    steps.record(new RunEvent.Stopped(steps.generation(), end, reason));
    return report();
  }

  /** Out of the record: nothing of a generation is kept for it. */
  private RunReport report() {
    return RunReport.of(plan.store(), steps.run());
  }

  @Override
  public void close() {
    try (logContext) {
      List<Crew<?>> crews = new ArrayList<>(attempts.crews());
      crews.addAll(examiner.crews());
      Crew.closeAll(crews);
      approvals.close();
    }
  }
}
