package dev.rsi.core.report;

import dev.rsi.api.Cost;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Verdict;
import dev.rsi.core.internal.Cut;
import dev.rsi.core.internal.LeftOutIfNull;
import dev.rsi.core.report.RunReport.Spender;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened in a run. Events are what a {@code RunStore} records and what listeners
 * hear, in the same order. They carry no clock times, so that two runs of one seed have equal
 * events but for {@linkplain #circumstantial circumstances}; tasks and candidates stand in them as
 * their {@code Codec} writes them. Words of parts and of people (reasons, comments, messages) have
 * 4,096 characters at most: longer ones are cut, and say how long they were; so are names and
 * number of a trainer's metrics, at 256. Field terms: event, log record.
 */
public sealed interface RunEvent {

  /** Every kind of event: the records of this type. */
  static Set<Class<? extends RunEvent>> kinds() {
    return Arrays.stream(RunEvent.class.getPermittedSubclasses())
        .map(kind -> kind.asSubclass(RunEvent.class))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The generation it belongs to: 0 before the first one. */
  int generation();

  /**
   * Whether it tells of the circumstances (the machine, the clock, a person at the controls) and
   * not of the run's course: another run of the same seed may differ in it, and a run that is
   * resumed passes it over.
   */
  default boolean circumstantial() {
    return false;
  }

  /**
   * What parts used for what it tells: money as they were charged, or at the price of the budget
   * where an event says so.
   *
   * @return without those that used nothing but time; by default empty
   */
  default Map<Spender, Cost> costs() {
    return Map.of();
  }

  private static void put(Map<Spender, Cost> costs, Spender who, @Nullable Cost cost) {
    if (cost != null && !cost.equals(Cost.NONE)) {
      costs.put(who, cost);
    }
  }

  /**
   * The run began.
   *
   * @param seed the root of all its randomness
   * @param anchor id of the version it began with
   * @param setting what the loop was built from, by name, for people
   */
  record RunStarted(long seed, String anchor, Map<String, String> setting) implements RunEvent {
    /** What of the setting may differ when a run is resumed. */
    private static final Set<String> OF_THE_BUDGET = Set.of("budget", "worst case");

    public RunStarted {
      setting = Collections.unmodifiableMap(new LinkedHashMap<>(setting));
    }

    /** In what another beginning differs, in words; what a run may spend apart. */
    public List<String> differences(RunStarted other) {
      List<String> found = new ArrayList<>();
      compare("seed", seed, other.seed, found);
      compare("anchor", anchor, other.anchor, found);
      Set<String> names = new TreeSet<>(setting.keySet());
      names.addAll(other.setting.keySet());
      names.removeAll(OF_THE_BUDGET);
      names.forEach(name -> compare(name, setting.get(name), other.setting.get(name), found));
      return found;
    }

    private static void compare(
        String name, @Nullable Object own, @Nullable Object others, List<String> found) {
      if (!Objects.equals(own, others)) {
        found.add(name + " was (" + own + ") and is (" + others + ")");
      }
    }

    @Override
    public int generation() {
      return 0;
    }
  }

  /**
   * A generation began to practise. The scouting that led to it comes before.
   *
   * @param incumbent id of the version live now
   * @param tasks practice tasks per level: fewer than the practice asks for where the budget had no
   *     room for all; null in a record older than that, which had all
   */
  record GenerationStarted(int generation, String incumbent, @Nullable Integer tasks)
      implements RunEvent {}

  /**
   * The model attempted a practice task, or a trainer's draft of it one again, and the attempt was
   * ruled on: how an {@link dev.rsi.api.Attempt} is recorded.
   *
   * @param stage what it was made for
   * @param level difficulty of the task
   * @param task the task
   * @param seed the attempt's seed
   * @param candidate the candidate, null if the attempt failed
   * @param tokens tokens the model wrote
   * @param outcome the verifier's ruling; UNDECIDED if there is no candidate
   * @param score the verdict's score in [0, 1]
   * @param reason the verdict's reason, or why there is no candidate
   * @param critique the critic's score per criterion; null if none was asked, empty if undecided
   * @param comment the critic's words; null if none was asked, or in a record older than them
   * @param verdictCost what the verifier used for the ruling; null if nothing but time
   * @param critiqueCost what the critic used; null if nothing but time, or none was asked
   * @param text what an answer says that is no candidate; null where nobody knows, or there is one
   * @param outputCost what the model used; null if nothing but the tokens that it wrote, as in a
   *     record older than it
   * @param draft id that the draft would have as a version, of stage TRAINING; else null
   */
  record Attempted(
      int generation,
      Stage stage,
      int level,
      String task,
      long seed,
      @Nullable String candidate,
      int tokens,
      Verdict.Outcome outcome,
      double score,
      String reason,
      @Nullable Map<String, Double> critique,
      @Nullable String comment,
      @LeftOutIfNull @Nullable Cost verdictCost,
      @LeftOutIfNull @Nullable Cost critiqueCost,
      @LeftOutIfNull @Nullable String text,
      @LeftOutIfNull @Nullable Cost outputCost,
      @LeftOutIfNull @Nullable String draft)
      implements RunEvent {
    public Attempted {
      reason = Cut.text(reason);
      comment = comment == null ? null : Cut.text(comment);
      text = text == null ? null : Cut.text(text);
      verdictCost = Cost.NONE.equals(verdictCost) ? null : verdictCost;
      critiqueCost = Cost.NONE.equals(critiqueCost) ? null : critiqueCost;
      outputCost = new Cost(0, Math.max(0, tokens)).equals(outputCost) ? null : outputCost;
      critique =
          critique == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(critique));
    }

    /** An attempt in practice. */
    public Attempted(
        int generation,
        Stage stage,
        int level,
        String task,
        long seed,
        @Nullable String candidate,
        int tokens,
        Verdict.Outcome outcome,
        double score,
        String reason,
        @Nullable Map<String, Double> critique,
        @Nullable String comment,
        @Nullable Cost verdictCost,
        @Nullable Cost critiqueCost,
        @Nullable String text,
        @Nullable Cost outputCost) {
      this(
          generation,
          stage,
          level,
          task,
          seed,
          candidate,
          tokens,
          outcome,
          score,
          reason,
          critique,
          comment,
          verdictCost,
          critiqueCost,
          text,
          outputCost,
          null);
    }

    /** An attempt on which verdict and critique took nothing but time. */
    public Attempted(
        int generation,
        Stage stage,
        int level,
        String task,
        long seed,
        @Nullable String candidate,
        int tokens,
        Verdict.Outcome outcome,
        double score,
        String reason,
        @Nullable Map<String, Double> critique,
        @Nullable String comment) {
      this(
          generation,
          stage,
          level,
          task,
          seed,
          candidate,
          tokens,
          outcome,
          score,
          reason,
          critique,
          comment,
          null,
          null,
          null,
          null);
    }

    /** What the model used for it. */
    public Cost made() {
      return outputCost == null ? new Cost(0, tokens) : outputCost;
    }

    /** What the verifier used to rule on it. */
    public Cost ruled() {
      return verdictCost == null ? Cost.NONE : verdictCost;
    }

    /** What the critic used on it. */
    public Cost criticised() {
      return critiqueCost == null ? Cost.NONE : critiqueCost;
    }

    @Override
    public Map<Spender, Cost> costs() {
      Map<Spender, Cost> costs = new EnumMap<>(Spender.class);
      put(costs, stage == Stage.TRAINING ? Spender.TRAINER : Spender.PRACTICE, made());
      put(costs, Spender.VERIFIER, verdictCost);
      put(costs, Spender.CRITIC, critiqueCost);
      return costs;
    }
  }

  /** What an attempt was made for. */
  enum Stage {
    /** To measure how far the model can go. */
    SCOUT,
    /** To make lessons. */
    PRACTICE,
    /** By a trainer's draft, while the trainer was at work on it. */
    TRAINING
  }

  /**
   * A model that the trainer asked replied.
   *
   * @param request SHA-256 of what it was asked
   * @param text what it said, whole
   * @param cost what it used; null if nothing but time
   */
  record Replied(int generation, String request, String text, @LeftOutIfNull @Nullable Cost cost)
      implements RunEvent {
    public Replied {
      cost = Cost.NONE.equals(cost) ? null : cost;
    }

    @Override
    public Map<Spender, Cost> costs() {
      Map<Spender, Cost> costs = new EnumMap<>(Spender.class);
      put(costs, Spender.TRAINER, cost);
      return costs;
    }
  }

  /**
   * Lessons were chosen for training.
   *
   * @param frontier hardest level practised
   * @param made attempts of this generation that could give lessons
   * @param kept lessons made of them
   * @param lessons lessons given to the trainer, earlier and given ones included
   * @param digest SHA-256 over those lessons
   */
  record LessonsSelected(
      int generation, int frontier, int made, int kept, int lessons, String digest)
      implements RunEvent {}

  /**
   * A challenger was trained and stored.
   *
   * @param challenger its id
   * @param parent id of the version it was trained from
   * @param steps optimiser steps taken
   * @param metrics what the trainer reports
   * @param provenance what the trainer says made it, as far as it fits into a record; null in a
   *     record older than that. A circumstance: two trainings are equal whatever it is
   */
  record Trained(
      int generation,
      String challenger,
      String parent,
      long steps,
      Map<String, Double> metrics,
      @LeftOutIfNull @Nullable Map<String, String> provenance)
      implements RunEvent {
    public Trained {
      metrics = Collections.unmodifiableMap(Cut.numbers(metrics));
      provenance = provenance == null ? null : Collections.unmodifiableMap(Cut.texts(provenance));
    }

    /** A training of whose making nobody knows. */
    public Trained(
        int generation, String challenger, String parent, long steps, Map<String, Double> metrics) {
      this(generation, challenger, parent, steps, metrics, null);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Trained trained
          && generation == trained.generation
          && challenger.equals(trained.challenger)
          && parent.equals(trained.parent)
          && steps == trained.steps
          && metrics.equals(trained.metrics);
    }

    @Override
    public int hashCode() {
      return Objects.hash(generation, challenger, parent, steps, metrics);
    }
  }

  /**
   * A proposal was tried on fresh practice tasks, the same under the same seeds for each of its
   * generation: the one with the best mean reward goes to the gate. Its attempts are no lessons.
   *
   * @param challenger its id
   * @param attempts how many attempts it made
   * @param decided how many of them were decided
   * @param reward the mean {@linkplain dev.rsi.api.Attempt#reward reward} of those, in [0, 1]; 0 if
   *     there is none
   */
  record Screened(
      int generation,
      String challenger,
      int attempts,
      int decided,
      double reward,
      @LeftOutIfNull @Nullable Cost cost,
      @LeftOutIfNull @Nullable Cost verdictCost,
      @LeftOutIfNull @Nullable Cost critiqueCost)
      implements RunEvent {
    public Screened {
      cost = Cost.NONE.equals(cost) ? null : cost;
      verdictCost = Cost.NONE.equals(verdictCost) ? null : verdictCost;
      critiqueCost = Cost.NONE.equals(critiqueCost) ? null : critiqueCost;
    }

    /** A try that took nothing but time. */
    public Screened(int generation, String challenger, int attempts, int decided, double reward) {
      this(generation, challenger, attempts, decided, reward, null, null, null);
    }

    @Override
    public Map<Spender, Cost> costs() {
      Map<Spender, Cost> costs = new EnumMap<>(Spender.class);
      put(costs, Spender.PRACTICE, cost);
      put(costs, Spender.VERIFIER, verdictCost);
      put(costs, Spender.CRITIC, critiqueCost);
      return costs;
    }
  }

  /**
   * A decision's order of probes was fixed, before it began.
   *
   * @param decision its number in the run, from 1
   * @param bank number of the bank in use, from 1
   * @param digest SHA-256 of the bank
   * @param knownAnswers how many known answers its judges were checked by
   * @param commitment SHA-256 over the run's secret, the decision and the bank
   * @param attempts the most that the decision may take: fewer than its probes may need where the
   *     budget had no room for all; null in a record older than that, which had all
   * @param together how many calls of the model were made at once, which pulls depend on; null for
   *     one, and in a record older than that
   */
  record ProbesCommitted(
      int generation,
      long decision,
      long bank,
      String digest,
      int knownAnswers,
      String commitment,
      @Nullable Long attempts,
      @LeftOutIfNull @Nullable Integer together)
      implements RunEvent {
    /** One call at once. */
    public ProbesCommitted(
        int generation,
        long decision,
        long bank,
        String digest,
        int knownAnswers,
        String commitment,
        @Nullable Long attempts) {
      this(generation, decision, bank, digest, knownAnswers, commitment, attempts, null);
    }
  }

  /**
   * A version was read on some probes or exam tasks of a kind.
   *
   * @param stream what for: the bank of probes in use, a second look at it, or the exam
   * @param kind the kind
   * @param version id of the version
   * @param probes which of the kind's tasks, from 0, in the order they were asked
   * @param numbers a reading per probe, NaN where it is missing; for a kind that is scored, the
   *     log-probability of each choice, probe after probe
   * @param answers what the version answered, where answers are described later; else empty
   * @param cost what the model used, with the money that counted for it by the budget's price; null
   *     if nothing but time, or in a record older than it
   * @param judgesCost the same of its judges
   */
  record Probed(
      int generation,
      String stream,
      String kind,
      String version,
      List<Integer> probes,
      List<Double> numbers,
      List<String> answers,
      @LeftOutIfNull @Nullable Cost cost,
      @LeftOutIfNull @Nullable Cost judgesCost)
      implements RunEvent {
    public Probed {
      probes = List.copyOf(probes);
      numbers = List.copyOf(numbers);
      answers = List.copyOf(answers);
      cost = Cost.NONE.equals(cost) ? null : cost;
      judgesCost = Cost.NONE.equals(judgesCost) ? null : judgesCost;
    }

    /** What a reading of the exam is recorded as: its stream. */
    public static final String EXAM = "exam";

    @Override
    public Map<Spender, Cost> costs() {
      Map<Spender, Cost> costs = new EnumMap<>(Spender.class);
      put(costs, stream.equals(EXAM) ? Spender.EXAM : Spender.PROBES, cost);
      put(costs, Spender.JUDGES, judgesCost);
      return costs;
    }

    /** A reading that took nothing but time. */
    public Probed(
        int generation,
        String stream,
        String kind,
        String version,
        List<Integer> probes,
        List<Double> numbers,
        List<String> answers) {
      this(generation, stream, kind, version, probes, numbers, answers, null, null);
    }
  }

  /**
   * The secret of all orders of probes, shown after the last decision.
   *
   * @param secret what the commitments were made of
   */
  record ProbesRevealed(int generation, long secret) implements RunEvent {}

  /**
   * The gate decided.
   *
   * @param challenger id of the version it decided on
   * @param decision the decision with its evidence
   * @param charter SHA-256 of the run's charter; null if it has none, or in a record older than
   *     charters
   */
  record Gated(int generation, String challenger, GateDecision decision, @Nullable String charter)
      implements RunEvent {}

  /**
   * Somebody is asked whether a challenger goes live.
   *
   * @param challenger id of the version
   * @param action what the gate decided on it
   * @param within how long an answer is waited for
   */
  record Asked(int generation, String challenger, GateDecision.Action action, String within)
      implements RunEvent {
    @Override
    public boolean circumstantial() {
      return true;
    }
  }

  /**
   * It was answered whether a challenger goes live. Without being asked, where it was withdrawn
   * before.
   *
   * @param challenger id of the version
   * @param approved whether it does
   * @param by who said so; {@code "nobody"} if there was no answer in time, {@code "registry"} if
   *     it was withdrawn
   * @param why in words
   */
  record Answered(int generation, String challenger, boolean approved, String by, String why)
      implements RunEvent {
    public Answered {
      by = Cut.text(by);
      why = Cut.text(why);
    }
  }

  /**
   * What a challenger's answers to probes look like. For people: nothing depends on it, as none of
   * these numbers can be tested by its mean.
   *
   * @param version id of the version
   * @param numbers by name: {@code distinct-n} is the share of distinct runs of n characters in its
   *     answers, {@code divergence on} a kind of choices the mean Kullback-Leibler divergence from
   *     generation 0 in nats
   */
  record Described(int generation, String version, Map<String, Double> numbers)
      implements RunEvent {
    public Described {
      numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
    }
  }

  /**
   * A version went live.
   *
   * @param from id of the version live before
   * @param to id of the version live now
   */
  record Promoted(int generation, String from, String to) implements RunEvent {}

  /**
   * The live version was found damaged, and the nearest sound one of its ancestors went live.
   *
   * @param from id of the damaged version
   * @param to id of the version live now
   * @param reason what is wrong with the files
   */
  record FellBack(int generation, String from, String to, String reason) implements RunEvent {
    public FellBack {
      reason = Cut.text(reason);
    }
  }

  /**
   * A part of the loop broke; the loop went on without it.
   *
   * @param part what broke, for example {@code "trainer"}
   * @param message what it said
   * @param where in which line of code, as a stack trace has it, the first that is not the JDK's;
   *     null if that is not known, or in a record older than that. A circumstance: two faults are
   *     equal whatever it is
   */
  record Faulted(int generation, String part, String message, @LeftOutIfNull @Nullable String where)
      implements RunEvent {
    public Faulted {
      message = Cut.text(message);
      where = where == null ? null : Cut.text(where);
    }

    /** A fault of which nobody knows where. */
    public Faulted(int generation, String part, String message) {
      this(generation, part, message, null);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Faulted fault
          && generation == fault.generation
          && part.equals(fault.part)
          && message.equals(fault.message);
    }

    @Override
    public int hashCode() {
      return Objects.hash(generation, part, message);
    }

    /** What broke and what it said, in words. */
    public String words() {
      return "the " + part + " failed: " + message;
    }

    /** The part that only hears: what it makes of events is no part of the run's course. */
    public static final String LISTENER = "listener";

    @Override
    public boolean circumstantial() {
      return part.equals(LISTENER);
    }
  }

  /**
   * The run was left before its end, and can be resumed.
   *
   * @param end why, as {@code run} returned it; null in a record older than that
   * @param reason why, in words
   */
  record Stopped(int generation, RunReport.@Nullable End end, String reason) implements RunEvent {
    public Stopped {
      reason = Cut.text(reason);
    }

    @Override
    public boolean circumstantial() {
      return true;
    }
  }

  /** The run was told to stand still, and does. */
  record Paused(int generation) implements RunEvent {
    @Override
    public boolean circumstantial() {
      return true;
    }
  }

  /** A run that stood still was told to go on, and does. */
  record Unpaused(int generation) implements RunEvent {
    @Override
    public boolean circumstantial() {
      return true;
    }
  }

  /**
   * A part could not be reached, through nobody's fault, and the run waits for it. The step is done
   * when the part is there again, as if nothing had happened.
   *
   * @param part who, for example {@code "verifier"}
   * @param reason what its calls said, in words
   */
  record OutageBegan(int generation, String part, String reason) implements RunEvent {
    @Override
    public boolean circumstantial() {
      return true;
    }
  }

  /**
   * The part that the run waited for is there again. Where {@link Stopped} comes instead, the run
   * was left meanwhile.
   *
   * @param part who
   */
  record OutageEnded(int generation, String part) implements RunEvent {
    @Override
    public boolean circumstantial() {
      return true;
    }
  }

  /**
   * The run was resumed.
   *
   * @param events how many events of its course were recorded before
   * @param budget what it may spend from now on, in words
   */
  record Resumed(int generation, long events, String budget) implements RunEvent {
    @Override
    public boolean circumstantial() {
      return true;
    }
  }

  /**
   * The budget moved: something was spent since it moved last, and something may be spent from now
   * on. Amounts by name: attempts, tokens, training steps, wall clock and cpu time in nanoseconds,
   * money in billionths.
   *
   * @param step what is under way, for people; empty between generations
   * @param day the day on which that was begun to be spent, as in 2026-03-01, by the loop's clock
   * @param spent how much
   * @param advanced the most that may be spent until the next event of this kind: where there is
   *     none, it counts as spent
   * @param course the attempts and training steps that the run's course has taken since it began,
   *     without those that a killed process lost; null in a record older than that
   * @param used what each part used for what the run's course has since it began, by the words of
   *     {@link Spender}, with the money that counted for it; null if nothing but time, or in a
   *     record older than it
   */
  record BudgetMoved(
      int generation,
      String step,
      String day,
      Map<String, Long> spent,
      Map<String, Long> advanced,
      @Nullable Map<String, Long> course,
      @LeftOutIfNull @Nullable Map<String, Cost> used)
      implements RunEvent {
    public BudgetMoved {
      used = used == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(used));
      spent = Collections.unmodifiableMap(new LinkedHashMap<>(spent));
      advanced = Collections.unmodifiableMap(new LinkedHashMap<>(advanced));
      course = course == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(course));
    }

    /** A movement before which no part used anything but time. */
    public BudgetMoved(
        int generation,
        String step,
        String day,
        Map<String, Long> spent,
        Map<String, Long> advanced,
        @Nullable Map<String, Long> course) {
      this(generation, step, day, spent, advanced, course, null);
    }

    @Override
    public boolean circumstantial() {
      return true;
    }
  }

  /** A generation ended. */
  record GenerationFinished(GenerationReport report) implements RunEvent {
    @Override
    public int generation() {
      return report.generation();
    }
  }

  /**
   * The run ended.
   *
   * @param generation the last generation begun
   * @param end why
   * @param reason why, in words
   * @param live id of the version live at the end
   */
  record RunFinished(int generation, RunReport.End end, String reason, String live)
      implements RunEvent {
    public RunFinished {
      reason = Cut.text(reason);
    }
  }
}
