package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.Parameter;
import dev.rsi.lm.SavedRandom;
import dev.rsi.lm.spi.Adapters;
import dev.rsi.lm.spi.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AdaptersTest {
  @Test
  void should_agree_with_finite_differences() {
    long[] x = {3, 5};
    long[] weight = {6, 5};
    long[] down = {2, 5};
    long[] up = {6, 2};
    try (GradientCheck check =
        new GradientCheck(
            List.of(
                GradientCheck.Parameter.random(1, 0, x),
                GradientCheck.Parameter.random(2, 0, weight),
                GradientCheck.Parameter.random(3, 0, down),
                GradientCheck.Parameter.random(4, 0, up)),
            new long[] {3, 6},
            (g, values) -> {
              AdaptedMatrix matrix =
                  new AdaptedMatrix(values.get(1), values.get(2), values.get(3), 1.5f);
              List<DecoderWeights.Layer> parts = matrix.layers(g, 2, 4);
              return g.concat(
                  1,
                  Dim.of(6),
                  List.of(
                      parts.get(0).apply(values.get(0), null),
                      parts.get(1).apply(values.get(0), null)));
            })) {
      assertThat(check.worstRelativeError()).isLessThan(0.002);
    }
  }

  @ParameterizedTest
  @EnumSource(PositionScheme.class)
  void should_agree_with_finite_differences_over_a_whole_model(PositionScheme scheme) {
    DecoderConfig config = Models.config(scheme, 2, 8);
    DecoderModel model = Models.loud(config, 5);
    Adapters adapters = new Adapters(config, 2, 4, 1);
    Batch batch = Models.batches(config, 2, 1, 7).get(0);
    SavedRandom random = new SavedRandom(9);
    List<GradientCheck.Parameter> parameters = new ArrayList<>();
    for (Parameter parameter : adapters.parameters()) {
      long[] sizes = parameter.shape().stream().mapToLong(Integer::longValue).toArray();
      // Small enough for differences to be those of a smooth function.
      float[] values = new float[parameter.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (0.2 * random.nextGaussian());
      }
      parameters.add(new GradientCheck.Parameter(Shape.of(sizes), sizes, values));
    }
    long[] result = {batch.rows(), batch.answerLength()};
    Map<String, DirectTensor> given =
        Map.of(
            "ids", DirectTensor.of(batch.inputs(), batch.rows(), batch.length()),
            "positions", DirectTensor.of(batch.positions(), batch.rows(), batch.length()),
            "targets", DirectTensor.of(batch.targets(), result));
    try (GradientCheck check =
        new GradientCheck(
            parameters,
            given,
            result,
            (g, values) ->
                TrainGraphs.logProbabilities(
                    g,
                    config,
                    new Fixed(new ServedWeights(g, config, model.weights()), adapters, values)))) {
      double worst = check.worstRelativeError();
      System.out.println("worst relative error per adapter, " + scheme + ": " + worst);
      assertThat(worst).isLessThan(0.002);
    }
  }

  /** The weights of a model as constants, with adapters that are not. */
  private record Fixed(ServedWeights served, Adapters adapters, List<Value> values)
      implements DecoderWeights {
    @Override
    public Value apply(String name) {
      return served.get(name);
    }

    @Override
    public List<Layer> layers(GraphBuilder graph, String name, long... outputs) {
      if (name.equals("head.weight")) {
        return DecoderWeights.super.layers(graph, name, outputs);
      }
      return new AdaptedMatrix(
              apply(name),
              value(Adapters.down(name)),
              value(Adapters.up(name)),
              (float) adapters.scale())
          .layers(graph, outputs);
    }

    private Value value(String name) {
      List<String> names = adapters.parameters().stream().map(Parameter::name).toList();
      return values.get(names.indexOf(name));
    }
  }
}
