package dev.rsi.core.internal.near;

/**
 * Numbers the different longs of a growing set in the order of their coming. 24 bytes a long at
 * most.
 */
final class LongIds {
  private static final int NONE = -1;

  private long[] keys = new long[16];

  /** The number of the key at a place, and 1; 0 where there is none. */
  private int[] ids = new int[16];

  private int size;

  int size() {
    return size;
  }

  boolean contains(long key) {
    return get(key) != NONE;
  }

  /** The number of a key; -1 if it is not in the set. */
  int get(long key) {
    return ids[place(key)] - 1;
  }

  /** The number of a key, which is in the set from now on. */
  int add(long key) {
    int place = place(key);
    if (ids[place] == 0) {
      if (2 * size >= keys.length) {
        grow();
        place = place(key);
      }
      keys[place] = key;
      ids[place] = ++size;
    }
    return ids[place] - 1;
  }

  /** Where the key is, or where it would be. */
  private int place(long key) {
    int place = (int) (Runs.mixed(key) >>> 32) & (keys.length - 1);
    while (ids[place] != 0 && keys[place] != key) {
      place = (place + 1) & (keys.length - 1);
    }
    return place;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldIds = ids;
    keys = new long[2 * oldKeys.length];
    ids = new int[keys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldIds[i] != 0) {
        int place = place(oldKeys[i]);
        keys[place] = oldKeys[i];
        ids[place] = oldIds[i];
      }
    }
  }

  /** All of them, in the order of their numbers. */
  long[] toArray() {
    long[] all = new long[size];
    for (int i = 0; i < keys.length; i++) {
      if (ids[i] != 0) {
        all[ids[i] - 1] = keys[i];
      }
    }
    return all;
  }
}
