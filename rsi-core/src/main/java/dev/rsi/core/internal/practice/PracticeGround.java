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
import dev.rsi.core.internal.RoundTrip;
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
  private static final String SCREENING = "screening";

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
  private final Consumer<? super RunEvent.Attempted> recorded;
  private final Consumer<? super String> tried;
  private final boolean measures;

  /**
   * The practice of a run.
   *
   * @param mayPractise whether a task is not held out
   * @param samples attempts per task
   * @param batch requests per call of the model
   * @param recorded is told every attempt, also those of the past when they are recalled
   * @param tried is told the text of every task that proposals are tried on, likewise
   * @param measures whether scores are all that counts
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
      Codec<T, C> codec,
      Consumer<? super RunEvent.Attempted> recorded,
      Consumer<? super String> tried,
      boolean measures) {
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
    this.recorded = recorded;
    this.tried = tried;
    this.measures = measures;
  }

  /**
   * What came of a level.
   *
   * @param decided how many attempts were decided
   * @param sum of what each of those counts: its score where the verifier measures, else 1 if it
   *     passed and 0 if not
   */
  public record Tally(int decided, double sum) {
    /** The mean score of decided attempts, or the share that passed; 0 if none was decided. */
    public double rate() {
      return decided == 0 ? 0 : sum / decided;
    }

    Tally plus(Tally other) {
      return new Tally(decided + other.decided, sum + other.sum);
    }
  }

  /**
   * Practises one level.
   *
   * @param count tasks to draw
   * @param into takes every attempt, ruled on
   */
  public Tally practise(
      String version,
      int generation,
      RunEvent.Stage stage,
      int level,
      int count,
      Consumer<Attempt<T, C>> into) {
    String stream = "practice " + stage;
    RandomGenerator random = seeds.random(stream, generation, level);
    int tasksPerBatch = tasksPerBatch();
    Tally tally = new Tally(0, 0);
    for (int from = 0; from < count; from += tasksPerBatch) {
      List<RoundTrip.Read<T>> drawn = drawn(level, Math.min(count - from, tasksPerBatch), random);
      List<Asked<T>> asked = asked(stream, generation, level, from, drawn);
      List<RunEvent.Attempted> made =
          steps.once(
              RunEvent.Attempted.class,
              asked.size(),
              steps.accounts().attempts(asked.size()),
              then -> recalled(generation, stage, level, asked, then),
              () -> examined(version, generation, stage, level, asked),
              events -> events);
      tally = tally.plus(steps.direct().call(CODEC, () -> handOn(made, into)));
    }
    return tally;
  }

  private int tasksPerBatch() {
    return Math.max(1, batch / samples);
  }

  private List<Asked<T>> asked(
      String stream, int generation, int level, int from, List<RoundTrip.Read<T>> drawn) {
    List<Asked<T>> asked = new ArrayList<>();
    for (int i = 0; i < drawn.size(); i++) {
      RoundTrip.Read<T> task = drawn.get(i);
      for (int sample = 0; sample < samples; sample++) {
        long number = (long) (from + i) * samples + sample;
        long seed = seeds.of(stream, generation, level, number);
        asked.add(new Asked<>(task.text(), new Request<>(task.value(), seed)));
      }
    }
    return asked;
  }

  /** A request with its task as it is recorded. */
  private record Asked<T>(String task, Request<T> request) {}

  /** Tasks with their seeds on which several versions can be tried, one as the other. */
  public static final class Trial<T> {
    private final int generation;
    private final List<Batch<T>> batches;
    private final int count;

    private Trial(int generation, List<Batch<T>> batches) {
      this.generation = generation;
      this.batches = List.copyOf(batches);
      this.count = batches.stream().mapToInt(each -> each.asked().size()).sum();
    }
  }

  /** Requests of one call. */
  private record Batch<T>(int level, List<Asked<T>> asked) {}

  /**
   * Draws fresh tasks to try versions on.
   *
   * @param from the lowest level
   * @param to the highest
   * @param count tasks per level
   */
  Trial<T> trial(int generation, int from, int to, int count) {
    List<Batch<T>> batches = new ArrayList<>();
    int tasksPerBatch = tasksPerBatch();
    for (int level = from; level <= to; level++) {
      RandomGenerator random = seeds.random(SCREENING, generation, level);
      for (int next = 0; next < count; next += tasksPerBatch) {
        List<RoundTrip.Read<T>> drawn = drawn(level, Math.min(count - next, tasksPerBatch), random);
        drawn.forEach(task -> tried.accept(task.text()));
        batches.add(new Batch<>(level, asked(SCREENING, generation, level, next, drawn)));
      }
    }
    return new Trial<>(generation, batches);
  }

  /** Tries a version. What it attempts is judged by, and nothing else: it is no practice. */
  RunEvent.Screened screen(String version, Trial<T> trial) {
    return steps.once(
        RunEvent.Screened.class,
        steps.accounts().attempts(trial.count),
        done -> steps.accounts().attempts(done.attempts()),
        () -> screened(version, trial));
  }

  private RunEvent.Screened screened(String version, Trial<T> trial) {
    int decided = 0;
    double sum = 0;
    for (Batch<T> batch : trial.batches) {
      List<Attempt<T, C>> made =
          attempted(version, "screening", trial.generation, batch.level(), batch.asked());
      for (Attempt<T, C> attempt : ruled(batch.level(), made)) {
        if (attempt.decided()) {
          decided++;
          sum += attempt.reward();
        }
      }
    }
    return new RunEvent.Screened(
        trial.generation, version, trial.count, decided, decided == 0 ? 0 : sum / decided);
  }

  /** In one call for all of a batch: each is looked up among those that are held out. */
  private List<RoundTrip.Read<T>> drawn(int level, int count, RandomGenerator random) {
    return steps
        .direct()
        .call(
            "source of tasks",
            () -> {
              List<RoundTrip.Read<T>> drawn = new ArrayList<>(count);
              for (int i = 0; i < count; i++) {
                drawn.add(draw(level, random));
              }
              return drawn;
            });
  }

  private RoundTrip.Read<T> draw(int level, RandomGenerator random) {
    for (int i = 0; i < MAX_REDRAWS; i++) {
      T drawn = tasks.draw(level, random);
      if (drawn == null) {
        throw new RsiException(
            "The source of tasks drew (null) for level ("
                + level
                + ").\nMaybe it has no task of that level: then levels() says fewer.");
      }
      RoundTrip.Read<T> task = RoundTrip.task(codec, drawn);
      if (mayPractise.test(task.value())) {
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

  private List<RunEvent.Attempted> examined(
      String version, int generation, RunEvent.Stage stage, int level, List<Asked<T>> asked) {
    List<Attempt<T, C>> made = attempted(version, "practising", generation, level, asked);
    // Before a verifier has them.
    List<@Nullable String> candidates = steps.direct().call(CODEC, () -> written(made));
    List<Attempt<T, C>> examined = ruled(level, made);
    List<RunEvent.Attempted> events = new ArrayList<>(examined.size());
    for (int i = 0; i < examined.size(); i++) {
      events.add(attempted(stage, asked.get(i).task(), candidates.get(i), examined.get(i)));
    }
    return events;
  }

  private List<Attempt<T, C>> attempted(
      String version, String step, int generation, int level, List<Asked<T>> asked) {
    List<Request<T>> requests = asked.stream().map(Asked::request).toList();
    List<Output<C>> outputs = attempts.make(version, step + " level " + level, requests);
    List<Attempt<T, C>> made = new ArrayList<>(asked.size());
    for (int i = 0; i < requests.size(); i++) {
      Request<T> request = requests.get(i);
      made.add(Attempt.of(request.task(), outputs.get(i), level, generation, request.seed()));
    }
    return made;
  }

  private List<Attempt<T, C>> ruled(int level, List<Attempt<T, C>> made) {
    return steps
        .accounts()
        .ruled(
            made.size(),
            () -> examiner.examine(made, samples, steps.context("ruling on level " + level)),
            PracticeGround::used);
  }

  private List<@Nullable String> written(List<Attempt<T, C>> made) {
    List<@Nullable String> written = new ArrayList<>(made.size());
    for (Attempt<T, C> attempt : made) {
      C candidate = attempt.candidate();
      written.add(candidate == null ? null : codec.writeCandidate(candidate));
    }
    return written;
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

  /** What was found when the run first came by, of what is asked now. */
  private static <T> List<RunEvent.Attempted> recalled(
      int generation,
      RunEvent.Stage stage,
      int level,
      List<Asked<T>> asked,
      List<RunEvent.Attempted> then) {
    List<RunEvent.Attempted> recalled = new ArrayList<>(then.size());
    for (int i = 0; i < then.size(); i++) {
      RunEvent.Attempted event = then.get(i);
      recalled.add(
          new RunEvent.Attempted(
              generation,
              stage,
              level,
              asked.get(i).task(),
              asked.get(i).request().seed(),
              event.candidate(),
              event.tokens(),
              event.outcome(),
              event.score(),
              event.reason(),
              event.critique(),
              event.comment(),
              event.verdictCost(),
              event.critiqueCost(),
              event.text()));
    }
    return recalled;
  }

  /**
   * What may be learnt from is made of what was recorded, so that a run that is resumed learns the
   * same.
   */
  private Attempt<T, C> attempt(RunEvent.Attempted event) {
    Verdict verdict =
        new Verdict(event.outcome(), event.score(), event.reason(), cost(event.verdictCost()));
    String candidate = event.candidate();
    Output<C> output =
        candidate == null
            ? Ruling.withoutCandidate(verdict, event.tokens(), event.text())
            : Output.of(codec.readCandidate(candidate), event.tokens());
    Attempt<T, C> attempt =
        Attempt.of(
                codec.readTask(event.task()),
                output,
                event.level(),
                event.generation(),
                event.seed())
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

  private Tally handOn(List<RunEvent.Attempted> made, Consumer<Attempt<T, C>> into) {
    int decided = 0;
    double sum = 0;
    for (RunEvent.Attempted event : made) {
      Attempt<T, C> attempt = attempt(event);
      if (attempt.decided()) {
        decided++;
        sum += measures ? attempt.verdict().score() : attempt.passed() ? 1 : 0;
      }
      recorded.accept(event);
      examiner.seen(attempt);
      into.accept(attempt);
    }
    return new Tally(decided, sum);
  }

  private static RunEvent.Attempted attempted(
      RunEvent.Stage stage, String task, @Nullable String candidate, Attempt<?, ?> attempt) {
    Verdict verdict = attempt.verdict();
    Critique critique = attempt.critique();
    return new RunEvent.Attempted(
        attempt.generation(),
        stage,
        attempt.level(),
        task,
        attempt.seed(),
        candidate,
        attempt.output().tokens(),
        verdict.outcome(),
        verdict.score(),
        verdict.reason(),
        critique == null ? null : critique.scores(),
        critique == null ? null : critique.text(),
        verdict.cost(),
        critique == null ? null : critique.cost(),
        attempt.output().text());
  }
}
