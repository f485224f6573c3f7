package dev.rsi.lm.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.Parameter;
import dev.rsi.lm.SavedRandom;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdaptersTest {
  private static final CharVocabulary VOCABULARY = CharVocabulary.of("0123456789+=", '$');
  private static final DecoderConfig CONFIG =
      DecoderConfig.builder(VOCABULARY)
          .hiddenSize(8)
          .heads(2)
          .feedForwardSize(12)
          .layers(2)
          .build();
  private static final float[] BASE = DecoderModel.random(CONFIG, VOCABULARY, 1).weights();

  private final Adapters adapters = new Adapters(CONFIG, 3, 6, 7);

  @Test
  void should_sit_on_every_matrix_of_the_blocks_and_nowhere_else() {
    assertThat(adapters.parameters().stream().map(Parameter::name))
        .filteredOn(name -> name.contains("layers.1"))
        .containsExactly(
            "layers.1.attention.qkv.lora_A.weight",
            "layers.1.attention.qkv.lora_B.weight",
            "layers.1.attention.out.lora_A.weight",
            "layers.1.attention.out.lora_B.weight",
            "layers.1.mlp.up.lora_A.weight",
            "layers.1.mlp.up.lora_B.weight",
            "layers.1.mlp.down.lora_A.weight",
            "layers.1.mlp.down.lora_B.weight");
    assertThat(adapters.parameters()).hasSize(16);
    int perLayer = 3 * (8 + 24) + 3 * (8 + 8) + 3 * (8 + 12) + 3 * (12 + 8);
    assertThat(adapters.parameterCount()).isEqualTo(2 * perLayer);
  }

  @Test
  void should_begin_as_the_model_is() {
    assertThat(adapters.merged(BASE, adapters.start())).isEqualTo(BASE);
    for (Parameter parameter : adapters.parameters()) {
      float[] values =
          Arrays.copyOfRange(
              adapters.start(), parameter.offset(), parameter.offset() + parameter.size());
      if (parameter.name().contains("lora_B")) {
        assertThat(values).containsOnly(0);
      } else {
        float bound = (float) (1 / Math.sqrt(parameter.shape().get(1)));
        for (float value : values) {
          assertThat(value).isBetween(-bound, bound).isNotZero();
        }
      }
    }
    assertThat(new Adapters(CONFIG, 3, 6, 8).start()).isNotEqualTo(adapters.start());
  }

  @Test
  void should_add_the_product_times_alpha_over_rank_and_leave_the_rest_bit_for_bit() {
    float[] trained = new float[adapters.parameterCount()];
    SavedRandom random = new SavedRandom(3);
    for (int i = 0; i < trained.length; i++) {
      trained[i] = (float) random.nextGaussian();
    }
    float[] merged = adapters.merged(BASE, trained);
    List<Parameter> table = adapters.parameters();
    for (Parameter matrix : CONFIG.parameters()) {
      if (!matrix.name().startsWith("layers.") || matrix.shape().size() < 2) {
        for (int k = 0; k < matrix.size(); k++) {
          assertThat(merged[matrix.offset() + k]).isEqualTo(BASE[matrix.offset() + k]);
        }
        continue;
      }
      Parameter down = find(table, Adapters.down(matrix.name()));
      Parameter up = find(table, Adapters.up(matrix.name()));
      int inputs = matrix.shape().get(1);
      for (int o = 0; o < matrix.shape().get(0); o++) {
        for (int i = 0; i < inputs; i++) {
          double sum = 0;
          for (int r = 0; r < 3; r++) {
            sum += trained[up.offset() + 3 * o + r] * trained[down.offset() + r * inputs + i];
          }
          int at = matrix.offset() + o * inputs + i;
          assertThat((double) merged[at]).isCloseTo(BASE[at] + 2 * sum, within(1e-5));
        }
      }
    }
  }

  @Test
  void should_refuse_a_rank_or_an_alpha_that_adds_nothing() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Adapters(CONFIG, 0, 8, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new Adapters(CONFIG, 1, 0, 1));
  }

  private static Parameter find(List<Parameter> table, String name) {
    return table.stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow();
  }
}
