package dev.rsi.onnx;

import java.util.random.RandomGenerator;

/** Random signs, 64 to a drawn number. */
final class Signs {
  private final long[] bits;

  Signs(int count, RandomGenerator random) {
    bits = new long[(count + 63) / 64];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = random.nextLong();
    }
  }

  /** The size with the sign of an index. */
  float at(int index, float size) {
    int sign = (int) (bits[index >> 6] >>> index) << 31;
    return Float.intBitsToFloat(Float.floatToRawIntBits(size) ^ sign);
  }
}
