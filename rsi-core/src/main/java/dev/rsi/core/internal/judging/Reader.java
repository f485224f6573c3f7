package dev.rsi.core.internal.judging;

import dev.rsi.api.Codec;
import dev.rsi.api.Cost;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.Seeds;
import dev.rsi.core.internal.calls.Answer;
import dev.rsi.core.internal.calls.Costs;
import dev.rsi.core.internal.calls.Judged;
import dev.rsi.core.internal.probe.Answered;
import dev.rsi.core.internal.probe.Family;
import dev.rsi.core.internal.probe.Scored;
import dev.rsi.core.internal.steps.Attempts;
import dev.rsi.core.internal.steps.Part;
import dev.rsi.core.internal.steps.Steps;
import dev.rsi.core.report.RunEvent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;

/** Has versions answer and score probes, each call a step of the run: recalled, or done. */
final class Reader<T, C> {
  private static final Logger log = LoopLog.LOG;

  private final Steps steps;
  private final String stream;
  private final boolean describing;
  private final Codec<T, C> codec;
  private final Attempts<T, C> attempts;
  private final Seeds seeds;
  private final Map<String, List<String>> answers = new HashMap<>();

  /**
   * A reader under seeds of its own.
   *
   * @param stream names the seeds: readings of another stream are a second look
   * @param describing whether answers are kept until {@link #forgetAnswers}
   */
  Reader(
      Steps steps,
      String stream,
      boolean describing,
      Codec<T, C> codec,
      Attempts<T, C> attempts,
      Seeds seeds) {
    this.steps = steps;
    this.stream = stream;
    this.describing = describing;
    this.codec = codec;
    this.attempts = attempts;
    this.seeds = seeds;
  }

  /** Reads a version's answers: a number for each probe, NaN where one is missing. */
  List<Double> answers(String version, Answered<T, C> family, List<Integer> probes) {
    return step(version, family, probes, () -> answered(version, family, probes));
  }

  /** A version's log-probabilities of all options of the probes, in order; NaN where missing. */
  List<Double> scores(String version, Scored<T, C> family, List<Integer> probes) {
    return step(version, family, probes, () -> scored(version, family, probes));
  }

  /** What a version said so far. */
  List<String> answersOf(String version) {
    return answers.getOrDefault(version, List.of());
  }

  void forgetAnswers() {
    answers.clear();
  }

  private List<Double> step(
      String version,
      Family<T, C> family,
      List<Integer> probes,
      Supplier<RunEvent.Probed> reading) {
    int count = probes.stream().mapToInt(family::attempts).sum();
    RunEvent.Probed event =
        steps.orFault(
            Part.READING,
            () ->
                steps.once(
                    RunEvent.Probed.class,
                    1,
                    steps.accounts().attempts(count),
                    then -> then.get(0),
                    reading,
                    read -> List.of(again(version, family, probes, read))));
    if (describing) {
      answers.computeIfAbsent(version, id -> new ArrayList<>()).addAll(event.answers());
    }
    return event.numbers();
  }

  private RunEvent.Probed answered(String version, Answered<T, C> family, List<Integer> probes) {
    int asks = family.attempts();
    List<Request<T>> requests = new ArrayList<>(probes.size() * asks);
    for (int probe : probes) {
      List<T> tasks = family.asks(probe);
      for (int ask = 0; ask < asks; ask++) {
        long seed = seeds.of(stream + "/" + family.name(), probe, ask, 0);
        requests.add(new Request<>(tasks.get(ask), seed));
      }
    }
    List<Output<C>> outputs = attempts.make(version, stream, requests);
    // Before a judge has them.
    List<String> texts = describing ? written(outputs) : List.of();
    List<List<Output<C>>> answers = new ArrayList<>(probes.size());
    for (int k = 0; k < probes.size(); k++) {
      answers.add(outputs.subList(k * asks, (k + 1) * asks));
    }
    List<Double> numbers = new ArrayList<>(Collections.nCopies(probes.size(), Double.NaN));
    List<Cost> judged = new ArrayList<>(probes.size());
    // Apart, as what is read without its judge does not tell that the judge is there.
    for (boolean whole : List.of(true, false)) {
      List<Integer> places =
          IntStream.range(0, probes.size())
              .filter(k -> whole == answers.get(k).stream().allMatch(o -> o.candidate() != null))
              .boxed()
              .toList();
      read(whole ? "" : " without an answer", family, probes, answers, places, numbers, judged);
    }
    List<Cost> made = outputs.stream().map(Output::cost).toList();
    return probed(version, family, probes, numbers, texts, made, judged);
  }

  private RunEvent.Probed scored(String version, Scored<T, C> family, List<Integer> probes) {
    List<T> tasks = new ArrayList<>();
    List<C> candidates = new ArrayList<>();
    for (int probe : probes) {
      for (C choice : family.choices(probe)) {
        tasks.add(family.tasks().get(probe));
        candidates.add(choice);
      }
    }
    List<Double> scores = attempts.score(version, stream, tasks, candidates);
    return probed(version, family, probes, scores, List.of(), List.of(), List.of());
  }

  private RunEvent.Probed probed(
      String version,
      Family<T, C> family,
      List<Integer> probes,
      List<Double> numbers,
      List<String> texts,
      List<Cost> made,
      List<Cost> judged) {
    return new RunEvent.Probed(
        steps.generation(),
        stream,
        family.name(),
        version,
        probes,
        numbers,
        texts,
        steps.accounts().reckoned(made),
        steps.accounts().reckoned(judged));
  }

  /** What was found when the run first came by, of what is asked now. */
  private RunEvent.Probed again(
      String version, Family<T, C> family, List<Integer> probes, RunEvent.Probed read) {
    return new RunEvent.Probed(
        steps.generation(),
        stream,
        family.name(),
        version,
        probes,
        read.numbers(),
        read.answers(),
        read.cost(),
        read.judgesCost());
  }

  private List<String> written(List<Output<C>> outputs) {
    return steps.direct().call("codec", () -> texts(outputs));
  }

  private List<String> texts(List<Output<C>> outputs) {
    List<String> texts = new ArrayList<>();
    for (Output<C> output : outputs) {
      C candidate = output.candidate();
      if (candidate != null) {
        texts.add(codec.writeCandidate(candidate));
      }
    }
    return texts;
  }

  private Judged judged(Answered<T, C> family, int probe, List<Output<C>> outputs) {
    List<Cost> used = new ArrayList<>();
    OptionalDouble reading = family.reading(probe, outputs, used::add);
    return new Judged(reading, used);
  }

  /**
   * Has some of the answers judged. A family whose own functions break or hang gives a missing
   * reading, as a judge does.
   */
  private void read(
      String which,
      Answered<T, C> family,
      List<Integer> probes,
      List<List<Output<C>>> answers,
      List<Integer> places,
      List<Double> numbers,
      List<Cost> judged) {
    List<Supplier<Judged>> readings = new ArrayList<>(places.size());
    for (int k : places) {
      readings.add(() -> judged(family, probes.get(k), answers.get(k)));
    }
    int asks = family.attempts();
    int most = (int) Math.min(Integer.MAX_VALUE, (long) family.maxTokens() * asks);
    BigDecimal charged = family.maxMoney().multiply(BigDecimal.valueOf(asks));
    Cost unknown = Costs.unknown(most, charged);
    List<Answer<Judged>> read =
        attempts.read(
            stream + "/" + family.name() + which,
            family.calling(),
            steps.accounts().judging(family.maxTokens(), family.maxMoney()),
            unknown,
            asks,
            readings,
            "judging");
    for (int i = 0; i < places.size(); i++) {
      Answer<Judged> answer = read.get(i);
      Judged given = answer.value();
      List<Cost> calls = Attempts.calls(answer, unknown);
      Cost cost = calls.stream().reduce(Cost.NONE, Cost::plus);
      Costs.check("judge of probes of kind (" + family.name() + ")", cost, most, charged);
      judged.addAll(calls);
      if (given == null) {
        log.warn(
            "probe {} of kind ({}) could not be read: {}",
            probes.get(places.get(i)),
            family.name(),
            answer.kind(),
            answer.thrown());
      } else {
        numbers.set(places.get(i), given.reading().orElse(Double.NaN));
      }
    }
  }
}
