package dev.rsi.lm;

import dev.rsi.lm.internal.Json;
import dev.rsi.lm.internal.Json.Null;
import dev.rsi.lm.internal.JsonFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A vocabulary of single characters, one of which ends every text. Kept as {@code tokenizer.json}
 * in the WordLevel form of Hugging Face tokenizers. Field term: character tokenizer.
 *
 * <p>Immutable and thread-safe.
 */
public final class CharVocabulary {
  /** As many as there are characters of the basic plane. */
  private static final int MOST = 1 << 16;

  private final String characters;
  private final int end;
  private final Map<Character, Integer> ids = new HashMap<>();

  private CharVocabulary(String characters, int end) {
    this.characters = characters;
    this.end = end;
    for (int id = 0; id < characters.length(); id++) {
      char c = characters.charAt(id);
      if (Character.isSurrogate(c)) {
        throw new IllegalArgumentException(
            "Character " + id + " is half of a surrogate pair; only U+0000 to U+FFFF are allowed.");
      }
      if (ids.put(c, id) != null) {
        throw new IllegalArgumentException("Character (" + c + ") appears twice.");
      }
    }
  }

  /**
   * A vocabulary whose ids are the places of the characters, and then the end.
   *
   * @param characters distinct characters of the basic plane, at least one
   * @param end the character that ends a text; not one of {@code characters}
   */
  public static CharVocabulary of(String characters, char end) {
    if (characters.isEmpty()) {
      throw new IllegalArgumentException("A vocabulary needs at least one character.");
    }
    return new CharVocabulary(characters + end, characters.length());
  }

  /** How many tokens there are, the end included. */
  public int size() {
    return characters.length();
  }

  /** The id of the end token. */
  public int end() {
    return end;
  }

  /** Whether the character is in the vocabulary. */
  public boolean contains(char character) {
    return ids.containsKey(character);
  }

  /**
   * The id of a character.
   *
   * @throws IllegalArgumentException if it is not in the vocabulary
   */
  public int id(char character) {
    Integer id = ids.get(character);
    if (id == null) {
      throw new IllegalArgumentException(
          "Character ("
              + character
              + ") is not in the vocabulary ("
              + characters
              + ").\nMaybe the codec writes text that the model was not made for.");
    }
    return id;
  }

  /** The ids of several characters, in order. */
  public List<Integer> ids(String text) {
    List<Integer> list = new ArrayList<>(text.length());
    for (int i = 0; i < text.length(); i++) {
      list.add(id(text.charAt(i)));
    }
    return list;
  }

  /**
   * Encodes a text, one id per character. The end is not added.
   *
   * @throws IllegalArgumentException if a character is not in the vocabulary
   */
  public int[] encode(String text) {
    int[] tokens = new int[text.length()];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = id(text.charAt(i));
    }
    return tokens;
  }

  /**
   * Decodes the first {@code length} tokens.
   *
   * @throws IndexOutOfBoundsException if one is not an id
   */
  public String decode(int[] tokens, int length) {
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append(characters.charAt(tokens[i]));
    }
    return text.toString();
  }

  /** The content of {@code tokenizer.json}. */
  String toJson() {
    Map<String, Object> json = Json.object();
    json.put("version", "1.0");
    json.put("truncation", Null.NULL);
    json.put("padding", Null.NULL);
    Map<String, Object> special = Json.object();
    special.put("id", end);
    special.put("content", String.valueOf(characters.charAt(end)));
    special.put("single_word", false);
    special.put("lstrip", false);
    special.put("rstrip", false);
    special.put("normalized", false);
    special.put("special", true);
    json.put("added_tokens", List.of(special));
    json.put("normalizer", Null.NULL);
    Map<String, Object> split = Json.object();
    split.put("type", "Split");
    split.put("pattern", Map.of("Regex", "[\\s\\S]"));
    split.put("behavior", "Isolated");
    split.put("invert", false);
    json.put("pre_tokenizer", split);
    json.put("post_processor", Null.NULL);
    json.put("decoder", Map.of("type", "Fuse"));
    Map<String, Object> model = Json.object();
    model.put("type", "WordLevel");
    Map<String, Object> vocabulary = Json.object();
    for (int id = 0; id < characters.length(); id++) {
      vocabulary.put(String.valueOf(characters.charAt(id)), id);
    }
    model.put("vocab", vocabulary);
    model.put("unk_token", "<unk>");
    json.put("model", model);
    return Json.write(json);
  }

  /** Reads {@code tokenizer.json}. */
  static CharVocabulary read(Path file) {
    JsonFile json = JsonFile.read(file, JsonFile.MAX_TOKENIZER_BYTES);
    json.requireText("model.type", "WordLevel");
    Map<String, Object> vocabulary = json.object("model.vocab");
    if (vocabulary.size() < 2 || vocabulary.size() > MOST) {
      throw json.wrong("model.vocab", "an object of 2 to " + MOST + " tokens", "others");
    }
    char[] characters = new char[vocabulary.size()];
    boolean[] seen = new boolean[characters.length];
    for (Map.Entry<String, Object> entry : vocabulary.entrySet()) {
      String field = "model.vocab." + entry.getKey();
      int id = json.integer(field, entry.getValue());
      if (entry.getKey().length() != 1) {
        throw json.wrong(field, "a token of one character", "another length");
      }
      if (id < 0 || id >= characters.length || seen[id]) {
        throw json.wrong(
            field, "each id of [0, " + (characters.length - 1) + "] once", String.valueOf(id));
      }
      seen[id] = true;
      characters[id] = entry.getKey().charAt(0);
    }
    List<?> added = json.node("added_tokens") instanceof List<?> list ? list : List.of();
    if (added.size() != 1 || !(added.get(0) instanceof Map<?, ?> token)) {
      throw json.wrong("added_tokens", "one token, the end", added.size() + " tokens");
    }
    Object id = token.get("id");
    int end = id == null ? -1 : json.integer("added_tokens[0].id", id);
    if (end < 0 || end >= characters.length) {
      throw json.wrong("added_tokens[0].id", "the id of a token", String.valueOf(end));
    }
    try {
      return new CharVocabulary(new String(characters), end);
    } catch (IllegalArgumentException e) {
      throw json.wrong("model.vocab", "distinct characters", String.valueOf(e.getMessage()));
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CharVocabulary that
        && characters.equals(that.characters)
        && end == that.end;
  }

  @Override
  public int hashCode() {
    return 31 * characters.hashCode() + end;
  }

  @Override
  public String toString() {
    return "CharVocabulary[" + characters + ", end " + end + "]";
  }
}
