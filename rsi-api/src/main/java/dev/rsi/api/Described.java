package dev.rsi.api;

/**
 * A part that says what it is, so that a run which is resumed can be held against the parts that it
 * began with. A loop records the description when a run begins, and refuses to resume the run with
 * a part of another. Field terms: provenance, fingerprint.
 *
 * <p>A part whose class does not override {@link #describe} is known by its class alone: two
 * settings of it cannot be told apart, and nor can two lambdas of one class. Override it, or name
 * the part: {@link Verifier#named}, {@link Critic#named}, {@link DriftGate#named}.
 */
public interface Described {

  /**
   * What this part is, in words that are the same in every process: its class, every setting that
   * changes what it does, and a digest of what is too long to be said. A wrapper hands on the
   * description of what it wraps, unless it changes what that does.
   *
   * @return not blank; by default the class, with the words of {@link #BY_CLASS}
   */
  default String describe() {
    return className(this) + BY_CLASS;
  }

  /** How the description of a part ends that is known by its class alone. */
  String BY_CLASS = " (by its class alone)";

  /**
   * A class by a name that it has in every process: a lambda's own ends in a number of this one.
   */
  static String className(Object part) {
    String name = part.getClass().getName();
    int lambda = name.indexOf("$$Lambda");
    return lambda < 0 ? name : name.substring(0, lambda) + "$$Lambda";
  }
}
