package dev.rsi.core.internal.near;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/**
 * Finds sets of numbers that have most in common with one of many, without looking at those that
 * have not: exact, by prefix and positional filter (Chaudhuri, Ganti, Kaushik, A primitive operator
 * for similarity joins, 2006; Xiao et al., Efficient similarity joins for near-duplicate detection,
 * 2008).
 *
 * <p>The members of all sets are ranked, the rarest first. Two sets that have enough in common have
 * their first common member at a place in each that leaves enough after it: for sets as large as
 * each other, within as many places as may differ. So what all sets share, which are of one make,
 * is looked up only where they are near each other anyway.
 *
 * <p>Immutable and thread-safe.
 */
final class NearIndex {
  private final double threshold;
  private final LongIds members = new LongIds();
  private final int[] rankOfId;
  private final int[] idOfRank;

  /** Each set as the ranks of its members, in order. */
  private final int[][] sets;

  // For each rank, the sets that have it near enough to their beginning: by size, then by place.
  private final int[] from;
  private final int[] set;
  private final int[] place;

  /**
   * Sets to be near to.
   *
   * @param all without repeats in any
   * @param threshold share of all members of two sets that they have in common, in (0, 1]
   */
  NearIndex(List<long[]> all, double threshold) {
    this.threshold = threshold;
    this.sets = new int[all.size()][];
    long[] uses = new long[16];
    for (int i = 0; i < sets.length; i++) {
      long[] own = all.get(i);
      sets[i] = new int[own.length];
      for (int k = 0; k < own.length; k++) {
        int id = members.add(own[k]);
        sets[i][k] = id;
        uses = id < uses.length ? uses : Arrays.copyOf(uses, 2 * uses.length);
        uses[id]++;
      }
    }
    int count = members.size();
    long[] rarest = new long[count];
    for (int id = 0; id < count; id++) {
      rarest[id] = uses[id] << 32 | id;
    }
    Arrays.sort(rarest);
    this.rankOfId = new int[count];
    this.idOfRank = new int[count];
    for (int rank = 0; rank < count; rank++) {
      idOfRank[rank] = (int) rarest[rank];
      rankOfId[idOfRank[rank]] = rank;
    }
    this.from = new int[count + 1];
    for (int[] own : sets) {
      for (int k = 0; k < own.length; k++) {
        own[k] = rankOfId[own[k]];
      }
      Arrays.sort(own);
      for (int k = 0; k < prefix(own.length); k++) {
        from[own[k] + 1]++;
      }
    }
    for (int rank = 0; rank < count; rank++) {
      from[rank + 1] += from[rank];
    }
    this.set = new int[from[count]];
    this.place = new int[from[count]];
    fill(Arrays.copyOf(from, count));
  }

  private void fill(int[] next) {
    long[] bySize = new long[sets.length];
    for (int i = 0; i < sets.length; i++) {
      bySize[i] = (long) sets[i].length << 32 | i;
    }
    Arrays.sort(bySize);
    for (int first = 0; first < bySize.length; ) {
      int size = (int) (bySize[first] >>> 32);
      int end = first;
      while (end < bySize.length && bySize[end] >>> 32 == size) {
        end++;
      }
      for (int k = 0; k < prefix(size); k++) {
        for (int i = first; i < end; i++) {
          int number = (int) bySize[i];
          int at = next[sets[number][k]]++;
          set[at] = number;
          place[at] = k;
        }
      }
      first = end;
    }
  }

  /** How many sets there are. */
  int size() {
    return sets.length;
  }

  /** The sets as they were given, but for the order of their members. */
  List<long[]> sets() {
    long[] keys = members.toArray();
    List<long[]> all = new ArrayList<>(sets.length);
    for (int[] own : sets) {
      all.add(Arrays.stream(own).mapToLong(rank -> keys[idOfRank[rank]]).toArray());
    }
    return all;
  }

  /** Whether one of the sets has enough in common with another, in which nothing is twice. */
  boolean near(long[] asked) {
    return near(asked, number -> {});
  }

  /**
   * The same.
   *
   * @param compared is told each set that is compared with it member by member
   */
  boolean near(long[] asked, IntConsumer compared) {
    return finds(
        asked,
        number -> {
          compared.accept(number);
          return true;
        },
        number -> true);
  }

  /**
   * Tells every set that has enough in common with another.
   *
   * @param worth whether a set is worth being compared
   * @param found is told each set once or more often
   */
  void forEachNear(long[] asked, IntPredicate worth, IntConsumer found) {
    finds(
        asked,
        worth,
        number -> {
          found.accept(number);
          return false;
        });
  }

  /**
   * Goes through the sets that have enough in common with another.
   *
   * @param worth whether a set is compared
   * @param enough whether there need be no other
   */
  private boolean finds(long[] asked, IntPredicate worth, IntPredicate enough) {
    int size = asked.length;
    int most = prefix(size);
    int[] ranks = ranks(asked);
    // Members that no set has are the rarest.
    int unknown = size - ranks.length;
    for (int k = 0; unknown + k < most && k < ranks.length; k++) {
      if (finds(ranks, size, k, worth, enough)) {
        return true;
      }
    }
    return false;
  }

  /** The ranks of those members that any set has, in order. */
  private int[] ranks(long[] asked) {
    int[] ranks = new int[asked.length];
    int known = 0;
    for (long member : asked) {
      int id = members.get(member);
      if (id >= 0) {
        ranks[known++] = rankOfId[id];
      }
    }
    int[] some = Arrays.copyOf(ranks, known);
    Arrays.sort(some);
    return some;
  }

  /** Looks at the sets whose first member in common with the one asked about has a known rank. */
  private boolean finds(int[] ranks, int size, int k, IntPredicate worth, IntPredicate enough) {
    int before = size - ranks.length + k;
    int end = from[ranks[k] + 1];
    int at = firstOfSize(from[ranks[k]], end, least(size));
    while (at < end) {
      int other = sets[set[at]].length;
      int common = common(size, other);
      if (common > size) {
        return false;
      }
      if (before <= size - common) {
        for (; at < end && place[at] <= other - common && sets[set[at]].length == other; at++) {
          if (worth.test(set[at])
              && hasInCommon(ranks, sets[set[at]], common)
              && enough.test(set[at])) {
            return true;
          }
        }
      }
      at = firstOfSize(at, end, other + 1);
    }
    return false;
  }

  /** Where sets of a size, or larger ones, begin. */
  private int firstOfSize(int begin, int end, int size) {
    int low = begin;
    int high = end;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sets[set[middle]].length < size) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static boolean hasInCommon(int[] ranks, int[] other, int common) {
    int mayMiss = ranks.length - common;
    int otherMayMiss = other.length - common;
    int k = 0;
    int j = 0;
    while (k < ranks.length && j < other.length && mayMiss >= 0 && otherMayMiss >= 0) {
      if (ranks[k] == other[j]) {
        k++;
        j++;
      } else if (ranks[k] < other[j]) {
        k++;
        mayMiss--;
      } else {
        j++;
        otherMayMiss--;
      }
    }
    return mayMiss >= ranks.length - k && otherMayMiss >= other.length - j;
  }

  /** How many members of a set have to be looked up: one is common if enough are. */
  private int prefix(int size) {
    return size == 0 ? 0 : size - least(size) + 1;
  }

  /** The fewest members of a set that are enough, if the other has no more than those. */
  private int least(int size) {
    int least = (int) Math.ceil(threshold * size);
    while (least > 1 && near(least - 1, least - 1, size)) {
      least--;
    }
    while (!near(least, least, size)) {
      least++;
    }
    return least;
  }

  /**
   * The fewest members in common that are enough for sets of two sizes; may be more than they have.
   */
  private int common(int one, int other) {
    int common = (int) Math.ceil(threshold / (1 + threshold) * ((double) one + other));
    while (common > 1 && near(common - 1, one, other)) {
      common--;
    }
    while (common <= Math.min(one, other) && !near(common, one, other)) {
      common++;
    }
    return common;
  }

  private boolean near(int common, int one, int other) {
    return (double) common / ((double) one + other - common) >= threshold;
  }
}
