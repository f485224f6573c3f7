package dev.rsi.core;

import com.google.common.math.LongMath;
import dev.rsi.api.Critic;
import dev.rsi.api.DriftGate;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.Lesson;
import dev.rsi.api.Recipe;
import dev.rsi.api.Rubric;
import dev.rsi.api.Trainer;
import dev.rsi.api.Verifier;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.gate.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.store.RunStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The parts of a loop being built, and whether they fit together. */
final class LoopParts<T, C> {
  final Generator<T, C> generator;
  @Nullable Verifier<? super T, ? super C> verifier;
  @Nullable Critic<? super T, ? super C> critic;
  @Nullable Rubric rubric;
  @Nullable Trainer<T, C> trainer;
  @Nullable Recipe recipe;
  @Nullable DriftGate gate;
  @Nullable ProbeBank<T, C> probes;
  @Nullable ProbeBank<T, C> exam;
  @Nullable List<Lesson<T, C>> lessons;
  @Nullable Integer earlierLessons;
  @Nullable Practice practice;
  @Nullable Budget budget;
  @Nullable RunStore store;
  @Nullable ModelRegistry registry;
  @Nullable RunListener listener;
  @Nullable ThreadFactory threads;
  @Nullable Path stopFile;
  @Nullable Approval approval;
  @Nullable Charter charter;
  @Nullable Clock clock;
  @Nullable Long seed;
  @Nullable Long secret;
  @Nullable Duration pace;
  @Nullable Integer retain;

  private final List<String> problems = new ArrayList<>();

  LoopParts(Generator<T, C> generator) {
    this.generator = generator;
  }

  Practice practice() {
    return practice == null ? Practice.DEFAULT : practice;
  }

  /** Throws if anything is missing or contradictory, naming all of it. */
  void check() {
    problems.clear();
    require(verifier, "verifier", "call verifier((task, candidate) -> Verdict.passIf(...))");
    require(trainer, "trainer", "call trainer(...) with the backend's trainer");
    require(gate, "gate", "call gate(DriftGates.paired())");
    require(probes, "probes", "call probes(ProbeBank.of(...)) with tasks held out from practice");
    require(budget, "budget", "call budget(Budget.of(generations))");
    require(store, "store", "call store(RunStore.sqlite(file)) or store(RunStore.inMemory())");
    require(registry, "registry", "call registry(ModelRegistry.directory(directory))");
    if (rubric != null && critic == null) {
      problems.add("rubric is set but critic is not: call critic(...), or leave the rubric out.");
    }
    checkRecipe();
    checkSamples();
    checkGate();
    checkJudges("probes", probes);
    checkJudges("exam", exam);
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
    if (recipe == null || trainer == null) {
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
    if (trainer != null && trainer.contrasts() && practice().samples() < 2) {
      problems.add(
          "practice has ("
              + practice().samples()
              + ") samples, but the trainer contrasts attempts at one task: call"
              + " practice(Practice.DEFAULT.samples(8)), with a generator that samples above"
              + " temperature 0.");
    }
  }

  private void checkGate() {
    if (gate != null && probes != null) {
      DriftGates.misfits(gate, probes)
          .forEach(misfit -> problems.add("gate does not fit probes: " + misfit));
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
    if (pace != null && most != null && pace.compareTo(most) > 0) {
      problems.add(
          "pace ("
              + pace
              + ") is longer than the budget's wall clock ("
              + most
              + "): no decision would end in time.");
    }
  }

  private void checkJudges(String name, @Nullable ProbeBank<T, C> bank) {
    if (bank != null) {
      bank.contradictions()
          .forEach(
              wrong -> problems.add(name + " has a judge that is wrong: " + wrong + ": mend it."));
    }
  }

  private void checkHeldOut() {
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
                          + generator.codec().writeTask(task)
                          + "), which is a probe or near one: draw them apart."));
    }
    for (Lesson<T, C> lesson : lessons == null ? List.<Lesson<T, C>>of() : lessons) {
      if (heldOut(lesson.task())) {
        problems.add(
            "lessons holds the task ("
                + generator.codec().writeTask(lesson.task())
                + "), which is a probe or an exam task: leave it out of the lessons.");
        return;
      }
    }
  }

  private boolean heldOut(T task) {
    return (probes != null && probes.contains(task)) || (exam != null && exam.contains(task));
  }

  private void checkBudget() {
    if (budget != null && probes != null) {
      // How many levels the tasks have is known when the loop is run; one is the least.
      long attempts = WorstCase.firstGeneration(practice(), 1, probes, exam);
      long first = exam == null ? 0 : exam.attempts();
      for (Limit limit : budget.limits()) {
        checkLimit(limit, LongMath.saturatedAdd(attempts, limit.window() == null ? first : 0));
      }
    }
  }

  private void checkLimit(Limit limit, long attempts) {
    int maxTokens = generator.maxTokens();
    long tokens = LongMath.saturatedMultiply(attempts, maxTokens);
    Price price = budget == null ? Price.FREE : budget.price();
    boolean boundless =
        switch (limit.dimension()) {
          case TOKENS -> maxTokens == Integer.MAX_VALUE;
          case MONEY -> price.isForTokens() && maxTokens == Integer.MAX_VALUE;
          case ATTEMPTS, TRAINING_STEPS, WALL_CLOCK, CPU_TIME -> false;
        };
    if (boundless) {
      problems.add(
          "budget allows ("
              + limit
              + "), but the generator does not say how many tokens an attempt has at most: override"
              + " its maxTokens(), or leave the ceiling out.");
      return;
    }
    if (limit.dimension() == Dimension.MONEY && price.equals(Price.FREE)) {
      problems.add("budget allows (" + limit + "), but nothing costs any: call price(...) on it.");
    }
    if (limit.dimension() == Dimension.CPU_TIME && ProcessTime.unknown()) {
      problems.add("budget allows (" + limit + "), but this system does not tell: leave it out.");
    }
    long least =
        switch (limit.dimension()) {
          case ATTEMPTS -> attempts;
          case TOKENS -> tokens;
          case MONEY -> price.isForTokens() ? price.ofTokens(tokens) : 0;
          case TRAINING_STEPS -> steps();
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

  private long steps() {
    long attempts = practice().worstCase(1);
    long given = lessons == null ? 0 : lessons.size();
    return trainer == null
        ? 0
        : WorstCase.steps(
            trainer, recipe == null ? Recipe.defaults() : recipe, given + attempts, attempts);
  }
}
