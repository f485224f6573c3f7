package dev.rsi.lm.spi;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.Parameter;
import dev.rsi.lm.SavedRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * Low-rank adapters (Hu et al., "LoRA", arXiv 2106.09685) on every matrix of a decoder's blocks:
 * where a full training changes W, one with adapters changes up [outputs, rank] and down [rank,
 * inputs] of W + alpha / rank up down, and nothing else.
 *
 * <p>They begin as in PEFT: down uniform within 1 / sqrt(inputs), up zero, so that the model begins
 * as it was. Immutable by convention: nobody writes to the arrays.
 */
public final class Adapters {
  private final DecoderConfig config;
  private final int rank;
  private final double scale;
  private final List<Parameter> parameters = new ArrayList<>();
  private final int parameterCount;
  private final float[] start;

  /**
   * @param rank 1 or more
   * @param alpha weight of what they add, over the rank; positive
   * @param seed of where they begin
   */
  public Adapters(DecoderConfig config, int rank, double alpha, long seed) {
    if (rank < 1 || !(alpha > 0)) {
      throw new IllegalArgumentException(
          "rank (" + rank + ") must be >= 1 and alpha (" + alpha + ") positive.");
    }
    this.config = config;
    this.rank = rank;
    scale = alpha / rank;
    int at = 0;
    for (Parameter matrix : config.parameters()) {
      if (adapts(matrix)) {
        int outputs = matrix.shape().get(0);
        int inputs = matrix.shape().get(1);
        parameters.add(new Parameter(down(matrix.name()), List.of(rank, inputs), at));
        at = Math.addExact(at, Math.multiplyExact(rank, inputs));
        parameters.add(new Parameter(up(matrix.name()), List.of(outputs, rank), at));
        at = Math.addExact(at, Math.multiplyExact(outputs, rank));
      }
    }
    parameterCount = at;
    start = new float[at];
    SavedRandom random = new SavedRandom(seed);
    for (int i = 0; i < parameters.size(); i += 2) {
      Parameter down = parameters.get(i);
      double bound = 1 / Math.sqrt(down.shape().get(1));
      for (int k = 0; k < down.size(); k++) {
        start[down.offset() + k] = (float) (bound * (2 * random.nextDouble() - 1));
      }
    }
  }

  private static boolean adapts(Parameter parameter) {
    return parameter.name().startsWith("layers.") && parameter.shape().size() == 2;
  }

  /** The name of what reads a matrix's inputs. */
  public static String down(String matrix) {
    return matrix.replace(".weight", ".lora_A.weight");
  }

  /** The name of what writes to a matrix's outputs. */
  public static String up(String matrix) {
    return matrix.replace(".weight", ".lora_B.weight");
  }

  /** Alpha over the rank. */
  public double scale() {
    return scale;
  }

  /** All their arrays in the order of their flat vector, without gaps. */
  public List<Parameter> parameters() {
    return List.copyOf(parameters);
  }

  /** Length of their flat vector. */
  public int parameterCount() {
    return parameterCount;
  }

  /** Where they begin; not to be written to. */
  public float[] start() {
    return start;
  }

  /**
   * The weights of a model that has become one with its adapters. What has none stays bit for bit.
   *
   * @param base of the model, in the order of {@link DecoderConfig#parameters}
   * @param trained of the adapters, in the order of {@link #parameters}
   */
  public float[] merged(float[] base, float[] trained) {
    float[] merged = base.clone();
    int next = 0;
    for (Parameter matrix : config.parameters()) {
      if (adapts(matrix)) {
        int down = parameters.get(next).offset();
        int up = parameters.get(next + 1).offset();
        next += 2;
        int inputs = matrix.shape().get(1);
        for (int k = 0; k < matrix.size(); k++) {
          double sum = 0;
          for (int r = 0; r < rank; r++) {
            sum +=
                (double) trained[up + k / inputs * rank + r]
                    * trained[down + r * inputs + k % inputs];
          }
          merged[matrix.offset() + k] = (float) (base[matrix.offset() + k] + scale * sum);
        }
      }
    }
    return merged;
  }
}
