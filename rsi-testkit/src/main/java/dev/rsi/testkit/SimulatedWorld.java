package dev.rsi.testkit;

import dev.rsi.api.DriftGate;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The world of one simulated run, drawn from a seed. Which parts break depends on what they are
 * asked alone, so that a run repeats itself whoever drives it; when a process dies or stands still,
 * when the disk is full and when a part cannot be reached does not.
 */
final class SimulatedWorld {
  /** So often something happens to processes; then one is left to end the run. */
  private static final int INCIDENTS = 8;

  /** So many processes stand still at once, at most. */
  private static final int STANDING = 3;

  /** More processes than incidents can end. */
  private static final int PROCESSES = 60;

  /** What happens to a process. */
  enum Fate {
    DIES,
    STANDS_STILL,
    /** What it asks of store and registry fails for a while. */
    FAILS,
    /** A part cannot be reached for a while. */
    MISSES,
    LIVES
  }

  private final long seed;
  private final boolean calm;
  private final Path home;
  private final SplittableRandom chance;
  private final SimulatedWatch watch;
  private final SimulatedStore store;
  private final SimulatedOutage outage;
  private final SimulatedPerson person;
  private final int levels;
  private final double[] skills;
  private final ToyTasks tasks;
  private final SimulatedLearner learner;
  private final ProbeBank<Sum, Long> probes;
  private final @Nullable ProbeBank<Sum, Long> exam;
  private final Practice practice;
  private final Budget budget;
  private final boolean anchored;
  private final boolean critic;
  private final boolean partsBreak;
  private final boolean listenerBreaks;
  private final boolean callsMiss;
  private final @Nullable Integer retain;
  private final Duration patience;
  private @Nullable SimulatedProcess running;
  private @Nullable SimulatedProcess driver;
  private @Nullable AssertionError broken;
  private long asked;
  private int incidents;
  private int standing;
  private int deaths;
  private int takeovers;
  private int failures;

  /**
   * A world.
   *
   * @param calm whether nothing happens in it but that parts break
   * @param home for registry, store and models
   */
  SimulatedWorld(long seed, boolean calm, Path home) {
    this.seed = seed;
    this.calm = calm;
    this.home = home;
    this.chance = new SplittableRandom(seed ^ 0xD1E5L);
    SplittableRandom random = new SplittableRandom(seed);
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
    critic = random.nextBoolean();
    partsBreak = random.nextInt(3) > 0;
    listenerBreaks = random.nextInt(4) == 0;
    callsMiss = random.nextBoolean();
    retain = random.nextBoolean() ? random.nextInt(3) : null;
    patience = Duration.ofMinutes(random.nextInt(3) * 40L);
    boolean file = random.nextInt(64) == 0;
    store = file ? SimulatedStore.sqlite(home) : SimulatedStore.onHeap(home);
    outage = new SimulatedOutage(chance);
    watch = new SimulatedWatch(this, budget.attempts());
    person =
        new SimulatedPerson(
            this, new SplittableRandom(seed ^ 0x9E45L), calm ? 0 : random.nextInt(5));
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
    SimulatedProcess asking = running;
    if (asking != null) {
      asking.step();
      if (asking.goesOn()) {
        outage.call("judge");
        if (misses("reading of " + task + candidate)) {
          throw new IllegalStateException("the reading was lost");
        }
      }
    }
    return ToyTasks.verifier().verify(task, candidate);
  }

  // What happens.

  /** Drives the run to its end, process after process. */
  void run() {
    for (int i = 0; !watch.isFinished(); i++) {
      if (i > PROCESSES) {
        throw new AssertionError("The run does not end.");
      }
      new SimulatedProcess(this).live();
      checkKept();
    }
  }

  /** Another process takes over the run of one that stands still. */
  void takeOver() {
    takeovers++;
    standing++;
    new SimulatedProcess(this).live();
    standing--;
  }

  /** The process that runs now, which is another one while one stands still. */
  @Nullable SimulatedProcess running(@Nullable SimulatedProcess now) {
    SimulatedProcess before = running;
    running = now;
    return before;
  }

  /** A process has the registry now, and those before it do not. */
  void driver(SimulatedProcess has) {
    driver = has;
  }

  /** The process that has the registry, or had it last. */
  @Nullable SimulatedProcess driver() {
    return driver;
  }

  /** Half of all incidents come early, and some hardly ever. */
  int life() {
    return chance.nextInt(1 << chance.nextInt(1, 12));
  }

  Fate fate() {
    int drawn = chance.nextInt(10);
    return drawn < 5
        ? Fate.DIES
        : drawn < 7 ? Fate.STANDS_STILL : drawn < 9 ? Fate.FAILS : Fate.MISSES;
  }

  /** Whether a process meets its fate. */
  boolean meets(Fate fate) {
    if (incidents == INCIDENTS || (fate == Fate.STANDS_STILL && standing == STANDING)) {
      return false;
    }
    incidents++;
    if (fate == Fate.DIES) {
      deaths++;
    }
    return true;
  }

  /** How often store and registry fail in a row. */
  int failures() {
    failures++;
    return chance.nextInt(1, 6);
  }

  /** Whether what fails does so before it did anything. */
  boolean isEarly() {
    return chance.nextBoolean();
  }

  /** Whether a single call fails in passing. */
  boolean misses(String what) {
    return !calm && callsMiss && outage.misses(what);
  }

  boolean listenerFails() {
    return listenerBreaks && chance.nextInt(10) == 0;
  }

  /** Whether a part breaks that is asked this; the same whenever it is asked. */
  boolean isBroken(String part, double share, long what) {
    return partsBreak
        && new SplittableRandom(seed * 31 + part.hashCode() + what * 0x9E3779B97F4A7C15L)
                .nextDouble()
            < share;
  }

  /** Throws if a part breaks that is asked this. */
  void breaks(String part, double share, long what) {
    if (isBroken(part, share, what)) {
      outage.misses();
      throw new IllegalStateException("the " + part + " broke");
    }
  }

  // Promises.

  /** Not thrown where it happens, as what a part throws is no more than its failure. */
  void promise(Runnable check) {
    try {
      check.run();
    } catch (AssertionError e) {
      breach(e);
    } catch (RuntimeException e) {
      breach(new AssertionError(e));
    }
  }

  private void breach(AssertionError e) {
    broken = broken == null ? e : broken;
  }

  /** Whether a promise was broken: then nothing goes on. */
  boolean isBroken() {
    return broken != null;
  }

  void checkKept() {
    if (broken != null) {
      throw broken;
    }
  }

  /** An attempt is asked for. */
  void asked() {
    asked++;
    if (asked > budget.attempts()) {
      breach(new AssertionError(asked + " attempts were asked for, of " + budget.attempts()));
    }
  }

  void requirePractice(String text) {
    Sum task = ToyTasks.codec().readTask(text);
    if (probes.contains(task) || (exam != null && exam.contains(task))) {
      throw new AssertionError("Task (" + text + ") is held out, and was practised.");
    }
  }

  // What there is.

  /** Whether nothing happens but that parts break. */
  boolean isCalm() {
    return calm;
  }

  /** Whether a ceiling may end the run earlier than without deaths: what a death lost was spent. */
  boolean isBounded() {
    return budget.attempts() < Long.MAX_VALUE;
  }

  SimulatedWatch watch() {
    return watch;
  }

  SimulatedStore store() {
    return store;
  }

  SimulatedOutage outage() {
    return outage;
  }

  SimulatedPerson person() {
    return person;
  }

  ToyTasks tasks() {
    return tasks;
  }

  SimulatedLearner learner() {
    return learner;
  }

  DriftGate gate() {
    return anchored ? DriftGates.anchored() : DriftGates.paired();
  }

  boolean hasCritic() {
    return critic;
  }

  /** How long a part is waited for. */
  Duration patience() {
    return patience;
  }

  /** What of a loop is the same whoever drives it. */
  void settings(ImprovementLoop.Builder<Sum, Long> builder, ModelRegistry registry) {
    builder.probes(probes).practice(practice).budget(budget).seed(seed);
    if (exam != null) {
      builder.exam(exam);
    }
    if (retain == null) {
      builder.registry(registry);
    } else {
      builder.registry(registry, retain);
    }
  }

  /** A registry object of its own, on the directory that all share. */
  ModelRegistry openRegistry() {
    return ModelRegistry.directory(home.resolve("models"));
  }

  Path writeStart() {
    return learner.write(home.resolve("start"), skills);
  }

  /** A model that is none of the run's. */
  Path writeModel(String name) {
    return learner.write(home.resolve(name), chance.nextDouble());
  }

  int deaths() {
    return deaths;
  }

  int takeovers() {
    return takeovers;
  }

  int failed() {
    return failures;
  }
}
