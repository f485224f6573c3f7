package dev.rsi.core.internal.practice;

import dev.rsi.api.Codec;
import dev.rsi.api.Critique;
import dev.rsi.api.Lesson;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.Rubric;
import dev.rsi.api.TaskSource;
import dev.rsi.api.Verdict;
import dev.rsi.core.internal.Seeds;
import dev.rsi.core.internal.steps.Attempts;
import dev.rsi.core.internal.steps.Steps;
import dev.rsi.core.report.RunEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Where the incumbent attempts practice tasks and is ruled on. Every attempt is recorded. */
public final class PracticeGround<T, C> {
  /** How often a level may give a held-out task in a row before it is taken to have no others. */
  private static final int MAX_REDRAWS = 1000;

  private final TaskSource<T> tasks;
  private final Predicate<? super T> mayPractise;
  private final int samples;
  private final int batch;
  private final Seeds seeds;
  private final Attempts<T, C> attempts;
  private final Steps steps;
  private final Examiner<T, C> examiner;
  private final Rubric rubric;
  private final Codec<T, C> codec;

  /**
   * The practice of a run.
   *
   * @param mayPractise whether a task is not held out
   * @param samples attempts per task
   * @param batch requests per call of the model
   */
  public PracticeGround(
      TaskSource<T> tasks,
      Predicate<? super T> mayPractise,
      int samples,
      int batch,
      Seeds seeds,
      Attempts<T, C> attempts,
      Steps steps,
      Examiner<T, C> examiner,
      Rubric rubric,
      Codec<T, C> codec) {
    this.tasks = tasks;
    this.mayPractise = mayPractise;
    this.samples = samples;
    this.batch = batch;
    this.seeds = seeds;
    this.attempts = attempts;
    this.steps = steps;
    this.examiner = examiner;
    this.rubric = rubric;
    this.codec = codec;
  }

  /** What came of a level: how many attempts were made and how many were decided and passed. */
  public record Tally(int made, int decided, int passed) {
    /** The share of decided attempts that passed; 0 if none was decided. */
    public double passRate() {
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
  public Tally practise(
      String version,
      int generation,
      RunEvent.Stage stage,
      int level,
      int count,
      Consumer<Lesson<T, C>> lessons) {
    String stream = "practice " + stage;
    RandomGenerator random = seeds.random(stream, generation, level);
    int tasksPerBatch = Math.max(1, batch / samples);
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
      List<Ruled<C>> ruled =
          steps.once(
              RunEvent.Attempted.class,
              requests.size(),
              steps.accounts().attempts(requests.size()),
              this::recalled,
              () -> rule(requests, attempts.make(version, "practising level " + level, requests)),
              made -> attempted(generation, stage, level, requests, made));
      tally = tally.plus(handOn(generation, level, requests, ruled, lessons));
    }
    return tally;
  }

  private T draw(int level, RandomGenerator random) {
    for (int i = 0; i < MAX_REDRAWS; i++) {
      T task = tasks.draw(level, random);
      if (mayPractise.test(task)) {
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

  /** What was found when the run first came by. */
  private List<Ruled<C>> recalled(List<RunEvent.Attempted> events) {
    List<Ruled<C>> ruled = new ArrayList<>(events.size());
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

  /** Hands on what was proven right or wrong. */
  private Tally handOn(
      int generation,
      int level,
      List<Request<T>> requests,
      List<Ruled<C>> ruled,
      Consumer<Lesson<T, C>> lessons) {
    int decided = 0;
    int passed = 0;
    for (int i = 0; i < requests.size(); i++) {
      Ruled<C> attempt = ruled.get(i);
      Verdict verdict = attempt.finding().verdict();
      decided += verdict.outcome() == Verdict.Outcome.UNDECIDED ? 0 : 1;
      passed += verdict.passed() ? 1 : 0;
      C candidate = attempt.candidate();
      Critique critique = attempt.finding().critique();
      double weight = weight(critique);
      if (candidate != null && verdict.outcome() != Verdict.Outcome.UNDECIDED && weight > 0) {
        T task = requests.get(i).task();
        lessons.accept(new Lesson<>(task, candidate, verdict, critique, level, generation, weight));
      }
    }
    return new Tally(requests.size(), decided, passed);
  }

  /** A lesson weighs as much as its critique's score; an undecided critique never trains. */
  private double weight(@Nullable Critique critique) {
    if (critique == null) {
      return 1;
    }
    return critique.decided() ? critique.score(rubric) : 0;
  }

  private List<RunEvent> attempted(
      int generation,
      RunEvent.Stage stage,
      int level,
      List<Request<T>> requests,
      List<Ruled<C>> ruled) {
    List<RunEvent> events = new ArrayList<>(requests.size());
    for (int i = 0; i < requests.size(); i++) {
      events.add(attempted(generation, stage, level, requests.get(i), ruled.get(i)));
    }
    return events;
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
