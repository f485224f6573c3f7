package dev.rsi.core;

import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.rsi.api.CancelledException;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Role;
import dev.rsi.api.RsiException;
import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.TrainingRequest;
import dev.rsi.core.internal.Seeds;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.GenerationReport.Outcome;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of a loop: the steps of a generation, one after another. */
final class LoopRun<T, C> implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ImprovementLoop.class);

  private final ImprovementLoop<T, C> loop;
  private final ModelVersion anchor;
  private final int levels;
  private final Thread thread = Thread.currentThread();
  private final Seeds seeds;
  private final Ledger ledger;
  private final Recorder recorder;
  private final Attempts<T, C> attempts;
  private final LessonPool<T, C> pool;
  private final PracticeGround<T, C> ground;
  private final Probing<T, C> probing;
  private final @Nullable ProbeReadings<T, C> exam;
  private final List<GenerationReport> reports = new ArrayList<>();

  private ModelVersion incumbent;
  private Frontier frontier;
  private @Nullable ModelVersion scouted;

  LoopRun(ImprovementLoop<T, C> loop, ModelVersion anchor, TaskSource<T> tasks) {
    this.loop = loop;
    this.anchor = anchor;
    this.incumbent = anchor;
    this.levels = tasks.levels();
    if (levels < 1) {
      throw new IllegalArgumentException(
          "levels (" + levels + ") of the tasks must be >= 1.\nMaybe they count from 0.");
    }
    this.seeds = new Seeds(loop.seed);
    this.ledger = new Ledger(loop.budget, loop.clock);
    this.recorder = new Recorder(loop.store, begin(loop.store), loop.clock, loop.listener);
    this.attempts = new Attempts<>(loop.generator, ledger, this::cancelled, recorder);
    this.pool = new LessonPool<>(loop.generator.codec(), loop.given, loop.trainer.contrasts());
    this.frontier = Frontier.given(loop.given.stream().mapToInt(Lesson::level).max().orElse(0));
    HeldOut<T> heldOut = new HeldOut<>(loop);
    this.probing = new Probing<>(loop, anchor, attempts, seeds, recorder, heldOut, pool, ledger);
    this.ground = new PracticeGround<>(loop, tasks, seeds, attempts, recorder, heldOut);
    int batch = loop.practice.batch();
    this.exam =
        loop.exam == null
            ? null
            : new ProbeReadings<>("exam", false, loop.exam, anchor, attempts, seeds, batch);
  }

  /** Begins a run under the next free number. */
  private static String begin(RunStore store) {
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

  private boolean cancelled() {
    return thread.isInterrupted() || ledger.timeIsUp();
  }

  RunReport run() {
    recorder.record(new RunEvent.RunStarted(loop.seed, anchor.id(), setting()));
    try {
      loop.registry.promote(anchor.id());
      ledger.reserve(exam == null ? 0 : exam.worstCase());
      beginLineage();
      ledger.settle();
      while (true) {
        String refusal = ledger.refusal(worstCase());
        if (refusal != null) {
          return end(RunReport.End.BUDGET_SPENT, refusal);
        }
        if (fruitless() >= loop.practice.patience()) {
          return end(
              RunReport.End.NO_PROGRESS,
              fruitless() + " generations in a row brought no promotion.");
        }
        ledger.reserve(worstCase());
        boolean more = generation();
        ledger.settle();
        forgetAllBut(List.of(anchor, incumbent));
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

  private void forgetAllBut(List<ModelVersion> kept) {
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
    } catch (CancelledException e) {
      finish(anchorReport(marks));
      throw e;
    } catch (RuntimeException e) {
      recorder.fault(0, "exam", e);
    }
    finish(anchorReport(marks));
  }

  private GenerationReport anchorReport(Map<String, Double> marks) {
    return new GenerationReport(0, Outcome.ANCHOR, 0, 0, 0, null, null, marks, anchor.id());
  }

  private long worstCase() {
    return LoopParts.worstCase(loop.practice, levels, loop.probes, loop.exam);
  }

  private int fruitless() {
    int count = 0;
    for (int i = reports.size() - 1; i > 0 && !promoted(reports.get(i)); i--) {
      count++;
    }
    return count;
  }

  private static boolean promoted(GenerationReport report) {
    return report.outcome() == Outcome.PROMOTED;
  }

  /** One generation; false if the hardest level is mastered and there is nothing to practise. */
  private boolean generation() {
    Generation steps = new Generation(reports.size());
    try {
      if (!steps.scout()) {
        return false;
      }
      steps.practise();
      if (steps.lessons()) {
        steps.train();
        steps.judge();
        steps.examine();
      }
    } catch (RecordingException e) {
      throw e;
    } catch (CancelledException e) {
      steps.fail(e);
      finish(steps.report());
      throw e;
    } catch (RuntimeException e) {
      steps.fail(e);
    }
    finish(steps.report());
    return true;
  }

  /** The steps of one generation, in the order of its methods. */
  private final class Generation {
    private final int number;
    private final Map<String, Double> marks = new LinkedHashMap<>();
    private String part = "practice";
    private Outcome outcome = Outcome.FAILED;
    private int made;
    private @Nullable ModelVersion challenger;
    private @Nullable GateDecision decision;

    Generation(int number) {
      this.number = number;
    }

    /** Measures the frontier of a new incumbent; false if nothing lies beyond it. */
    boolean scout() {
      pool.beginGeneration();
      if (incumbent.equals(scouted)) {
        return true;
      }
      List<Lesson<T, C>> found = new ArrayList<>();
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

    void practise() {
      recorder.record(new RunEvent.GenerationStarted(number, incumbent.id()));
      for (int level = frontier.mastered() + 1; level <= frontier.hardest(); level++) {
        made +=
            ground
                .practise(
                    incumbent,
                    number,
                    RunEvent.Stage.PRACTICE,
                    level,
                    loop.practice.tasks(),
                    pool::add)
                .made();
      }
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
      part = "trainer";
      List<Lesson<T, C>> lessons = pool.mix();
      String digest = pool.digest(lessons);
      recorder.record(
          new RunEvent.LessonsSelected(
              number, frontier.hardest(), made, pool.fresh(), lessons.size(), digest));
      long seed = seeds.of("training", number);
      Path work = loop.registry.newWorkDirectory();
      try {
        TrainedArtifact artifact =
            loop.trainer.train(
                new TrainingRequest<>(incumbent, lessons, pool.attempts(), loop.recipe, seed, work),
                new StepContext("training", LoopRun.this::cancelled, recorder));
        checkInside(work, artifact.directory());
        part = "registry";
        challenger = loop.registry.add(artifact.directory(), provenance(digest, seed, artifact));
        recorder.record(
            new RunEvent.Trained(
                number, challenger.id(), incumbent.id(), artifact.steps(), artifact.metrics()));
      } finally {
        delete(work);
      }
    }

    void judge() {
      part = "gate";
      ModelVersion candidate = Objects.requireNonNull(challenger);
      decision =
          probing.decide(
              number,
              Map.of(Role.ANCHOR, anchor, Role.INCUMBENT, incumbent, Role.CHALLENGER, candidate));
      recorder.record(new RunEvent.Gated(number, candidate.id(), decision));
      switch (decision.action()) {
        case PROMOTE -> {
          part = "registry";
          loop.registry.promote(candidate.id());
          recorder.record(new RunEvent.Promoted(number, incumbent.id(), candidate.id()));
          incumbent = candidate;
          outcome = Outcome.PROMOTED;
        }
        case HOLD -> outcome = Outcome.HELD;
        case ROLLBACK -> outcome = Outcome.ROLLED_BACK;
      }
    }

    void examine() {
      part = "exam";
      if (exam != null) {
        marks.putAll(exam.solved(Objects.requireNonNull(challenger)));
      }
      Map<String, Double> numbers = probing.described(Objects.requireNonNull(challenger));
      recorder.record(new RunEvent.Described(number, challenger.id(), numbers));
    }

    void fail(RuntimeException cause) {
      recorder.fault(number, part, cause);
    }

    GenerationReport report() {
      return new GenerationReport(
          number,
          outcome,
          frontier.hardest(),
          made,
          pool.fresh(),
          challenger == null ? null : challenger.id(),
          decision,
          marks,
          incumbent.id());
    }

    private Provenance provenance(String digest, long seed, TrainedArtifact artifact) {
      Map<String, String> by = new HashMap<>(artifact.provenance());
      by.put("java", Runtime.version().toString());
      return new Provenance(
          incumbent.id(),
          recorder.run(),
          number,
          digest,
          seed,
          artifact.steps(),
          loop.recipe.values(),
          artifact.metrics(),
          by);
    }
  }

  private static void checkInside(Path work, Path artifact) {
    try {
      if (!artifact.toRealPath().startsWith(work.toRealPath())) {
        throw new RsiException(
            "The trainer's artifact ("
                + artifact
                + ") does not lie in the work directory ("
                + work
                + ").\nMaybe it was written elsewhere: the request says where to.");
      }
    } catch (IOException e) {
      throw new RsiException(
          "The trainer's artifact ("
              + artifact
              + ") cannot be read.\nMaybe it was never written, or was deleted.",
          e);
    }
  }

  private static void delete(Path directory) {
    try {
      if (Files.exists(directory)) {
        MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    } catch (IOException e) {
      log.warn("work directory {} could not be deleted", directory, e);
    }
  }

  private void finish(GenerationReport report) {
    if (report.generation() > 0) {
      ledger.count();
    }
    reports.add(report);
    recorder.record(new RunEvent.GenerationFinished(report));
  }

  private RunReport end(RunReport.End end, String reason) {
    probing.reveal(reports.size() - 1);
    recorder.record(new RunEvent.RunFinished(reports.size() - 1, end, reason, incumbent.id()));
    return new RunReport(
        recorder.run(), end, reason, anchor.id(), incumbent.id(), reports, ledger.spending());
  }

  /**
   * Ends a run whose last generation was cut short, and leaves the thread's interrupt as it was.
   */
  private RunReport endCut() {
    boolean interrupted = Thread.interrupted();
    try {
      return ledger.timeIsUp()
          ? end(RunReport.End.BUDGET_SPENT, "The wall clock of the budget is spent.")
          : end(
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

  private Map<String, String> setting() {
    Map<String, String> setting = new TreeMap<>();
    setting.put("practice", loop.practice.toString());
    setting.put("recipe", loop.recipe.toString());
    setting.put("budget", loop.budget.toString());
    setting.put("gate", loop.gate.getClass().getName());
    setting.put("trainer", loop.trainer.getClass().getName());
    setting.put("generator", loop.generator.getClass().getName());
    setting.put("probes", String.valueOf(loop.probes.size()));
    setting.put("probes sha-256", loop.probes.digest());
    setting.put("rubric sha-256", sha256(loop.rubric.toString()));
    setting.put("lessons", String.valueOf(loop.given.size()));
    setting.put("levels", String.valueOf(levels));
    return setting;
  }

  private static String sha256(String text) {
    return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString();
  }

  @Override
  public void close() {
    attempts.close();
  }
}
