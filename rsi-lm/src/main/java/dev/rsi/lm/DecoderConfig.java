package dev.rsi.lm;

import dev.rsi.lm.internal.Json;
import dev.rsi.lm.internal.JsonFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The shape of a decoder-only transformer: pre-norm LayerNorm (epsilon 1e-5), multi-head causal
 * attention without biases, GELU (exact) feed-forward with biases, a last LayerNorm, and an untied
 * head without bias. Field term: model config.
 *
 * <p>Immutable and thread-safe. Built by {@link #builder}, kept as {@code config.json}.
 */
public final class DecoderConfig {
  /** The {@code model_type} in {@code config.json}. */
  public static final String MODEL_TYPE = "rsi-decoder";

  private static final int FORMAT_VERSION = 1;

  private final int vocabularySize;
  private final int hiddenSize;
  private final int layers;
  private final int heads;
  private final int feedForwardSize;
  private final PositionScheme positionScheme;
  private final int maxPositions;
  private final NavigableSet<Integer> runTokens;
  private final List<Parameter> parameters;
  private final int parameterCount;

  private DecoderConfig(Builder builder) {
    vocabularySize = inRange("vocab_size", builder.vocabularySize, 2, 1 << 20);
    hiddenSize = inRange("hidden_size", builder.hiddenSize, 1, 1 << 14);
    layers = inRange("num_hidden_layers", builder.layers, 1, 256);
    heads = inRange("num_attention_heads", builder.heads, 1, 256);
    feedForwardSize = inRange("intermediate_size", builder.feedForwardSize, 1, 1 << 16);
    positionScheme = builder.positionScheme;
    maxPositions = inRange("max_position_embeddings", builder.maxPositions, 2, 1 << 20);
    runTokens = Collections.unmodifiableNavigableSet(new TreeSet<>(builder.runTokens));
    if (hiddenSize % heads != 0) {
      throw new IllegalArgumentException(
          "hidden_size ("
              + hiddenSize
              + ") must be a multiple of num_attention_heads ("
              + heads
              + ").");
    }
    if (positionScheme == PositionScheme.ROPE && hiddenSize / heads % 2 != 0) {
      throw new IllegalArgumentException(
          "ROPE needs an even head size, but hidden_size ("
              + hiddenSize
              + ") / num_attention_heads ("
              + heads
              + ") is odd.");
    }
    if (positionScheme == PositionScheme.COUPLED && runTokens.isEmpty()) {
      throw new IllegalArgumentException(
          "run_token_ids is empty, but COUPLED positions count the tokens of runs.\n"
              + "Maybe call runTokens(vocabulary.ids(\"0123456789\")).");
    }
    for (int token : runTokens) {
      inRange("run_token_ids", token, 0, vocabularySize - 1);
    }
    List<Parameter> table = new ArrayList<>();
    long end = layOut(table);
    if (end > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "The model would have "
              + end
              + " parameters; at most "
              + (Integer.MAX_VALUE - 8)
              + " fit one array.");
    }
    parameters = List.copyOf(table);
    parameterCount = (int) end;
  }

  private static int inRange(String field, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          field + " (" + value + ") must be in [" + min + ", " + max + "].");
    }
    return value;
  }

  private long layOut(List<Parameter> table) {
    long at = 0;
    at = add(table, at, "embed.weight", vocabularySize, hiddenSize);
    if (positionScheme == PositionScheme.COUPLED) {
      at = add(table, at, "positions.weight", maxPositions, hiddenSize);
    }
    for (int i = 0; i < layers; i++) {
      String layer = "layers." + i + ".";
      at = add(table, at, layer + "attention_norm.weight", hiddenSize);
      at = add(table, at, layer + "attention_norm.bias", hiddenSize);
      at = add(table, at, layer + "attention.qkv.weight", 3 * hiddenSize, hiddenSize);
      at = add(table, at, layer + "attention.out.weight", hiddenSize, hiddenSize);
      at = add(table, at, layer + "mlp_norm.weight", hiddenSize);
      at = add(table, at, layer + "mlp_norm.bias", hiddenSize);
      at = add(table, at, layer + "mlp.up.weight", feedForwardSize, hiddenSize);
      at = add(table, at, layer + "mlp.up.bias", feedForwardSize);
      at = add(table, at, layer + "mlp.down.weight", hiddenSize, feedForwardSize);
      at = add(table, at, layer + "mlp.down.bias", hiddenSize);
    }
    at = add(table, at, "norm.weight", hiddenSize);
    at = add(table, at, "norm.bias", hiddenSize);
    return add(table, at, "head.weight", vocabularySize, hiddenSize);
  }

  private static long add(List<Parameter> table, long at, String name, Integer... shape) {
    long size = 1;
    for (int dimension : shape) {
      size *= dimension;
    }
    // An offset past the int range is refused by the constructor before anyone reads it.
    table.add(new Parameter(name, List.of(shape), (int) at));
    return at + size;
  }

  /**
   * A builder for a model over the tokens of a vocabulary, with defaults that learn addition within
   * seconds on one core: hidden size 64, 1 layer, 4 heads, feed-forward size 256, COUPLED positions
   * with 32 ids over the decimal digits of the vocabulary.
   */
  public static Builder builder(CharVocabulary vocabulary) {
    Builder builder = new Builder();
    builder.vocabularySize = vocabulary.size();
    for (char digit = '0'; digit <= '9'; digit++) {
      if (vocabulary.contains(digit)) {
        builder.runTokens.add(vocabulary.id(digit));
      }
    }
    return builder;
  }

  /** How many tokens there are, 2 or more. */
  public int vocabularySize() {
    return vocabularySize;
  }

  /** Width of the residual stream. */
  public int hiddenSize() {
    return hiddenSize;
  }

  /** How many blocks. */
  public int layers() {
    return layers;
  }

  /** How many attention heads per block; divides the hidden size. */
  public int heads() {
    return heads;
  }

  /** Width of the feed-forward layer. */
  public int feedForwardSize() {
    return feedForwardSize;
  }

  /** How the model knows where a token stands. */
  public PositionScheme positionScheme() {
    return positionScheme;
  }

  /** How many position ids there are; for NOPE and ROPE, the longest sequence in tokens. */
  public int maxPositions() {
    return maxPositions;
  }

  /** The ids of the tokens that runs are made of, for COUPLED positions. */
  public NavigableSet<Integer> runTokens() {
    return runTokens;
  }

  /** All parameter arrays in the order of the flat vector, without gaps. */
  public List<Parameter> parameters() {
    return parameters;
  }

  /** Length of the flat vector of all parameters. */
  public int parameterCount() {
    return parameterCount;
  }

  /** The content of {@code config.json}. */
  String toJson() {
    Map<String, Object> json = Json.object();
    json.put("model_type", MODEL_TYPE);
    json.put("format_version", FORMAT_VERSION);
    json.put("architectures", List.of("RsiDecoderForCausalLM"));
    json.put("torch_dtype", "float32");
    json.put("vocab_size", vocabularySize);
    json.put("hidden_size", hiddenSize);
    json.put("num_hidden_layers", layers);
    json.put("num_attention_heads", heads);
    json.put("intermediate_size", feedForwardSize);
    json.put("hidden_act", "gelu");
    json.put("layer_norm_eps", 1e-5);
    json.put("tie_word_embeddings", false);
    json.put("position_scheme", positionScheme.name());
    json.put("max_position_embeddings", maxPositions);
    json.put("run_token_ids", runTokens);
    return Json.write(json);
  }

  /** Reads {@code config.json}. */
  static DecoderConfig read(Path file) {
    JsonFile json = JsonFile.read(file);
    json.requireText("model_type", MODEL_TYPE);
    json.requireText("hidden_act", "gelu");
    json.requireInt("format_version", FORMAT_VERSION);
    Builder builder = new Builder();
    builder.vocabularySize = json.integer("vocab_size");
    builder.hiddenSize = json.integer("hidden_size");
    builder.layers = json.integer("num_hidden_layers");
    builder.heads = json.integer("num_attention_heads");
    builder.feedForwardSize = json.integer("intermediate_size");
    builder.positionScheme = json.constant("position_scheme", PositionScheme.class);
    builder.maxPositions = json.integer("max_position_embeddings");
    builder.runTokens.addAll(json.integers("run_token_ids"));
    try {
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw json.wrong("config", "a valid decoder", String.valueOf(e.getMessage()));
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DecoderConfig that && toJson().equals(that.toJson());
  }

  @Override
  public int hashCode() {
    return toJson().hashCode();
  }

  @Override
  public String toString() {
    return "DecoderConfig[" + parameterCount + " parameters, " + positionScheme + "]";
  }

  /** How a decoder knows where a token stands. */
  public enum PositionScheme {
    /**
     * Position coupling: a learned position id that counts the tokens of a <em>run</em> (for
     * example the digits of a number) and starts again after every token that is not of one. Digit
     * i of each operand and of the answer thus share an id, which lets arithmetic reach lengths
     * that were never trained. A random offset per example trains all ids on short runs.
     *
     * <p>After Cho et al., "Position Coupling: Improving Length Generalization of Arithmetic
     * Transformers Using Task Structure" (2024); a token of a run has the offset plus its place,
     * from 1; any other has 0, but the last token of the prompt has the offset itself.
     */
    COUPLED,
    /** No position information but the causal mask. */
    NOPE,
    /** Rotary embeddings of queries and keys, base 10,000 (Su et al., "RoFormer", 2021). */
    ROPE
  }

  /** Builds a {@link DecoderConfig}. Not thread-safe. */
  public static final class Builder {
    private int vocabularySize;
    private int hiddenSize = 64;
    private int layers = 1;
    private int heads = 4;
    private int feedForwardSize = 256;
    private PositionScheme positionScheme = PositionScheme.COUPLED;
    private int maxPositions = 32;
    private final NavigableSet<Integer> runTokens = new TreeSet<>();

    private Builder() {}

    /** Width of the residual stream, in [1, 16384]. Default 64. */
    public Builder hiddenSize(int value) {
      hiddenSize = value;
      return this;
    }

    /** How many blocks, in [1, 256]. Default 1: the quickest to learn addition. */
    public Builder layers(int value) {
      layers = value;
      return this;
    }

    /** How many attention heads, in [1, 256], a divisor of the hidden size. Default 4. */
    public Builder heads(int value) {
      heads = value;
      return this;
    }

    /** Width of the feed-forward layer, in [1, 65536]. Default 256. */
    public Builder feedForwardSize(int value) {
      feedForwardSize = value;
      return this;
    }

    /**
     * How the model knows where a token stands, and how many position ids it has (for NOPE and
     * ROPE: the longest sequence in tokens). Default COUPLED with 32, enough for runs of 31.
     */
    public Builder positions(PositionScheme scheme, int maxPositions) {
      positionScheme = scheme;
      this.maxPositions = maxPositions;
      return this;
    }

    /** The tokens that runs are made of (COUPLED only). Default: the decimal digits. */
    public Builder runTokens(Iterable<Integer> ids) {
      runTokens.clear();
      ids.forEach(runTokens::add);
      return this;
    }

    /**
     * Checks and builds.
     *
     * @throws IllegalArgumentException naming the field, its value and what is allowed
     */
    public DecoderConfig build() {
      return new DecoderConfig(this);
    }
  }
}
