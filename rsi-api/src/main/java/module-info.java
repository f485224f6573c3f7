/** The interfaces and values of the loop. Depends on the JDK and on JSpecify alone. */
@org.jspecify.annotations.NullMarked
module dev.rsi.api {
  requires static transitive org.jspecify;

  exports dev.rsi.api;
}
