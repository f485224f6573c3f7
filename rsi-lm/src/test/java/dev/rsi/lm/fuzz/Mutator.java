package dev.rsi.lm.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;

/** Damages files, again and again the same for one seed. */
public final class Mutator {
  private final Random random;
  private final List<byte[]> seeds;
  private final List<byte[]> words;

  /**
   * @param seeds sound files
   * @param words pieces that mean something in them
   */
  public Mutator(long seed, List<byte[]> seeds, List<byte[]> words) {
    this.random = new Random(seed);
    this.seeds = seeds;
    this.words = words;
  }

  /** The next damaged file: one to eight changes of a sound one. */
  public byte[] next() {
    byte[] bytes = any(seeds);
    // Often one alone, which gets deeper than eight.
    for (int changes = 1 + random.nextInt(1 + random.nextInt(8)); changes > 0; changes--) {
      bytes = changed(bytes);
    }
    return bytes;
  }

  private byte[] any(List<byte[]> all) {
    return all.get(random.nextInt(all.size()));
  }

  private byte[] changed(byte[] bytes) {
    int from = random.nextInt(bytes.length + 1);
    int to = Math.min(bytes.length, from + random.nextInt(16));
    return switch (random.nextInt(8)) {
      case 0 -> spliced(bytes, from, any(words), from);
      case 1 -> spliced(bytes, from, any(words), to);
      case 2 -> spliced(bytes, from, new byte[0], to);
      case 3 ->
          spliced(
              bytes, from, new byte[] {(byte) random.nextInt()}, Math.min(bytes.length, from + 1));
      case 4 -> {
        byte[] other = any(seeds);
        int cut = random.nextInt(other.length + 1);
        byte[] piece =
            java.util.Arrays.copyOfRange(
                other, cut, Math.min(other.length, cut + random.nextInt(200)));
        yield spliced(bytes, from, piece, from);
      }
      case 6 -> {
        // A word in place of what stands between two marks.
        int begin = mark(bytes, from);
        int end = mark(bytes, begin);
        yield spliced(bytes, begin, any(words), Math.max(begin, end - 1));
      }
      case 5 -> {
        byte[] flipped = bytes.clone();
        if (flipped.length > 0) {
          flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        }
        yield flipped;
      }
      default -> {
        byte[] piece = java.util.Arrays.copyOfRange(bytes, from, to);
        byte[] repeated = bytes;
        for (int times = random.nextInt(40); times > 0; times--) {
          repeated = spliced(repeated, from, piece, from);
        }
        yield repeated;
      }
    };
  }

  /** Behind the next mark. */
  private static int mark(byte[] bytes, int from) {
    int at = from;
    while (at < bytes.length && ",:{}[]|% ".indexOf(bytes[at]) < 0) {
      at++;
    }
    return Math.min(bytes.length, at + 1);
  }

  private static byte[] spliced(byte[] bytes, int from, byte[] piece, int to) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(bytes, 0, from);
    out.write(piece, 0, piece.length);
    out.write(bytes, to, bytes.length - to);
    return out.toByteArray();
  }
}
