package dev.rsi.core.internal.practice;

import com.google.common.collect.Lists;
import dev.rsi.api.Attempt;
import dev.rsi.api.Codec;
import dev.rsi.api.Cost;
import dev.rsi.api.Critique;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.Rubric;
import dev.rsi.api.Verdict;
import dev.rsi.core.internal.RoundTrip;
import dev.rsi.core.internal.Ruling;
import dev.rsi.core.internal.Seeds;
import dev.rsi.core.internal.steps.Attempts;
import dev.rsi.core.internal.steps.Steps;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.RunEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Where the incumbent attempts practice tasks and is ruled on. Every attempt is recorded. */
public final class PracticeGround<T, C> {
  private static final String CODEC = "codec";
  private static final String SCREENING = "screening";

  private final Supply<T> tasks;
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
   * @param samples attempts per task
   * @param batch requests per call of the model
   * @param recorded is told every attempt, also those of the past when they are recalled
   * @param tried is told the text of every task that proposals are tried on, likewise
   * @param measures whether scores are all that counts
   */
  public PracticeGround(
      Supply<T> tasks,
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
   * @param count tasks to take; fewer if a list has no others for this generation
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
      int most = Math.min(count - from, tasksPerBatch);
      List<RoundTrip.Read<T>> drawn = drawn(generation, level, most, random);
      if (drawn.isEmpty()) {
        return tally;
      }
      List<Asked<T>> asked = asked(stream, generation, level, from, drawn);
      List<RunEvent.Attempted> made =
          steps.once(
              RunEvent.Attempted.class,
              asked.size(),
              steps.accounts().attempts(asked.size()),
              then -> recalled(generation, stage, asked, then),
              () ->
                  examined(
                      version,
                      "level " + level,
                      stage,
                      asked,
                      Collections.nCopies(asked.size() / samples, samples),
                      null),
              events -> events);
      tally = tally.plus(steps.direct().call(CODEC, () -> handOn(made, into)));
    }
    return tally;
  }

  /**
   * A request.
   *
   * @param task its task as it is recorded
   * @param level the task's
   */
  public record Asked<T>(String task, Request<T> request, int level) {}

  /**
   * Has a trainer's draft attempt tasks. It is not recorded here.
   *
   * @param version id of the draft, known to the attempts
   * @param asked those at one task after another
   * @param sizes how many there are at each task, one or more
   * @return what is recorded of it
   */
  public List<RunEvent.Attempted> tried(String version, List<Asked<T>> asked, List<Integer> sizes) {
    return examined(version, "a draft", RunEvent.Stage.TRAINING, asked, sizes, version);
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
        asked.add(new Asked<>(task.text(), new Request<>(task.value(), seed), level));
      }
    }
    return asked;
  }

  /** Tasks with their seeds on which several versions can be tried, one as the other. */
  public static final class Trial<T> {
    private final int generation;
    private final List<List<Asked<T>>> batches;
    private final int count;

    private Trial(int generation, List<List<Asked<T>>> batches) {
      this.generation = generation;
      this.batches = List.copyOf(batches);
      this.count = batches.stream().mapToInt(List::size).sum();
    }
  }

  /**
   * Draws tasks to try versions on: fresh ones, but where a list has no more for this generation.
   *
   * @param from the lowest level
   * @param to the highest
   * @param count tasks per level
   */
  Trial<T> trial(int generation, int from, int to, int count) {
    List<List<Asked<T>>> batches = new ArrayList<>();
    for (int level = from; level <= to; level++) {
      int at = level;
      RandomGenerator random = seeds.random(SCREENING, generation, level);
      List<RoundTrip.Read<T>> drawn =
          steps.direct().call("source of tasks", () -> tasks.toTry(generation, at, count, random));
      drawn.forEach(task -> tried.accept(task.text()));
      List<Asked<T>> asked = asked(SCREENING, generation, level, 0, drawn);
      batches.addAll(Lists.partition(asked, tasksPerBatch() * samples));
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
    Cost cost = Cost.NONE;
    Cost verdicts = Cost.NONE;
    Cost critiques = Cost.NONE;
    for (List<Asked<T>> batch : trial.batches) {
      String what = "level " + batch.get(0).level();
      List<Attempt<T, C>> made = attempted(version, "screening " + what, batch);
      for (Attempt<T, C> attempt :
          ruled(what, made, Collections.nCopies(made.size() / samples, samples))) {
        Critique critique = attempt.critique();
        cost = cost.plus(attempt.output().cost());
        verdicts = verdicts.plus(attempt.verdict().cost());
        critiques = critiques.plus(critique == null ? Cost.NONE : critique.cost());
        if (attempt.decided()) {
          decided++;
          sum += attempt.reward();
        }
      }
    }
    return new RunEvent.Screened(
        trial.generation,
        version,
        trial.count,
        decided,
        decided == 0 ? 0 : sum / decided,
        cost,
        verdicts,
        critiques);
  }

  /** An attempt as it was recorded, by this process or one before it. */
  public Attempt<T, C> seen(RunEvent.Attempted event) {
    Attempt<T, C> attempt = attempt(event);
    examiner.seen(attempt);
    return attempt;
  }

  /** In one call for all of a batch: each is looked up among those that are held out. */
  private List<RoundTrip.Read<T>> drawn(
      int generation, int level, int count, RandomGenerator random) {
    return steps
        .direct()
        .call("source of tasks", () -> tasks.take(generation, level, count, random));
  }

  /** Where the run stands in the lists of tasks; null if there is nothing to say of it. */
  public GenerationReport.@Nullable Supplied supplied() {
    return tasks.supplied();
  }

  private List<RunEvent.Attempted> examined(
      String version,
      String what,
      RunEvent.Stage stage,
      List<Asked<T>> asked,
      List<Integer> sizes,
      @Nullable String draft) {
    List<Attempt<T, C>> made =
        attempted(version, (draft == null ? "practising " : "trying ") + what, asked);
    // Before a verifier has them.
    List<@Nullable String> candidates = steps.direct().call(CODEC, () -> written(made));
    List<Attempt<T, C>> examined = ruled(what, made, sizes);
    List<RunEvent.Attempted> events = new ArrayList<>(examined.size());
    for (int i = 0; i < examined.size(); i++) {
      events.add(attempted(stage, asked.get(i).task(), candidates.get(i), examined.get(i), draft));
    }
    return events;
  }

  private List<Attempt<T, C>> attempted(String version, String what, List<Asked<T>> asked) {
    List<Request<T>> requests = asked.stream().map(Asked::request).toList();
    List<Output<C>> outputs = attempts.make(version, what, requests);
    List<Attempt<T, C>> made = new ArrayList<>(asked.size());
    for (int i = 0; i < requests.size(); i++) {
      Request<T> request = requests.get(i);
      int level = asked.get(i).level();
      made.add(
          Attempt.of(request.task(), outputs.get(i), level, steps.generation(), request.seed()));
    }
    return made;
  }

  /**
   * Has attempts ruled on.
   *
   * @param sizes how many there are at each task, one or more
   */
  private List<Attempt<T, C>> ruled(String what, List<Attempt<T, C>> made, List<Integer> sizes) {
    return steps
        .accounts()
        .ruled(
            made.size(),
            () -> examiner.examine(made, sizes, steps.context("ruling on " + what)),
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

  /** What verdicts and critiques used. */
  private static <T, C> List<Cost> used(List<Attempt<T, C>> examined) {
    List<Cost> used = new ArrayList<>();
    for (Attempt<T, C> attempt : examined) {
      Critique critique = attempt.critique();
      used.add(attempt.verdict().cost());
      if (critique != null) {
        used.add(critique.cost());
      }
    }
    return used;
  }

  /** What was found when the run first came by, of what is asked now. */
  private static <T> List<RunEvent.Attempted> recalled(
      int generation, RunEvent.Stage stage, List<Asked<T>> asked, List<RunEvent.Attempted> then) {
    List<RunEvent.Attempted> recalled = new ArrayList<>(then.size());
    for (int i = 0; i < then.size(); i++) {
      RunEvent.Attempted event = then.get(i);
      recalled.add(
          new RunEvent.Attempted(
              generation,
              stage,
              asked.get(i).level(),
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
              event.text(),
              event.outputCost(),
              event.draft()));
    }
    return recalled;
  }

  /**
   * What may be learnt from is made of what was recorded, so that a run that is resumed learns the
   * same.
   */
  private Attempt<T, C> attempt(RunEvent.Attempted event) {
    Verdict verdict = new Verdict(event.outcome(), event.score(), event.reason(), event.ruled());
    String candidate = event.candidate();
    Output<C> output =
        candidate == null
            ? Ruling.withoutCandidate(verdict, event.made(), event.text())
            : Output.of(codec.readCandidate(candidate), event.made());
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
    return attempt.criticised(new Critique(scores, text).on(rubric).withCost(event.criticised()));
  }

  private Tally handOn(List<RunEvent.Attempted> made, Consumer<Attempt<T, C>> into) {
    int decided = 0;
    double sum = 0;
    for (RunEvent.Attempted event : made) {
      Attempt<T, C> attempt = seen(event);
      if (attempt.decided()) {
        decided++;
        sum += measures ? attempt.verdict().score() : attempt.passed() ? 1 : 0;
      }
      recorded.accept(event);
      into.accept(attempt);
    }
    return new Tally(decided, sum);
  }

  private static RunEvent.Attempted attempted(
      RunEvent.Stage stage,
      String task,
      @Nullable String candidate,
      Attempt<?, ?> attempt,
      @Nullable String draft) {
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
        attempt.output().text(),
        attempt.output().cost(),
        draft);
  }
}
