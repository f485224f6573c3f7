package dev.rsi.lm.chat;

/** A function, a macro or a method of a value. */
interface Callable {
  Object call(Run run, Arguments arguments);
}
