package dev.rsi.core.internal.near;

import java.text.Normalizer;
import java.util.Locale;

/**
 * What is the same text however it is spelt: in compatibility form (NFKC), case folded, with single
 * spaces in between alone. In time linear in the text's length, whatever it holds.
 *
 * <p>A normaliser sorts the marks on a letter, in time square to their number. So where more than
 * {@value #MOST_MARKS} follow each other, as in no language (Unicode's Stream-Safe Text Format, UAX
 * #15), each {@value #MOST_MARKS} are normalised on their own.
 */
final class Spelling {
  private static final int MOST_MARKS = 30;

  /**
   * The letters that turn into marks: two of Thai and Lao, and the sound marks of narrow katakana.
   */
  private static final String LETTERS_AS_MARKS = "\u0E33\u0EB3\uFF9E\uFF9F";

  private Spelling() {}

  /** The text without what does not tell it from others. */
  static String normalised(String text) {
    return isAscii(text)
        ? spaced(text.toLowerCase(Locale.ROOT))
        : spaced(composed(folded(composed(text))));
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 128) {
        return false;
      }
    }
    return true;
  }

  private static String composed(String text) {
    int from = 0;
    int marks = 0;
    StringBuilder parts = new StringBuilder();
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      marks = isMark(c) ? marks + 1 : 0;
      if (marks > MOST_MARKS) {
        parts.append(Normalizer.normalize(text.substring(from, i), Normalizer.Form.NFKC));
        from = i;
        marks = 1;
      }
      i += Character.charCount(c);
    }
    String last = Normalizer.normalize(text.substring(from), Normalizer.Form.NFKC);
    return from == 0 ? last : parts.append(last).toString();
  }

  /** Whether a character may belong to the letter before it: so no other begins with a mark. */
  static boolean isMark(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK ->
          true;
      default -> LETTERS_AS_MARKS.indexOf(c) >= 0;
    };
  }

  /**
   * Up and then down takes together what is the same letter in either case, such as two sigmas.
   * Each character alone: a whole text takes time square to the letters that become two, and to its
   * sigmas.
   */
  private static String folded(String text) {
    StringBuilder folded = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (c < 128) {
        folded.append((char) Character.toLowerCase(c));
      } else {
        String up = Character.toString(c).toUpperCase(Locale.ROOT);
        up.codePoints()
            .forEach(upper -> folded.append(Character.toString(upper).toLowerCase(Locale.ROOT)));
      }
    }
    return folded.toString();
  }

  /** White space as Unicode has it, and what Java takes for it at the ends. */
  private static String spaced(String text) {
    StringBuilder spaced = new StringBuilder(text.length());
    boolean space = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isWhiteSpace(c)) {
        space = true;
      } else {
        if (space) {
          spaced.append(' ');
          space = false;
        }
        spaced.append(c);
      }
    }
    return spaced.toString().strip();
  }

  /** The property White_Space; all of it is in the basic plane. */
  private static boolean isWhiteSpace(char c) {
    return c == ' '
        || (c >= 0x9 && c <= 0xD)
        || c == 0x85
        || (c >= 0xA0
            && switch (Character.getType(c)) {
              case Character.SPACE_SEPARATOR,
                  Character.LINE_SEPARATOR,
                  Character.PARAGRAPH_SEPARATOR ->
                  true;
              default -> false;
            });
  }
}
