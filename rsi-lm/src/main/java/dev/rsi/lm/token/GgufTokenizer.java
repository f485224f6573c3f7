package dev.rsi.lm.token;

import dev.rsi.lm.gguf.GgufFile;
import dev.rsi.lm.token.AddedTokens.Added;
import dev.rsi.lm.token.BpeTokenizer.Parts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes a tokenizer of a GGUF file's metadata, which has tokens and merges, but names the splitting
 * of words only.
 */
final class GgufTokenizer {
  private static final String MODEL = "tokenizer.ggml.model";
  private static final String TOKENS = "tokenizer.ggml.tokens";
  private static final String MERGES = "tokenizer.ggml.merges";
  private static final String TYPES = "tokenizer.ggml.token_type";
  private static final String PRE = "tokenizer.ggml.pre";
  private static final long CONTROL = 3;
  private static final long USER_DEFINED = 4;

  private static final String LLAMA3 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String GPT4O =
      "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
          + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
          + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  /** What each name stands for in the tokenizer.json of the models that have it. */
  private static final Map<String, Map<String, Object>> STEPS =
      Map.of(
          "gpt-2", bytes(true),
          "smollm", sequence(Map.of("type", "Digits", "individual_digits", true), bytes(true)),
          "llama-bpe", sequence(split(LLAMA3), bytes(false)),
          "qwen2", sequence(split(LLAMA3.replace("{1,3}", "")), bytes(false)),
          "gpt-4o", sequence(split(GPT4O), bytes(false)));

  private GgufTokenizer() {}

  private static Map<String, Object> bytes(boolean regex) {
    return Map.of("type", "ByteLevel", "add_prefix_space", false, "use_regex", regex);
  }

  private static Map<String, Object> split(String regex) {
    return Map.of(
        "type",
        "Split",
        "pattern",
        Map.of("Regex", regex),
        "behavior",
        "Isolated",
        "invert",
        false);
  }

  private static Map<String, Object> sequence(Map<String, Object> first, Map<String, Object> last) {
    return Map.of("type", "Sequence", "pretokenizers", List.of(first, last));
  }

  static Parts read(GgufFile file) {
    try {
      return parts(file);
    } catch (BadPart e) {
      throw e.in(file.file());
    }
  }

  private static Parts parts(GgufFile file) {
    Object model = file.metadata().get(MODEL);
    if (!"gpt2".equals(model)) {
      throw new BadPart(
          MODEL,
          "gpt2, which has merges (for others read the tokenizer.json beside the file)",
          "(" + model + ")");
    }
    Object pre = file.metadata().get(PRE);
    Map<String, Object> steps = pre instanceof String name ? STEPS.get(name) : null;
    if (steps == null) {
      throw new BadPart(
          PRE, "one of " + new TreeMap<>(STEPS).keySet() + ", or tokenizer.json", "(" + pre + ")");
    }
    List<String> tokens = file.strings(TOKENS);
    List<String> merges = file.strings(MERGES);
    long[] types = file.integers(TYPES);
    if (tokens == null || merges == null || types == null || types.length != tokens.size()) {
      throw new BadPart(
          TOKENS,
          "tokens, their types and merges",
          (tokens == null ? 0 : tokens.size()) + " tokens");
    }
    Map<String, Integer> ids = new HashMap<>();
    List<Added> added = new ArrayList<>();
    for (int id = 0; id < tokens.size(); id++) {
      String token = tokens.get(id);
      if (ids.put(token, id) != null) {
        throw new BadPart(TOKENS, "each token once", Vocabulary.shown(token) + " twice");
      }
      if (types[id] == CONTROL || types[id] == USER_DEFINED) {
        added.add(new Added(token, id, false, false, false, false, types[id] == CONTROL));
      }
    }
    Vocabulary vocabulary = new Vocabulary(ids);
    PairTable table = new PairTable(merges.size());
    for (int rank = 0; rank < merges.size(); rank++) {
      String[] pair = TokenizerJson.pair(merges.get(rank), rank);
      BpeModel.merge(vocabulary, table, pair[0], pair[1], rank);
    }
    boolean whole = "llama-bpe".equals(pre) || "gpt-4o".equals(pre);
    BpeModel.Options options =
        new BpeModel.Options(true, false, Vocabulary.NONE, false, whole, (char) 0);
    return new Parts(
        vocabulary,
        new BpeModel(vocabulary, table, options),
        added,
        "qwen2".equals(pre) ? Normalizers.of(Fields.of(PRE, Map.of("type", "NFC"))) : List.of(),
        PreTokenizer.of(Fields.of(PRE, steps)),
        Decoding.bytes(),
        around(file, "bos", vocabulary),
        around(file, "eos", vocabulary));
  }

  private static List<Integer> around(GgufFile file, String which, Vocabulary vocabulary) {
    boolean wanted =
        Boolean.TRUE.equals(file.metadata().get("tokenizer.ggml.add_" + which + "_token"));
    if (!wanted) {
      return List.of();
    }
    String name = "tokenizer.ggml." + which + "_token_id";
    Object id = file.metadata().get(name);
    if (!(id instanceof Long number) || number < 0 || number >= vocabulary.size()) {
      throw new BadPart(name, "an id below " + vocabulary.size(), "(" + id + ")");
    }
    return List.of((int) (long) number);
  }
}
