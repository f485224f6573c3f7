package dev.rsi.examples.addition;

import java.util.Locale;

/**
 * What an addition run is made of.
 *
 * @param backend what runs and trains the model
 * @param judge who rules on the model's answers
 * @param gated whether the drift gate decides; without it every challenger goes live
 * @param seed root of all randomness
 * @param givenDigits lengths from 1 to this are taught by given lessons
 * @param digits lengths up to this are to be learned
 * @param givenSteps training steps of generation 0, at most
 * @param roundSteps training steps of every later generation, at most
 * @param probes additions per length for the gate
 * @param exam additions per length for the report
 */
public record Settings(
    Backend backend,
    Judge judge,
    boolean gated,
    long seed,
    int givenDigits,
    int digits,
    int givenSteps,
    int roundSteps,
    int probes,
    int exam) {

  /** What runs and trains the model; the same models and recipes for all. */
  public enum Backend {
    /** DJL with PyTorch. */
    DJL,
    /** ONNX Runtime. */
    ONNX
  }

  /** Who rules on the model's answers. */
  public enum Judge {
    /** A verifier that knows the right sum. */
    EXACT,
    /** Five answers per addition, which must all agree: nobody knows the right sum. */
    VOTE,
    /** Everything passes: the control arm. */
    UNVERIFIED
  }

  /** From 5 to 20 digits with a verifier and the gate. */
  public static final Settings DEFAULT =
      new Settings(Backend.DJL, Judge.EXACT, true, 1, 5, 20, 1000, 300, 384, 200);

  /**
   * The defaults changed by system properties: {@code backend=onnx}, {@code control=unverified},
   * {@code verifier=vote}, {@code gate=off}, {@code seed=N}. A blank one counts as absent.
   */
  static Settings fromProperties() {
    Settings settings = DEFAULT;
    String backend = property("backend");
    if (backend.equals("onnx")) {
      settings = settings.backend(Backend.ONNX);
    } else if (!backend.isEmpty() && !backend.equals("djl")) {
      throw unknown("backend", backend, "onnx");
    }
    String control = property("control");
    if (control.equals("unverified")) {
      settings = settings.judge(Judge.UNVERIFIED);
    } else if (!control.isEmpty()) {
      throw unknown("control", control, "unverified");
    }
    String verifier = property("verifier");
    if (!verifier.isEmpty() && !control.isEmpty()) {
      throw new IllegalArgumentException(
          "-Dcontrol and -Dverifier exclude each other.\nMaybe leave one of them out.");
    }
    if (verifier.equals("vote")) {
      settings = settings.judge(Judge.VOTE);
    } else if (!verifier.isEmpty()) {
      throw unknown("verifier", verifier, "vote");
    }
    String gate = property("gate");
    if (gate.equals("off")) {
      settings = settings.gated(false);
    } else if (!gate.isEmpty()) {
      throw unknown("gate", gate, "off");
    }
    String seed = property("seed");
    try {
      return seed.isEmpty() ? settings : settings.seed(Long.parseLong(seed));
    } catch (NumberFormatException e) {
      throw unknown("seed", seed, "1");
    }
  }

  private static String property(String name) {
    return System.getProperty(name, "").strip().toLowerCase(Locale.ROOT);
  }

  private static IllegalArgumentException unknown(String name, String value, String known) {
    return new IllegalArgumentException(
        "-D%s=%s is not known.\nMaybe -D%s=%s was meant.".formatted(name, value, name, known));
  }

  /** With another backend. */
  public Settings backend(Backend other) {
    return new Settings(
        other, judge, gated, seed, givenDigits, digits, givenSteps, roundSteps, probes, exam);
  }

  /** With another judge. */
  public Settings judge(Judge other) {
    return new Settings(
        backend, other, gated, seed, givenDigits, digits, givenSteps, roundSteps, probes, exam);
  }

  /** With or without the gate. */
  public Settings gated(boolean other) {
    return new Settings(
        backend, judge, other, seed, givenDigits, digits, givenSteps, roundSteps, probes, exam);
  }

  /** With another length up to which is to be learned. */
  public Settings digits(int most) {
    return new Settings(
        backend, judge, gated, seed, givenDigits, most, givenSteps, roundSteps, probes, exam);
  }

  /** With another seed. */
  public Settings seed(long other) {
    return new Settings(
        backend, judge, gated, other, givenDigits, digits, givenSteps, roundSteps, probes, exam);
  }
}
