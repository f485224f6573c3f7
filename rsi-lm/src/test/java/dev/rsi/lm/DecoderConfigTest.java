package dev.rsi.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rsi.lm.DecoderConfig.PositionScheme;
import java.util.List;
import org.junit.jupiter.api.Test;

class DecoderConfigTest {
  private static final CharVocabulary VOCABULARY = CharVocabulary.of("0123456789+=", '$');

  @Test
  void should_lay_parameters_out_without_gaps() {
    DecoderConfig config = DecoderConfig.builder(VOCABULARY).layers(3).build();
    int at = 0;
    for (Parameter parameter : config.parameters()) {
      assertThat(parameter.offset()).isEqualTo(at);
      at += parameter.size();
    }
    assertThat(at).isEqualTo(config.parameterCount());
  }

  @Test
  void should_name_what_is_out_of_bounds() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DecoderConfig.builder(VOCABULARY).hiddenSize(65).build())
        .withMessageContaining("hidden_size (65) must be a multiple");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DecoderConfig.builder(VOCABULARY).layers(0).build())
        .withMessage("num_hidden_layers (0) must be in [1, 256].");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DecoderConfig.builder(VOCABULARY).runTokens(List.of()).build())
        .withMessageContaining("run_token_ids is empty");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DecoderConfig.builder(VOCABULARY).runTokens(List.of(13)).build())
        .withMessageContaining("run_token_ids (13)");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                DecoderConfig.builder(VOCABULARY)
                    .hiddenSize(6)
                    .heads(2)
                    .positions(PositionScheme.ROPE, 10)
                    .build())
        .withMessageContaining("even head size");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                DecoderConfig.builder(VOCABULARY)
                    .hiddenSize(16_384)
                    .feedForwardSize(65_536)
                    .layers(256)
                    .build())
        .withMessageContaining("fit one array");
  }

  @Test
  void should_refuse_characters_that_it_does_not_have() {
    assertThat(VOCABULARY.decode(VOCABULARY.encode("12+3="), 5)).isEqualTo("12+3=");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VOCABULARY.encode("1-2"))
        .withMessageContaining("Character (-)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CharVocabulary.of("aa", '$'))
        .withMessageContaining("twice");
  }
}
