/** Fakes and contract suites for whoever implements or embeds the interfaces of rsi. */
@org.jspecify.annotations.NullMarked
module dev.rsi.testkit {
  requires transitive dev.rsi.api;
  requires transitive dev.rsi.core;
  requires static transitive org.jspecify;
  requires org.assertj.core;
  requires org.junit.jupiter.api;

  // The suites for backends of language models; whoever extends them has both.
  requires static dev.rsi.lm;
  requires static tools.jackson.core;

  exports dev.rsi.testkit;
  exports dev.rsi.testkit.lm;

  // JUnit calls the suites' package-private test methods.
  opens dev.rsi.testkit to
      org.junit.platform.commons;
  opens dev.rsi.testkit.lm to
      org.junit.platform.commons;
}
