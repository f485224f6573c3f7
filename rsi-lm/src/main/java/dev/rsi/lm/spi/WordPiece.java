package dev.rsi.lm.spi;

import dev.rsi.api.CorruptModelException;
import dev.rsi.lm.internal.Json.Null;
import dev.rsi.lm.internal.JsonFile;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The tokenizer of BERT and of the sentence encoders made from it: words and punctuation are split,
 * lower-cased and freed of accents where the model wants that, and cut into the longest pieces that
 * the vocabulary has.
 *
 * <p>The rules are those of the {@code BertNormalizer}, {@code BertPreTokenizer} and {@code
 * WordPiece} of Hugging Face's tokenizers, with one deliberate difference: a special token that
 * stands in a text, such as {@code [SEP]}, is read as ordinary characters, so that no text can
 * speak for the tokenizer.
 *
 * <p>Any text is fit: control characters are left out, unknown words become {@code [UNK]}, and the
 * work is linear in the text's length. Immutable and thread-safe.
 */
public final class WordPiece {
  /** Where the file does not say: what sentence encoders of this kind were trained with at most. */
  public static final int DEFAULT_MAX_TOKENS = 256;

  /** The most bytes of a tokenizer's file. */
  public static final int MAX_BYTES = JsonFile.MAX_TOKENIZER_BYTES;

  private static final String CONTINUING = "##";
  private static final int MAX_WORD = 100;
  private static final int MOST_MARKS = 30;

  private final Map<String, Integer> vocabulary;
  private final boolean lowerCase;
  private final boolean stripAccents;
  private final int maxTokens;
  private final int unknown;
  private final int start;
  private final int end;

  private WordPiece(
      Path file,
      Map<String, Integer> vocabulary,
      boolean lowerCase,
      boolean stripAccents,
      int maxTokens) {
    this.vocabulary = vocabulary;
    this.lowerCase = lowerCase;
    this.stripAccents = stripAccents;
    this.maxTokens = maxTokens;
    this.unknown = special(file, "[UNK]");
    this.start = special(file, "[CLS]");
    this.end = special(file, "[SEP]");
  }

  private int special(Path file, String token) {
    Integer id = vocabulary.get(token);
    if (id == null) {
      throw new CorruptModelException(file, "vocabulary", "the token " + token, "none");
    }
    return id;
  }

  /**
   * Reads a {@code tokenizer.json}, or a {@code vocab.txt} of one token a line, which is taken to
   * be of a lower-casing model.
   *
   * @param file the name for messages
   * @param content the file's bytes, {@link #MAX_BYTES} at most; it is JSON if it begins with a
   *     brace
   * @throws CorruptModelException if it is damaged or of another kind of tokenizer
   */
  public static WordPiece of(Path file, byte[] content) {
    if (content.length > MAX_BYTES) {
      throw new CorruptModelException(file, "(size)", "at most " + MAX_BYTES + " bytes", "more");
    }
    return content.length > 0 && content[0] == '{' ? ofJson(file, content) : ofLines(file, content);
  }

  private static WordPiece ofJson(Path file, byte[] content) {
    JsonFile json = JsonFile.of(file, content);
    json.requireText("model.type", "WordPiece");
    json.requireText("model.unk_token", "[UNK]");
    json.requireText("model.continuing_subword_prefix", CONTINUING);
    json.requireInt("model.max_input_chars_per_word", MAX_WORD);
    json.requireText("normalizer.type", "BertNormalizer");
    json.requireText("pre_tokenizer.type", "BertPreTokenizer");
    Object stripAccents = json.node("normalizer.strip_accents");
    if (!(json.node("normalizer.lowercase") instanceof Boolean lower)
        || !(stripAccents instanceof Boolean || stripAccents == Null.NULL)) {
      throw json.wrong("normalizer", "lowercase and strip_accents to be true or false", "others");
    }
    Map<String, Object> tokens = json.object("model.vocab");
    Map<String, Integer> vocabulary = new HashMap<>();
    for (Map.Entry<String, Object> entry : tokens.entrySet()) {
      int id = json.integer("model.vocab." + entry.getKey(), entry.getValue());
      if (id < 0 || id >= tokens.size()) {
        throw json.wrong(
            "model.vocab." + entry.getKey(),
            "an id of [0, " + (tokens.size() - 1) + "]",
            String.valueOf(id));
      }
      vocabulary.put(entry.getKey(), id);
    }
    int maxTokens = DEFAULT_MAX_TOKENS;
    if (json.node("truncation") instanceof Map<?, ?>) {
      maxTokens = json.integer("truncation.max_length");
      if (maxTokens < 3) {
        throw json.wrong("truncation.max_length", "3 or more", String.valueOf(maxTokens));
      }
    }
    boolean strip = stripAccents instanceof Boolean stated ? stated : lower;
    return new WordPiece(file, vocabulary, lower, strip, maxTokens);
  }

  private static WordPiece ofLines(Path file, byte[] content) {
    List<String> lines =
        new BufferedReader(
                new InputStreamReader(new ByteArrayInputStream(content), StandardCharsets.UTF_8))
            .lines()
            .toList();
    Map<String, Integer> vocabulary = new HashMap<>();
    for (String line : lines) {
      if (vocabulary.put(line, vocabulary.size()) != null) {
        throw new CorruptModelException(file, "vocabulary", "each token once", line + " twice");
      }
    }
    return new WordPiece(file, vocabulary, true, true, DEFAULT_MAX_TOKENS);
  }

  /** How many tokens {@link #encode} gives at most, the two special ones included; 3 or more. */
  public int maxTokens() {
    return maxTokens;
  }

  /** How many tokens the vocabulary has: every id is smaller. */
  public int size() {
    return vocabulary.size();
  }

  /**
   * Encodes a text: {@code [CLS]}, its pieces, {@code [SEP]}. What is beyond {@link #maxTokens} is
   * left out.
   */
  public int[] encode(String text) {
    Pieces pieces = new Pieces();
    pieces.add(start);
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < text.length() && !pieces.full(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (isControl(c)) {
        continue;
      }
      if (isSpace(c)) {
        split(word, pieces);
      } else if (isIdeograph(c)) {
        split(word, pieces);
        word.appendCodePoint(c);
        split(word, pieces);
      } else {
        word.appendCodePoint(c);
      }
    }
    split(word, pieces);
    pieces.end(end);
    return pieces.toArray();
  }

  /** Takes what stood between two spaces, and leaves the builder empty. */
  private void split(StringBuilder spaced, Pieces pieces) {
    String text = normal(spaced);
    spaced.setLength(0);
    int from = 0;
    for (int i = 0; i < text.length() && !pieces.full(); ) {
      int c = text.codePointAt(i);
      int next = i + Character.charCount(c);
      if (isPunctuation(c)) {
        cut(text, from, i, pieces);
        cut(text, i, next, pieces);
        from = next;
      }
      i = next;
    }
    cut(text, from, text.length(), pieces);
  }

  private String normal(StringBuilder word) {
    boolean ascii = word.chars().allMatch(c -> c < 128);
    if (ascii) {
      return lowerCase ? word.toString().toLowerCase(Locale.ROOT) : word.toString();
    }
    StringBuilder text = new StringBuilder(word.length());
    String source = stripAccents ? decomposed(word.toString()) : word.toString();
    source
        .codePoints()
        .filter(c -> !stripAccents || Character.getType(c) != Character.NON_SPACING_MARK)
        .forEach(
            c -> {
              // Each alone, as the original has it: no special case for a sigma at a word's end.
              String one = Character.toString(c);
              text.append(lowerCase ? one.toLowerCase(Locale.ROOT) : one);
            });
    return text.toString();
  }

  /**
   * In canonical decomposition. A normaliser sorts the marks on a letter, in time square to their
   * number: so where more follow each other than in any language (Unicode's Stream-Safe Text
   * Format, UAX #15), {@value #MOST_MARKS} each are taken on their own.
   */
  private static String decomposed(String word) {
    StringBuilder parts = new StringBuilder();
    int from = 0;
    int marks = 0;
    for (int i = 0; i < word.length(); ) {
      int c = word.codePointAt(i);
      marks = isMark(c) ? marks + 1 : 0;
      if (marks > MOST_MARKS) {
        parts.append(Normalizer.normalize(word.substring(from, i), Normalizer.Form.NFD));
        from = i;
        marks = 1;
      }
      i += Character.charCount(c);
    }
    return parts.append(Normalizer.normalize(word.substring(from), Normalizer.Form.NFD)).toString();
  }

  private static boolean isMark(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK ->
          true;
      default -> false;
    };
  }

  /** Cuts one word into the longest pieces there are; all of it is unknown if a part is. */
  private void cut(String text, int from, int to, Pieces pieces) {
    if (from == to || pieces.full()) {
      return;
    }
    if (text.codePointCount(from, to) > MAX_WORD) {
      pieces.add(unknown);
      return;
    }
    int[] found = new int[to - from];
    int count = 0;
    for (int at = from; at < to; count++) {
      int stop = to;
      Integer id = null;
      for (; stop > at; stop = text.offsetByCodePoints(stop, -1)) {
        String piece = text.substring(at, stop);
        id = vocabulary.get(at == from ? piece : CONTINUING + piece);
        if (id != null) {
          break;
        }
      }
      if (id == null) {
        pieces.add(unknown);
        return;
      }
      found[count] = id;
      at = stop;
    }
    for (int i = 0; i < count; i++) {
      pieces.add(found[i]);
    }
  }

  /** The tokens so far, with a place kept for the end. */
  private final class Pieces {
    private final int[] ids = new int[maxTokens];
    private int size;

    boolean full() {
      return size == maxTokens - 1;
    }

    void add(int id) {
      if (!full()) {
        ids[size++] = id;
      }
    }

    void end(int id) {
      ids[size++] = id;
    }

    int[] toArray() {
      return Arrays.copyOf(ids, size);
    }
  }

  private static boolean isControl(int c) {
    if (c == '\t' || c == '\n' || c == '\r') {
      return false;
    }
    return c == 0xFFFD
        || switch (Character.getType(c)) {
          case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE ->
              true;
          default -> false;
        };
  }

  private static boolean isSpace(int c) {
    return c == '\t'
        || c == '\n'
        || c == '\r'
        || switch (Character.getType(c)) {
          case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
              true;
          default -> false;
        };
  }

  private static boolean isPunctuation(int c) {
    if (c < 128) {
      return c > 32 && c < 127 && !Character.isLetterOrDigit(c);
    }
    return switch (Character.getType(c)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }

  /** Ideographs of Chinese, which are words of their own; not the syllables of Japanese. */
  private static boolean isIdeograph(int c) {
    return (c >= 0x4E00 && c <= 0x9FFF)
        || (c >= 0x3400 && c <= 0x4DBF)
        || (c >= 0x20000 && c <= 0x2A6DF)
        || (c >= 0x2A700 && c <= 0x2B73F)
        || (c >= 0x2B740 && c <= 0x2B81F)
        || (c >= 0x2B920 && c <= 0x2CEAF)
        || (c >= 0xF900 && c <= 0xFAFF)
        || (c >= 0x2F800 && c <= 0x2FA1F);
  }
}
