package dev.rsi.lm.token;

import dev.rsi.api.RsiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A pattern that splits a text into words. Of the language of patterns that part is read which
 * published tokenizers use, so that two engines mean the same by it: alternatives of characters and
 * classes, each with one quantifier, groups without one (but {@code ?}), and looking ahead. No
 * quantifier stands inside another, so no text makes it take exponentially long; what it may take
 * is bounded besides.
 */
final class SplitPattern {
  /** How a text is cut where the pattern matches. */
  enum Behavior {
    REMOVED,
    ISOLATED,
    MERGED_WITH_PREVIOUS,
    MERGED_WITH_NEXT,
    CONTIGUOUS
  }

  private static final int MOST_LENGTH = 4_096;
  private static final int MOST_DEPTH = 8;
  private static final String KNOWN =
      "characters, classes, (\\s \\S \\d \\D \\w \\W \\p{..} \\P{..}), alternatives, one quantifier"
          + " each, (?:..), (?i:..), (?=..) and (?!..)";
  private static final Set<String> PROPERTIES =
      Set.of(
          "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P",
          "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl",
          "Zp", "C", "Cc", "Cf");
  private static final Set<String> SCRIPTS =
      Set.of(
          "Han",
          "Hiragana",
          "Katakana",
          "Hangul",
          "Latin",
          "Cyrillic",
          "Greek",
          "Arabic",
          "Thai",
          "Hebrew",
          "Devanagari");

  /** What the reference's engine takes for a part of a word; Java's has joiners besides. */
  private static final String WORD = "\\p{IsL}\\p{IsM}\\p{IsNd}\\p{IsPc}";

  private final String source;
  private final Pattern pattern;

  private SplitPattern(String source, Pattern pattern) {
    this.source = source;
    this.pattern = pattern;
  }

  /** Finds a text as it is. */
  static SplitPattern literal(String text) {
    return new SplitPattern(text, Pattern.compile(Pattern.quote(text)));
  }

  /**
   * Reads a pattern.
   *
   * @throws BadPart if it has what is not known
   */
  static SplitPattern of(String field, String source) {
    if (source.length() > MOST_LENGTH) {
      throw new BadPart(field, "at most " + MOST_LENGTH + " characters", "" + source.length());
    }
    Reader reader = new Reader(field, source);
    String java = reader.alternatives(0);
    if (reader.at < source.length()) {
      throw reader.unknown();
    }
    return new SplitPattern(source, Pattern.compile(java, Pattern.UNICODE_CHARACTER_CLASS));
  }

  /** The pieces of a text, none of them empty. */
  List<String> split(String text, Behavior behavior, boolean invert) {
    List<String> pieces = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    List<Boolean> matches = new ArrayList<>();
    cut(text, invert, ends, matches);
    int from = 0;
    int pending = 0;
    for (int i = 0; i < ends.size(); i++) {
      boolean match = matches.get(i);
      boolean matchBefore = i > 0 && matches.get(i - 1);
      int to = ends.get(i);
      switch (behavior) {
        case REMOVED -> {
          if (!match) {
            pieces.add(text.substring(from, to));
          }
        }
        case ISOLATED -> pieces.add(text.substring(from, to));
        case CONTIGUOUS -> {
          if (i + 1 == ends.size() || matches.get(i + 1) != match) {
            pieces.add(text.substring(pending, to));
            pending = to;
          }
        }
        case MERGED_WITH_PREVIOUS -> {
          // A match belongs to what is before it, unless that is a match too.
          if (!match || matchBefore || i == 0) {
            if (from > pending) {
              pieces.add(text.substring(pending, from));
            }
            pending = from;
          }
        }
        case MERGED_WITH_NEXT -> {
          if (match || !matchBefore) {
            if (from > pending) {
              pieces.add(text.substring(pending, from));
            }
            pending = from;
          }
        }
      }
      from = to;
    }
    boolean merged =
        behavior == Behavior.MERGED_WITH_PREVIOUS || behavior == Behavior.MERGED_WITH_NEXT;
    if (merged && from > pending) {
      pieces.add(text.substring(pending));
    }
    return pieces;
  }

  /** Cuts a text where the pattern begins and ends to match. */
  private void cut(String text, boolean invert, List<Integer> ends, List<Boolean> matches) {
    Matcher matcher = pattern.matcher(new Counted(text, this));
    int done = 0;
    while (matcher.find()) {
      if (matcher.end() == matcher.start()) {
        continue;
      }
      if (matcher.start() > done) {
        ends.add(matcher.start());
        matches.add(invert);
      }
      ends.add(matcher.end());
      matches.add(!invert);
      done = matcher.end();
    }
    if (done < text.length()) {
      ends.add(text.length());
      matches.add(invert);
    }
  }

  String replaceAll(String text, String replacement) {
    return pattern
        .matcher(new Counted(text, this))
        .replaceAll(Matcher.quoteReplacement(replacement));
  }

  /** A text that is looked at a bounded number of times. */
  private static final class Counted implements CharSequence {
    private static final long MOST_LOOKS = 2_000;
    private static final long LOOKS_OF_NONE = 100_000;

    private final String text;
    private final SplitPattern pattern;
    private long left;

    Counted(String text, SplitPattern pattern) {
      this.text = text;
      this.pattern = pattern;
      this.left = LOOKS_OF_NONE + MOST_LOOKS * text.length();
    }

    @Override
    public char charAt(int index) {
      if (--left < 0) {
        throw new RsiException(
            "The tokenizer's pattern ("
                + pattern.source
                + ") looks at each of the ("
                + text.length()
                + ") characters of a text more than ("
                + MOST_LOOKS
                + ") times.\nMaybe the tokenizer's file is damaged, or the text is an attack on it.",
            null);
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** Writes a pattern of the one language in the other. */
  private static final class Reader {
    private final String field;
    private final String source;
    private int at;

    Reader(String field, String source) {
      this.field = field;
      this.source = source;
    }

    BadPart unknown() {
      String rest = source.substring(Math.min(at, source.length()));
      return new BadPart(
          field,
          KNOWN,
          "(" + source + "), which has at character " + at + " (" + Vocabulary.shown(rest) + ")");
    }

    private boolean is(String text) {
      return source.startsWith(text, at);
    }

    private boolean skip(String text) {
      boolean found = is(text);
      at += found ? text.length() : 0;
      return found;
    }

    String alternatives(int depth) {
      if (depth > MOST_DEPTH) {
        throw unknown();
      }
      StringBuilder java = new StringBuilder();
      while (at < source.length() && !is(")")) {
        java.append(skip("|") ? "|" : item(depth));
      }
      return java.toString();
    }

    private String item(int depth) {
      for (String group : List.of("(?:", "(?i:", "(?=", "(?!", "(")) {
        if (skip(group)) {
          String inside = alternatives(depth + 1);
          if (!skip(")")) {
            throw unknown();
          }
          boolean ahead = group.equals("(?=") || group.equals("(?!");
          String java = group.equals("(?i:") ? "(?iu:" : group.equals("(") ? "(?:" : group;
          boolean optional = !ahead && skip("?");
          if (isQuantifier()) {
            throw unknown();
          }
          return java + inside + ")" + (optional ? "?" : "");
        }
      }
      return one() + quantifier();
    }

    private boolean isQuantifier() {
      return is("?") || is("*") || is("+") || is("{");
    }

    private String quantifier() {
      String found = "";
      if (is("?") || is("*") || is("+")) {
        found = source.substring(at, ++at);
      } else if (is("{")) {
        int end = source.indexOf('}', at);
        if (end < 0 || !source.substring(at, end).matches("\\{[0-9]{1,3}(,[0-9]{0,3})?")) {
          throw unknown();
        }
        found = source.substring(at, end + 1);
        at = end + 1;
      }
      if (!found.isEmpty() && (is("+") || is("?"))) {
        // In Ruby's language, which the reference has, (..{n,m}+) repeats; only here it possesses.
        if (found.startsWith("{")) {
          throw unknown();
        }
        found += source.substring(at, ++at);
      }
      if (isQuantifier()) {
        throw unknown();
      }
      return found;
    }

    /** One character or a class of them. */
    private String one() {
      if (skip("[")) {
        return set();
      } else if (skip(".")) {
        return "[^\\n]";
      } else if (is("\\")) {
        return escape();
      } else if (isQuantifier() || is("^") || is("$") || is("}") || is("]")) {
        throw unknown();
      }
      return literal();
    }

    private String literal() {
      int point = source.codePointAt(at);
      at += Character.charCount(point);
      return "\\x{" + Integer.toHexString(point) + "}";
    }

    private String escape() {
      at++;
      if (at >= source.length()) {
        throw unknown();
      }
      char kind = source.charAt(at);
      switch (kind) {
        case 's', 'S', 'd', 'D' -> {
          at++;
          return "\\" + kind;
        }
        case 'w', 'W' -> {
          at++;
          return kind == 'w' ? "[" + WORD + "]" : "[^" + WORD + "]";
        }
        case 'r', 'n', 't', 'f', 'v' -> {
          at++;
          return kind == 'v' ? "\\x0B" : "\\" + kind;
        }
        case 'p', 'P' -> {
          return property(kind);
        }
        default -> {
          if (Character.isLetterOrDigit(kind)) {
            throw unknown();
          }
          return literal();
        }
      }
    }

    private String property(char kind) {
      int end = source.indexOf('}', at);
      if (source.startsWith("{", at + 1) && end > 0) {
        boolean negated = source.startsWith("^", at + 2);
        String name = source.substring(at + (negated ? 3 : 2), end);
        if (PROPERTIES.contains(name) || SCRIPTS.contains(name)) {
          at = end + 1;
          boolean upper = (kind == 'P') != negated;
          return (upper ? "\\P{Is" : "\\p{Is") + name + "}";
        }
      }
      throw unknown();
    }

    private String set() {
      StringBuilder java = new StringBuilder(skip("^") ? "[^" : "[");
      boolean empty = true;
      while (!is("]") || empty) {
        if (at >= source.length() || is("[") || is("&&")) {
          throw unknown();
        }
        String first = is("\\") ? escape() : literal();
        java.append(first);
        if (is("-") && !source.startsWith("]", at + 1)) {
          at++;
          if (at >= source.length()) {
            throw unknown();
          }
          String last = is("\\") ? escape() : literal();
          if (!first.startsWith("\\x") || !last.startsWith("\\x")) {
            throw unknown();
          }
          java.append('-').append(last);
        }
        empty = false;
      }
      at++;
      return java.append(']').toString();
    }
  }
}
