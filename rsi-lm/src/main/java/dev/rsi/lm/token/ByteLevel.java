package dev.rsi.lm.token;

import java.util.Arrays;

/** The 256 visible characters that GPT-2 writes bytes with. */
final class ByteLevel {
  private static final char[] CHARACTERS = new char[256];
  private static final int[] BYTES = new int[512];

  static {
    Arrays.fill(BYTES, -1);
    int others = 0;
    for (int b = 0; b < 256; b++) {
      boolean visible = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
      CHARACTERS[b] = (char) (visible ? b : 256 + others++);
      BYTES[CHARACTERS[b]] = b;
    }
  }

  private ByteLevel() {}

  static char character(int b) {
    return CHARACTERS[b & 255];
  }

  /** The byte of a character, or -1. */
  static int toByte(char character) {
    return character < BYTES.length ? BYTES[character] : -1;
  }
}
