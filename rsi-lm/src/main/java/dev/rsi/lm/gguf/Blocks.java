package dev.rsi.lm.gguf;

import java.nio.ByteBuffer;

/**
 * The numbers of one block, as the package gguf computes them, bit for bit: llama.cpp's formats
 * (ggml-quants.c), in float arithmetic.
 */
final class Blocks {
  private Blocks() {}

  static void read(GgufType type, ByteBuffer d, int p, float[] out, int q) {
    switch (type) {
      case F32 -> out[q] = d.getFloat(p);
      case F16 -> out[q] = half(d.getShort(p));
      case BF16 -> out[q] = Float.intBitsToFloat(d.getShort(p) << 16);
      case Q4_0 -> q40(d, p, out, q);
      case Q4_1 -> q41(d, p, out, q);
      case Q5_0 -> q50(d, p, out, q);
      case Q8_0 -> q80(d, p, out, q);
      case Q4_K -> q4k(d, p, out, q);
      case Q6_K -> q6k(d, p, out, q);
    }
  }

  static float half(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = bits >> 10 & 31;
    int fraction = bits & 1023;
    if (exponent == 0) {
      float small = fraction * 0x1p-24f;
      return sign == 0 ? small : -small;
    }
    int shifted = exponent == 31 ? 0xFF : exponent + 112;
    return Float.intBitsToFloat(sign | (shifted << 23) | (fraction << 13));
  }

  private static int number(int low, int high) {
    return low | (high << 4);
  }

  /** A scale, and 4 bits less 8. */
  private static void q40(ByteBuffer d, int p, float[] out, int q) {
    float scale = half(d.getShort(p));
    for (int j = 0; j < 16; j++) {
      int pair = d.get(p + 2 + j) & 255;
      out[q + j] = scale * ((pair & 15) - 8);
      out[q + 16 + j] = scale * ((pair >> 4) - 8);
    }
  }

  /** A scale, the least, and 4 bits. */
  private static void q41(ByteBuffer d, int p, float[] out, int q) {
    float scale = half(d.getShort(p));
    float least = half(d.getShort(p + 2));
    for (int j = 0; j < 16; j++) {
      int pair = d.get(p + 4 + j) & 255;
      out[q + j] = scale * (pair & 15) + least;
      out[q + 16 + j] = scale * (pair >> 4) + least;
    }
  }

  /** A scale, the fifth bits, and 4 bits; less 16. */
  private static void q50(ByteBuffer d, int p, float[] out, int q) {
    float scale = half(d.getShort(p));
    int high = d.getInt(p + 2);
    for (int j = 0; j < 16; j++) {
      int pair = d.get(p + 6 + j) & 255;
      out[q + j] = scale * (number(pair & 15, high >>> j & 1) - 16);
      out[q + 16 + j] = scale * (number(pair >> 4, high >>> (j + 16) & 1) - 16);
    }
  }

  private static void q80(ByteBuffer d, int p, float[] out, int q) {
    float scale = half(d.getShort(p));
    for (int j = 0; j < 32; j++) {
      out[q + j] = scale * d.get(p + 2 + j);
    }
  }

  /** Eight groups of 32, each with a scale and a least of 6 bits. */
  private static void q4k(ByteBuffer d, int p, float[] out, int q) {
    float scale = half(d.getShort(p));
    float least = half(d.getShort(p + 2));
    for (int group = 0; group < 8; group++) {
      int low = d.get(p + 4 + group) & 255;
      int middle = d.get(p + 8 + group) & 255;
      int own;
      int below;
      if (group < 4) {
        own = low & 63;
        below = middle & 63;
      } else {
        int first = d.get(p + group) & 255;
        own = number(middle & 15, first >> 6);
        below = number(middle >> 4, low >> 6);
      }
      for (int j = 0; j < 32; j++) {
        int pair = d.get(p + 16 + group / 2 * 32 + j) & 255;
        int bits = group % 2 == 0 ? pair & 15 : pair >> 4;
        out[q + group * 32 + j] = scale * own * bits - least * below;
      }
    }
  }

  /** Sixteen groups of 16, each with a scale of 8 bits; 6 bits less 32. */
  private static void q6k(ByteBuffer d, int p, float[] out, int q) {
    float scale = half(d.getShort(p + 208));
    for (int part = 0; part < 2; part++) {
      for (int j = 0; j < 32; j++) {
        int high = d.get(p + 128 + 32 * part + j) & 255;
        int first = d.get(p + 64 * part + j) & 255;
        int second = d.get(p + 64 * part + 32 + j) & 255;
        int at = p + 192 + 8 * part + j / 16;
        int y = q + 128 * part + j;
        out[y] = scale * d.get(at) * (number(first & 15, high & 3) - 32);
        out[y + 32] = scale * d.get(at + 2) * (number(second & 15, high >> 2 & 3) - 32);
        out[y + 64] = scale * d.get(at + 4) * (number(first >> 4, high >> 4 & 3) - 32);
        out[y + 96] = scale * d.get(at + 6) * (number(second >> 4, high >> 6 & 3) - 32);
      }
    }
  }
}
