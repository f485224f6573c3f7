package dev.rsi.core.internal.near;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Finds texts that are all but one of a set, exactly and without sampling, in time that does not
 * grow with the set. Immutable and thread-safe.
 *
 * <p>Two texts are the same if they differ in nothing but Unicode compatibility forms, upper and
 * lower case, white space, characters that nobody sees, spaces beside signs ("12 + 3 =" is "12+3=")
 * and the signs that end a sentence. All other punctuation counts: "1+23" is not "12+3". Two texts
 * of {@value Runs#LEAST_WORDS} words or more are also near if their resemblance, the share of runs
 * of {@value Runs#WORDS} words that they have in common among all that they have (Broder, On the
 * resemblance and containment of documents, 1997, option B), is {@value #THRESHOLD} or more. One
 * word changed in the midst of n costs 6 of n + 1 runs, so that is found from 29 words on; at
 * either end, from 11.
 */
public final class NearDuplicates {
  /** As usual for near-duplicates in training data: Lee et al. 2022, arXiv 2107.06499. */
  public static final double THRESHOLD = 0.8;

  private final LongIds texts = new LongIds();
  private final NearIndex index;

  /** Texts to be near to, by the usual share. */
  public NearDuplicates(Collection<String> all) {
    this(all, THRESHOLD);
  }

  /**
   * Texts to be near to.
   *
   * @param threshold share of runs in common that makes two long texts near, in (0, 1]
   */
  public NearDuplicates(Collection<String> all, double threshold) {
    List<long[]> sets = new ArrayList<>();
    for (String text : all) {
      Runs runs = Runs.of(text);
      int known = texts.size();
      texts.add(runs.text());
      if (texts.size() > known && runs.runs().length > 0) {
        sets.add(runs.runs());
      }
    }
    this.index = new NearIndex(sets, threshold);
  }

  /** Whether the text is one of the set, or near one. */
  public boolean near(String text) {
    Runs runs = Runs.of(text);
    return texts.contains(runs.text()) || index.near(runs.runs());
  }
}
