package dev.rsi.core;

import dev.rsi.api.Codec;
import dev.rsi.api.Critique;
import dev.rsi.api.Lesson;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.TaskSource;
import dev.rsi.api.Verdict;
import dev.rsi.core.internal.Seeds;
import dev.rsi.core.report.RunEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
  private final Journal journal;
  private final HeldOut<T> heldOut;
  private final Examiner<T, C> examiner;
  private final Codec<T, C> codec;

  PracticeGround(
      ImprovementLoop<T, C> loop,
      TaskSource<T> tasks,
      Seeds seeds,
      Attempts<T, C> attempts,
      Journal journal,
      HeldOut<T> heldOut) {
    this.loop = loop;
    this.tasks = tasks;
    this.seeds = seeds;
    this.attempts = attempts;
    this.journal = journal;
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
      String version,
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
      List<Ruled<C>> ruled = recalled(requests.size());
      if (ruled == null) {
        ruled = rule(requests, attempts.make(version, "practising level " + level, requests));
      }
      tally = tally.plus(note(generation, stage, level, requests, ruled, lessons));
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

  /** One attempt and what was found about it. The candidate is null where there is none. */
  private record Ruled<C>(@Nullable C candidate, int tokens, Examiner.Finding finding) {}

  private List<Ruled<C>> rule(List<Request<T>> requests, List<Output<C>> outputs) {
    int samples = loop.practice.samples();
    List<Ruled<C>> ruled = new ArrayList<>(requests.size());
    for (int from = 0; from < requests.size(); from += samples) {
      List<Output<C>> own = outputs.subList(from, from + samples);
      List<Examiner.Finding> findings = examiner.examine(requests.get(from).task(), own);
      for (int k = 0; k < samples; k++) {
        Output<C> output = own.get(k);
        ruled.add(new Ruled<>(output.candidate(), output.tokens(), findings.get(k)));
      }
    }
    return ruled;
  }

  /** What was found when the run first came by; null where it is to be done. */
  private @Nullable List<Ruled<C>> recalled(int count) {
    if (!journal.isLive()) {
      attempts.recall(count); // Also where the batch broke then.
    }
    List<RunEvent.Attempted> events = journal.recalled(RunEvent.Attempted.class, count);
    if (events == null) {
      return null;
    }
    List<Ruled<C>> ruled = new ArrayList<>(count);
    for (RunEvent.Attempted event : events) {
      String candidate = event.candidate();
      Map<String, Double> scores = event.critique();
      Examiner.Finding finding =
          new Examiner.Finding(
              new Verdict(event.outcome(), event.score(), event.reason()),
              scores == null
                  ? null
                  : new Critique(scores, Objects.requireNonNullElse(event.comment(), "")));
      ruled.add(
          new Ruled<>(
              candidate == null ? null : codec.readCandidate(candidate), event.tokens(), finding));
    }
    return ruled;
  }

  /** Records what was found, and hands on what was proven right. */
  private Tally note(
      int generation,
      RunEvent.Stage stage,
      int level,
      List<Request<T>> requests,
      List<Ruled<C>> ruled,
      Consumer<Lesson<T, C>> lessons) {
    List<RunEvent> events = new ArrayList<>(requests.size());
    List<Lesson<T, C>> learned = new ArrayList<>();
    int decided = 0;
    int passed = 0;
    for (int i = 0; i < requests.size(); i++) {
      Ruled<C> attempt = ruled.get(i);
      Verdict verdict = attempt.finding().verdict();
      events.add(attempted(generation, stage, level, requests.get(i), attempt));
      decided += verdict.outcome() == Verdict.Outcome.UNDECIDED ? 0 : 1;
      passed += verdict.passed() ? 1 : 0;
      C candidate = attempt.candidate();
      Critique critique = attempt.finding().critique();
      double weight = weight(critique);
      if (candidate != null && verdict.outcome() != Verdict.Outcome.UNDECIDED && weight > 0) {
        T task = requests.get(i).task();
        learned.add(new Lesson<>(task, candidate, verdict, critique, level, generation, weight));
      }
    }
    journal.record(events);
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
      int generation, RunEvent.Stage stage, int level, Request<T> request, Ruled<C> attempt) {
    C candidate = attempt.candidate();
    Verdict verdict = attempt.finding().verdict();
    Critique critique = attempt.finding().critique();
    return new RunEvent.Attempted(
        generation,
        stage,
        level,
        codec.writeTask(request.task()),
        request.seed(),
        candidate == null ? null : codec.writeCandidate(candidate),
        attempt.tokens(),
        verdict.outcome(),
        verdict.score(),
        verdict.reason(),
        critique == null ? null : critique.scores(),
        critique == null ? null : critique.text());
  }
}
