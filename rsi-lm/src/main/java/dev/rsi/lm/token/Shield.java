package dev.rsi.lm.token;

import java.util.BitSet;

/**
 * Marks in a text that no token which steers the model begins there. The mark is a number of
 * Unicode that is no character and stands for nothing; one that a text has already is marked too.
 */
final class Shield {
  static final char MARK = '\uFDD0';
  private static final char ITSELF = '\uFDD1';

  private Shield() {}

  static String put(String text, BitSet beginnings) {
    if (beginnings.isEmpty() && text.indexOf(MARK) < 0) {
      return text;
    }
    StringBuilder marked = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      marked.append(c);
      if (c == MARK) {
        marked.append(ITSELF);
      } else if (beginnings.get(i)) {
        marked.append(MARK);
      }
    }
    return marked.toString();
  }

  static String taken(String text) {
    if (text.indexOf(MARK) < 0) {
      return text;
    }
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != MARK) {
        plain.append(c);
      } else if (i + 1 < text.length() && text.charAt(i + 1) == ITSELF) {
        plain.append(MARK);
        i++;
      }
    }
    return plain.toString();
  }
}
