package dev.rsi.core;

import com.google.common.math.LongMath;
import dev.rsi.api.Attempt;
import dev.rsi.api.CancelledException;
import dev.rsi.api.CorruptModelException;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Role;
import dev.rsi.api.TaskSource;
import dev.rsi.core.internal.Seeds;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.GenerationReport.Outcome;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of a loop: the steps of a generation, one after another. */
final class LoopRun<T, C> implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ImprovementLoop.class);

  private final ImprovementLoop<T, C> loop;
  private final String anchor;
  private final int levels;
  private final Thread thread = Thread.currentThread();
  private final Controls controls;
  private final Seeds seeds;
  private final Ledger ledger;
  private final Accounts accounts;
  private final DiskSpace disk;
  private final Journal journal;
  private final LogContext logContext;
  private final Attempts<T, C> attempts;
  private final LessonPool<T, C> pool;
  private final Examiner<T, C> examiner;
  private final PracticeGround<T, C> ground;
  private final Probing<T, C> probing;
  private final Approvals approvals;
  private final @Nullable ProbeReadings<T, C> exam;

  private String incumbent;
  private Frontier frontier;
  private @Nullable String scouted;

  /** The last generation that came to its end. */
  private int finished;

  /** How many of the last generations brought no promotion. */
  private int fruitless;

  /** The end of a generation that the budget cut short, to be recorded with that of the run. */
  private List<RunEvent> cutShort = List.of();

  /**
   * A run, to be begun or to be gone on with.
   *
   * @param journal what is recorded of it
   * @param anchor id of the version it begins with
   * @param levels how many levels the tasks have, 1 or more
   * @param controls what is asked of it from outside
   */
  LoopRun(
      ImprovementLoop<T, C> loop,
      Journal journal,
      String anchor,
      TaskSource<T> tasks,
      int levels,
      Controls controls) {
    this.loop = loop;
    this.journal = journal;
    this.controls = controls;
    this.anchor = anchor;
    this.incumbent = anchor;
    this.levels = levels;
    this.seeds = new Seeds(loop.seed);
    this.ledger = new Ledger(loop.budget, loop.clock, ProcessTime.clock());
    List<RunEvent.BudgetMoved> moved = new ArrayList<>();
    journal.movements(moved::add);
    ledger.restore(moved);
    this.accounts = new Accounts(loop, ledger, journal);
    this.disk = new DiskSpace(loop);
    this.attempts =
        new Attempts<>(
            loop.generator, loop.registry, accounts, this::cancelled, journal, loop.threads);
    this.pool =
        new LessonPool<>(
            loop.generator.codec(),
            loop.given,
            loop.trainer.contrasts(),
            loop.earlierLessons,
            seeds.random("earlier lessons", 0, 0));
    this.frontier = Frontier.given(loop.given.stream().mapToInt(Lesson::level).max().orElse(0));
    HeldOut<T> heldOut = new HeldOut<>(loop);
    this.probing = new Probing<>(loop, anchor, attempts, seeds, journal, heldOut, pool, ledger);
    this.examiner = new Examiner<>(loop.verifier, loop.critic, loop.rubric, loop.threads);
    this.ground = new PracticeGround<>(loop, tasks, seeds, attempts, journal, heldOut, examiner);
    this.approvals = new Approvals(loop, journal, ledger, controls);
    int batch = loop.practice.batch();
    this.exam =
        loop.exam == null
            ? null
            : new ProbeReadings<>(
                journal, "exam", false, loop.exam, anchor, attempts, seeds, batch);
    // Last, as it has to be closed.
    this.logContext = new LogContext(journal.run());
    logContext.at(0, anchor);
  }

  private boolean cancelled() {
    return thread.isInterrupted() || controls.isCut() || accounts.isSpent();
  }

  RunReport run() {
    try {
      start();
      if (journal.isLive()) {
        journal.between();
        loop.registry.promote(anchor);
      }
      accounts.begin("exam", accounts.attempts(examAttempts()));
      beginLineage();
      accounts.settle();
      while (true) {
        // A generation that was begun before is gone over, whatever may be spent by now.
        Refusal refusal = journal.isLive() ? refusal() : null;
        if (refusal != null) {
          return spent(refusal);
        }
        if (fruitless >= loop.practice.patience()) {
          return end(
              RunReport.End.NO_PROGRESS, fruitless + " generations in a row brought no promotion.");
        }
        boolean more = generation();
        accounts.settle();
        forgetAllBut(List.of(anchor, incumbent));
        retain();
        if (!more) {
          return end(
              RunReport.End.MASTERED,
              "The verifier passes the hardest level (" + levels + ") as mastered.");
        }
      }
    } catch (CancelledException e) {
      return endCut();
    }
  }

  /** Begins, or begins again with what the run began with. */
  private void start() {
    RunEvent.RunStarted begins =
        new RunEvent.RunStarted(loop.seed, anchor, Setting.of(loop, levels));
    if (!(journal.next() instanceof RunEvent.RunStarted began)) {
      journal.begin(begins);
      return;
    }
    List<String> differing = began.differences(begins);
    if (!differing.isEmpty()) {
      throw new IllegalArgumentException(
          "Run ("
              + journal.run()
              + ") began with another loop: "
              + String.join("; ", differing)
              + ".\nMaybe build the loop as it was, and go on; only its budget may differ. Or begin"
              + " a new run from the live version.");
    }
    RunEvent.Resumed resumed =
        new RunEvent.Resumed(
            journal.lastGeneration(), journal.pastEvents(), loop.budget.toString());
    journal.record(began);
    journal.record(resumed);
  }

  /** Makes room in the registry. What cannot be deleted is no reason to stop. */
  private void retain() {
    if (loop.retain == null || !journal.isLive()) {
      return;
    }
    try {
      loop.registry.retain(loop.retain);
    } catch (RuntimeException e) {
      log.warn("run {}: versions that nobody needs could not be deleted", journal.run(), e);
    }
  }

  private void forgetAllBut(List<String> kept) {
    attempts.closeAllBut(kept);
    probing.forgetAllBut(kept);
    if (exam != null) {
      exam.forgetAllBut(kept);
    }
  }

  /** Generation 0: its exam, if there is one. */
  private void beginLineage() {
    Map<String, Double> marks = Map.of();
    try {
      if (exam != null) {
        marks = exam.solved(anchor);
      }
    } catch (CancelledException | JournalException e) {
      throw e;
    } catch (RuntimeException e) {
      journal.fault(0, "exam", e);
    }
    finish(anchorReport(marks));
  }

  private GenerationReport anchorReport(Map<String, Double> marks) {
    return new GenerationReport(0, Outcome.ANCHOR, 0, 0, 0, null, null, marks, anchor);
  }

  private long examAttempts() {
    return exam == null ? 0 : exam.worstCase();
  }

  /** Why another generation must not begin; null if it may. */
  private @Nullable Refusal refusal() {
    Refusal refusal = accounts.refusal(most(fit(0), 0));
    return refusal == null ? disk.refusal(incumbent) : refusal;
  }

  /**
   * What a generation is cut down to so that the run's own budget has room for it, and windows from
   * their beginning on. What is spent in a window cuts none short: the next one has room for it,
   * and what a run does would depend on the day.
   *
   * @param made attempts of the generation so far that could give lessons
   */
  private Fit fit(int made) {
    long whole = probing.worstCase(incumbent);
    Fit.Room room = fit -> ledger.hasRoom(most(fit, made));
    Fit asked = new Fit(true, loop.practice.tasks(), whole);
    if (room.has(asked)) {
      return asked;
    }
    long fewest = probing.leastCase(incumbent);
    Fit fitted = Fit.of(true, loop.practice, fewest, whole, room);
    boolean isKnown = scouted != null && !incumbent.equals(scouted);
    return room.has(fitted) || !isKnown
        ? fitted
        : Fit.of(false, loop.practice, fewest, whole, room);
  }

  /** The most that is spent on the rest of a generation, or on a whole one, cut down so far. */
  private Amounts most(Fit fit, int made) {
    Practice fitted = loop.practice.tasks(fit.tasks());
    long practice =
        fit.scouts() && !incumbent.equals(scouted)
            ? frontier.worstCase(levels, fitted)
            : frontier.practice(fitted);
    return accounts
        .attempts(LongMath.saturatedAdd(practice, fit.probing() + examAttempts()))
        .plus(accounts.training(pool.size() + practice, made + practice));
  }

  /**
   * A spent budget of its own ends the run; a window leaves it open, for the next or a larger one.
   */
  private RunReport spent(Refusal refusal) {
    if (refusal.window() == null) {
      return end(RunReport.End.BUDGET_SPENT, refusal.reason());
    }
    return leave(
        refusal.lasting() ? RunReport.End.BUDGET_SPENT : RunReport.End.WINDOW_SPENT,
        refusal.reason());
  }

  /** One generation; false if the hardest level is mastered and there is nothing to practise. */
  private boolean generation() {
    int number = finished + 1;
    journal.generation(number);
    logContext.at(number, incumbent);
    Generation steps = new Generation(number);
    try {
      steps.checkIncumbent();
      if (!steps.scout()) {
        return false;
      }
      steps.practise();
      if (steps.lessons()) {
        steps.train();
        steps.judge();
        steps.examine();
      }
    } catch (JournalException e) {
      throw e;
    } catch (CancelledException e) {
      Refusal cut = ledger.cut();
      if (cut != null && cut.window() == null) {
        GenerationReport report = steps.report();
        count(report);
        cutShort = List.of(steps.faulted(e), new RunEvent.GenerationFinished(report));
      }
      throw e;
    } catch (RuntimeException e) {
      steps.fail(e);
    } finally {
      steps.leave();
    }
    finish(steps.report());
    steps.flight.end(steps.outcome.name());
    return true;
  }

  /** The steps of one generation, in the order of its methods. */
  private final class Generation {
    private final int number;
    private final Map<String, Double> marks = new LinkedHashMap<>();
    private String part = "practice";
    private Outcome outcome = Outcome.FAILED;
    private int made;
    private @Nullable String challenger;
    private @Nullable GateDecision decision;
    private final Flight.Generation flight;
    private Flight.@Nullable Phase phase;

    Generation(int number) {
      this.number = number;
      this.flight = new Flight.Generation(journal.run(), number, incumbent);
    }

    private void enter(String name) {
      leave();
      phase = new Flight.Phase(journal.run(), number, name);
    }

    /** The phase under way is over, whether it came to its end or not. */
    void leave() {
      if (phase != null) {
        phase.commit();
      }
    }

    /** Goes on from the nearest sound ancestor where the incumbent's files were damaged. */
    void checkIncumbent() {
      part = "registry";
      RunEvent.FellBack event = fallBack();
      if (event != null) {
        journal.record(event);
        if (journal.isLive()) {
          loop.registry.promote(event.to());
        }
        incumbent = event.to();
        logContext.at(number, incumbent);
      }
      part = "practice";
    }

    private RunEvent.@Nullable FellBack fallBack() {
      if (!journal.isLive()) {
        if (journal.next() instanceof RunEvent.Faulted fault && fault.part().equals(part)) {
          throw new RecalledFault(fault);
        }
        return journal.next() instanceof RunEvent.FellBack recalled ? recalled : null;
      }
      try {
        loop.registry.version(incumbent);
        return null;
      } catch (CorruptModelException damaged) {
        String sound =
            loop.registry.soundAncestor(incumbent).map(ModelVersion::id).orElseThrow(() -> damaged);
        log.warn("run {}: version {} is damaged, {} goes live", journal.run(), incumbent, sound);
        return new RunEvent.FellBack(
            number, incumbent, sound, String.valueOf(damaged.getMessage()));
      }
    }

    /** Measures the frontier of a new incumbent; false if nothing lies beyond it. */
    boolean scout() {
      enter("scout");
      pool.beginGeneration();
      if (incumbent.equals(scouted) || !scouts()) {
        return true;
      }
      accounts.begin("scout", accounts.attempts(frontier.scouts(levels, loop.practice)));
      List<Attempt<T, C>> found = new ArrayList<>();
      Map<Integer, Integer> madeByLevel = new HashMap<>();
      frontier =
          frontier.measure(
              levels,
              loop.practice,
              level -> {
                PracticeGround.Tally tally =
                    ground.practise(
                        incumbent,
                        number,
                        RunEvent.Stage.SCOUT,
                        level,
                        loop.practice.scouts(),
                        found::add);
                madeByLevel.put(level, tally.made());
                return tally.passRate();
              });
      // What was scouted where the practice will be is practice already.
      for (int level = frontier.mastered() + 1; level <= frontier.hardest(); level++) {
        made += madeByLevel.getOrDefault(level, 0);
      }
      found.stream()
          .filter(l -> l.level() > frontier.mastered() && l.level() <= frontier.hardest())
          .forEach(pool::add);
      scouted = incumbent;
      return frontier.mastered() < levels;
    }

    /** Whether there is room to scout; one that was not scouted was begun at once. */
    private boolean scouts() {
      return journal.isLive()
          ? fit(0).scouts()
          : !(journal.next() instanceof RunEvent.GenerationStarted);
    }

    void practise() {
      enter("practise");
      int tasks = begun();
      Practice fitted = loop.practice.tasks(tasks);
      accounts.begin("practise", accounts.attempts(frontier.practice(fitted)));
      for (int level = frontier.mastered() + 1; level <= frontier.hardest(); level++) {
        made +=
            ground
                .practise(incumbent, number, RunEvent.Stage.PRACTICE, level, tasks, pool::add)
                .made();
      }
    }

    /** Records with how many tasks per level it practises: what is left may be less next time. */
    private int begun() {
      Integer tasks =
          journal.next() instanceof RunEvent.GenerationStarted recalled
              ? recalled.tasks()
              : Integer.valueOf(room().tasks());
      journal.record(new RunEvent.GenerationStarted(number, incumbent, tasks));
      return tasks == null ? loop.practice.tasks() : tasks;
    }

    /** What there is room for by now: a kill may have lost what the rest was to be paid with. */
    private Fit room() {
      Fit fit = fit(made);
      accounts.begin("practise", most(fit, made));
      return fit;
    }

    /** Whether there is anything new to learn from. */
    boolean lessons() {
      if (!pool.teaches()) {
        outcome = Outcome.NO_LESSONS;
        return false;
      }
      return true;
    }

    void train() {
      enter("train");
      part = "trainer";
      List<Lesson<T, C>> lessons = pool.mix();
      String digest = pool.digest(lessons);
      journal.record(
          new RunEvent.LessonsSelected(
              number, frontier.hardest(), made, pool.fresh(), lessons.size(), digest));
      Amounts most = accounts.training(lessons.size(), pool.attempts().size());
      accounts.begin("train", most);
      Training<T, C> training =
          new Training<>(loop, journal, accounts, disk, LoopRun.this::cancelled);
      long seed = seeds.of("training", number);
      RunEvent.Trained trained =
          training.train(
              number,
              new Training.Given<>(incumbent, lessons, pool.attempts(), digest, seed),
              most,
              at -> part = at);
      journal.record(trained);
      challenger = trained.challenger();
    }

    void judge() {
      enter("judge");
      part = "gate";
      String candidate = Objects.requireNonNull(challenger);
      Flight.Decision deciding = new Flight.Decision(journal.run(), number, candidate);
      Long most = readings();
      accounts.begin(
          "judge", accounts.attempts(most == null ? probing.worstCase(incumbent) : most));
      decision =
          probing.decide(
              number,
              most,
              Map.of(Role.ANCHOR, anchor, Role.INCUMBENT, incumbent, Role.CHALLENGER, candidate));
      deciding.end(decision.action().name());
      String charter = loop.charter == null ? null : loop.charter.digest();
      journal.record(new RunEvent.Gated(number, candidate, decision, charter));
      part = "approval";
      boolean goesLive = approvals.goesLive(number, incumbent, candidate, decision);
      probing.answered(goesLive && decision.promotes());
      if (goesLive) {
        promote(candidate);
      } else {
        outcome =
            switch (decision.action()) {
              case PROMOTE -> Outcome.REFUSED;
              case HOLD -> Outcome.HELD;
              case ROLLBACK -> Outcome.ROLLED_BACK;
            };
      }
    }

    /**
     * The most attempts that the decision may take: what is left may be less next time. Null where
     * an older record does not say.
     */
    private @Nullable Long readings() {
      if (journal.next() instanceof RunEvent.ProbesCommitted recalled) {
        return recalled.attempts();
      }
      long whole = probing.worstCase(incumbent);
      LongPredicate fits = n -> ledger.hasRoom(accounts.attempts(n + examAttempts()));
      return fits.test(whole) ? whole : Fit.largest(probing.leastCase(incumbent), whole, fits);
    }

    private void promote(String candidate) {
      part = "registry";
      if (journal.isLive()) {
        loop.registry.promote(candidate);
      }
      journal.record(new RunEvent.Promoted(number, incumbent, candidate));
      incumbent = candidate;
      logContext.at(number, incumbent);
      outcome = Outcome.PROMOTED;
    }

    void examine() {
      enter("examine");
      part = "exam";
      accounts.begin("exam", accounts.attempts(examAttempts()));
      if (exam != null) {
        marks.putAll(exam.solved(Objects.requireNonNull(challenger)));
      }
      Map<String, Double> numbers = probing.described(Objects.requireNonNull(challenger));
      journal.record(new RunEvent.Described(number, challenger, numbers));
    }

    void fail(RuntimeException cause) {
      journal.fault(number, part, cause);
    }

    RunEvent.Faulted faulted(RuntimeException cause) {
      return new RunEvent.Faulted(number, part, String.valueOf(cause));
    }

    GenerationReport report() {
      return new GenerationReport(
          number,
          outcome,
          frontier.hardest(),
          made,
          pool.fresh(),
          challenger,
          decision,
          marks,
          incumbent);
    }
  }

  private void finish(GenerationReport report) {
    count(report);
    journal.record(new RunEvent.GenerationFinished(report));
  }

  private void count(GenerationReport report) {
    finished = report.generation();
    if (finished > 0) {
      ledger.count();
      fruitless = report.outcome() == Outcome.PROMOTED ? 0 : fruitless + 1;
    }
  }

  private RunReport end(RunReport.End end, String reason) {
    accounts.settle();
    List<RunEvent> last = new ArrayList<>(cutShort);
    last.addAll(probing.revealed(finished));
    last.add(new RunEvent.RunFinished(finished, end, reason, incumbent));
    // Together: what is revealed must not be gone on with, and nor must what the budget cut short,
    // which would not be cut short in the same place again.
    journal.record(last);
    return report(end, reason);
  }

  /**
   * Ends a run whose time is up, or leaves one that may be gone on with. The thread's interrupt
   * stays as it was.
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

  private RunReport leave(RunReport.End end, String reason) {
    accounts.settle();
    journal.record(new RunEvent.Stopped(journal.generation(), reason));
    return report(end, reason);
  }

  /** Out of the record: nothing of a generation is kept for it. */
  private RunReport report(RunReport.End end, String reason) {
    List<GenerationReport> generations = new ArrayList<>();
    journal.forEach(RunEvent.GenerationFinished.class, each -> generations.add(each.report()));
    Map<Integer, Amounts> spent = new HashMap<>();
    journal.movements(
        moved -> spent.merge(moved.generation(), Amounts.of(moved.spent()), Amounts::plus));
    List<RunReport.Spending> spending = new ArrayList<>();
    for (GenerationReport generation : generations) {
      int number = generation.generation();
      Amounts own = spent.getOrDefault(number, Amounts.NONE);
      spending.add(WorstCase.spending(Math.min(1, number), own, loop.budget));
    }
    return new RunReport(
        journal.run(),
        end,
        reason,
        anchor,
        incumbent,
        generations,
        WorstCase.spending(ledger.generations(), ledger.spent(), loop.budget),
        spending);
  }

  @Override
  public void close() {
    try (logContext;
        examiner) {
      attempts.close();
    }
  }
}
