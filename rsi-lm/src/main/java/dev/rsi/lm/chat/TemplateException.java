package dev.rsi.lm.chat;

import dev.rsi.api.RsiException;

/**
 * A chat template that cannot be read, or that has no text for these messages. The message names
 * the line of the template and the construct.
 */
public final class TemplateException extends RsiException {
  private static final long serialVersionUID = 1;

  private final int line;
  private final String construct;
  private final boolean raised;

  TemplateException(int line, String construct, String what, String maybe, boolean raised) {
    super(
        "Chat template, line ("
            + line
            + "), construct ("
            + construct
            + "): "
            + what
            + ".\nMaybe "
            + maybe
            + ".",
        null);
    this.line = line;
    this.construct = construct;
    this.raised = raised;
  }

  /** The line of the template, from 1. */
  public int line() {
    return line;
  }

  /** The tag, filter, test, function or operator at fault. */
  public String construct() {
    return construct;
  }

  /**
   * Whether the template itself turned the messages away ({@code raise_exception}), for example
   * since it knows no system message.
   */
  public boolean raised() {
    return raised;
  }
}
