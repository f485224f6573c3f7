package dev.rsi.onnx;

import dev.rsi.lm.Device;
import dev.rsi.lm.SavedRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Compares the gradients that a graph computes with differences of its values, element by element.
 * Values are float32 as the runtime computes them; they are weighed and summed in double precision.
 */
final class GradientCheck implements AutoCloseable {
  private static final double STEP = 1e-2;

  private final GraphBuilder graph = new GraphBuilder();
  private final GraphSession session;
  private final Map<String, DirectTensor> inputs = new LinkedHashMap<>();
  private final Map<String, DirectTensor> outputs = new LinkedHashMap<>();
  private final List<String> names = new ArrayList<>();
  private final float[] weights;

  /** A tensor to differentiate by: its shape, and its numbers at the point of the check. */
  record Parameter(Shape shape, long[] sizes, float[] values) {
    /** Normal numbers, shifted. */
    static Parameter random(long seed, double shift, long... sizes) {
      return random(Shape.of(sizes), seed, shift, sizes);
    }

    static Parameter random(Shape shape, long seed, double shift, long... sizes) {
      SavedRandom random = new SavedRandom(seed);
      int count = 1;
      for (long size : sizes) {
        count *= (int) size;
      }
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = (float) (random.nextGaussian() + shift);
      }
      return new Parameter(shape, sizes, values);
    }
  }

  GradientCheck(
      List<Parameter> parameters,
      long[] resultSizes,
      BiFunction<GraphBuilder, List<Value>, Value> function) {
    this(parameters, Map.of(), resultSizes, function);
  }

  /** With further inputs, which the function declares and which are not differentiated by. */
  GradientCheck(
      List<Parameter> parameters,
      Map<String, DirectTensor> given,
      long[] resultSizes,
      BiFunction<GraphBuilder, List<Value>, Value> function) {
    inputs.putAll(given);
    List<Value> values = new ArrayList<>();
    for (Parameter parameter : parameters) {
      String name = "p" + names.size();
      names.add(name);
      values.add(graph.input(name, ElementType.FLOAT, parameter.shape()));
      inputs.put(name, DirectTensor.of(parameter.values(), parameter.sizes()));
    }
    Value result = function.apply(graph, values);
    outputs.put("result", DirectTensor.allocate(ElementType.FLOAT, resultSizes));
    weights = new float[outputs.get("result").floats().remaining()];
    SavedRandom random = new SavedRandom(99);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian();
    }
    Value weighing = graph.input("weights", ElementType.FLOAT, result.shape());
    inputs.put("weights", DirectTensor.of(weights, resultSizes));
    Value loss = graph.total(graph.mul(result, weighing));
    List<Value> gradients = Gradients.of(graph, loss, values);
    graph.output("result", result);
    for (int i = 0; i < names.size(); i++) {
      graph.output("gradient " + i, gradients.get(i));
      outputs.put(
          "gradient " + i, DirectTensor.allocate(ElementType.FLOAT, parameters.get(i).sizes()));
    }
    session = GraphSession.of(graph.build(), Device.cpu());
  }

  GraphBuilder graph() {
    return graph;
  }

  /** Norm of the difference over norm of the gradient; the worst of all parameters. */
  double worstRelativeError() {
    session.run(inputs, outputs);
    // Every later run computes the gradients anew, at another point.
    List<float[]> gradients = new ArrayList<>();
    for (int p = 0; p < names.size(); p++) {
      gradients.add(outputs.get("gradient " + p).toFloats());
    }
    double worst = 0;
    for (int p = 0; p < names.size(); p++) {
      float[] found = gradients.get(p);
      DirectTensor tensor = inputs.get(names.get(p));
      double difference = 0;
      double norm = 0;
      for (int i = 0; i < found.length; i++) {
        float kept = tensor.floats().get(i);
        double near = at(tensor, i, kept + STEP) - at(tensor, i, kept - STEP);
        double far = at(tensor, i, kept + 2 * STEP) - at(tensor, i, kept - 2 * STEP);
        tensor.floats().put(i, kept);
        double expected = (8 * near - far) / (12 * STEP);
        difference += (found[i] - expected) * (found[i] - expected);
        norm += expected * expected;
      }
      worst = Math.max(worst, Math.sqrt(difference / Math.max(norm, 1e-12)));
    }
    return worst;
  }

  private double at(DirectTensor tensor, int index, double value) {
    tensor.floats().put(index, (float) value);
    session.run(inputs, outputs);
    float[] result = outputs.get("result").toFloats();
    double sum = 0;
    for (int i = 0; i < result.length; i++) {
      sum += (double) result[i] * weights[i];
    }
    return sum;
  }

  @Override
  public void close() {
    session.close();
    inputs.values().forEach(DirectTensor::close);
    outputs.values().forEach(DirectTensor::close);
  }
}
