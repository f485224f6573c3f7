package dev.rsi.lm.token;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** What is done to a text before it is split into words. */
final class Normalizers {
  private static final String KNOWN =
      "Sequence, NFC, NFD, NFKC, NFKD, Lowercase, Strip, Prepend or Replace";

  private Normalizers() {}

  static List<UnaryOperator<String>> of(Fields fields) {
    List<UnaryOperator<String>> all = new ArrayList<>();
    add(fields, all, 0);
    return List.copyOf(all);
  }

  private static void add(Fields fields, List<UnaryOperator<String>> all, int depth) {
    switch (fields.text("type")) {
      case "Sequence" -> {
        for (Fields each : fields.objects("normalizers")) {
          if (depth > 8) {
            throw fields.wrong("type", "fewer sequences in sequences");
          }
          add(each, all, depth + 1);
        }
      }
      case "NFC" -> all.add(text -> Normalizer.normalize(text, Form.NFC));
      case "NFD" -> all.add(text -> Normalizer.normalize(text, Form.NFD));
      case "NFKC" -> all.add(text -> Normalizer.normalize(text, Form.NFKC));
      case "NFKD" -> all.add(text -> Normalizer.normalize(text, Form.NFKD));
      case "Lowercase" -> all.add(Normalizers::lower);
      case "Strip" -> {
        boolean left = fields.flag("strip_left", true);
        boolean right = fields.flag("strip_right", true);
        all.add(text -> strip(text, left, right));
      }
      case "Prepend" -> {
        String prefix = fields.text("prepend");
        all.add(text -> text.isEmpty() ? text : prefix + text);
      }
      case "Replace" -> {
        SplitPattern pattern = fields.pattern();
        String content = fields.text("content");
        all.add(text -> pattern.replaceAll(text, content));
      }
      default -> throw fields.wrong("type", KNOWN);
    }
  }

  /**
   * Character by character, as the reference does: a sigma at a word's end has no form of its own.
   */
  private static String lower(String text) {
    StringBuilder lower = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      i += Character.charCount(point);
      if (point < 128) {
        lower.append((char) Character.toLowerCase(point));
      } else {
        lower.append(Character.toString(point).toLowerCase(Locale.ROOT));
      }
    }
    return lower.toString();
  }

  private static String strip(String text, boolean left, boolean right) {
    int begin = 0;
    int end = text.length();
    while (left && begin < end && isSpace(text.charAt(begin))) {
      begin++;
    }
    while (right && end > begin && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(begin, end);
  }

  /** Unicode's {@code White_Space}. */
  static boolean isSpace(char c) {
    return (c >= 9 && c <= 13)
        || c == ' '
        || c == 0x85
        || c == 0xA0
        || (c >= 0x1680 && Character.isSpaceChar(c));
  }
}
