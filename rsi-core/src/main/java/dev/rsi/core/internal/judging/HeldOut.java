package dev.rsi.core.internal.judging;

import dev.rsi.api.Codec;
import dev.rsi.core.internal.Seeds;
import dev.rsi.core.internal.probe.DefaultProbeBank;
import org.jspecify.annotations.Nullable;

/**
 * Keeps practice, probes and exam apart, for the whole run. Where the bank of probes is renewed, a
 * share of all tasks, told by a keyed hash of their text, is set apart for probes from the start:
 * so no fresh probe was ever practised, and nothing has to be remembered for it.
 */
public final class HeldOut<T> {
  /** One task in so many is set apart for probes. */
  private static final int SHARE = 8;

  private final Codec<T, ?> codec;
  private final Seeds secret;
  private final DefaultProbeBank<T, ?> first;
  private final @Nullable DefaultProbeBank<T, ?> exam;
  private DefaultProbeBank<T, ?> probes;

  /**
   * What is held out of a run's practice.
   *
   * @param secret never shown, and the same in every run of a loop: what is set apart stays so
   */
  public HeldOut(
      Codec<T, ?> codec,
      long secret,
      DefaultProbeBank<T, ?> probes,
      @Nullable DefaultProbeBank<T, ?> exam) {
    this.codec = codec;
    this.secret = new Seeds(secret);
    this.first = probes;
    this.exam = exam;
    this.probes = probes;
  }

  /** From now on other probes are in use. */
  void renewed(DefaultProbeBank<T, ?> bank) {
    probes = bank;
  }

  /** Whether the task may be practised. */
  public boolean mayPractise(T task) {
    return !probes.contains(task)
        && (first == probes || !first.contains(task))
        && !isExam(task)
        && !(probes.isRenewed() && isSetApart(task));
  }

  /** Whether the task may be a probe of a fresh bank. */
  boolean mayProbe(T task) {
    return isSetApart(task) && !isExam(task);
  }

  private boolean isExam(T task) {
    return exam != null && exam.contains(task);
  }

  private boolean isSetApart(T task) {
    return Math.floorMod(secret.of("set apart " + codec.writeTask(task), 0), SHARE) == 0;
  }
}
