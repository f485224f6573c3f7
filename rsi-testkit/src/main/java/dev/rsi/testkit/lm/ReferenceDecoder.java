package dev.rsi.testkit.lm;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.Parameter;
import dev.rsi.lm.spi.Batch;
import java.util.Arrays;
import java.util.List;

/**
 * The decoder of rsi-lm in plain Java and double precision, one sequence at a time: what a
 * backend's numbers are held against. Slow, and simple enough to be believed.
 *
 * <p>Thread-safe while nobody writes to the weights.
 */
public final class ReferenceDecoder {
  private final DecoderConfig config;
  private final double[] weights;

  /**
   * A decoder.
   *
   * @param weights all parameters in the order of {@link DecoderConfig#parameters}; not copied, so
   *     that a test may change one and ask again
   */
  public ReferenceDecoder(DecoderConfig config, double[] weights) {
    this.config = config;
    this.weights = weights;
  }

  /** The decoder of a model. */
  public static ReferenceDecoder of(DecoderModel model) {
    return new ReferenceDecoder(model.config(), doubles(model.weights()));
  }

  static double[] doubles(float[] numbers) {
    double[] wide = new double[numbers.length];
    Arrays.setAll(wide, i -> numbers[i]);
    return wide;
  }

  /** Mean negative log-probability of all targets. */
  double loss(List<Batch> batches) {
    double total = 0;
    int targets = 0;
    for (Batch batch : batches) {
      for (double score : score(batch)) {
        total -= score;
      }
      targets += batch.targets().length;
    }
    return total / targets;
  }

  /** Log-probability (natural) of each row's targets. */
  public double[] score(Batch batch) {
    double[] scores = new double[batch.rows()];
    int length = batch.length();
    for (int row = 0; row < batch.rows(); row++) {
      double[][] logits =
          logits(
              Arrays.copyOfRange(batch.inputs(), row * length, (row + 1) * length),
              Arrays.copyOfRange(batch.positions(), row * length, (row + 1) * length));
      for (int i = 0; i < batch.answerLength(); i++) {
        double[] z = logits[batch.length() - batch.answerLength() + i];
        double sum = 0;
        for (double value : z) {
          sum += Math.exp(value);
        }
        int target = (int) batch.targets()[row * batch.answerLength() + i];
        scores[row] += z[target] - Math.log(sum);
      }
    }
    return scores;
  }

  /**
   * The logits of every token that may follow, one row per token given.
   *
   * @param tokens ids of one sequence
   * @param places position ids of them
   */
  public double[][] logits(long[] tokens, long[] places) {
    int d = config.hiddenSize();
    int length = tokens.length;
    double[][] x = new double[length][d];
    for (int t = 0; t < length; t++) {
      int token = (int) tokens[t];
      int position = (int) places[t];
      for (int j = 0; j < d; j++) {
        x[t][j] = weights[at("embed.weight") + token * d + j];
        if (config.positionScheme() == PositionScheme.COUPLED) {
          x[t][j] += weights[at("positions.weight") + position * d + j];
        }
      }
    }
    for (int i = 0; i < config.layers(); i++) {
      String layer = "layers." + i + ".";
      double[][] qkv = linear(norm(x, layer + "attention_norm"), layer + "attention.qkv", 3 * d);
      add(x, linear(attention(qkv), layer + "attention.out", d));
      double[][] up =
          linear(norm(x, layer + "mlp_norm"), layer + "mlp.up", config.feedForwardSize());
      for (double[] values : up) {
        for (int j = 0; j < values.length; j++) {
          values[j] *= 0.5 * (1 + erf(values[j] / Math.sqrt(2)));
        }
      }
      add(x, linear(up, layer + "mlp.down", d));
    }
    return linear(norm(x, "norm"), "head", config.vocabularySize());
  }

  private int at(String name) {
    for (Parameter parameter : config.parameters()) {
      if (parameter.name().equals(name)) {
        return parameter.offset();
      }
    }
    return -1;
  }

  private double[][] linear(double[][] x, String name, int outputs) {
    int weight = at(name + ".weight");
    int bias = at(name + ".bias");
    int inputs = x[0].length;
    double[][] y = new double[x.length][outputs];
    for (int t = 0; t < x.length; t++) {
      for (int o = 0; o < outputs; o++) {
        double sum = bias < 0 ? 0 : weights[bias + o];
        for (int j = 0; j < inputs; j++) {
          sum += weights[weight + o * inputs + j] * x[t][j];
        }
        y[t][o] = sum;
      }
    }
    return y;
  }

  private double[][] norm(double[][] x, String name) {
    double[][] y = new double[x.length][];
    for (int t = 0; t < x.length; t++) {
      double mean = 0;
      for (double value : x[t]) {
        mean += value / x[t].length;
      }
      double variance = 0;
      for (double value : x[t]) {
        variance += (value - mean) * (value - mean) / x[t].length;
      }
      y[t] = new double[x[t].length];
      for (int j = 0; j < y[t].length; j++) {
        y[t][j] =
            (x[t][j] - mean) / Math.sqrt(variance + 1e-5) * weights[at(name + ".weight") + j]
                + weights[at(name + ".bias") + j];
      }
    }
    return y;
  }

  private double[][] attention(double[][] qkv) {
    int d = config.hiddenSize();
    int size = d / config.heads();
    double[][] y = new double[qkv.length][d];
    for (int head = 0; head < config.heads(); head++) {
      for (int t = 0; t < qkv.length; t++) {
        double[] q = rotated(qkv[t], head * size, size, t);
        double[] score = new double[t + 1];
        double total = 0;
        for (int s = 0; s <= t; s++) {
          double[] k = rotated(qkv[s], d + head * size, size, s);
          for (int j = 0; j < size; j++) {
            score[s] += q[j] * k[j];
          }
          score[s] = Math.exp(score[s] / Math.sqrt(size));
          total += score[s];
        }
        for (int s = 0; s <= t; s++) {
          for (int j = 0; j < size; j++) {
            y[t][head * size + j] += score[s] / total * qkv[s][2 * d + head * size + j];
          }
        }
      }
    }
    return y;
  }

  private double[] rotated(double[] values, int from, int size, int position) {
    double[] out = new double[size];
    System.arraycopy(values, from, out, 0, size);
    if (config.positionScheme() == PositionScheme.ROPE) {
      int half = size / 2;
      for (int j = 0; j < half; j++) {
        double angle = position * Math.pow(10_000, -(double) j / half);
        double u = values[from + j];
        double v = values[from + half + j];
        out[j] = u * Math.cos(angle) - v * Math.sin(angle);
        out[half + j] = v * Math.cos(angle) + u * Math.sin(angle);
      }
    }
    return out;
  }

  private static void add(double[][] x, double[][] y) {
    for (int t = 0; t < x.length; t++) {
      for (int j = 0; j < x[t].length; j++) {
        x[t][j] += y[t][j];
      }
    }
  }

  /** Error function by its Taylor series, exact to about 1e-12 for arguments in [-4, 4]. */
  private static double erf(double x) {
    double z = Math.max(-4, Math.min(4, x));
    double term = z;
    double sum = z;
    for (int n = 1; n < 120; n++) {
      term *= -z * z / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }
}
