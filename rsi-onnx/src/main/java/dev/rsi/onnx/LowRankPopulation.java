package dev.rsi.onnx;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.Device;
import dev.rsi.lm.Parameter;
import dev.rsi.lm.SavedRandom;
import dev.rsi.lm.spi.Batch;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * A population whose members share every product with the weights, and add products of their own
 * that are as thin as the rank: all are tried in one run. A direction of a matrix is A'B over the
 * root of the rank, of random signs; embeddings, norms and biases stay as they are (Sarkar et al.,
 * "Evolution Strategies at the Hyperscale", 2025).
 */
final class LowRankPopulation implements Population {
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private final int pairs;
  private final int rank;
  private final int noiseSize;

  /** -1 where the noise is of A, 1 where it is of B. */
  private final float[] mirror;

  private final PopulationInputs inputs;
  private final FlatTensor noise;
  private final FlatTensor fitness;
  private final DirectTensor factors;
  private final FlatTensor sum;
  private final Map<String, DirectTensor> sums = new HashMap<>();
  private final GraphSession members;
  private final GraphSession combination;
  private final Map<String, DirectTensor> directions;

  LowRankPopulation(Device device, DecoderConfig config, int pairs, int rank, Fitness kind) {
    this.pairs = pairs;
    this.rank = rank;
    noiseSize = PopulationGraphs.noiseSize(config, rank);
    mirror = mirror(config, rank, noiseSize);
    try {
      inputs = own(new PopulationInputs(config));
      noise = own(new FlatTensor(noises(2 * pairs, noiseSize)));
      fitness = own(new FlatTensor(2 * pairs));
      factors = own(DirectTensor.allocate(ElementType.FLOAT, pairs));
      sum = own(new FlatTensor(config.parameterCount()));
      for (Parameter matrix : PopulationGraphs.matrices(config)) {
        long[] shape = matrix.shape().stream().mapToLong(Integer::longValue).toArray();
        sums.put("sum:" + matrix.name(), sum.part(matrix.offset(), shape));
      }
      directions = Map.of("noise", noise.part(0, pairs, noiseSize), "factors", factors);
      members = own(GraphSession.of(PopulationGraphs.members(config, rank, kind), device));
      combination = own(GraphSession.of(PopulationGraphs.combination(config, rank), device));
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private static int noises(int members, int size) {
    long all = (long) members * size;
    if (all > Integer.MAX_VALUE / Float.BYTES) {
      throw new IllegalArgumentException(
          "The noise of "
              + members
              + " members of "
              + size
              + " numbers each does not fit one buffer (2 GiB).\n"
              + "Maybe lower the pairs or the rank.");
    }
    return (int) all;
  }

  private static float[] mirror(DecoderConfig config, int rank, int size) {
    float[] mirror = new float[size];
    Arrays.fill(mirror, 1);
    int at = 0;
    for (Parameter matrix : PopulationGraphs.matrices(config)) {
      int outputs = matrix.shape().get(0);
      Arrays.fill(mirror, at, at + rank * outputs, -1);
      at += rank * (outputs + matrix.shape().get(1));
    }
    return mirror;
  }

  private <R extends AutoCloseable> R own(R resource) {
    owned.push(resource);
    return resource;
  }

  @Override
  public double[] fitness(float[] weights, Batch batch, double sigma, long seed) {
    inputs.weights(weights);
    inputs.batch(batch);
    draw(sigma, new SavedRandom(seed));
    int perRun = Staging.rowsPerRun(2 * pairs, batch.rows() * batch.length());
    for (int from = 0; from < 2 * pairs; from += perRun) {
      int count = Math.min(perRun, 2 * pairs - from);
      try (DirectTensor own = noise.view(from * noiseSize, count, noiseSize);
          DirectTensor found = fitness.view(from, count)) {
        inputs.tensors().put("noise", own);
        members.run(inputs.tensors(), Map.of("fitness", found));
      }
    }
    double[] all = new double[2 * pairs];
    for (int i = 0; i < all.length; i++) {
      all[i] = fitness.floats().get(i);
    }
    return all;
  }

  /** Fills the noise; the members against a direction have A the other way round. */
  private void draw(double sigma, SavedRandom random) {
    float size = (float) (sigma / Math.sqrt(rank));
    float[] row = new float[noiseSize];
    for (int pair = 0; pair < pairs; pair++) {
      Signs signs = new Signs(noiseSize, random);
      for (int i = 0; i < noiseSize; i++) {
        row[i] = signs.at(i, mirror[i] < 0 ? size : 1);
      }
      noise.floats().put(pair * noiseSize, row);
      for (int i = 0; i < noiseSize; i++) {
        row[i] *= mirror[i];
      }
      noise.floats().put((pair + pairs) * noiseSize, row);
    }
  }

  @Override
  public float[] combine(double[] each) {
    for (int pair = 0; pair < pairs; pair++) {
      factors.floats().put(pair, (float) each[pair]);
    }
    combination.run(directions, sums);
    return sum.toFloats();
  }

  @Override
  public void close() {
    Resources.closeAll(owned);
  }
}
