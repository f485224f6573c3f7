package dev.rsi.core;

import com.google.common.math.LongMath;
import dev.rsi.api.Codec;
import dev.rsi.api.Knob;
import dev.rsi.api.Lesson;
import dev.rsi.api.Recipe;
import dev.rsi.api.RsiException;
import dev.rsi.api.Trainer;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.RoundTrip;
import dev.rsi.core.internal.probe.DefaultProbeBank;
import dev.rsi.core.internal.probe.Scored;
import dev.rsi.core.internal.spending.Amounts;
import dev.rsi.core.internal.spending.AttemptCosts;
import dev.rsi.core.internal.spending.Dimension;
import dev.rsi.core.internal.spending.Limit;
import dev.rsi.core.internal.spending.ProcessTime;
import dev.rsi.core.internal.spending.Tariff;
import dev.rsi.core.internal.spending.WorstTraining;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.probe.ProbeFamily;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether the parts of a loop being built fit together. */
final class PlanCheck<T, C> {
  private final ImprovementLoop.Builder<T, C> parts;
  private final List<String> problems = new ArrayList<>();

  PlanCheck(ImprovementLoop.Builder<T, C> parts) {
    this.parts = parts;
  }

  /** Throws if anything is missing or contradictory, naming all of it. */
  void check() {
    require(parts.verifier, "verifier", "call verifier((task, candidate) -> Verdict.passIf(...))");
    require(parts.trainer, "trainer", "call trainer(...) with the backend's trainer");
    require(parts.gate, "gate", "call gate(DriftGates.paired())");
    require(
        parts.probes, "probes", "call probes(ProbeBank.of(...)) with tasks held out from practice");
    require(parts.budget, "budget", "call budget(Budget.of(generations))");
    require(
        parts.store, "store", "call store(RunStore.sqlite(file)) or store(RunStore.inMemory())");
    require(parts.registry, "registry", "call registry(ModelRegistry.directory(directory))");
    checkRecipe();
    checkSamples();
    checkProposals();
    checkGate();
    checkScoring("probes", parts.probes);
    checkScoring("exam", parts.exam);
    checkCodec();
    checkJudges("probes", parts.probes);
    checkJudges("exam", parts.exam);
    checkHeldOut();
    checkBudget();
    if (!problems.isEmpty()) {
      throw new IllegalStateException(
          "The loop cannot be built:\n- " + String.join("\n- ", problems));
    }
  }

  private void require(@Nullable Object part, String name, String wayOut) {
    if (part == null) {
      problems.add(name + " is missing: " + wayOut + ".");
    }
  }

  private void checkRecipe() {
    Trainer<T, C> trainer = parts.trainer;
    Recipe recipe = parts.recipe;
    if (trainer == null) {
      return;
    }
    Set<String> knobs = trainer.knobs().stream().map(Knob::name).collect(Collectors.toSet());
    for (String name : recipe.values().keySet()) {
      if (!knobs.contains(name)) {
        problems.add(
            "recipe sets ("
                + name
                + "), which the trainer does not have: use one of "
                + knobs
                + ".");
      }
    }
    for (Knob knob : trainer.knobs()) {
      try {
        recipe.value(knob);
      } catch (IllegalArgumentException e) {
        problems.add("recipe does not fit the trainer: " + e.getMessage());
      }
    }
  }

  private void checkSamples() {
    Trainer<T, C> trainer = parts.trainer;
    int samples = parts.practice.samples();
    if (trainer != null && trainer.learnsFrom() == Trainer.LearnsFrom.CONTRASTS && samples < 2) {
      problems.add(
          "practice has ("
              + samples
              + ") samples, but the trainer contrasts attempts at one task: call"
              + " practice(Practice.DEFAULT.samples(8)), with a generator that samples above"
              + " temperature 0.");
    }
  }

  private void checkGate() {
    ProbeBank<T, C> exam = parts.exam;
    Budget budget = parts.budget;
    Duration pace = parts.oversight.pace();
    if (parts.gate != null && parts.probes != null) {
      DriftGates.misfits(parts.gate, parts.probes)
          .forEach(misfit -> problems.add("gate does not fit probes: " + misfit));
      DriftGates.warnings(parts.gate, parts.probes, budget == null ? 1 : budget.generations())
          .forEach(warning -> LoopLog.LOG.warn("probes for the gate: {}", warning));
    }
    if (exam != null) {
      exam.families().values().stream()
          .filter(family -> !family.isSkill())
          .forEach(
              family ->
                  problems.add(
                      "exam has the kind ("
                          + family.name()
                          + "), which is no skill, so that a share solved means nothing: leave it"
                          + " to the probes."));
    }
    Duration most = budget == null ? null : budget.wallClock();
    if (most != null && pace.compareTo(most) > 0) {
      problems.add(
          "pace ("
              + pace
              + ") is longer than the budget's wall clock ("
              + most
              + "): no decision would end in time.");
    }
  }

  /** Without scores every reading would be missing, and every decision HOLD. */
  private void checkScoring(String part, @Nullable ProbeBank<T, C> bank) {
    if (bank != null && !parts.generator.scores()) {
      DefaultProbeBank.of(bank).kinds().values().stream()
          .filter(family -> family instanceof Scored<T, C> scored && scored.isExpected())
          .forEach(
              family ->
                  problems.add(
                      part
                          + " has the kind ("
                          + family.name()
                          + "), which reads probabilities, but the generator does not score: use"
                          + " ProbeFamily.skill(...) with a judge, or a generator whose scores()"
                          + " is true."));
    }
  }

  /**
   * What the codec reads has to be what it wrote: it is what a run goes on with after a kill, and
   * what the model is asked. One problem for each part is enough.
   */
  private void checkCodec() {
    ProbeBank<T, C> probes = parts.probes;
    if (probes == null) {
      return;
    }
    Codec<T, C> codec = parts.generator.codec();
    checkTasks("probes", codec, probes);
    if (parts.exam != null) {
      checkTasks("exam", codec, parts.exam);
    }
    for (Lesson<T, C> lesson : parts.lessons) {
      try {
        RoundTrip.task(codec, lesson.task());
        RoundTrip.candidate(codec, lesson.candidate());
      } catch (RsiException e) {
        problems.add("a lesson cannot be kept: " + e.getMessage());
        return;
      }
    }
  }

  private void checkTasks(String name, Codec<T, C> codec, ProbeBank<T, C> bank) {
    for (ProbeFamily<T, C> family : bank.families().values()) {
      for (T task : family.tasks()) {
        try {
          RoundTrip.task(codec, task);
        } catch (RsiException e) {
          problems.add(name + " of kind (" + family.name() + ") cannot be kept: " + e.getMessage());
          return;
        }
      }
    }
  }

  private void checkJudges(String name, @Nullable ProbeBank<T, C> bank) {
    if (bank != null) {
      DefaultProbeBank.of(bank)
          .contradictions()
          .forEach(
              wrong -> problems.add(name + " has a judge that is wrong: " + wrong + ": mend it."));
    }
  }

  private void checkHeldOut() {
    ProbeBank<T, C> probes = parts.probes;
    ProbeBank<T, C> exam = parts.exam;
    if (probes != null && exam != null) {
      ProbeBank<T, C> bank = probes;
      exam.families().values().stream()
          .flatMap(family -> family.tasks().stream())
          .filter(bank::contains)
          .findFirst()
          .ifPresent(
              task ->
                  problems.add(
                      "exam holds the task ("
                          + parts.generator.codec().writeTask(task)
                          + "), which is a probe or near one: draw them apart."));
    }
    for (Lesson<T, C> lesson : parts.lessons) {
      if (heldOut(lesson.task())) {
        problems.add(
            "lessons holds the task ("
                + parts.generator.codec().writeTask(lesson.task())
                + "), which is a probe or an exam task: leave it out of the lessons.");
        return;
      }
    }
  }

  private boolean heldOut(T task) {
    return (parts.probes != null && parts.probes.contains(task))
        || (parts.exam != null && parts.exam.contains(task));
  }

  private void checkBudget() {
    Budget budget = parts.budget;
    ProbeBank<T, C> exam = parts.exam;
    if (budget != null && parts.probes != null) {
      // How many levels the tasks have is known when the loop is run; one is the least.
      WorstTraining training = training();
      long attempts =
          LongMath.saturatedAdd(
              WorstCase.firstGeneration(parts.practice, 1, proposals(), parts.probes, exam),
              training.attempts());
      long first = WorstCase.attempts(exam);
      for (Limit limit : budget.ceilings().limits()) {
        checkLimit(
            parts.probes,
            budget.ceilings().tariff(),
            limit,
            LongMath.saturatedAdd(attempts, limit.window() == null ? first : 0),
            training);
      }
    }
  }

  private void checkLimit(
      ProbeBank<T, C> probes, Tariff price, Limit limit, long attempts, WorstTraining training) {
    AttemptCosts each =
        WorstCase.costs(parts.generator, parts.verifier, parts.critic, probes, parts.exam, price);
    Amounts most = each.all().times(attempts).plus(training.asked(price));
    long tokens = most.get(Dimension.TOKENS);
    long money = most.get(Dimension.MONEY);
    boolean boundless =
        switch (limit.dimension()) {
          case TOKENS -> each.unknown() != null;
          case MONEY -> price.isForTokens() && each.unknown() != null;
          case ATTEMPTS, TRAINING_STEPS, WALL_CLOCK, CPU_TIME -> false;
        };
    if (boundless) {
      problems.add(
          "budget allows ("
              + limit
              + "), but the "
              + each.unknown()
              + " does not say how many tokens an attempt has at most: override"
              + " its maxTokens(), or leave the ceiling out.");
      return;
    }
    if (limit.dimension() == Dimension.MONEY && price.isFree() && money == 0) {
      problems.add(
          "budget allows ("
              + limit
              + "), but nothing costs any: call price(...) on it, or"
              + " override maxMoney() of the part that says what it was charged.");
    }
    if (limit.dimension() == Dimension.CPU_TIME && ProcessTime.unknown()) {
      problems.add("budget allows (" + limit + "), but this system does not tell: leave it out.");
    }
    long least =
        switch (limit.dimension()) {
          case ATTEMPTS -> attempts;
          case TOKENS -> tokens;
          case MONEY -> money;
          case TRAINING_STEPS -> training.steps();
          case WALL_CLOCK, CPU_TIME -> 0;
        };
    if (limit.dimension() == Dimension.TRAINING_STEPS && least == Long.MAX_VALUE) {
      problems.add(
          "budget allows ("
              + limit
              + "), but the trainer does not say how many a training takes at most: override its"
              + " maxSteps(), or leave the ceiling out.");
    } else if (limit.most() < least) {
      problems.add(
          "budget allows ("
              + limit
              + "), but one generation may need at least ("
              + limit.dimension().amount(least)
              + "): raise it, or practise, probe or train less.");
    }
  }

  private WorstTraining training() {
    long attempts = parts.practice.worstCase(1);
    long lessons = parts.lessons.size() + attempts;
    return parts.trainer == null
        ? WorstTraining.NONE
        : WorstTraining.of(parts.trainer, parts.recipe, lessons, attempts).times(proposals());
  }

  /** What {@link #checkProposals} refuses counts as one. */
  private int proposals() {
    return parts.trainer == null ? 1 : Math.max(1, parts.trainer.proposals());
  }

  private void checkProposals() {
    if (parts.trainer != null) {
      try {
        WorstTraining.proposals(parts.trainer);
      } catch (IllegalStateException e) {
        problems.add(e.getMessage());
      }
    }
  }
}
