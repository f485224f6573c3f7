package dev.rsi.onnx;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.Device;
import dev.rsi.lm.SavedRandom;
import dev.rsi.lm.spi.Batch;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/**
 * A population whose directions are random signs for every single parameter, embeddings, norms and
 * biases among them. Each member is a model of its own, and takes a run of its own (Salimans et
 * al., "Evolution Strategies as a Scalable Alternative to Reinforcement Learning", 2017).
 */
final class FullPopulation implements Population {
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private final Signs[] directions;
  private final PopulationInputs inputs;
  private final DirectTensor fitness;
  private final GraphSession member;
  private float size;

  FullPopulation(Device device, DecoderConfig config, int pairs, Fitness kind) {
    directions = new Signs[pairs];
    try {
      inputs = own(new PopulationInputs(config));
      fitness = own(DirectTensor.allocate(ElementType.FLOAT, 1));
      member = own(GraphSession.of(PopulationGraphs.member(config, kind), device));
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private <R extends AutoCloseable> R own(R resource) {
    owned.push(resource);
    return resource;
  }

  @Override
  public double[] fitness(float[] weights, Batch batch, double sigma, long seed) {
    SavedRandom random = new SavedRandom(seed);
    size = (float) sigma;
    inputs.batch(batch);
    float[] moved = new float[weights.length];
    double[] all = new double[2 * directions.length];
    for (int pair = 0; pair < directions.length; pair++) {
      Signs signs = new Signs(weights.length, random);
      directions[pair] = signs;
      for (int side = 0; side < 2; side++) {
        float step = side == 0 ? size : -size;
        for (int i = 0; i < moved.length; i++) {
          moved[i] = weights[i] + signs.at(i, step);
        }
        inputs.weights(moved);
        member.run(inputs.tensors(), Map.of("fitness", fitness));
        all[pair + side * directions.length] = fitness.floats().get(0);
      }
    }
    return all;
  }

  @Override
  public float[] combine(double[] factors) {
    float[] sum = new float[inputs.parameterCount()];
    for (int pair = 0; pair < directions.length; pair++) {
      float step = (float) (factors[pair] * size);
      for (int i = 0; i < sum.length; i++) {
        sum[i] += directions[pair].at(i, step);
      }
    }
    return sum;
  }

  @Override
  public void close() {
    Resources.closeAll(owned);
  }
}
