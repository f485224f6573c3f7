package dev.rsi.lm.spi;

import dev.rsi.api.Recipe;
import dev.rsi.lm.PolicyObjective;
import dev.rsi.lm.PolicyObjective.Loss;
import dev.rsi.lm.PolicyObjective.Ratio;
import dev.rsi.lm.PolicyObjective.Scale;
import java.util.Arrays;
import java.util.List;

/**
 * The numbers of a {@link PolicyObjective}, which has the formulas.
 *
 * <p>Immutable and thread-safe.
 */
final class PolicyLoss {
  private static final double DEVIATION_FLOOR = 1e-4;
  private static final double SAPO_ABOVE = 1;
  private static final double SAPO_BELOW = 1.05;

  private final PolicyObjective objective;

  PolicyLoss(PolicyObjective objective) {
    this.objective = objective;
  }

  /**
   * How much better each attempt is than its group.
   *
   * @param groups rewards by group
   */
  double[][] advantages(double[][] groups) {
    double all = 1;
    if (objective.scale() == Scale.BATCH) {
      all = deviation(concat(groups)) + DEVIATION_FLOOR;
    }
    double[][] advantages = new double[groups.length][];
    for (int g = 0; g < groups.length; g++) {
      double mean = mean(groups[g]);
      double unit = objective.scale() == Scale.GROUP ? deviation(groups[g]) + DEVIATION_FLOOR : all;
      advantages[g] = new double[groups[g].length];
      for (int i = 0; i < advantages[g].length; i++) {
        advantages[g][i] = (groups[g][i] - mean) / unit;
      }
    }
    return advantages;
  }

  private static double[] concat(double[][] groups) {
    return Arrays.stream(groups).flatMapToDouble(Arrays::stream).toArray();
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /** The sample standard deviation; 0 for one value alone. */
  private static double deviation(double[] values) {
    double mean = mean(values);
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1));
  }

  /**
   * The loss of the answers of one step.
   *
   * @param tokensPerStep how many answer tokens a step has on average
   */
  TokenLoss of(List<ScoredAnswer> answers, Recipe recipe, double tokensPerStep) {
    Terms terms = new Terms(recipe);
    double tokens = 0;
    for (ScoredAnswer answer : answers) {
      tokens += answer.length();
    }
    double value = 0;
    double[][] slopes = new double[answers.size()][];
    for (int i = 0; i < slopes.length; i++) {
      ScoredAnswer answer = answers.get(i);
      double share =
          switch (objective.loss()) {
            case GRPO, SAPO -> 1.0 / answers.size() / answer.length();
            case BNPO -> 1 / tokens;
            case DAPO, CISPO -> 1 / tokensPerStep;
            case DR_GRPO -> 1.0 / answers.size() / objective.longest();
            case LUSPO -> 1.0 / answers.size();
          };
      slopes[i] = new double[answer.length()];
      value += share * terms.add(answer, share, slopes[i]);
    }
    return new TokenLoss(value, slopes);
  }

  /** The tokens' losses under one recipe. */
  private final class Terms {
    private final double low;
    private final double high;
    private final double cap;
    private final double largest;
    private final double klWeight;

    // Of the token computed last: its loss, and the slopes by ratio and by log-probability.
    private double value;
    private double byRatio;
    private double byLog;

    Terms(Recipe recipe) {
      double epsilon = recipe.value(PolicyObjective.EPSILON);
      cap =
          recipe.value(PolicyObjective.EPSILON_HIGH) == 0
              ? epsilon
              : recipe.value(PolicyObjective.EPSILON_HIGH);
      low = 1 - epsilon;
      high = 1 + cap;
      double delta = recipe.value(PolicyObjective.DELTA);
      largest = delta == 0 ? Double.POSITIVE_INFINITY : delta;
      klWeight = recipe.value(PolicyObjective.KL_WEIGHT);
    }

    /** The sum of an answer's losses; adds their slopes times {@code share}. */
    double add(ScoredAnswer answer, double share, double[] slopes) {
      int n = answer.length();
      double whole = 0;
      for (int t = 0; t < n; t++) {
        whole += answer.now(t) - answer.old(t);
      }
      double sum = 0;
      for (int t = 0; t < n; t++) {
        double log = objective.ratio() == Ratio.TOKEN ? answer.now(t) - answer.old(t) : whole / n;
        double r = Math.exp(log);
        surrogate(r, answer.advantage(), answer.now(t));
        divergence(r, answer.reference(t) - answer.now(t));
        sum += value;
        slopes[t] += share * byLog;
        if (objective.ratio() == Ratio.TOKEN) {
          slopes[t] += share * byRatio * r;
        } else {
          for (int k = 0; k < n; k++) {
            slopes[k] += share * byRatio * r / n;
          }
        }
      }
      return sum;
    }

    private void surrogate(double r, double advantage, double now) {
      byLog = 0;
      byRatio = 0;
      if (objective.loss() == Loss.CISPO) {
        byLog = -Math.min(r, cap) * advantage;
        value = byLog * now;
      } else if (objective.loss() == Loss.SAPO) {
        double t = advantage > 0 ? SAPO_ABOVE : SAPO_BELOW;
        double soft = Logistic.sigmoid(t * (r - 1));
        value = -4 * soft / t * advantage;
        byRatio = -4 * soft * (1 - soft) * advantage;
      } else {
        double first = Math.min(r, largest) * advantage;
        double second = Math.max(low, Math.min(high, r)) * advantage;
        double bySecond = r >= low && r <= high ? advantage : 0;
        double byFirst = r <= largest ? advantage : 0;
        value = -Math.min(first, second);
        // Where both are the same each has half a say, as in PyTorch.
        byRatio =
            first < second ? -byFirst : second < first ? -bySecond : -(byFirst + bySecond) / 2;
      }
    }

    private void divergence(double r, double toReference) {
      if (klWeight == 0) {
        return;
      }
      double k = Math.exp(toReference) - toReference - 1;
      double weight = klWeight * (objective.correctedKl() ? r : 1);
      value += weight * k;
      byLog += weight * (1 - Math.exp(toReference));
      byRatio += objective.correctedKl() ? klWeight * k : 0;
    }
  }
}
