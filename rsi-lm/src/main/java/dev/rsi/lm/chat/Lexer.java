package dev.rsi.lm.chat;

import dev.rsi.lm.chat.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a template into tokens. A tag at the beginning of its line takes the blanks before it and
 * the line's end after it away, as {@code trim_blocks} and {@code lstrip_blocks} do.
 */
final class Lexer {
  private static final List<String> OPERATORS =
      List.of(
          "==", "!=", "<=", ">=", "//", "**", "+", "-", "*", "/", "%", "~", "|", ".", ",", "(", ")",
          "[", "]", "{", "}", "<", ">", "=", ":");

  /** The most tokens of a template: ten times what the longest published one has. */
  private static final int MOST_TOKENS = 200_000;

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private int counted;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    return new Lexer(source).all();
  }

  private List<Token> all() {
    while (at < source.length()) {
      int begin = begin();
      String text = source.substring(at, begin);
      if (begin == source.length()) {
        add(Kind.TEXT, text, at);
        break;
      }
      char kind = source.charAt(begin + 1);
      char sign = begin + 2 < source.length() ? source.charAt(begin + 2) : ' ';
      boolean signed = sign == '-' || sign == '+';
      if (sign == '-') {
        text = text.substring(0, Texts.endWithoutSpace(text));
      } else if (sign != '+' && kind != '{') {
        text = withoutIndent(text);
      }
      if (!text.isEmpty()) {
        add(Kind.TEXT, text, at);
      }
      at = begin + (signed ? 3 : 2);
      switch (kind) {
        case '#' -> comment(begin);
        case '{' -> inside(begin, Kind.PRINT, Kind.PRINT_END, "}}");
        default -> {
          if (!raw(begin)) {
            inside(begin, Kind.TAG, Kind.TAG_END, "%}");
          }
        }
      }
    }
    add(Kind.END, "", source.length());
    return tokens;
  }

  /** Where the next tag begins. */
  private int begin() {
    for (int i = source.indexOf('{', at); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return source.length();
  }

  private String withoutIndent(String text) {
    int lineStart = text.lastIndexOf('\n') + 1;
    boolean beginsLine = lineStart > 0 || at == 0 || source.charAt(at - 1) == '\n';
    return beginsLine && Texts.beginWithoutSpace(text, lineStart) == text.length()
        ? text.substring(0, lineStart)
        : text;
  }

  private void comment(int begin) {
    int end = source.indexOf("#}", at);
    if (end < 0) {
      throw fault(begin, "{#", "the comment has no end");
    }
    // The sign that the comment began with is not its last.
    char sign = end > at ? source.charAt(end - 1) : ' ';
    at = end + 2;
    after(sign, true);
  }

  private void after(char sign, boolean tag) {
    if (sign == '-') {
      at = Texts.beginWithoutSpace(source, at);
    } else if (tag && sign != '+' && at < source.length() && source.charAt(at) == '\n') {
      at++;
    }
  }

  /** Text that is taken as it is: {@code {% raw %}}. */
  private boolean raw(int begin) {
    int name = Texts.beginWithoutSpace(source, at);
    if (!source.startsWith("raw", name)) {
      return false;
    }
    int end = Texts.beginWithoutSpace(source, name + 3);
    char sign = end < source.length() ? source.charAt(end) : ' ';
    int close = sign == '-' || sign == '+' ? end + 1 : end;
    if (!source.startsWith("%}", close)) {
      return false;
    }
    at = close + 2;
    after(sign, false);
    int from = at;
    for (int i = source.indexOf("{%", from); i >= 0; i = source.indexOf("{%", i + 2)) {
      int word = i + 2;
      char before = word < source.length() ? source.charAt(word) : ' ';
      word = Texts.beginWithoutSpace(source, before == '-' || before == '+' ? word + 1 : word);
      if (!source.startsWith("endraw", word)) {
        continue;
      }
      int last = Texts.beginWithoutSpace(source, word + 6);
      char behind = last < source.length() ? source.charAt(last) : ' ';
      int over = behind == '-' || behind == '+' ? last + 1 : last;
      if (source.startsWith("%}", over)) {
        String text = source.substring(from, i);
        if (before == '-') {
          text = text.substring(0, Texts.endWithoutSpace(text));
        } else if (before != '+') {
          text = withoutIndent(text);
        }
        add(Kind.TEXT, text, from);
        at = over + 2;
        after(behind, true);
        return true;
      }
    }
    throw fault(begin, "raw", "(endraw) is missing");
  }

  private void inside(int begin, Kind first, Kind last, String close) {
    add(first, "", begin);
    int open = 0;
    while (true) {
      at = Texts.beginWithoutSpace(source, at);
      if (at >= source.length()) {
        throw fault(begin, first == Kind.TAG ? "{%" : "{{", "(" + close + ") is missing");
      }
      char c = source.charAt(at);
      boolean signed = c == '-' || (c == '+' && first == Kind.TAG);
      if (open == 0 && source.startsWith(close, signed ? at + 1 : at)) {
        add(last, "", at);
        at += signed ? 3 : 2;
        after(signed ? c : ' ', first == Kind.TAG);
        return;
      }
      if (c == '\'' || c == '"') {
        string(c);
      } else if (c >= '0' && c <= '9') {
        number();
      } else if (Character.isLetter(c) || c == '_') {
        int end = at + 1;
        while (end < source.length() && isNamePart(source.charAt(end))) {
          end++;
        }
        add(Kind.NAME, source.substring(at, end), at);
        at = end;
      } else {
        open += operator(c);
      }
    }
  }

  private static boolean isNamePart(char c) {
    return Character.isLetterOrDigit(c) || c == '_';
  }

  private int operator(char c) {
    for (String operator : OPERATORS) {
      if (source.startsWith(operator, at)) {
        add(Kind.OPERATOR, operator, at);
        at += operator.length();
        return "([{".contains(operator) ? 1 : ")]}".contains(operator) ? -1 : 0;
      }
    }
    throw fault(at, String.valueOf(c), "such a character begins nothing that is known");
  }

  private void string(char quote) {
    int end = at + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= source.length()) {
      throw fault(at, String.valueOf(quote), "the string has no end");
    }
    try {
      add(Kind.STRING, Texts.unescaped(source.substring(at + 1, end)), at);
    } catch (Fault e) {
      throw e.at(lineOf(at), "string");
    }
    at = end + 1;
  }

  private void number() {
    int end = digits(at);
    Kind kind = Kind.INTEGER;
    boolean afterDot = tokens.get(tokens.size() - 1).is(Kind.OPERATOR, ".");
    if (!afterDot && end + 1 < source.length() && source.charAt(end) == '.' && isDigit(end + 1)) {
      end = digits(end + 1);
      kind = Kind.FLOAT;
    }
    if (!afterDot && end < source.length() && (source.charAt(end) | 32) == 'e') {
      int exponent = end + 1;
      if (exponent < source.length() && "+-".indexOf(source.charAt(exponent)) >= 0) {
        exponent++;
      }
      if (isDigit(exponent)) {
        end = digits(exponent);
        kind = Kind.FLOAT;
      }
    }
    if (end < source.length() && isNamePart(source.charAt(end))) {
      throw fault(at, source.substring(at, end + 1), "a number is written with digits alone");
    }
    add(kind, source.substring(at, end).replace("_", ""), at);
    at = end;
  }

  private int digits(int from) {
    int end = from;
    while (isDigit(end) || (end > from && end < source.length() && source.charAt(end) == '_')) {
      end++;
    }
    return end;
  }

  private boolean isDigit(int index) {
    return index < source.length() && source.charAt(index) >= '0' && source.charAt(index) <= '9';
  }

  private void add(Kind kind, String text, int from) {
    if (tokens.size() >= MOST_TOKENS) {
      throw fault(
          from, "template", "it has more than the " + MOST_TOKENS + " pieces that are read");
    }
    tokens.add(new Token(kind, text, lineOf(from)));
  }

  /** Asked with rising places only. */
  private int lineOf(int index) {
    for (; counted < index; counted++) {
      if (source.charAt(counted) == '\n') {
        line++;
      }
    }
    return line;
  }

  private TemplateException fault(int index, String construct, String what) {
    return new Fault(what, "the template was cut short or changed by hand", false)
        .at(lineOf(index), construct);
  }
}
