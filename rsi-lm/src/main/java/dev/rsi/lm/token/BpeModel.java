package dev.rsi.lm.token;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Byte-pair encoding of a word: of all pairs of neighbours that are in the list of merges the one
 * of the lowest rank, the leftmost first, becomes one token, until none is left (Sennrich, Haddow
 * and Birch, "Neural Machine Translation of Rare Words with Subword Units", 2016). A heap over a
 * linked list, so that a word of n characters costs n log n.
 */
final class BpeModel {
  private static final int CACHE = 1 << 14;
  private static final int LONGEST_CACHED = 64;

  private final Vocabulary vocabulary;
  private final PairTable merges;
  private final Options options;
  private final int[] byteIds = new int[256];

  /** Words met before; the places are shared, so it never grows. */
  private final AtomicReferenceArray<Known> cache = new AtomicReferenceArray<>(CACHE);

  /** A word and its ids, which nobody changes. */
  private static final class Known {
    private final String word;
    private final int[] ids;

    Known(String word, int[] ids) {
      this.word = word;
      this.ids = ids;
    }
  }

  /**
   * How a model treats what its vocabulary lacks.
   *
   * @param byteLevel words are written as bytes
   * @param byteFallback a character without a token becomes tokens of its bytes
   * @param unknown the id for what has none, or -1: it is dropped
   * @param fuseUnknown several in a row are one
   * @param ignoreMerges a word that is a token is that token
   * @param mark what begins words and may be split at, or 0
   */
  record Options(
      boolean byteLevel,
      boolean byteFallback,
      int unknown,
      boolean fuseUnknown,
      boolean ignoreMerges,
      char mark) {}

  BpeModel(Vocabulary vocabulary, PairTable merges, Options options) {
    this.vocabulary = vocabulary;
    this.merges = merges;
    this.options = options;
    for (int b = 0; b < 256; b++) {
      byteIds[b] =
          options.byteLevel
              ? vocabulary.id(ByteLevel.character(b))
              : vocabulary.id("<0x" + hex(b) + ">");
    }
  }

  private static String hex(int b) {
    return "" + "0123456789ABCDEF".charAt(b >> 4) + "0123456789ABCDEF".charAt(b & 15);
  }

  void encode(String words, IntList out) {
    if (options.mark == 0) {
      word(words, out);
      return;
    }
    // No token reaches over these places, so the parts merge as the whole would.
    int from = 0;
    for (int i = 1; i < words.length(); i++) {
      if (words.charAt(i) == options.mark && words.charAt(i - 1) != options.mark) {
        word(words.substring(from, i), out);
        from = i;
      }
    }
    word(words.substring(from), out);
  }

  private void word(String word, IntList out) {
    if (word.length() > LONGEST_CACHED) {
      merged(word, out);
      return;
    }
    int place = (word.hashCode() * 0x9E3779B9) >>> 18;
    Known known = cache.get(place);
    if (known == null || !known.word.equals(word)) {
      IntList ids = new IntList(word.length());
      merged(word, ids);
      known = new Known(word, ids.toArray());
      cache.set(place, known);
    }
    out.addAll(known.ids);
  }

  private void merged(String word, IntList out) {
    if (options.ignoreMerges) {
      int whole = vocabulary.id(options.byteLevel ? visible(word) : word);
      if (whole != Vocabulary.NONE) {
        out.add(whole);
        return;
      }
    }
    IntList symbols = new IntList(word.length() + 8);
    if (options.byteLevel) {
      bytes(word, symbols);
    } else {
      characters(word, symbols);
    }
    if (symbols.size() > 1) {
      new Merging(symbols.toArray()).into(out);
    } else if (symbols.size() == 1) {
      out.add(symbols.get(0));
    }
  }

  private static String visible(String word) {
    byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
    char[] visible = new char[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      visible[i] = ByteLevel.character(bytes[i]);
    }
    return new String(visible);
  }

  /** One symbol a byte; those without a token are unknown. */
  private void bytes(String word, IntList symbols) {
    boolean unknown = false;
    for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
      int id = byteIds[b & 255];
      if (id != Vocabulary.NONE) {
        pending(unknown, symbols);
        unknown = false;
        symbols.add(id);
      } else {
        unknown = missing(unknown, symbols);
      }
    }
    pending(unknown, symbols);
  }

  private void characters(String word, IntList symbols) {
    boolean unknown = false;
    for (int i = 0; i < word.length(); ) {
      int point = word.codePointAt(i);
      i += Character.charCount(point);
      int id = vocabulary.id(point);
      if (id != Vocabulary.NONE) {
        pending(unknown, symbols);
        unknown = false;
        symbols.add(id);
      } else if (!options.byteFallback || !fellBack(point, symbols)) {
        unknown = missing(unknown, symbols);
      }
    }
    pending(unknown, symbols);
  }

  private boolean fellBack(int point, IntList symbols) {
    byte[] bytes = Character.toString(point).getBytes(StandardCharsets.UTF_8);
    for (byte b : bytes) {
      if (byteIds[b & 255] == Vocabulary.NONE) {
        return false;
      }
    }
    for (byte b : bytes) {
      symbols.add(byteIds[b & 255]);
    }
    return true;
  }

  /** Whether an unknown symbol waits now, as it does in the reference, until a known one comes. */
  private boolean missing(boolean waiting, IntList symbols) {
    if (waiting && !options.fuseUnknown) {
      pending(true, symbols);
    }
    return true;
  }

  private void pending(boolean waiting, IntList symbols) {
    if (waiting && options.unknown != Vocabulary.NONE) {
      symbols.add(options.unknown);
    }
  }

  /** One word's symbols as a linked list, and a heap of the merges that may come next. */
  private final class Merging {
    private static final int GONE = -1;

    private final int[] ids;
    private final int[] before;
    private final int[] after;

    /** Rank and place of a merge, the lowest first; what it makes is in {@link #made}. */
    private long[] heap;

    private int[] made;
    private int size;

    Merging(int[] symbols) {
      ids = symbols;
      int n = symbols.length;
      before = new int[n];
      after = new int[n];
      heap = new long[n];
      made = new int[n];
      for (int i = 0; i < n; i++) {
        before[i] = i - 1;
        after[i] = i + 1 < n ? i + 1 : -1;
      }
      for (int i = 0; i + 1 < n; i++) {
        offer(i, i + 1);
      }
    }

    void into(IntList out) {
      while (size > 0) {
        int place = (int) heap[0];
        int result = made[0];
        remove();
        int next = after[place];
        if (ids[place] == GONE || next < 0) {
          continue;
        }
        int slot = merges.find(ids[place], ids[next]);
        // What waited may be of a pair that is no longer there.
        if (slot < 0 || merges.made(slot) != result) {
          continue;
        }
        ids[place] = result;
        ids[next] = GONE;
        after[place] = after[next];
        if (after[next] >= 0) {
          before[after[next]] = place;
        }
        if (before[place] >= 0) {
          offer(before[place], place);
        }
        if (after[place] >= 0) {
          offer(place, after[place]);
        }
      }
      for (int i = 0; i >= 0; i = after[i]) {
        out.add(ids[i]);
      }
    }

    private void offer(int left, int right) {
      int slot = merges.find(ids[left], ids[right]);
      if (slot < 0) {
        return;
      }
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, size * 2);
        made = Arrays.copyOf(made, size * 2);
      }
      long key = (long) merges.rank(slot) << 32 | left;
      int i = size++;
      while (i > 0 && heap[(i - 1) / 2] > key) {
        heap[i] = heap[(i - 1) / 2];
        made[i] = made[(i - 1) / 2];
        i = (i - 1) / 2;
      }
      heap[i] = key;
      made[i] = merges.made(slot);
    }

    private void remove() {
      size--;
      long key = heap[size];
      int result = made[size];
      int i = 0;
      while (2 * i + 1 < size) {
        int child = 2 * i + 1;
        if (child + 1 < size && heap[child + 1] < heap[child]) {
          child++;
        }
        if (heap[child] >= key) {
          break;
        }
        heap[i] = heap[child];
        made[i] = made[child];
        i = child;
      }
      heap[i] = key;
      made[i] = result;
    }
  }

  /** Adds a merge to a table. */
  static void merge(Vocabulary vocabulary, PairTable table, String left, String right, int rank) {
    int first = vocabulary.id(left);
    int second = vocabulary.id(right);
    int both = vocabulary.id(left + right);
    if (first < 0 || second < 0 || both < 0) {
      throw new BadPart(
          "model.merges[" + rank + "]",
          "tokens of the vocabulary that make one of it",
          Vocabulary.shown(left) + " and " + Vocabulary.shown(right));
    }
    table.put(first, second, rank, both);
  }
}
