package dev.rsi.testkit;

import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The world of one simulated run, drawn from a seed. Which parts break depends on what they are
 * asked alone, so that a run repeats itself whoever drives it; when a process dies or stands still,
 * when the disk is full and when a part cannot be reached does not.
 */
final class SimulatedWorld<T, C> {
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
  private final SimulatedLoop<T, C> loop;
  private final SimulatedWatch<T, C> watch;
  private final SimulatedStore store;
  private final SimulatedOutage outage;
  private final SimulatedPerson person;
  private final boolean partsBreak;
  private final boolean listenerBreaks;
  private final boolean callsMiss;
  private final @Nullable Integer retain;
  private final Duration patience;
  private @Nullable SimulatedProcess<T, C> running;
  private @Nullable SimulatedProcess<T, C> driver;
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
   * @param drawn draws the loop
   */
  SimulatedWorld(long seed, boolean calm, Path home, Drawn<T, C> drawn) {
    this.seed = seed;
    this.calm = calm;
    this.home = home;
    this.chance = new SplittableRandom(seed ^ 0xD1E5L);
    SplittableRandom random = new SplittableRandom(seed);
    loop = drawn.draw(this, random);
    partsBreak = random.nextInt(3) > 0;
    listenerBreaks = random.nextInt(4) == 0;
    callsMiss = random.nextBoolean();
    retain = random.nextBoolean() ? random.nextInt(3) : null;
    patience = Duration.ofMinutes(random.nextInt(3) * 40L);
    boolean file = random.nextInt(64) == 0;
    store = file ? SimulatedStore.sqlite(home) : SimulatedStore.onHeap(home);
    outage = new SimulatedOutage(chance);
    watch = new SimulatedWatch<>(this, loop.budget().attempts());
    person =
        new SimulatedPerson(
            this, new SplittableRandom(seed ^ 0x9E45L), calm ? 0 : random.nextInt(5));
  }

  /** Draws the loop of a world, the first thing that its seed decides. */
  interface Drawn<T, C> {
    SimulatedLoop<T, C> draw(SimulatedWorld<T, C> world, SplittableRandom random);
  }

  /** A judge reads an answer to a probe: a step like any other. */
  void reads(String what) {
    SimulatedProcess<T, C> asking = running;
    if (asking != null) {
      asking.step();
      if (asking.goesOn()) {
        outage.call("judge");
        if (misses("reading of " + what)) {
          throw new IllegalStateException("the reading was lost");
        }
      }
    }
  }

  // What happens.

  /** Drives the run to its end, process after process. */
  void run() {
    for (int i = 0; !watch.isFinished(); i++) {
      if (i > PROCESSES) {
        throw new AssertionError("The run does not end.");
      }
      new SimulatedProcess<>(this).live();
      checkKept();
    }
  }

  /** Another process takes over the run of one that stands still. */
  void takeOver() {
    takeovers++;
    standing++;
    new SimulatedProcess<>(this).live();
    standing--;
  }

  /** The process that runs now, which is another one while one stands still. */
  @Nullable SimulatedProcess<T, C> running(@Nullable SimulatedProcess<T, C> now) {
    SimulatedProcess<T, C> before = running;
    running = now;
    return before;
  }

  /** A process has the registry now, and those before it do not. */
  void driver(SimulatedProcess<T, C> has) {
    driver = has;
  }

  /** The process that has the registry, or had it last. */
  @Nullable SimulatedProcess<T, C> driver() {
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
    long allowed = loop.budget().attempts();
    if (asked > allowed) {
      breach(new AssertionError(asked + " attempts were asked for, of " + allowed));
    }
  }

  void requirePractice(String text) {
    requirePractice(loop.generator().codec().readTask(text));
  }

  void requirePractice(T task) {
    ProbeBank<T, C> exam = loop.exam();
    if (loop.probes().contains(task) || (exam != null && exam.contains(task))) {
      String text = loop.generator().codec().writeTask(task);
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
    return loop.budget().attempts() < Long.MAX_VALUE;
  }

  SimulatedWatch<T, C> watch() {
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

  /** The loop. */
  SimulatedLoop<T, C> loop() {
    return loop;
  }

  /** How long a part is waited for. */
  Duration patience() {
    return patience;
  }

  /** What of a loop is the same whoever drives it. */
  void settings(ImprovementLoop.Builder<T, C> builder, ModelRegistry registry) {
    builder.probes(loop.probes()).budget(loop.budget()).seed(seed);
    ProbeBank<T, C> exam = loop.exam();
    if (exam != null) {
      builder.exam(exam);
    }
    loop.settings(builder);
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
    return loop.writeStart(home.resolve("start"));
  }

  /** A model that is none of the run's. */
  Path writeModel(String name) {
    return loop.writeOther(home.resolve(name), chance);
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
