package dev.rsi.lm.token;

/** Pairs of tokens, each with its rank and the token that they become; few bytes a pair. */
final class PairTable {
  private static final int NONE = -1;

  private final long[] pairs;
  private final int[] ranks;
  private final int[] made;
  private final int mask;

  /**
   * @param most pairs that are put
   */
  PairTable(int most) {
    int size = Integer.highestOneBit(Math.max(8, most)) * 4;
    pairs = new long[size];
    ranks = new int[size];
    made = new int[size];
    mask = size - 1;
    java.util.Arrays.fill(made, NONE);
  }

  /** A pair that stands twice has its last rank, as in the reference. */
  void put(int left, int right, int rank, int result) {
    int slot = slot(left, right);
    pairs[slot] = pair(left, right);
    ranks[slot] = rank;
    made[slot] = result;
  }

  /** Where a pair stands, or a negative number. */
  int find(int left, int right) {
    int slot = slot(left, right);
    return made[slot] == NONE ? NONE : slot;
  }

  int rank(int slot) {
    return ranks[slot];
  }

  int made(int slot) {
    return made[slot];
  }

  private static long pair(int left, int right) {
    return (long) left << 32 | right;
  }

  private int slot(int left, int right) {
    long pair = pair(left, right);
    long mixed = pair * 0x9E3779B97F4A7C15L;
    int slot = (int) (mixed >>> 32) & mask;
    while (made[slot] != NONE && pairs[slot] != pair) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
