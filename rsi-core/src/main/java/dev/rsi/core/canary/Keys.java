package dev.rsi.core.canary;

/**
 * Which keys were drawn before, by a hash of 64 bits, in eight to sixteen bytes each. It ends at
 * {@value #MOST} of them. What it does not know to be new counts as known, so that no key is ever
 * two observations: one in a full set, and one whose hash another one has.
 *
 * <p>Mutable, guarded by its trial.
 */
final class Keys {
  static final int MOST = 1 << 21;

  // Open addressing: a hash stands at the first free place from its own on, and 0 is a free place.
  private long[] table = new long[1 << 6];
  private int size;

  /** Adds a key. Returns whether it is certainly new. */
  boolean add(long hash) {
    long key = hash == 0 ? 1 : hash;
    int at = find(key);
    if (table[at] == key || size >= MOST) {
      return false;
    }
    table[at] = key;
    size++;
    if (size * 2 > table.length) {
      grow();
    }
    return true;
  }

  int size() {
    return size;
  }

  /** All hashes, in no order. */
  long[] hashes() {
    long[] out = new long[size];
    int n = 0;
    for (long key : table) {
      if (key != 0) {
        out[n++] = key;
      }
    }
    return out;
  }

  private int find(long key) {
    int mask = table.length - 1;
    int at = (int) (key ^ (key >>> 32)) & mask;
    while (table[at] != 0 && table[at] != key) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private void grow() {
    long[] old = table;
    table = new long[2 * old.length];
    for (long key : old) {
      if (key != 0) {
        table[find(key)] = key;
      }
    }
  }
}
