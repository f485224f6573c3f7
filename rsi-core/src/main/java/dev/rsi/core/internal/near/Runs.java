package dev.rsi.core.internal.near;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import java.util.Arrays;

/**
 * A text as it is compared with others: the hash of its {@link Spelling}, and those of its runs of
 * {@value #WORDS} words, each once and sorted; none if it has fewer than {@value #LEAST_WORDS}
 * words.
 *
 * <p>Hashes are of 64 bits: two of a billion texts, or runs, have the same with a probability of 3
 * %. Then one text more is taken for near than is, and another is drawn in its place.
 */
final class Runs {
  /**
   * Shorter than the 5 words of Lee et al., since tasks are shorter than web pages: with 5, a word
   * changed in the midst would go unnoticed up to 48 words.
   */
  static final int WORDS = 3;

  /** With fewer words, texts of the same make about different things share most of their runs. */
  static final int LEAST_WORDS = 8;

  private static final HashFunction HASH = Hashing.sipHash24();

  private final long text;
  private final long[] runs;

  private Runs(long text, long[] runs) {
    this.text = text;
    this.runs = runs;
  }

  static Runs of(String text) {
    String normalised = Spelling.normalised(text);
    return new Runs(hash(Spelling.tight(normalised)), runs(normalised));
  }

  /** The hash of the whole. */
  long text() {
    return text;
  }

  /** Not to be changed. */
  long[] runs() {
    return runs;
  }

  private static long[] runs(String normalised) {
    int words = 1;
    for (int i = 0; i < normalised.length(); i++) {
      words += normalised.charAt(i) == ' ' ? 1 : 0;
    }
    if (words < LEAST_WORDS) {
      return new long[0];
    }
    long[] runs = new long[words - WORDS + 1];
    long before = 0;
    long beforeThat = 0;
    int from = 0;
    for (int word = 0; word < words; word++) {
      int to = word == words - 1 ? normalised.length() : normalised.indexOf(' ', from);
      long last = hash(normalised.substring(from, to));
      if (word >= WORDS - 1) {
        runs[word - WORDS + 1] = mixed(mixed(mixed(beforeThat) + before) + last);
      }
      beforeThat = before;
      before = last;
      from = to + 1;
    }
    return distinct(runs);
  }

  private static long[] distinct(long[] all) {
    Arrays.sort(all);
    int size = 0;
    for (int i = 0; i < all.length; i++) {
      if (i == 0 || all[i] != all[i - 1]) {
        all[size++] = all[i];
      }
    }
    return size == all.length ? all : Arrays.copyOf(all, size);
  }

  /** The hash of a text as it is. */
  static long hash(String text) {
    return HASH.hashUnencodedChars(text).asLong();
  }

  /** One to one, with every bit of the result up to every bit given (MurmurHash3's last step). */
  static long mixed(long bits) {
    long mixed = bits;
    mixed = (mixed ^ (mixed >>> 33)) * 0xFF51AFD7ED558CCDL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return mixed ^ (mixed >>> 33);
  }
}
