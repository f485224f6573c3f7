package dev.rsi.core;

import dev.rsi.api.Attempt;
import dev.rsi.api.CancelledException;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Lesson;
import dev.rsi.api.Role;
import dev.rsi.core.internal.Seeds;
import dev.rsi.core.internal.judging.Judging;
import dev.rsi.core.internal.judging.ProbeScores;
import dev.rsi.core.internal.practice.LessonPool;
import dev.rsi.core.internal.practice.PracticeGround;
import dev.rsi.core.internal.practice.Screening;
import dev.rsi.core.internal.spending.WorstTraining;
import dev.rsi.core.internal.steps.Flight;
import dev.rsi.core.internal.steps.Part;
import dev.rsi.core.internal.steps.Phase;
import dev.rsi.core.internal.steps.Steps;
import dev.rsi.core.internal.training.Training;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.GenerationReport.Outcome;
import dev.rsi.core.report.RunEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The story of one generation. */
final class Generation<T, C> {
  private static final String CODEC = "codec";

  private final Workshop<T, C> shop;
  private final RunState state;
  private final Steps steps;
  private final Room room;
  private final LessonPool<T, C> pool;
  private final int number;
  private final Map<String, Double> marks = new LinkedHashMap<>();
  private boolean mastered;
  private Outcome outcome = Outcome.FAILED;
  private boolean practises;
  private @Nullable String why;
  private GenerationReport.@Nullable Proposed proposed;
  private @Nullable String challenger;
  private @Nullable GateDecision decision;

  /**
   * The generation after the last one that came to its end.
   *
   * @param shop what it works with
   */
  Generation(Workshop<T, C> shop) {
    this.shop = shop;
    this.state = shop.state();
    this.steps = shop.steps();
    this.room = shop.room();
    this.pool = shop.pool();
    this.number = state.finished() + 1;
  }

  /**
   * What a workshop has for every generation of a run.
   *
   * @param levels how many levels the tasks have
   * @param keepOpen closes what was opened of other proposals than the one that it is told
   * @param charter SHA-256 of the charter; null if there is none
   */
  record Workshop<T, C>(
      int levels,
      Practice practice,
      Seeds seeds,
      RunState state,
      Steps steps,
      Room room,
      LessonPool<T, C> pool,
      PracticeGround<T, C> ground,
      Training<T, C> training,
      Screening<T, C> screening,
      Consumer<String> keepOpen,
      Judging<T, C> judging,
      Approvals approvals,
      @Nullable ProbeScores<T, C> exam,
      @Nullable String charter) {}

  /**
   * Goes through it. What breaks ends it, and is recorded.
   *
   * @return false if the hardest level is mastered and there is nothing to practise
   * @throws CancelledException if the run is to be left or its budget is spent
   */
  boolean run() {
    state.begin(number);
    Flight.Generation flight = new Flight.Generation(steps.run(), number, state.incumbent());
    try {
      RunEvent.Faulted fault =
          steps.guarded(
              () -> {
                state.fallBack();
                scout();
                if (!mastered) {
                  practise();
                  learn();
                }
              });
      if (fault != null && outcome == Outcome.FAILED) {
        why = fault.words();
      }
    } finally {
      steps.leave();
    }
    if (!mastered) {
      flight.end(outcome.name());
    }
    return !mastered;
  }

  /** What the pool does with lessons it does by their texts. */
  private void inCodec(Runnable work) {
    steps
        .direct()
        .call(
            CODEC,
            () -> {
              work.run();
              return null;
            });
  }

  private void learn() {
    boolean teaches =
        steps.direct().call(CODEC, pool::teaches)
            // An older record has none for lessons that were given alone.
            && steps.shown(next -> !(next instanceof RunEvent.GenerationFinished), () -> true);
    if (!teaches) {
      outcome = Outcome.NO_LESSONS;
      why = steps.direct().call(CODEC, pool::lack);
      return;
    }
    train();
    if (challenger != null) {
      judge();
      examine();
    }
  }

  /** Measures the frontier of what is newly live, if there is room. */
  private void scout() {
    steps.enter(Phase.SCOUT, Part.PRACTICE);
    inCodec(pool::beginGeneration);
    practises = true;
    // A generation that was not scouted begins to practise at once.
    boolean scouts =
        !state.isScouted()
            && steps.shown(
                next -> !(next instanceof RunEvent.GenerationStarted), () -> room.fit(0).scouts());
    if (!scouts) {
      return;
    }
    steps.accounts().begin(Phase.SCOUT, room.scouting());
    List<Attempt<T, C>> found = new ArrayList<>();
    Frontier frontier =
        state
            .frontier()
            .measure(
                shop.levels(),
                shop.practice(),
                level ->
                    shop.ground()
                        .practise(
                            state.incumbent(),
                            number,
                            RunEvent.Stage.SCOUT,
                            level,
                            shop.practice().scouts(),
                            found::add)
                        .rate());
    state.measured(frontier);
    // What was scouted where the practice will be is practice already.
    inCodec(
        () ->
            found.stream()
                .filter(l -> l.level() > frontier.mastered() && l.level() <= frontier.hardest())
                .forEach(pool::add));
    mastered = frontier.mastered() >= shop.levels();
  }

  /** Attempts tasks of every level worth practising, with as many as there is room for. */
  private void practise() {
    steps.enter(Phase.PRACTISE, Part.PRACTICE);
    Integer recorded =
        steps.told(RunEvent.GenerationStarted.class, RunEvent.GenerationStarted::tasks, this::room);
    steps.record(new RunEvent.GenerationStarted(number, state.incumbent(), recorded));
    int tasks = recorded == null ? shop.practice().tasks() : recorded;
    steps.accounts().begin(Phase.PRACTISE, room.practising(tasks));
    Frontier frontier = state.frontier();
    for (int level = frontier.mastered() + 1; level <= frontier.hardest(); level++) {
      shop.ground()
          .practise(state.incumbent(), number, RunEvent.Stage.PRACTICE, level, tasks, pool::add);
    }
  }

  /** With how many tasks per level: a kill may have lost what the rest was to be paid with. */
  private Integer room() {
    Fit fit = room.fit(pool.made());
    steps.accounts().begin(Phase.PRACTISE, room.most(fit, pool.made()));
    return fit.tasks();
  }

  /** Makes a challenger of what was proven. */
  private void train() {
    steps.enter(Phase.TRAIN, Part.TRAINER);
    List<Lesson<T, C>> lessons = pool.mix();
    String digest = steps.direct().call(CODEC, () -> pool.digest(lessons));
    steps.record(
        new RunEvent.LessonsSelected(
            number, state.frontier().hardest(), pool.made(), pool.fresh(), lessons.size(), digest));
    Training<T, C> training = shop.training();
    int proposals = training.proposals();
    WorstTraining most = training.most(lessons.size(), pool.compared());
    steps.accounts().begin(Phase.TRAIN, training.amounts(most.times(proposals)));
    if (proposals == 1) {
      challenger = training.train(given(lessons, digest, 1), most).challenger();
    } else {
      List<@Nullable String> made = new ArrayList<>();
      for (int proposal = 1; proposal <= proposals; proposal++) {
        made.add(proposed(given(lessons, digest, proposal), most));
      }
      choose(made);
    }
    if (challenger != null) {
      pool.taught();
    }
  }

  private Training.Given<T, C> given(List<Lesson<T, C>> lessons, String digest, int proposal) {
    long seed = shop.seeds().of("training", number, proposal - 1L, 0);
    return new Training.Given<>(
        state.incumbent(), lessons, pool.attempts(), digest, seed, proposal);
  }

  /** One of several proposals; null if it could not be trained, which is recorded. */
  private @Nullable String proposed(Training.Given<T, C> given, WorstTraining most) {
    steps.at(Part.TRAINER);
    String[] made = new String[1];
    RunEvent.Faulted fault =
        steps.guarded(() -> made[0] = shop.training().train(given, most).challenger());
    if (fault != null) {
      why = fault.words();
    }
    return made[0];
  }

  /** Takes the proposal that the gate is to decide on: the best on tasks that none was made of. */
  private void choose(List<@Nullable String> made) {
    List<String> distinct = made.stream().filter(Objects::nonNull).distinct().toList();
    int trained = (int) made.stream().filter(Objects::nonNull).count();
    challenger = distinct.isEmpty() ? null : distinct.get(0);
    if (distinct.size() > 1) {
      steps.enter(Phase.SCREEN, Part.SCREENING);
      steps.accounts().begin(Phase.SCREEN, room.screening(distinct.size()));
      Frontier frontier = state.frontier();
      challenger =
          shop.screening()
              .best(number, distinct, frontier.mastered() + 1, frontier.hardest(), shop.keepOpen());
    }
    int taken = challenger == null ? 0 : made.indexOf(challenger) + 1;
    proposed = new GenerationReport.Proposed(made.size(), trained, taken);
    if (taken > 0) {
      why = null;
    } else if (trained > 0) {
      why = "none of " + trained + " proposals could be tried";
    }
  }

  /** Has the gate decide, and whoever is asked beside it. */
  private void judge() {
    steps.enter(Phase.JUDGE, Part.GATE);
    String candidate = Objects.requireNonNull(challenger);
    Flight.Decision deciding = new Flight.Decision(steps.run(), number, candidate);
    Long most =
        steps.told(
            RunEvent.ProbesCommitted.class, RunEvent.ProbesCommitted::attempts, room::readings);
    steps.accounts().begin(Phase.JUDGE, room.judging(most));
    GateDecision made = shop.judging().decide(number, most, versions(candidate));
    GateDecision decided =
        steps.told(RunEvent.Gated.class, then -> inWordsOf(then.decision(), made), () -> made);
    decision = decided;
    deciding.end(decided.action().name());
    steps.record(new RunEvent.Gated(number, candidate, decided, shop.charter()));
    steps.at(Part.APPROVAL);
    boolean goesLive = shop.approvals().goesLive(number, state.incumbent(), candidate, decided);
    shop.judging().answered(goesLive, decided);
    if (goesLive) {
      state.promote(candidate);
      shop.training().promoted(candidate);
      outcome = Outcome.PROMOTED;
    } else {
      outcome =
          switch (decided.action()) {
            case PROMOTE -> Outcome.REFUSED;
            case HOLD -> Outcome.HELD;
            case ROLLBACK -> Outcome.ROLLED_BACK;
          };
    }
  }

  /** What rests on the same findings is the same decision, though words were others then. */
  private static GateDecision inWordsOf(GateDecision then, GateDecision now) {
    boolean same =
        !now.findings().isEmpty()
            && then.action() == now.action()
            && then.findings().equals(now.findings());
    return same ? then : now;
  }

  private Map<Role, String> versions(String candidate) {
    return Map.of(
        Role.ANCHOR, state.anchor(), Role.INCUMBENT, state.incumbent(), Role.CHALLENGER, candidate);
  }

  /** Measures the challenger for the report. */
  private void examine() {
    steps.enter(Phase.EXAMINE, Part.EXAM);
    steps.accounts().begin(Phase.EXAMINE, room.exam());
    String candidate = Objects.requireNonNull(challenger);
    ProbeScores<T, C> exam = shop.exam();
    if (exam != null) {
      marks.putAll(exam.solved(candidate));
    }
    Map<String, Double> numbers = shop.judging().described(candidate);
    steps.record(new RunEvent.Described(number, candidate, numbers));
  }

  /** What is known of it by now. */
  GenerationReport report() {
    GenerationReport report =
        new GenerationReport(
            number,
            outcome,
            state.frontier().hardest(),
            practises ? pool.made() : 0,
            practises ? pool.fresh() : 0,
            challenger,
            decision,
            marks,
            state.incumbent(),
            practises ? pool.practised() : null,
            why,
            practises ? shop.ground().supplied() : null,
            proposed);
    return steps.told(
        RunEvent.GenerationFinished.class, then -> as(then.report(), report), () -> report);
  }

  /** An older record has less, and counted a level that broke off as none. */
  private static GenerationReport as(GenerationReport then, GenerationReport report) {
    boolean isOld = then.practised() == null && then.why() == null;
    return new GenerationReport(
        report.generation(),
        report.outcome(),
        report.frontier(),
        isOld ? then.made() : report.made(),
        isOld ? then.kept() : report.kept(),
        report.challenger(),
        report.decision(),
        report.exam(),
        report.live(),
        isOld ? null : report.practised(),
        isOld ? null : report.why(),
        then.supplied() == null ? null : report.supplied(),
        report.proposed());
  }
}
