package dev.rsi.examples.addition;

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
   * The defaults changed by options.
   *
   * @throws IllegalArgumentException if two exclude each other
   */
  static Settings of(Options options) {
    Settings settings = DEFAULT;
    String verifier = options.value("verifier");
    String control = options.value("control");
    if (!verifier.isEmpty() && !control.isEmpty()) {
      throw new IllegalArgumentException(
          "-Dcontrol and -Dverifier exclude each other.\nMaybe leave one of them out.");
    }
    if (options.value("backend").equals("onnx")) {
      settings = settings.backend(Backend.ONNX);
    }
    if (!control.isEmpty()) {
      settings = settings.judge(Judge.UNVERIFIED);
    }
    if (!verifier.isEmpty()) {
      settings = settings.judge(Judge.VOTE);
    }
    if (!options.value("gate").isEmpty()) {
      settings = settings.gated(false);
    }
    String seed = options.value("seed");
    return seed.isEmpty() ? settings : settings.seed(Long.parseLong(seed));
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
