package dev.rsi.lm.chat;

import dev.rsi.lm.chat.Token.Kind;
import java.util.List;
import java.util.Set;

/** Where a parser is among a template's tokens, and how large what it has parsed is. */
final class Cursor {
  /** The most operators and names of one tag: ten times what a published template has. */
  private static final int MOST_NODES = 1_000;

  /** The most levels of brackets in brackets, and of tags in tags. */
  private static final int MOST_LEVELS = 60;

  private static final Set<String> WORDS =
      Set.of("and", "or", "not", "if", "else", "in", "is", "elif", "recursive");

  private final List<Token> tokens;
  private int at;
  private int nodes;
  private int level;

  Cursor(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(at);
  }

  Token peekSecond() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  Token next() {
    Token token = tokens.get(at);
    at = Math.min(at + 1, tokens.size() - 1);
    return token;
  }

  boolean isOperator(String operator) {
    return peek().is(Kind.OPERATOR, operator);
  }

  boolean isWord(String word) {
    return peek().is(Kind.NAME, word);
  }

  boolean operator(String operator) {
    return skip(isOperator(operator));
  }

  boolean word(String word) {
    return skip(isWord(word));
  }

  private boolean skip(boolean found) {
    if (found) {
      next();
    }
    return found;
  }

  void need(String operator) {
    if (!operator(operator)) {
      throw unexpected("(" + operator + ")");
    }
  }

  void need(Kind kind) {
    if (peek().kind() != kind) {
      throw unexpected(kind == Kind.TAG_END ? "(%})" : "(}})");
    }
    next();
  }

  /** A name that is no word of the language. */
  String name() {
    Token token = peek();
    if (token.kind() != Kind.NAME || WORDS.contains(token.text())) {
      throw unexpected("a name");
    }
    return next().text();
  }

  boolean startsValue() {
    Token token = peek();
    return switch (token.kind()) {
      case NAME -> !WORDS.contains(token.text());
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> "([{".contains(token.text());
      default -> false;
    };
  }

  TemplateException unexpected(String wanted) {
    return fault(peek().shown(), wanted + " should stand here");
  }

  TemplateException fault(String construct, String what) {
    return new Fault(what, "the template was cut short, or is of a newer make", false)
        .at(peek().line(), construct);
  }

  /** Begins a tag. */
  void begin() {
    nodes = 0;
  }

  void node() {
    if (++nodes > MOST_NODES) {
      throw fault(
          peek().shown(), "the tag has more than the " + MOST_NODES + " operators and names read");
    }
  }

  int nodes() {
    return nodes;
  }

  void deeper() {
    if (++level > MOST_LEVELS) {
      throw fault(peek().shown(), "it is nested more than the " + MOST_LEVELS + " levels read");
    }
  }

  void shallower() {
    level--;
  }
}
