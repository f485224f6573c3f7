package dev.rsi.lm.chat;

/** A piece of a template. */
record Token(Kind kind, String text, int line) {
  enum Kind {
    TEXT,
    PRINT,
    PRINT_END,
    TAG,
    TAG_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean is(Kind other, String value) {
    return kind == other && text.equals(value);
  }

  /** As a message shows it. */
  String shown() {
    return switch (kind) {
      case TEXT -> "text";
      case PRINT -> "{{";
      case PRINT_END -> "}}";
      case TAG -> "{%";
      case TAG_END -> "%}";
      case END -> "the template's end";
      case STRING -> "'" + Values.shown(text) + "'";
      default -> Values.shown(text);
    };
  }
}
