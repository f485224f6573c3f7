/** Fakes and contract suites for whoever implements or embeds the interfaces of rsi. */
@org.jspecify.annotations.NullMarked
module dev.rsi.testkit {
  requires transitive dev.rsi.api;
  requires transitive dev.rsi.core;
  requires static transitive org.jspecify;
  requires org.assertj.core;
  requires org.junit.jupiter.api;

  exports dev.rsi.testkit;

  // JUnit calls the suites' package-private test methods.
  opens dev.rsi.testkit to
      org.junit.platform.commons;
}
