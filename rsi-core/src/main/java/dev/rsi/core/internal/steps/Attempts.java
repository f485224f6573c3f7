package dev.rsi.core.internal.steps;

import dev.rsi.api.Calls;
import dev.rsi.api.Cost;
import dev.rsi.api.Generator;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.core.internal.calls.Answer;
import dev.rsi.core.internal.calls.Costs;
import dev.rsi.core.internal.calls.Crew;
import dev.rsi.core.internal.calls.JudgeCalls;
import dev.rsi.core.internal.calls.Judged;
import dev.rsi.core.internal.calls.Sessions;
import dev.rsi.core.internal.calls.Watch;
import dev.rsi.core.internal.spending.Amounts;
import dev.rsi.core.internal.spending.Dimension;
import dev.rsi.core.internal.spending.Ledger;
import dev.rsi.core.registry.ModelRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;

/**
 * The one place where models are run: opens sessions, and takes every attempt out of the budget.
 */
public final class Attempts<T, C> {
  private static final String GENERATOR = "generator";

  private final Generator<T, C> generator;
  private final ModelRegistry registry;
  private final Steps steps;
  private final ThreadFactory threads;
  private final JudgeCalls judges;
  private final Map<String, Asked> versions = new HashMap<>();
  private final Map<String, Asking<Supplier<Judged>, Judged>> reading = new HashMap<>();

  /**
   * Attempts with the versions of a registry.
   *
   * @param threads for judges, and where several sessions of a version are at work
   */
  public Attempts(
      Generator<T, C> generator, ModelRegistry registry, Steps steps, ThreadFactory threads) {
    this.generator = generator;
    this.registry = registry;
    this.steps = steps;
    this.threads = threads;
    this.judges = new JudgeCalls(threads);
  }

  /**
   * Has a version attempt a batch. What came to nothing through nobody's fault is attempted again.
   *
   * @param step what for, for people
   */
  public List<Output<C>> make(String version, String step, List<Request<T>> requests) {
    Watch context = steps.context(step);
    context.checkActive();
    Amounts most = steps.accounts().generated(requests.size());
    // First of all: also an attempt that came to nothing is spent.
    Spending spending = new Spending(most);
    Flight.Batch flight = new Flight.Batch(steps.run(), step, version, requests.size());
    List<Output<C>> outputs;
    try {
      outputs =
          of(version)
              .generating
              .all(
                  requests,
                  this::loses,
                  some -> spending.during(() -> of(version).sessions.generate(some, context)))
              .stream()
              .map(this::output)
              .toList();
      spending.actual =
          Amounts.of(Dimension.ATTEMPTS, requests.size())
              .plus(steps.accounts().amounts(outputs.stream().map(Output::cost).toList()));
    } finally {
      flight.commit();
      spending.end();
    }
    for (Output<C> output : outputs) {
      Costs.check("generator", output.cost(), generator.maxTokens(), generator.maxMoney());
    }
    return outputs;
  }

  private Output<C> output(Answer<Output<C>> answer) {
    return switch (answer.kind()) {
      case GIVEN -> Objects.requireNonNull(answer.value());
      case LATE -> Output.failed("it took too long, and was cut", unknown());
      case THREW -> Output.failed("the call threw " + answer.thrown(), unknown());
    };
  }

  /** What an attempt may have used of which nobody knows. */
  private Cost unknown() {
    return Costs.unknown(generator.maxTokens(), generator.maxMoney());
  }

  /**
   * Pays for attempts that came to nothing and are made again, and for one that may go with them.
   */
  private boolean loses(List<Answer<Output<C>>> failed) {
    List<Cost> lost = new ArrayList<>(failed.stream().map(each -> output(each).cost()).toList());
    lost.add(unknown());
    return steps.accounts().lost(steps.accounts().amounts(lost));
  }

  /** What calls for a batch spend: the most that they can while one is under way. */
  private final class Spending {
    private final Amounts most;
    private final Ledger.Call call;
    private Amounts actual = Amounts.NONE;

    Spending(Amounts most) {
      this.most = most;
      this.call = steps.accounts().spend(most);
    }

    /** Between two calls nothing is spent: what came to nothing was paid for. */
    <R> R during(Supplier<R> calls) {
      actual = most;
      R made = steps.leavingOn(calls);
      actual = Amounts.NONE;
      return made;
    }

    void end() {
      call.end(actual);
    }
  }

  /**
   * Has a version score candidates; each counts as an attempt. What came to nothing through
   * nobody's fault is scored again.
   *
   * @param step what for, for people
   * @return log-probabilities, NaN where one is missing
   */
  public List<Double> score(String version, String step, List<T> tasks, List<C> candidates) {
    Watch context = steps.context(step);
    context.checkActive();
    Spending spending = new Spending(Amounts.of(Dimension.ATTEMPTS, tasks.size()));
    Flight.Batch flight = new Flight.Batch(steps.run(), step, version, tasks.size());
    List<Pair<T, C>> pairs = new ArrayList<>(tasks.size());
    for (int i = 0; i < tasks.size(); i++) {
      pairs.add(new Pair<>(tasks.get(i), candidates.get(i)));
    }
    try {
      List<Double> scores =
          of(version)
              .scoring
              .all(
                  pairs,
                  failed -> true,
                  some ->
                      spending.during(
                          () ->
                              of(version)
                                  .sessions
                                  .score(
                                      some.stream().map(Pair::task).toList(),
                                      some.stream().map(Pair::candidate).toList(),
                                      context)))
              .stream()
              .map(answer -> Objects.requireNonNullElse(answer.value(), Double.NaN))
              .toList();
      spending.actual = spending.most;
      return scores;
    } finally {
      flight.commit();
      spending.end();
    }
  }

  /** A candidate to be scored. */
  private record Pair<T, C>(T task, C candidate) {}

  /** A version at work: its sessions, and how they are asked. */
  private final class Asked {
    final Sessions<T, C> sessions;
    final Asking<Request<T>, Output<C>> generating;
    final Asking<Pair<T, C>, Double> scoring;

    Asked(Sessions<T, C> sessions) {
      this.sessions = sessions;
      this.generating = new Asking<>(steps.outages(), GENERATOR, Attempts::came);
      this.scoring = new Asking<>(steps.outages(), GENERATOR, Attempts::came);
    }
  }

  private static Asking.Came came(Answer<?> answer) {
    boolean failed =
        answer.kind() != Answer.Kind.GIVEN
            || (answer.value() instanceof Output<?> output && output.kind() == Output.Kind.FAILED);
    return failed ? Asking.Came.PASSING : Asking.Came.ANSWERED;
  }

  /**
   * From now on a version attempts that no registry keeps.
   *
   * @param open opens a session of it; asked on any thread
   * @return false if it is known by that id
   */
  public boolean open(String version, Supplier<Generator.Session<T, C>> open) {
    Asked drafted = new Asked(new Sessions<>(generator, open, threads));
    return versions.putIfAbsent(version, drafted) == null;
  }

  /** Closes the sessions of a version. */
  public void close(String version) {
    Asked own = versions.remove(version);
    if (own != null) {
      own.sessions.close();
    }
  }

  private Asked of(String version) {
    // Every file is held against its hash before it is loaded.
    return versions.computeIfAbsent(
        version,
        id ->
            new Asked(
                new Sessions<>(
                    generator, () -> Steps.loaded(registry, id, generator::open), threads)));
  }

  /**
   * Has probes read by their judges. What was not read through nobody's fault is read again.
   *
   * @param kind the probes' kind, with what it is read for
   * @param calls how their judges may be called
   * @param each what their judges use on one attempt at most
   * @param unknown what a reading is taken to have used of which nobody knows
   * @param asks attempts that a reading is about
   * @param readings each asks the judges about one probe
   * @param step what for, for people
   * @return an answer for each, in order
   */
  public List<Answer<Judged>> read(
      String kind,
      Calls calls,
      Amounts each,
      Cost unknown,
      int asks,
      List<Supplier<Judged>> readings,
      String step) {
    Watch context = steps.context(step);
    return reading
        .computeIfAbsent(
            kind,
            name ->
                new Asking<>(
                    steps.outages(),
                    "judge of " + name,
                    answer ->
                        answer.kind() == Answer.Kind.GIVEN
                            ? Asking.Came.ANSWERED
                            : Asking.Came.PASSING))
        .all(
            readings,
            lost -> steps.accounts().mayJudge((lost.size() + 1L) * asks, each),
            some ->
                steps
                    .accounts()
                    .judged(
                        (long) some.size() * asks,
                        each,
                        () -> judges.read(calls, some, context),
                        given ->
                            given.stream().flatMap(one -> calls(one, unknown).stream()).toList()));
  }

  /** What the calls of a reading used. */
  public static List<Cost> calls(Answer<Judged> answer, Cost unknown) {
    Judged judged = answer.value();
    return judged == null ? List.of(unknown) : judged.calls();
  }

  /** Closes every session but those of the versions given. */
  public void closeAllBut(List<String> kept) {
    List<Crew<?>> closing = new ArrayList<>();
    versions.forEach(
        (version, own) -> {
          if (!kept.contains(version)) {
            closing.add(own.sessions.crew());
          }
        });
    versions.keySet().retainAll(kept);
    Crew.closeAll(closing);
  }

  /** Who runs models and asks judges, to be closed. */
  public List<Crew<?>> crews() {
    List<Crew<?>> crews = new ArrayList<>(judges.crews());
    versions.values().forEach(own -> crews.add(own.sessions.crew()));
    return crews;
  }
}
