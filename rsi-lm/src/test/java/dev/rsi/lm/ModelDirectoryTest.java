package dev.rsi.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.CorruptModelException;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel.TrainerState;
import dev.rsi.lm.spi.Positions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ModelDirectoryTest {
  private static final CharVocabulary VOCABULARY = CharVocabulary.of("0123456789+=", '$');

  @TempDir Path temp;

  @Test
  void should_have_the_size_of_the_published_experiment() {
    assertThat(DecoderConfig.builder(VOCABULARY).build().parameterCount()).isEqualTo(53_568);
  }

  @ParameterizedTest
  @EnumSource(PositionScheme.class)
  void should_read_what_it_wrote(PositionScheme scheme) {
    DecoderConfig config = DecoderConfig.builder(VOCABULARY).positions(scheme, 20).build();
    DecoderModel model = DecoderModel.random(config, VOCABULARY, 3);
    float[] moments = model.weights().clone();
    TrainerState state = new TrainerState(moments, model.weights(), 17, Long.MIN_VALUE);
    ModelDirectory.write(temp, new DecoderModel(config, VOCABULARY, model.weights(), state));
    DecoderModel read = ModelDirectory.read(temp);
    assertThat(read.config()).isEqualTo(config);
    assertThat(read.vocabulary()).isEqualTo(VOCABULARY);
    assertThat(read.weights()).isEqualTo(model.weights());
    TrainerState other = Objects.requireNonNull(read.trainerState());
    assertThat(other.firstMoment()).isEqualTo(moments);
    assertThat(other.secondMoment()).isEqualTo(model.weights());
    assertThat(other.step()).isEqualTo(17);
    assertThat(other.randomState()).isEqualTo(Long.MIN_VALUE);
    assertThat(ModelDirectory.readWeights(temp).trainerState()).isNull();
  }

  @Test
  void should_read_vocabulary_and_positions_of_models_of_any_make() throws Exception {
    ModelDirectory.write(temp, model());
    assertThat(ModelDirectory.hasWeights(temp)).isTrue();
    assertThat(ModelDirectory.readVocabulary(temp)).isEqualTo(VOCABULARY);
    int[] run = VOCABULARY.encode("123=");
    Positions own = Positions.of(model().config());
    assertThat(Positions.read(temp).offsets(run, 4, 5))
        .isEqualTo(own.offsets(run, 4, 5))
        .isGreaterThan(1);

    Path config = temp.resolve("config.json");
    for (String field : new String[] {"n_positions", "max_position_embeddings"}) {
      Files.writeString(config, "{\"model_type\": \"other\", \"" + field + "\": 9}");
      Positions positions = Positions.read(temp);
      assertThat(positions.offsets(run, 4, 5)).isEqualTo(1);
      assertThat(positions.added(4, 0, 1)).isEqualTo(4);
      assertThatThrownBy(() -> positions.offsets(run, 4, 6)).hasMessageContaining("(9 at most)");
    }
    Files.writeString(config, "{\"model_type\": \"other\", \"n_positions\": 1}");
    assertThatThrownBy(() -> Positions.read(temp))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining("n_positions");
  }

  @Test
  void should_forget_the_trainers_state_when_written_without() throws Exception {
    DecoderModel model = model();
    TrainerState state = TrainerState.fresh(model.config().parameterCount(), 1);
    ModelDirectory.write(
        temp, new DecoderModel(model.config(), VOCABULARY, model.weights(), state));
    ModelDirectory.write(temp, model);
    assertThat(ModelDirectory.read(temp).trainerState()).isNull();
    try (var files = Files.list(temp)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("config.json", "tokenizer.json", "model.safetensors");
    }
  }

  @Test
  void should_write_the_same_bytes_for_the_same_seed() throws Exception {
    Path one = Files.createDirectory(temp.resolve("one"));
    Path other = Files.createDirectory(temp.resolve("other"));
    ModelDirectory.write(one, model());
    ModelDirectory.write(other, model());
    for (String file : new String[] {"config.json", "tokenizer.json", "model.safetensors"}) {
      assertThat(one.resolve(file)).hasSameBinaryContentAs(other.resolve(file));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "config.json | \"rsi-decoder\" | \"llama\" | model_type | \"rsi-decoder\"",
        "config.json | \"hidden_size\" : 64 | \"hidden_size\" : 65 | config | a valid decoder",
        "config.json | \"hidden_size\" : 64 | \"hidden_size\" : 1e9 | hidden_size | a whole",
        "config.json | \"hidden_size\" : 64 | \"hidden\" : 64 | hidden_size | a value",
        "config.json | COUPLED | ALIBI | position_scheme | one of",
        "config.json | \"format_version\" : 1 | \"format_version\" : 2 | format_version | 1",
        "config.json | } | ] | (content) | readable JSON",
        "tokenizer.json | WordLevel | BPE | model.type | \"WordLevel\"",
        "tokenizer.json | \"7\" : 7 | \"7\" : 8 | model.vocab.8 | each id",
        "tokenizer.json | \"7\" : 7 | \"77\" : 7 | model.vocab.77 | a token of one",
        "tokenizer.json | \"id\" : 12 | \"id\" : 13 | added_tokens[0].id | the id of a token",
      })
  void should_name_file_field_and_expectation(
      String name, String from, String to, String field, String expected) throws Exception {
    ModelDirectory.write(temp, model());
    Path file = temp.resolve(name);
    String content = Files.readString(file);
    assertThat(content).contains(from);
    Files.writeString(file, content.replace(from, to));
    assertThatThrownBy(() -> ModelDirectory.read(temp))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining("File (" + file + ")")
        .hasMessageContaining("field (" + field + ")")
        .hasMessageContaining("expected " + expected);
  }

  @Test
  void should_refuse_a_missing_file_and_numbers_that_are_not_finite() throws Exception {
    DecoderModel model = model();
    float[] weights = model.weights().clone();
    weights[weights.length - 1] = Float.NaN;
    ModelDirectory.write(temp, new DecoderModel(model.config(), VOCABULARY, weights, null));
    assertThatThrownBy(() -> ModelDirectory.read(temp))
        .hasMessageContaining("field (head.weight): expected finite numbers, found NaN");
    Files.delete(temp.resolve("model.safetensors"));
    assertThatThrownBy(() -> ModelDirectory.read(temp))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void should_refuse_half_of_a_trainers_state() throws Exception {
    DecoderModel model = model();
    TrainerState state = TrainerState.fresh(model.config().parameterCount(), 1);
    ModelDirectory.write(
        temp, new DecoderModel(model.config(), VOCABULARY, model.weights(), state));
    Files.delete(temp.resolve("trainer_state.json"));
    assertThatThrownBy(() -> ModelDirectory.read(temp))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining("trainer_state.json");
  }

  private static DecoderModel model() {
    return DecoderModel.random(DecoderConfig.builder(VOCABULARY).build(), VOCABULARY, 3);
  }
}
