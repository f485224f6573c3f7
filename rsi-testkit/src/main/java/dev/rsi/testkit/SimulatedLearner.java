package dev.rsi.testkit;

import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.Output;
import dev.rsi.api.Trainer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A model whose skill is known: per level, the probability to solve a {@link Sum}. With its {@link
 * #generator()} and {@link #trainer()} a whole improvement loop runs in milliseconds, and what a
 * gate or a loop should have done can be read off {@link #skills(Path)}.
 *
 * <p><b>What it simulates.</b> An attempt is solved with the probability that the version's file
 * says; a wrong answer is off by one in one digit, as a slipped carry is. Training moves the skill
 * of each level towards {@code rightShare ^ harm}, the more the more lessons it saw there:
 *
 * <pre>{@code
 * exposure = lessons of the level + transfer * those one level away + transfer^2 * ...
 * skill   += rate * (1 - exp(-exposure / lessonsToLearn)) * (rightShare ^ harm - skill)
 *            - drift + noise
 * }</pre>
 *
 * <p>So right lessons raise skill, also at the next levels; a model that trains on its own
 * unverified answers meets a {@code rightShare} equal to its skill and collapses; and {@link
 * #driftPerGeneration drift} is harm that no lesson shows. The trainer looks at the answers
 * themselves, never at the verdicts.
 *
 * <p>Versions are compared under common random numbers: of two versions asked the same task under
 * the same seed, the more skilled one solves it whenever the other does (see {@link #churn}).
 *
 * <p>Its sessions can score: they are {@link dev.rsi.api.ScoringSession}s, and the probability of
 * every answer is exact. The total variation between two versions on a task is thus the difference
 * of their skills at its level, times the share that is not malformed.
 *
 * <p>All randomness comes from the seeds of requests. Thread-safe; a setting changed while a loop
 * runs holds from the next attempt or training on, so that a test can make things go wrong in a
 * chosen generation.
 */
public final class SimulatedLearner {

  /** How far one training moves: the {@code rate} of the formula, 0.8 unless a recipe says. */
  public static final Knob LEARNING_RATE =
      Knob.real("learning-rate", 0, 1, 0.8, "share of the way to the lessons' quality");

  private final int levels;
  private volatile double[] drift;
  private volatile double transfer = 0.5;
  private volatile double lessonsToLearn = 32;
  private volatile double harm = 3;
  private volatile double noise;
  private volatile double churn;
  private volatile double malformed;

  private SimulatedLearner(int levels) {
    this.levels = levels;
    this.drift = new double[levels];
  }

  /**
   * A learner of tasks of level 1 to {@code levels}; its answer to a harder task is malformed.
   *
   * @param levels 1 or more
   */
  public static SimulatedLearner ofLevels(int levels) {
    return new SimulatedLearner(Checks.atLeast(1, levels, "levels"));
  }

  /**
   * Skill that every training takes away at a level, whatever the lessons: silent harm.
   *
   * @param level in [1, levels]
   * @param amount in [0, 1]; 0 by default
   */
  public synchronized SimulatedLearner driftPerGeneration(int level, double amount) {
    if (level < 1 || level > levels) {
      throw new IllegalArgumentException("level (" + level + ") must be in [1, " + levels + "].");
    }
    double[] changed = drift.clone();
    changed[level - 1] = Checks.share(amount, "amount");
    drift = changed;
    return this;
  }

  /**
   * What a lesson counts one level away, in [0, 1]. By default 0.5: with a hundred lessons a
   * generation the frontier moves by several levels.
   */
  public SimulatedLearner transfer(double share) {
    this.transfer = Checks.share(share, "transfer");
    return this;
  }

  /** What stays as it is: settings may be changed while a loop runs. */
  @Override
  public String toString() {
    return "simulated learner of " + levels + " levels";
  }

  /** Lessons that teach 63 % of what there is to learn. By default 32; positive. */
  public SimulatedLearner lessonsToLearn(double lessons) {
    this.lessonsToLearn = Checks.positive(lessons, "lessonsToLearn");
    return this;
  }

  /**
   * How much more a wrong lesson hurts than a right one helps. By default 3: a model of skill 0.9
   * that trains on all its answers falls to 0.75. With 1 it would stay where it is.
   */
  public SimulatedLearner harm(double exponent) {
    this.harm = Checks.positive(exponent, "harm");
    return this;
  }

  /**
   * The luck of a training: it moves the skill of every level by a uniform number of [-amplitude,
   * amplitude]. By default 0; in [0, 1].
   */
  public SimulatedLearner noise(double amplitude) {
    this.noise = Checks.share(amplitude, "noise");
    return this;
  }

  /**
   * Share of attempts in which a version's luck is its own, so that two versions of equal skill
   * differ. By default 0; in [0, 1].
   */
  public SimulatedLearner churn(double share) {
    this.churn = Checks.share(share, "churn");
    return this;
  }

  /** Share of attempts that give something that is no number. By default 0; in [0, 1]. */
  public SimulatedLearner malformed(double share) {
    this.malformed = Checks.share(share, "malformed");
    return this;
  }

  /** Runs versions of this learner. */
  public Generator<Sum, Long> generator() {
    return new SimulatedGenerator(this);
  }

  /** Trains versions of this learner; its one knob is {@link #LEARNING_RATE}. */
  public Trainer<Sum, Long> trainer() {
    return new SimulatedTrainer(this);
  }

  /**
   * Writes a model.
   *
   * @param directory where to; made if it does not exist
   * @param skills probability to solve a task, in [0, 1], from level 1 up; levels not named have 0
   * @return the directory
   */
  public Path write(Path directory, double... skills) {
    if (skills.length > levels) {
      throw new IllegalArgumentException(
          "skills " + Arrays.toString(skills) + " are more than levels (" + levels + ").");
    }
    for (double skill : skills) {
      Checks.share(skill, "skill");
    }
    new Skills(Arrays.copyOf(skills, levels)).write(directory);
    return directory;
  }

  /**
   * The truth about a model: its skill per level, level 1 first.
   *
   * @throws dev.rsi.api.CorruptModelException if the directory holds no sound model of this kind
   */
  public static List<Double> skills(Path directory) {
    return Skills.read(directory).toList();
  }

  /**
   * One training, by the formula above.
   *
   * @param right weight of right lessons per level
   * @param wrong weight of wrong lessons per level
   */
  Skills trained(Skills base, double[] right, double[] wrong, double rate, long seed) {
    double[] rightExposure = spread(right);
    double[] wrongExposure = spread(wrong);
    double[] lost = drift;
    SplittableRandom luck = new SplittableRandom(seed);
    double[] skills = new double[base.levels()];
    for (int i = 0; i < skills.length; i++) {
      double skill = base.at(i + 1);
      double exposure = rightExposure[i] + wrongExposure[i];
      if (exposure > 0) {
        double target = Math.pow(rightExposure[i] / exposure, harm);
        skill += rate * -Math.expm1(-exposure / lessonsToLearn) * (target - skill);
      }
      skill += noise * (2 * luck.nextDouble() - 1) - (i < lost.length ? lost[i] : 0);
      skills[i] = Math.min(1, Math.max(0, skill));
    }
    return new Skills(skills);
  }

  /** What the lessons count at each level, with those of the levels around. */
  private double[] spread(double[] own) {
    double share = transfer;
    double[] sum = own.clone();
    double fromBelow = 0;
    for (int i = 1; i < own.length; i++) {
      fromBelow = share * (fromBelow + own[i - 1]);
      sum[i] += fromBelow;
    }
    double fromAbove = 0;
    for (int i = own.length - 2; i >= 0; i--) {
      fromAbove = share * (fromAbove + own[i + 1]);
      sum[i] += fromAbove;
    }
    return sum;
  }

  /** Tokens are the digits of the right answer: so many has the largest sum of the last level. */
  int maxTokens() {
    return Long.toString((levels + 1) * 999L).length();
  }

  /** One attempt at a sum under a seed. */
  Output<Long> attempt(Skills skills, Sum sum, long seed) {
    long right = sum.expected();
    int tokens = Long.toString(right).length();
    if (sum.level() > skills.levels()) {
      return Output.malformed(
          "level (" + sum.level() + ") is beyond this learner's levels (" + skills.levels() + ")",
          0);
    }
    // The hash of a list is fixed by its specification, so the luck is the same in every JVM.
    long luckSeed = seed ^ (sum.terms().hashCode() * 0x9E3779B97F4A7C15L);
    SplittableRandom random = new SplittableRandom(luckSeed);
    double luck = random.nextDouble();
    if (random.nextDouble() < churn) {
      luck = new SplittableRandom(luckSeed ^ skills.fingerprint()).nextDouble();
    }
    if (random.nextDouble() < malformed) {
      String text = right / 10 + "?";
      return Output.malformed(text, "the answer (" + text + ") is not a number", tokens);
    }
    if (luck < skills.at(sum.level())) {
      return Output.of(right, tokens);
    }
    long slip = 1;
    for (int digit = random.nextInt(tokens); digit > 0; digit--) {
      slip *= 10;
    }
    boolean down = random.nextBoolean() && slip <= right;
    return Output.of(down ? right - slip : right + slip, tokens);
  }

  /** The probability of an answer to a sum, over all seeds: what {@link #attempt} draws from. */
  double probability(Skills skills, Sum sum, long answer) {
    if (sum.level() > skills.levels()) {
      return 0;
    }
    double skill = skills.at(sum.level());
    long right = sum.expected();
    double share = answer == right ? skill : (1 - skill) * slipShare(right, answer);
    return (1 - malformed) * share;
  }

  /** The share of an answer among the wrong ones: a digit is drawn, then up or down. */
  private static double slipShare(long right, long answer) {
    int tokens = Long.toString(right).length();
    long slip = 1;
    for (int digit = 0; digit < tokens; digit++) {
      boolean eitherWay = slip <= right;
      if (answer == right + slip || (eitherWay && answer == right - slip)) {
        return (eitherWay ? 0.5 : 1) / tokens;
      }
      slip *= 10;
    }
    return 0;
  }
}
