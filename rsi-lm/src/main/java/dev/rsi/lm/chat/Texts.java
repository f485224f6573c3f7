package dev.rsi.lm.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What Python's strings do: blanks, cases, splitting, escapes. */
final class Texts {
  private Texts() {}

  /** Python's {@code str.isspace}. */
  static boolean isSpace(char c) {
    return c == ' '
        || (c >= 9 && c <= 13)
        || (c >= 0x1C && c <= 0x1F)
        || c == 0x85
        || c == 0xA0
        || (c >= 0x1680 && Character.isSpaceChar(c));
  }

  static int beginWithoutSpace(String text, int from) {
    int i = from;
    while (i < text.length() && isSpace(text.charAt(i))) {
      i++;
    }
    return i;
  }

  static int endWithoutSpace(String text) {
    int i = text.length();
    while (i > 0 && isSpace(text.charAt(i - 1))) {
      i--;
    }
    return i;
  }

  /**
   * Takes blanks, or the characters of a set, off the ends.
   *
   * @param set the characters, or empty for blanks
   */
  static String strip(String text, String set, boolean left, boolean right) {
    int begin = 0;
    int end = text.length();
    if (set.isEmpty()) {
      begin = left ? beginWithoutSpace(text, 0) : 0;
      end = right ? Math.max(begin, endWithoutSpace(text)) : end;
    } else {
      while (left && begin < end && set.indexOf(text.codePointAt(begin)) >= 0) {
        begin += Character.charCount(text.codePointAt(begin));
      }
      while (right && end > begin && set.indexOf(text.codePointBefore(end)) >= 0) {
        end -= Character.charCount(text.codePointBefore(end));
      }
    }
    return text.substring(begin, end);
  }

  static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  static String capitalized(String text) {
    int first = text.isEmpty() ? 0 : Character.charCount(text.codePointAt(0));
    return titled(text.substring(0, first)) + lower(text.substring(first));
  }

  /** Python's {@code str.title}: each run of letters begins with a capital. */
  static String titled(String text) {
    StringBuilder titled = new StringBuilder(text.length());
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      titled.appendCodePoint(inWord ? Character.toLowerCase(point) : Character.toTitleCase(point));
      inWord =
          Character.isUpperCase(point)
              || Character.isLowerCase(point)
              || Character.isTitleCase(point);
      i += Character.charCount(point);
    }
    return titled.toString();
  }

  /** Jinja's filter of that name, which makes words of what blanks and brackets part. */
  static String titledWords(String text) {
    StringBuilder titled = new StringBuilder(text.length());
    boolean first = true;
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      String one = Character.toString(point);
      titled.append(first ? upper(one) : lower(one));
      first = (point < 0x10000 && isSpace((char) point)) || "-({[<".indexOf(point) >= 0;
      i += one.length();
    }
    return titled.toString();
  }

  /** Splits at blanks. */
  static List<Object> words(String text, long most) {
    List<Object> words = new ArrayList<>();
    int at = beginWithoutSpace(text, 0);
    while (at < text.length()) {
      if (most >= 0 && words.size() >= most) {
        words.add(text.substring(at));
        break;
      }
      int end = at;
      while (end < text.length() && !isSpace(text.charAt(end))) {
        end++;
      }
      words.add(text.substring(at, end));
      at = beginWithoutSpace(text, end);
    }
    return words;
  }

  /** Runs of letters, digits and underscores. */
  static long countWords(String text) {
    long words = 0;
    boolean inside = false;
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int point = text.codePointAt(i);
      boolean part = Character.isLetterOrDigit(point) || point == '_';
      words += part && !inside ? 1 : 0;
      inside = part;
    }
    return words;
  }

  static List<Object> split(String text, String separator, long most) {
    if (separator.isEmpty()) {
      throw new Fault("the separator is empty");
    }
    List<Object> parts = new ArrayList<>();
    int at = 0;
    for (int i = text.indexOf(separator);
        i >= 0 && (most < 0 || parts.size() < most);
        i = text.indexOf(separator, at)) {
      parts.add(text.substring(at, i));
      at = i + separator.length();
    }
    parts.add(text.substring(at));
    return parts;
  }

  /** Splits at the last separators. */
  static List<Object> splitFromRight(String text, String separator, long most) {
    if (separator.isEmpty()) {
      throw new Fault("the separator is empty");
    }
    List<Object> parts = new ArrayList<>();
    int end = text.length();
    for (int i = text.lastIndexOf(separator, end - separator.length());
        i >= 0 && end >= separator.length() && (most < 0 || parts.size() < most);
        i = text.lastIndexOf(separator, end - separator.length())) {
      parts.add(0, text.substring(i + separator.length(), end));
      end = i;
      if (end < separator.length()) {
        break;
      }
    }
    parts.add(0, text.substring(0, end));
    return parts;
  }

  static List<Object> lines(String text) {
    List<Object> lines = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c >= 10 && c <= 13)
          || (c >= 0x1C && c <= 0x1E)
          || c == 0x85
          || c == 0x2028
          || c == 0x2029) {
        lines.add(text.substring(at, i));
        if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
          i++;
        }
        at = i + 1;
      }
    }
    if (at < text.length()) {
      lines.add(text.substring(at));
    }
    return lines;
  }

  /** What a string of a template says, as Python reads its escapes. */
  static String unescaped(String text) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\\' || i + 1 == text.length()) {
        plain.append(c);
        continue;
      }
      char kind = text.charAt(++i);
      switch (kind) {
        case '\n' -> {}
        case '\\', '\'', '"' -> plain.append(kind);
        case 'n' -> plain.append('\n');
        case 't' -> plain.append('\t');
        case 'r' -> plain.append('\r');
        case 'a' -> plain.append('\u0007');
        case 'b' -> plain.append('\b');
        case 'f' -> plain.append('\f');
        case 'v' -> plain.append('\u000B');
        case 'x', 'u', 'U' -> {
          int length = kind == 'x' ? 2 : kind == 'u' ? 4 : 8;
          int point = code(text, i + 1, i + 1 + length, 16);
          plain.appendCodePoint(point);
          i += length;
        }
        case 'N' -> throw new Fault("the escape (\\N) is not known; write the character itself");
        default -> {
          if (kind < '0' || kind > '7') {
            plain.append('\\').append(kind);
            break;
          }
          int end = i + 1;
          while (end < text.length()
              && end < i + 3
              && text.charAt(end) >= '0'
              && text.charAt(end) <= '7') {
            end++;
          }
          plain.appendCodePoint(code(text, i, end, 8));
          i = end - 1;
        }
      }
    }
    return plain.toString();
  }

  private static int code(String text, int from, int to, int radix) {
    long code = to <= text.length() && from < to ? 0 : -1;
    for (int i = from; code >= 0 && i < to; i++) {
      int digit = Character.digit(text.charAt(i), radix);
      code = digit < 0 ? -1 : code * radix + digit;
    }
    if (code < 0 || code > Character.MAX_CODE_POINT) {
      throw new Fault("the escape has no number of a character");
    }
    return (int) code;
  }
}
