package dev.rsi.lm.token;

import dev.rsi.api.CorruptModelException;
import dev.rsi.lm.gguf.GgufFile;
import dev.rsi.lm.token.AddedTokens.Added;
import dev.rsi.lm.token.AddedTokens.Piece;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer of a published model: byte-pair encoding over bytes (GPT-2, Llama 3, Qwen, SmolLM2)
 * or over characters with bytes for what has no token (Llama 2, Mistral, Gemma), as {@code
 * tokenizer.json} describes it and with the ids of the reference. What the file has and this does
 * not know is refused by name. Immutable and thread-safe. Field term: BPE tokenizer.
 *
 * <p>Tokens that steer the model, such as {@code <|im_end|>}, are never made from a text unless
 * asked for: in what a user wrote they are text.
 *
 * <p>A text need not come back from its ids: some tokenizers normalize, and some vocabularies lack
 * bytes, which are dropped then as in the reference.
 */
public final class BpeTokenizer {
  private final Vocabulary vocabulary;
  private final BpeModel model;
  private final Map<Integer, String> addedText = new HashMap<>();
  private final Map<String, Integer> addedIds = new HashMap<>();
  private final BitSet special = new BitSet();
  private final AddedTokens raw;
  private final AddedTokens normalized;
  private final List<UnaryOperator<String>> normalizers;
  private final PreTokenizer preTokenizer;
  private final Decoding decoding;
  private final int[] before;
  private final int[] after;
  private final int size;

  /** What a tokenizer is made of, wherever it was read. */
  record Parts(
      Vocabulary vocabulary,
      BpeModel model,
      List<Added> added,
      List<UnaryOperator<String>> normalizers,
      PreTokenizer preTokenizer,
      Decoding decoding,
      List<Integer> before,
      List<Integer> after) {}

  BpeTokenizer(Parts parts) {
    vocabulary = parts.vocabulary;
    model = parts.model;
    normalizers = parts.normalizers;
    preTokenizer = parts.preTokenizer;
    decoding = parts.decoding;
    before = parts.before.stream().mapToInt(id -> id).toArray();
    after = parts.after.stream().mapToInt(id -> id).toArray();
    List<Added> asIs = new ArrayList<>();
    List<Added> changed = new ArrayList<>();
    int largest = vocabulary.size();
    for (Added token : parts.added) {
      addedText.put(token.id(), token.text());
      addedIds.put(token.text(), token.id());
      largest = Math.max(largest, token.id() + 1);
      if (token.special()) {
        special.set(token.id());
      }
      if (token.normalized()) {
        changed.add(
            new Added(
                normalize(token.text()),
                token.id(),
                token.alone(),
                token.takesBefore(),
                token.takesAfter(),
                true,
                token.special()));
      } else {
        asIs.add(token);
      }
    }
    size = largest;
    raw = new AddedTokens(asIs);
    normalized = new AddedTokens(changed);
  }

  /**
   * Reads a {@code tokenizer.json} of at most 128 MB.
   *
   * @throws CorruptModelException if the file is missing, damaged, or has what is not known; it
   *     names the file, the field and what was expected
   */
  public static BpeTokenizer read(Path file) {
    return new BpeTokenizer(TokenizerJson.read(file));
  }

  /**
   * Makes the tokenizer that a GGUF file describes, if it is one of merges whose way of splitting
   * words is known: {@code gpt-2}, {@code smollm}, {@code llama-bpe}, {@code qwen2} or {@code
   * gpt-4o}.
   *
   * @throws CorruptModelException if it is another, or damaged; it names what is known
   */
  public static BpeTokenizer read(GgufFile file) {
    return new BpeTokenizer(GgufTokenizer.read(file));
  }

  private String normalize(String text) {
    String changed = text;
    for (UnaryOperator<String> normalizer : normalizers) {
      changed = normalizer.apply(changed);
    }
    return changed;
  }

  /**
   * The ids of a text that somebody else wrote: what looks like a token that steers the model is
   * text in it.
   *
   * @param text half a pair of surrogates in it becomes U+FFFD
   * @return a new array, without what {@link #before} and {@link #after} have
   */
  public int[] encode(String text) {
    return encode(text, false);
  }

  /**
   * The ids of a text.
   *
   * @param steering whether tokens that steer the model are made of their text: for what a chat
   *     template wrote, never for what came from outside, unless {@link #shielded} (then U+FDD0 is
   *     its mark, and no text)
   */
  public int[] encode(String text, boolean steering) {
    IntList ids = new IntList(text.length() / 3 + 8);
    for (Piece piece : raw.split(whole(text), steering, true)) {
      if (piece.id() >= 0) {
        ids.add(piece.id());
        continue;
      }
      for (Piece part : normalized.split(normalize(piece.text()), steering, piece.first())) {
        if (part.id() >= 0) {
          ids.add(part.id());
          continue;
        }
        String own = steering ? Shield.taken(part.text()) : part.text();
        for (String word : preTokenizer.words(own, part.first())) {
          if (!word.isEmpty()) {
            model.encode(word, ids);
          }
        }
      }
    }
    return ids.toArray();
  }

  /**
   * A text whose tokens that steer the model stay text where a chat template has put it among its
   * own: what came from outside goes into messages as {@code shielded(text)}, and the rendered
   * prompt through {@link #encode(String, boolean)} with {@code steering}. The mark that does it,
   * U+FDD0, is taken away there; no other tokenizer knows it.
   */
  public String shielded(String text) {
    BitSet beginnings = new BitSet();
    raw.beginnings(text, beginnings);
    normalized.beginnings(text, beginnings);
    return Shield.put(text, beginnings);
  }

  /** No halves of pairs, which no bytes stand for. */
  private static String whole(String text) {
    StringBuilder changed = null;
    for (int i = 0; i < text.length(); i++) {
      if (!Character.isSurrogate(text.charAt(i))) {
        continue;
      }
      if (Character.isHighSurrogate(text.charAt(i))
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
        continue;
      }
      changed = changed == null ? new StringBuilder(text) : changed;
      changed.setCharAt(i, '\uFFFD');
    }
    return changed == null ? text : changed.toString();
  }

  /** The ids that the model wants before a text, as a new array: often one that begins texts. */
  public int[] before() {
    return before.clone();
  }

  /** The ids that the model wants after a text, as a new array; for most there are none. */
  public int[] after() {
    return after.clone();
  }

  /**
   * The text of ids, without the tokens that steer the model.
   *
   * @param ids none negative; those without a token are passed over, since models may have more
   *     numbers than their vocabulary
   */
  public String decode(int[] ids) {
    return decode(ids, false);
  }

  /**
   * The text of ids.
   *
   * @param steering whether tokens that steer the model are written too
   */
  public String decode(int[] ids, boolean steering) {
    TokenDecoder decoder = decoder(steering);
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(decoder.add(id));
    }
    return text.append(decoder.end()).toString();
  }

  /**
   * Decodes ids that arrive one by one.
   *
   * @param steering whether tokens that steer the model are written too
   */
  public TokenDecoder decoder(boolean steering) {
    return new TokenDecoder(this, decoding, steering);
  }

  /** One more than the highest id; a model may have more numbers than that. */
  public int size() {
    return size;
  }

  /**
   * The token of an id as the vocabulary writes it, or null if the id has none.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public @Nullable String token(int id) {
    if (id < 0) {
      throw new IllegalArgumentException(
          "The id (" + id + ") is negative.\nMaybe it is a mask of a loss, which has no text.");
    }
    String added = addedText.get(id);
    return added == null ? vocabulary.token(id) : added;
  }

  /** The id of a token as the vocabulary writes it. */
  public OptionalInt id(String token) {
    Integer added = addedIds.get(token);
    int id = added == null ? vocabulary.id(token) : added;
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** Whether an id steers the model, and is no text. */
  public boolean isSpecial(int id) {
    return id >= 0 && special.get(id);
  }
}
