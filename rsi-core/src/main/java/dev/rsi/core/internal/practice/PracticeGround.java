package dev.rsi.core.internal.practice;

import dev.rsi.api.Attempt;
import dev.rsi.api.Codec;
import dev.rsi.api.Cost;
import dev.rsi.api.Critique;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.Rubric;
import dev.rsi.api.TaskSource;
import dev.rsi.api.Verdict;
import dev.rsi.core.internal.Ruling;
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

  private static final String CODEC = "codec";

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
   * @param lessons takes the attempts that were proven right or wrong and have a grade over 0
   */
  public Tally practise(
      String version,
      int generation,
      RunEvent.Stage stage,
      int level,
      int count,
      Consumer<Attempt<T, C>> lessons) {
    String stream = "practice " + stage;
    RandomGenerator random = seeds.random(stream, generation, level);
    int tasksPerBatch = Math.max(1, batch / samples);
    Tally tally = new Tally(0, 0, 0);
    for (int from = 0; from < count; from += tasksPerBatch) {
      List<T> drawn = drawn(level, Math.min(count - from, tasksPerBatch), random);
      List<Request<T>> requests = new ArrayList<>();
      for (int i = 0; i < drawn.size(); i++) {
        for (int sample = 0; sample < samples; sample++) {
          long number = (long) (from + i) * samples + sample;
          requests.add(new Request<>(drawn.get(i), seeds.of(stream, generation, level, number)));
        }
      }
      List<Attempt<T, C>> made =
          steps.once(
              RunEvent.Attempted.class,
              requests.size(),
              steps.accounts().attempts(requests.size()),
              events -> steps.direct().call(CODEC, () -> recalled(requests, events)),
              () -> examined(version, generation, level, requests),
              examined ->
                  steps
                      .direct()
                      .call(
                          CODEC,
                          () -> examined.stream().map(each -> attempted(stage, each)).toList()));
      tally = tally.plus(steps.direct().call(CODEC, () -> handOn(made, lessons)));
    }
    return tally;
  }

  /** In one call for all of a batch: each is looked up among those that are held out. */
  private List<T> drawn(int level, int count, RandomGenerator random) {
    return steps
        .direct()
        .call(
            "source of tasks",
            () -> {
              List<T> drawn = new ArrayList<>(count);
              for (int i = 0; i < count; i++) {
                drawn.add(draw(level, random));
              }
              return drawn;
            });
  }

  private T draw(int level, RandomGenerator random) {
    for (int i = 0; i < MAX_REDRAWS; i++) {
      T task = tasks.draw(level, random);
      if (task == null) {
        throw new RsiException(
            "The source of tasks drew (null) for level ("
                + level
                + ").\nMaybe it has no task of that level: then levels() says fewer.");
      }
      if (mayPractise.test(task)) {
        return task;
      }
    }
    throw new RsiException(
        "Level ("
            + level
            + ") gave "
            + MAX_REDRAWS
            + " held-out tasks in a row.\n"
            + "Maybe every task of the level is a probe or an exam task, or near one: hold out"
            + " fewer, or set nearness(1) on the bank where tasks share a long template.");
  }

  private List<Attempt<T, C>> examined(
      String version, int generation, int level, List<Request<T>> requests) {
    List<Output<C>> outputs = attempts.make(version, "practising level " + level, requests);
    List<Attempt<T, C>> made = new ArrayList<>(requests.size());
    for (int i = 0; i < requests.size(); i++) {
      Request<T> request = requests.get(i);
      made.add(Attempt.of(request.task(), outputs.get(i), level, generation, request.seed()));
    }
    return steps
        .accounts()
        .ruled(
            made.size(),
            () -> examiner.examine(made, samples, steps.context("ruling on level " + level)),
            PracticeGround::used);
  }

  /** The tokens of verdicts and critiques. */
  private static <T, C> long used(List<Attempt<T, C>> examined) {
    Cost used = Cost.NONE;
    for (Attempt<T, C> attempt : examined) {
      Critique critique = attempt.critique();
      used =
          used.plus(attempt.verdict().cost()).plus(cost(critique == null ? null : critique.cost()));
    }
    return used.tokens();
  }

  /** What was found when the run first came by. */
  private List<Attempt<T, C>> recalled(List<Request<T>> requests, List<RunEvent.Attempted> events) {
    List<Attempt<T, C>> recalled = new ArrayList<>(events.size());
    for (int i = 0; i < events.size(); i++) {
      recalled.add(attempt(requests.get(i), events.get(i)));
    }
    return recalled;
  }

  private Attempt<T, C> attempt(Request<T> request, RunEvent.Attempted event) {
    Verdict verdict =
        new Verdict(event.outcome(), event.score(), event.reason(), cost(event.verdictCost()));
    String candidate = event.candidate();
    Output<C> output =
        candidate == null
            ? Ruling.withoutCandidate(verdict, event.tokens())
            : Output.of(codec.readCandidate(candidate), event.tokens());
    Attempt<T, C> attempt =
        Attempt.of(request.task(), output, event.level(), event.generation(), request.seed())
            .ruled(verdict);
    Map<String, Double> scores = event.critique();
    if (scores == null) {
      return attempt;
    }
    String text = Objects.requireNonNullElse(event.comment(), "");
    return attempt.criticised(
        new Critique(scores, text).on(rubric).withCost(cost(event.critiqueCost())));
  }

  private static Cost cost(@Nullable Cost recorded) {
    return Objects.requireNonNullElse(recorded, Cost.NONE);
  }

  /** Hands on what may train. */
  private Tally handOn(List<Attempt<T, C>> made, Consumer<Attempt<T, C>> lessons) {
    int decided = 0;
    int passed = 0;
    for (Attempt<T, C> attempt : made) {
      decided += attempt.decided() ? 1 : 0;
      passed += attempt.passed() ? 1 : 0;
      if (attempt.candidate() != null && attempt.decided() && attempt.grade() > 0) {
        lessons.accept(attempt);
      }
    }
    return new Tally(made.size(), decided, passed);
  }

  private RunEvent attempted(RunEvent.Stage stage, Attempt<T, C> attempt) {
    C candidate = attempt.candidate();
    Verdict verdict = attempt.verdict();
    Critique critique = attempt.critique();
    return new RunEvent.Attempted(
        attempt.generation(),
        stage,
        attempt.level(),
        codec.writeTask(attempt.task()),
        attempt.seed(),
        candidate == null ? null : codec.writeCandidate(candidate),
        attempt.output().tokens(),
        verdict.outcome(),
        verdict.score(),
        verdict.reason(),
        critique == null ? null : critique.scores(),
        critique == null ? null : critique.text(),
        verdict.cost(),
        critique == null ? null : critique.cost());
  }
}
