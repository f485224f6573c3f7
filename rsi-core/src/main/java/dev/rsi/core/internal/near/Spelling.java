package dev.rsi.core.internal.near;

import java.text.Normalizer;
import java.util.Locale;

/**
 * What is the same text however it is spelt: in compatibility form (NFKC), case folded, without
 * what nobody sees (as Unicode's NFKC_Casefold), with single spaces in between alone. In time
 * linear in the text's length, whatever it holds.
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

  /** Of Latin and Greek, of Chinese and Japanese, of Arabic, and of Devanagari. */
  private static final String ENDS_OF_SENTENCES = ".?!,;:\u3002\u3001\u061F\u060C\u06D4\u0964";

  private Spelling() {}

  /** The text without what does not tell it from others. */
  static String normalised(String text) {
    return isAscii(text)
        ? spaced(text.toLowerCase(Locale.ROOT))
        : spaced(composed(folded(composed(visible(text)))));
  }

  /**
   * A normalised text without the spaces beside signs, which are set or not as people like ({@code
   * 12 + 3 =}), and without the signs that end a sentence: a question is the same with its mark and
   * without. Signs stay where they are, and a space between letters or digits does: {@code 1 23} is
   * not {@code 12 3}.
   */
  static String tight(String normalised) {
    StringBuilder tight = new StringBuilder(normalised.length());
    for (int i = 0; i < normalised.length(); i++) {
      if (normalised.charAt(i) != ' '
          || (isWord(normalised.codePointBefore(i)) && isWord(normalised.codePointAt(i + 1)))) {
        tight.append(normalised.charAt(i));
      }
    }
    int end = tight.length();
    while (end > 0 && ENDS_OF_SENTENCES.indexOf(tight.charAt(end - 1)) >= 0) {
      end--;
    }
    return end == 0 ? tight.toString() : tight.substring(0, end);
  }

  private static boolean isWord(int c) {
    return Character.isLetterOrDigit(c) || isMark(c);
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 128) {
        return false;
      }
    }
    return true;
  }

  /** Before all else: what nobody sees keeps letters and marks apart that belong together. */
  private static String visible(String text) {
    StringBuilder visible = new StringBuilder(text.length());
    text.codePoints().filter(c -> !isIgnorable(c)).forEach(visible::appendCodePoint);
    return visible.toString();
  }

  /**
   * The property Default_Ignorable_Code_Point, which Java does not tell, of Unicode 16: soft
   * hyphen, joiners, fillers, marks of direction, variation selectors, tags, those reserved for
   * such; and the three marks of annotations, which nobody sees either.
   */
  static boolean isIgnorable(int c) {
    return c == 0xAD
        || c == 0x34F
        || c == 0x61C
        || isIn(c, 0x115F, 0x1160)
        || isIn(c, 0x17B4, 0x17B5)
        || isIn(c, 0x180B, 0x180F)
        || isIn(c, 0x200B, 0x200F)
        || isIn(c, 0x202A, 0x202E)
        || isIn(c, 0x2060, 0x206F)
        || c == 0x3164
        || isIn(c, 0xFE00, 0xFE0F)
        || c == 0xFEFF
        || c == 0xFFA0
        || isIn(c, 0xFFF0, 0xFFFB)
        || isIn(c, 0x1BCA0, 0x1BCA3)
        || isIn(c, 0x1D173, 0x1D17A)
        || isIn(c, 0xE0000, 0xE0FFF);
  }

  private static boolean isIn(int c, int first, int last) {
    return first <= c && c <= last;
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
