package dev.rsi.core;

import dev.rsi.api.Codec;
import dev.rsi.api.Critique;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.TaskSource;
import dev.rsi.api.Verdict;
import dev.rsi.core.internal.Seeds;
import dev.rsi.core.report.RunEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Where the incumbent attempts practice tasks and is ruled on. Every attempt is recorded. */
final class PracticeGround<T, C> {
  /** How often a level may give a held-out task in a row before it is taken to have no others. */
  private static final int MAX_REDRAWS = 1000;

  private final ImprovementLoop<T, C> loop;
  private final TaskSource<T> tasks;
  private final Seeds seeds;
  private final Attempts<T, C> attempts;
  private final Recorder recorder;
  private final HeldOut<T> heldOut;
  private final Examiner<T, C> examiner;
  private final Codec<T, C> codec;

  PracticeGround(
      ImprovementLoop<T, C> loop,
      TaskSource<T> tasks,
      Seeds seeds,
      Attempts<T, C> attempts,
      Recorder recorder,
      HeldOut<T> heldOut) {
    this.loop = loop;
    this.tasks = tasks;
    this.seeds = seeds;
    this.attempts = attempts;
    this.recorder = recorder;
    this.heldOut = heldOut;
    this.examiner = new Examiner<>(loop.verifier, loop.critic, loop.rubric);
    this.codec = loop.generator.codec();
  }

  /** What came of a level: how many attempts were made and how many were decided and passed. */
  record Tally(int made, int decided, int passed) {
    /** The share of decided attempts that passed; 0 if none was decided. */
    double passRate() {
      return decided == 0 ? 0 : (double) passed / decided;
    }

    Tally plus(Tally other) {
      return new Tally(made + other.made, decided + other.decided, passed + other.passed);
    }
  }

  /**
   * Practises one level.
   *
   * @param count tasks to draw
   * @param lessons takes what was proven right or wrong, unless a critique weighs it nothing
   */
  Tally practise(
      ModelVersion version,
      int generation,
      RunEvent.Stage stage,
      int level,
      int count,
      Consumer<Lesson<T, C>> lessons) {
    String stream = "practice " + stage;
    RandomGenerator random = seeds.random(stream, generation, level);
    int samples = loop.practice.samples();
    int tasksPerBatch = Math.max(1, loop.practice.batch() / samples);
    Tally tally = new Tally(0, 0, 0);
    for (int from = 0; from < count; from += tasksPerBatch) {
      List<Request<T>> requests = new ArrayList<>();
      for (int i = from; i < Math.min(count, from + tasksPerBatch); i++) {
        T task = draw(level, random);
        for (int sample = 0; sample < samples; sample++) {
          long seed = seeds.of(stream, generation, level, (long) i * samples + sample);
          requests.add(new Request<>(task, seed));
        }
      }
      List<Output<C>> outputs = attempts.make(version, "practising level " + level, requests);
      tally = tally.plus(rule(generation, stage, level, requests, outputs, lessons));
    }
    return tally;
  }

  private T draw(int level, RandomGenerator random) {
    for (int i = 0; i < MAX_REDRAWS; i++) {
      T task = tasks.draw(level, random);
      if (heldOut.mayPractise(task)) {
        return task;
      }
    }
    throw new RsiException(
        "Level ("
            + level
            + ") gave "
            + MAX_REDRAWS
            + " held-out tasks in a row.\nMaybe every task of the level is a probe or an exam task, or"
            + " near one: hold out fewer, or set nearness(1) on the bank where tasks share a long"
            + " template.");
  }

  private Tally rule(
      int generation,
      RunEvent.Stage stage,
      int level,
      List<Request<T>> requests,
      List<Output<C>> outputs,
      Consumer<Lesson<T, C>> lessons) {
    int samples = loop.practice.samples();
    List<RunEvent> events = new ArrayList<>(requests.size());
    List<Lesson<T, C>> learned = new ArrayList<>();
    int decided = 0;
    int passed = 0;
    for (int from = 0; from < requests.size(); from += samples) {
      T task = requests.get(from).task();
      List<Examiner.Finding> findings =
          examiner.examine(task, outputs.subList(from, from + samples));
      for (int k = 0; k < samples; k++) {
        Output<C> output = outputs.get(from + k);
        Examiner.Finding finding = findings.get(k);
        Verdict verdict = finding.verdict();
        events.add(attempted(generation, stage, level, requests.get(from + k), output, finding));
        decided += verdict.outcome() == Verdict.Outcome.UNDECIDED ? 0 : 1;
        passed += verdict.passed() ? 1 : 0;
        C candidate = output.candidate();
        double weight = weight(finding.critique());
        if (candidate != null && verdict.outcome() != Verdict.Outcome.UNDECIDED && weight > 0) {
          learned.add(
              new Lesson<>(
                  task, candidate, verdict, finding.critique(), level, generation, weight));
        }
      }
    }
    recorder.record(events);
    learned.forEach(lessons);
    return new Tally(requests.size(), decided, passed);
  }

  /** A lesson weighs as much as its critique's score; an undecided critique never trains. */
  private double weight(@Nullable Critique critique) {
    if (critique == null) {
      return 1;
    }
    return critique.decided() ? critique.score(loop.rubric) : 0;
  }

  private RunEvent attempted(
      int generation,
      RunEvent.Stage stage,
      int level,
      Request<T> request,
      Output<C> output,
      Examiner.Finding finding) {
    C candidate = output.candidate();
    Critique critique = finding.critique();
    return new RunEvent.Attempted(
        generation,
        stage,
        level,
        codec.writeTask(request.task()),
        request.seed(),
        candidate == null ? null : codec.writeCandidate(candidate),
        output.tokens(),
        finding.verdict().outcome(),
        finding.verdict().score(),
        finding.verdict().reason(),
        critique == null ? null : critique.scores());
  }
}
