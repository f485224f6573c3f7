package dev.rsi.lm.chat;

/** What has a value. */
interface Expression {
  Object of(Run run, Scope scope);
}
