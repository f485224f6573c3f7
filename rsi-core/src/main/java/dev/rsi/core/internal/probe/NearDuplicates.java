package dev.rsi.core.internal.probe;

import com.google.common.collect.ImmutableListMultimap;
import java.text.Normalizer;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;

/**
 * Finds texts that are all but one of a set: an inverted index over their word shingles, exact and
 * without sampling. Immutable and thread-safe.
 *
 * <p>Two texts are the same if they differ in nothing but Unicode compatibility forms, upper and
 * lower case, and white space. Punctuation counts: "1+23" is not "12+3". Two texts of {@value
 * #LEAST_WORDS} words or more are also near if their resemblance, the share of runs of {@value
 * #SHINGLE} words that they have in common among all that they have (Broder, On the resemblance and
 * containment of documents, 1997, option B), is {@value #THRESHOLD} or more. One word changed in
 * the midst of n costs 6 of n + 1 runs, so that is found from 29 words on; at either end, from 11.
 */
final class NearDuplicates {
  /** As usual for near-duplicates in training data: Lee et al. 2022, arXiv 2107.06499. */
  static final double THRESHOLD = 0.8;

  /**
   * Shorter than the 5 words of Lee et al., since tasks are shorter than web pages: with 5, a word
   * changed in the midst would go unnoticed up to 48 words.
   */
  static final int SHINGLE = 3;

  /** With fewer words, texts of the same make about different things share most of their runs. */
  static final int LEAST_WORDS = 8;

  private static final Pattern WHITE_SPACE = Pattern.compile("\\p{IsWhite_Space}+");

  private final double threshold;

  /** The number of each text, normalised. */
  private final Map<String, Integer> numbers = new HashMap<>();

  /** The texts of each number. */
  private final ImmutableListMultimap<Integer, String> originals;

  /** Which long texts have a run of words. */
  private final ImmutableListMultimap<List<String>, Integer> texts;

  /** How many different runs each long text has. */
  private final int[] sizes;

  NearDuplicates(Collection<String> all) {
    this(all, THRESHOLD);
  }

  /**
   * Texts to be near to.
   *
   * @param threshold share of runs in common that makes two long texts near, in (0, 1]
   */
  NearDuplicates(Collection<String> all, double threshold) {
    this.threshold = threshold;
    ImmutableListMultimap.Builder<List<String>, Integer> index = ImmutableListMultimap.builder();
    sizes = new int[all.size()];
    ImmutableListMultimap.Builder<Integer, String> numbered = ImmutableListMultimap.builder();
    for (String text : all) {
      String normalised = normalised(text);
      int next = numbers.size();
      Integer same = numbers.putIfAbsent(normalised, next);
      numbered.put(same == null ? next : same, text);
      if (same == null) {
        Set<List<String>> shingles = shingles(normalised);
        for (List<String> shingle : shingles) {
          index.put(shingle, next);
        }
        sizes[next] = shingles.size();
      }
    }
    texts = index.build();
    originals = numbered.build();
  }

  /** Whether the text is one of the set, or near one. */
  boolean near(String text) {
    return search(text, found -> true);
  }

  /** All of the set that the text is or is near, and so those that are near the text. */
  Set<String> allNear(String text) {
    Set<String> near = new HashSet<>();
    search(
        text,
        found -> {
          near.addAll(originals.get(found));
          return false;
        });
    return near;
  }

  /** Shows what is near, some of it more than once, until one is enough; whether one was. */
  private boolean search(String text, IntPredicate enough) {
    String normalised = normalised(text);
    Integer same = numbers.get(normalised);
    if (same != null && enough.test(same)) {
      return true;
    }
    Set<List<String>> shingles = shingles(normalised);
    int[] common = shingles.isEmpty() ? new int[0] : new int[sizes.length];
    for (List<String> shingle : shingles) {
      for (int number : texts.get(shingle)) {
        common[number]++;
        if (near(common[number], shingles.size(), sizes[number]) && enough.test(number)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean near(int common, int one, int other) {
    return (double) common / (one + other - common) >= threshold;
  }

  /** The text in compatibility form, case folded, with single spaces in between alone. */
  static String normalised(String text) {
    String form = Normalizer.normalize(text, Normalizer.Form.NFKC);
    // Up and then down takes together what is the same letter in either case, such as two sigmas.
    String folded = form.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    String again = Normalizer.normalize(folded, Normalizer.Form.NFKC);
    return WHITE_SPACE.matcher(again).replaceAll(" ").strip();
  }

  /** The different runs of words of a normalised text; none if it is short. */
  static Set<List<String>> shingles(String normalised) {
    List<String> words = List.of(normalised.split(" ", -1));
    Set<List<String>> shingles = new HashSet<>();
    if (words.size() >= LEAST_WORDS) {
      for (int i = 0; i + SHINGLE <= words.size(); i++) {
        shingles.add(List.copyOf(words.subList(i, i + SHINGLE)));
      }
    }
    return shingles;
  }
}
