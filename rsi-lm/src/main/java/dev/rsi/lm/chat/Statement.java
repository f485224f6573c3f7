package dev.rsi.lm.chat;

/** What writes text or gives names a value. */
interface Statement {
  Flow run(Run run, Scope scope, StringBuilder out);

  /** What comes after a statement. */
  enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }
}
