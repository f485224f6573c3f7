package dev.rsi.lm.spi;

import dev.rsi.api.Recipe;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.lm.PolicyObjective;
import dev.rsi.lm.PreferenceObjective;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Teaches by attempts at one task that came out better and worse. What is drawn is a unit: one
 * attempt with its advantage, or a pair of a right and a wrong one.
 *
 * <p>The log-probabilities that the training began with are asked for once, of every attempt,
 * before the first step; those of the weights as they are before every later step.
 *
 * <p>One training, one thread.
 */
final class Contrast implements Curriculum {

  /** What a loss takes together; units of one curriculum have equally many attempts. */
  private record Unit(List<ScoredExample> attempts, double advantage, double weight) {
    String shape() {
      return attempts.stream()
          .map(attempt -> String.valueOf(attempt.example().shape()))
          .collect(Collectors.joining(":"));
    }
  }

  private final Positions positions;
  private final ByShape<Unit> units;
  private final List<ScoredExample> attempts;
  private final int rows;
  private final int size;
  private final int shapes;
  private final Function<List<ScoredAnswer>, TokenLoss> loss;
  private boolean begun;

  private Contrast(
      List<Unit> units,
      Positions positions,
      int rows,
      int shapes,
      Function<List<ScoredAnswer>, TokenLoss> loss) {
    this.positions = positions;
    this.units = new ByShape<>(units, Unit::shape, Unit::weight);
    this.rows = rows;
    this.shapes = shapes;
    this.loss = loss;
    attempts = units.stream().flatMap(unit -> unit.attempts.stream()).distinct().toList();
    size = units.get(0).attempts.size();
  }

  /**
   * Attempts with their advantages; groups whose rewards are all equal pull nowhere and are left
   * out.
   *
   * @param groups attempts by task
   * @param rows attempts per step
   * @param shapes how many batches make a step, at most
   * @throws RsiException if nothing is left
   */
  static Contrast of(
      PolicyObjective objective,
      List<List<ScoredExample>> groups,
      Recipe recipe,
      Positions positions,
      int rows,
      int shapes) {
    double[][] rewards =
        groups.stream()
            .map(group -> group.stream().mapToDouble(ScoredExample::reward).toArray())
            .toArray(double[][]::new);
    PolicyLoss loss = new PolicyLoss(objective);
    double[][] advantages = loss.advantages(rewards);
    List<Unit> units = new ArrayList<>();
    double tokens = 0;
    for (int g = 0; g < rewards.length; g++) {
      if (groups.get(g).stream().mapToDouble(ScoredExample::reward).distinct().count() > 1) {
        for (int i = 0; i < rewards[g].length; i++) {
          ScoredExample attempt = groups.get(g).get(i);
          tokens += attempt.tokens();
          units.add(new Unit(List.of(attempt), advantages[g][i], 1));
        }
      }
    }
    requireAny(units, groups, "two different rewards");
    double tokensPerStep = tokens / units.size() * rows;
    return new Contrast(
        units,
        positions,
        rows,
        Math.min(rows, shapes),
        answers -> loss.of(answers, recipe, tokensPerStep));
  }

  /**
   * Every pair of a right and a wrong attempt at one task; each task counts alike.
   *
   * @param groups attempts by task
   * @param rows attempts per step, two for every pair
   * @param shapes how many batches of chosen and as many of rejected ones make a step, at most
   * @throws RsiException if there is no pair
   */
  static Contrast of(
      PreferenceObjective objective,
      List<List<ScoredExample>> groups,
      Recipe recipe,
      Positions positions,
      int rows,
      int shapes) {
    List<Unit> units = new ArrayList<>();
    for (List<ScoredExample> group : groups) {
      List<ScoredExample> right = group.stream().filter(ScoredExample::passed).toList();
      List<ScoredExample> wrong = group.stream().filter(attempt -> !attempt.passed()).toList();
      for (ScoredExample chosen : right) {
        for (ScoredExample rejected : wrong) {
          double weight = 1.0 / (right.size() * wrong.size());
          units.add(new Unit(List.of(chosen, rejected), 0, weight));
        }
      }
    }
    requireAny(units, groups, "one that passed and one that failed");
    PreferenceLoss loss = new PreferenceLoss(objective);
    int pairs = Math.max(1, rows / 2);
    return new Contrast(
        units, positions, pairs, Math.min(pairs, shapes), answers -> loss.of(answers, recipe));
  }

  private static void requireAny(
      List<Unit> units, List<List<ScoredExample>> groups, String wanted) {
    if (units.isEmpty()) {
      throw new RsiException(
          "None of the "
              + groups.size()
              + " tasks has "
              + wanted
              + " among its attempts, so there is nothing to contrast.\n"
              + "Maybe practise with more samples per task, or at a temperature above 0.");
    }
  }

  /** How many attempts there are to learn from. */
  int attempts() {
    return attempts.size();
  }

  /** Asks for the log-probabilities that the training begins with, before the first step. */
  void begin(TrainStep step, RunContext context) {
    ByShape<ScoredExample> sorted =
        new ByShape<>(attempts, attempt -> attempt.example().shape(), attempt -> 1);
    for (List<ScoredExample> group : sorted.groups()) {
      for (int from = 0; from < group.size(); from += rows) {
        context.checkActive();
        List<ScoredExample> chunk = group.subList(from, Math.min(group.size(), from + rows));
        List<Batch> batch = List.of(batch(chunk));
        double[][] scores = TokenLoss.byAnswer(batch, step.logProbabilities(batch));
        for (int i = 0; i < scores.length; i++) {
          chunk.get(i).scoredBefore(scores[i]);
        }
      }
    }
  }

  @Override
  public Portion next(TrainStep step, RandomGenerator random) {
    List<List<Unit>> drawn = new ArrayList<>();
    for (int i = 0; i < shapes; i++) {
      int shape = units.drawShape(random);
      List<Unit> chunk = new ArrayList<>();
      for (int k = ByShape.share(rows, i, shapes); k > 0; k--) {
        chunk.add(units.draw(shape, random));
      }
      drawn.add(chunk);
    }
    List<Batch> batches = new ArrayList<>();
    List<ScoredExample> inOrder = new ArrayList<>();
    List<Double> advantages = new ArrayList<>();
    for (int place = 0; place < size; place++) {
      for (List<Unit> chunk : drawn) {
        List<ScoredExample> taken = new ArrayList<>();
        for (Unit unit : chunk) {
          taken.add(unit.attempts.get(place));
          advantages.add(unit.advantage);
        }
        batches.add(batch(taken));
        inOrder.addAll(taken);
      }
    }
    TokenLoss found = loss.apply(scored(step, batches, inOrder, advantages));
    return new Portion(found.weigh(batches), found);
  }

  private List<ScoredAnswer> scored(
      TrainStep step, List<Batch> batches, List<ScoredExample> inOrder, List<Double> advantages) {
    double[][] now =
        begun
            ? TokenLoss.byAnswer(batches, step.logProbabilities(batches))
            : inOrder.stream().map(ScoredExample::before).toArray(double[][]::new);
    begun = true;
    List<ScoredAnswer> answers = new ArrayList<>();
    for (int i = 0; i < now.length; i++) {
      double[] before = inOrder.get(i).before();
      answers.add(new ScoredAnswer(advantages.get(i), now[i], before, before));
    }
    return answers;
  }

  private Batch batch(List<ScoredExample> taken) {
    return Batch.of(
        taken.stream().map(ScoredExample::example).toList(),
        taken.stream().mapToInt(ScoredExample::offset).toArray(),
        positions);
  }
}
