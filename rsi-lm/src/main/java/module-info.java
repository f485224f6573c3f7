/** What language-model backends share, in plain Java. */
@org.jspecify.annotations.NullMarked
module dev.rsi.lm {
  requires static transitive org.jspecify;
  requires transitive dev.rsi.api;
  requires tools.jackson.core;

  exports dev.rsi.lm;
  exports dev.rsi.lm.chat;
  exports dev.rsi.lm.gguf;
  exports dev.rsi.lm.spi;
  exports dev.rsi.lm.token;
}
