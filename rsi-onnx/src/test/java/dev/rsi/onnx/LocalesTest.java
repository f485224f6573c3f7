package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.spi.Adapters;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalesTest {

  /** Locales with digits, points and cases of their own. */
  @ParameterizedTest
  @ValueSource(strings = {"fa-IR", "ar-EG", "tr-TR", "de-DE", "hi-IN-u-nu-deva", "th-TH-u-nu-thai"})
  void should_write_the_same_graphs_in_every_locale(String locale) {
    for (PositionScheme scheme : PositionScheme.values()) {
      DecoderModel model = Models.loud(Models.config(scheme, 2, 8), 5);
      List<byte[]> usual = graphs(model);
      Locale before = Locale.getDefault();
      Locale.setDefault(Locale.forLanguageTag(locale));
      try {
        assertThat(graphs(model)).usingRecursiveComparison().isEqualTo(usual);
      } finally {
        Locale.setDefault(before);
      }
    }
  }

  private static List<byte[]> graphs(DecoderModel model) {
    DecoderConfig config = model.config();
    Adapters adapters = new Adapters(config, 2, 16, 1);
    return List.of(
        ServeGraphs.prefill(config, model.weights()),
        ServeGraphs.decode(config, model.weights()),
        ServeGraphs.score(config, model.weights()),
        ServeGraphs.export(config, model.weights(), Map.of("a", "b")),
        TrainGraphs.learn(config, null),
        TrainGraphs.learn(config, adapters),
        TrainGraphs.score(config, adapters),
        PopulationGraphs.combination(config, 2));
  }
}
