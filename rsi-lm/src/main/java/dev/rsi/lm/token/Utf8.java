package dev.rsi.lm.token;

/**
 * Text of bytes that arrive one by one. What is no UTF-8 becomes one U+FFFD for each longest
 * beginning of a character, as Unicode advises and the reference does; the JDK's own decoder gives
 * another number of them for some.
 */
final class Utf8 {
  private static final char BAD = '\uFFFD';

  private int point;
  private int missing;
  private int lowest = 0x80;
  private int highest = 0xBF;

  void add(int b, StringBuilder out) {
    if (missing > 0) {
      if (b >= lowest && b <= highest) {
        point = point << 6 | (b & 0x3F);
        expect(missing - 1, 0x80, 0xBF);
        if (missing == 0) {
          out.appendCodePoint(point);
        }
        return;
      }
      end(out);
    }
    if (b < 0x80) {
      out.append((char) b);
    } else if (b >= 0xC2 && b <= 0xDF) {
      begin(b & 0x1F, 1, 0x80, 0xBF);
    } else if (b >= 0xE0 && b <= 0xEF) {
      begin(b & 0x0F, 2, b == 0xE0 ? 0xA0 : 0x80, b == 0xED ? 0x9F : 0xBF);
    } else if (b >= 0xF0 && b <= 0xF4) {
      begin(b & 0x07, 3, b == 0xF0 ? 0x90 : 0x80, b == 0xF4 ? 0x8F : 0xBF);
    } else {
      out.append(BAD);
    }
  }

  /** Ends a text; what is held back is no character. */
  void end(StringBuilder out) {
    if (missing > 0) {
      out.append(BAD);
      expect(0, 0x80, 0xBF);
    }
  }

  private void begin(int bits, int more, int low, int high) {
    point = bits;
    expect(more, low, high);
  }

  private void expect(int more, int low, int high) {
    missing = more;
    lowest = low;
    highest = high;
  }
}
