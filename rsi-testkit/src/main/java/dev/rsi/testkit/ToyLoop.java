package dev.rsi.testkit;

import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.DriftGate;
import dev.rsi.api.Generator;
import dev.rsi.api.Recipe;
import dev.rsi.api.Rubric;
import dev.rsi.api.TaskSource;
import dev.rsi.api.Trainer;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A small loop around a simulated learner, with settings drawn at random. */
final class ToyLoop implements SimulatedLoop<Sum, Long> {
  private final SimulatedWorld<Sum, Long> world;
  private final int levels;
  private final double[] skills;
  private final ToyTasks tasks;
  private final SimulatedLearner learner;
  private final ProbeBank<Sum, Long> probes;
  private final @Nullable ProbeBank<Sum, Long> exam;
  private final Practice practice;
  private final Budget budget;
  private final boolean anchored;
  private final boolean hasCritic;

  ToyLoop(SimulatedWorld<Sum, Long> world, SplittableRandom random) {
    this.world = world;
    levels = random.nextInt(2, 6);
    skills = new double[levels];
    skills[0] = random.nextDouble(.3, .9);
    skills[1] = random.nextDouble(0, .5);
    tasks = ToyTasks.ofLevels(levels);
    learner =
        SimulatedLearner.ofLevels(levels)
            .lessonsToLearn(6)
            .noise(random.nextDouble(.03))
            .churn(random.nextDouble(.2))
            .malformed(random.nextInt(3) == 0 ? .05 : 0);
    if (random.nextInt(4) == 0) {
      learner.driftPerGeneration(random.nextInt(1, levels + 1), random.nextDouble(.4));
    }
    anchored = random.nextInt(8) == 0;
    probes = bank(random, anchored ? 120 : random.nextInt(40, 80), 0);
    exam = random.nextBoolean() ? bank(random, random.nextInt(3, 10), 1) : null;
    Practice drawn =
        Practice.DEFAULT
            .tasks(random.nextInt(8, 30))
            .scouts(random.nextInt(4, 16))
            .samples(random.nextInt(1, 3))
            .reach(random.nextInt(1, 4))
            .batch(random.nextInt(4, 64))
            .patience(random.nextInt(1, 4));
    Budget generations = Budget.of(random.nextInt(1, 4));
    budget =
        random.nextInt(3) == 0 ? generations.attempts(random.nextInt(2000, 4000)) : generations;
    practice = drawn.memory(random.nextInt(3) == 0 ? random.nextInt(20) : 1000);
    hasCritic = random.nextBoolean();
  }

  /** Tasks whose answer leaves a rest of 0 or 1 by 3: the rest 2 is for practice alone. */
  private ProbeBank<Sum, Long> bank(SplittableRandom random, int perLevel, int rest) {
    Map<String, List<Sum>> kinds = new LinkedHashMap<>();
    for (int level = 1; level <= levels; level++) {
      Set<Sum> held = new LinkedHashSet<>();
      while (held.size() < perLevel) {
        Sum task = tasks.draw(level, random);
        if (task.expected() % 3 == rest) {
          held.add(task);
        }
      }
      kinds.put("level " + level, List.copyOf(held));
    }
    return ProbeBank.of(
        ToyTasks.codec(), Verifier.<Sum, Long>named("judge of sums", this::judged), kinds);
  }

  private Verdict judged(Sum task, Long candidate) {
    world.reads(words(task, candidate));
    return ToyTasks.verifier().verify(task, candidate);
  }

  /** Its parts keep nothing, but for the gate, which is another one each time. */
  @Override
  public SimulatedLoop<Sum, Long> inAnotherProcess() {
    return this;
  }

  @Override
  public Generator<Sum, Long> generator() {
    return learner.generator();
  }

  /** Known by its class alone, so that it is asked again whenever a run is resumed. */
  @Override
  public Verifier<Sum, Long> verifier() {
    return (task, candidate) -> ToyTasks.verifier().verify(task, candidate);
  }

  @Override
  public @Nullable Critic<Sum, Long> critic() {
    return hasCritic
        ? (task, candidate, verdict, rubric) ->
            Critique.overall(candidate % 10 / 9.0, "by the last digit")
        : null;
  }

  @Override
  public Trainer<Sum, Long> trainer() {
    return learner.trainer();
  }

  @Override
  public Rubric rubric() {
    return Rubric.overall();
  }

  @Override
  public Recipe recipe() {
    return Recipe.defaults();
  }

  @Override
  public DriftGate gate() {
    return anchored ? DriftGates.anchored() : DriftGates.paired();
  }

  @Override
  public TaskSource<Sum> tasks() {
    return tasks;
  }

  @Override
  public ProbeBank<Sum, Long> probes() {
    return probes;
  }

  @Override
  public @Nullable ProbeBank<Sum, Long> exam() {
    return exam;
  }

  @Override
  public Budget budget() {
    return budget;
  }

  @Override
  public void settings(ImprovementLoop.Builder<Sum, Long> builder) {
    builder.practice(practice);
  }

  @Override
  public Path writeStart(Path directory) {
    return learner.write(directory, skills);
  }

  @Override
  public Path writeOther(Path directory, SplittableRandom chance) {
    return learner.write(directory, chance.nextDouble());
  }

  @Override
  public long mark(Sum task) {
    return task.hashCode();
  }

  @Override
  public long mark(Sum task, Long candidate) {
    return candidate * 31 + task.hashCode();
  }

  @Override
  public String words(Sum task, Long candidate) {
    return task.toString() + candidate;
  }
}
