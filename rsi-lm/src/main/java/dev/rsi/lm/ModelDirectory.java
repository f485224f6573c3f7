package dev.rsi.lm;

import dev.rsi.api.CorruptModelException;
import dev.rsi.api.RsiException;
import dev.rsi.lm.DecoderModel.TrainerState;
import dev.rsi.lm.internal.Json;
import dev.rsi.lm.internal.JsonFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a {@link DecoderModel} as a directory in the manner of Hugging Face: {@code config.json},
 * {@code tokenizer.json}, {@code model.safetensors}, and, where the training can go on, {@code
 * optimizer.safetensors} and {@code trainer_state.json}. The same model gives the same bytes. Field
 * term: pretrained model folder.
 *
 * <p>Stateless; all methods are thread-safe for different directories.
 */
public final class ModelDirectory {
  private static final String CONFIG = "config.json";
  private static final String TOKENIZER = "tokenizer.json";
  private static final String MODEL = "model.safetensors";
  private static final String OPTIMIZER = "optimizer.safetensors";
  private static final String STATE = "trainer_state.json";
  private static final int FORMAT_VERSION = 1;

  private ModelDirectory() {}

  /**
   * Reads a model with the state of its training, if there is one.
   *
   * @throws CorruptModelException if a file is missing, damaged, truncated, of another kind or of
   *     another model; it names the file, the field and what was expected
   */
  public static DecoderModel read(Path directory) {
    DecoderModel model = readWeights(directory);
    return new DecoderModel(
        model.config(), model.vocabulary(), model.weights(), readState(directory, model.config()));
  }

  /** Reads a model without the state of its training: all that generation needs. */
  public static DecoderModel readWeights(Path directory) {
    DecoderConfig config = readConfig(directory);
    CharVocabulary vocabulary = CharVocabulary.read(directory.resolve(TOKENIZER));
    if (vocabulary.size() != config.vocabularySize()) {
      throw new CorruptModelException(
          directory.resolve(TOKENIZER),
          "model.vocab",
          config.vocabularySize() + " tokens, as config.json says",
          vocabulary.size() + " tokens");
    }
    float[] weights = Safetensors.read(directory.resolve(MODEL)).flat(config.parameters());
    requireFinite(directory.resolve(MODEL), config.parameters(), weights);
    return new DecoderModel(config, vocabulary, weights, null);
  }

  /** Whether a directory holds weights; says nothing about their state. */
  public static boolean hasWeights(Path directory) {
    return Files.exists(directory.resolve(MODEL));
  }

  /**
   * Reads the vocabulary of a model of any make: a {@code tokenizer.json} of single characters.
   *
   * @throws CorruptModelException if the file is missing, damaged or of another kind
   */
  public static CharVocabulary readVocabulary(Path directory) {
    return CharVocabulary.read(directory.resolve(TOKENIZER));
  }

  /**
   * Reads the shape of a model of rsi.
   *
   * @throws CorruptModelException if the file is missing, damaged or of another kind of model
   */
  public static DecoderConfig readConfig(Path directory) {
    return DecoderConfig.read(directory.resolve(CONFIG));
  }

  private static void requireFinite(Path file, List<Parameter> table, float[] values) {
    for (Parameter parameter : table) {
      for (int i = parameter.offset(); i < parameter.offset() + parameter.size(); i++) {
        if (!Float.isFinite(values[i])) {
          throw new CorruptModelException(
              file, parameter.name(), "finite numbers", String.valueOf(values[i]));
        }
      }
    }
  }

  private static @Nullable TrainerState readState(Path directory, DecoderConfig config) {
    Path state = directory.resolve(STATE);
    Path optimizer = directory.resolve(OPTIMIZER);
    if (!Files.exists(state) && !Files.exists(optimizer)) {
      return null;
    }
    JsonFile json = JsonFile.read(state);
    json.requireInt("format_version", FORMAT_VERSION);
    long step = json.longInteger("step");
    if (step < 0) {
      throw json.wrong("step", "0 or more", String.valueOf(step));
    }
    List<Parameter> table = moments(config);
    float[] both = Safetensors.read(optimizer).flat(table);
    requireFinite(optimizer, table, both);
    int n = config.parameterCount();
    float[] first = Arrays.copyOfRange(both, 0, n);
    float[] second = Arrays.copyOfRange(both, n, 2 * n);
    return new TrainerState(first, second, step, json.longInteger("random_state"));
  }

  /** The table of both moments, one after the other, as one vector. */
  private static List<Parameter> moments(DecoderConfig config) {
    int n = config.parameterCount();
    Math.multiplyExact(2, n);
    return List.of(
        new Parameter("first_moment", List.of(n), 0),
        new Parameter("second_moment", List.of(n), n));
  }

  /**
   * Writes a model, and the state of its training if it has one, over whatever is there.
   *
   * @param directory exists
   * @throws RsiException if a file cannot be written
   */
  public static void write(Path directory, DecoderModel model) {
    DecoderConfig config = model.config();
    try {
      text(directory.resolve(CONFIG), config.toJson());
      text(directory.resolve(TOKENIZER), model.vocabulary().toJson());
      // Other tools take files that say "pt" for those of PyTorch, which these are.
      Map<String, String> metadata = Map.of("format", "pt");
      Safetensors.write(directory.resolve(MODEL), metadata, config.parameters(), model.weights());
      TrainerState state = model.trainerState();
      if (state == null) {
        Files.deleteIfExists(directory.resolve(OPTIMIZER));
        Files.deleteIfExists(directory.resolve(STATE));
        return;
      }
      int n = config.parameterCount();
      float[] both = Arrays.copyOf(state.firstMoment(), Math.multiplyExact(2, n));
      System.arraycopy(state.secondMoment(), 0, both, n, n);
      Safetensors.write(directory.resolve(OPTIMIZER), metadata, moments(config), both);
      Map<String, Object> json = Json.object();
      json.put("format_version", FORMAT_VERSION);
      json.put("step", state.step());
      json.put("random_state", state.randomState());
      text(directory.resolve(STATE), Json.write(json));
    } catch (IOException e) {
      throw new RsiException("Cannot write the model to (" + directory + "): " + e, e);
    }
  }

  private static void text(Path file, String content) throws IOException {
    Files.writeString(file, content, StandardCharsets.UTF_8);
  }
}
