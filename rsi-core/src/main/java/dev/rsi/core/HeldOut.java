package dev.rsi.core;

import dev.rsi.api.Codec;
import dev.rsi.core.internal.Seeds;
import dev.rsi.core.internal.probe.DefaultProbeBank;

/**
 * Keeps practice, probes and exam apart, for the whole run. Where the bank of probes is renewed, a
 * share of all tasks, told by a keyed hash of their text, is set apart for probes from the start:
 * so no fresh probe was ever practised, and nothing has to be remembered for it.
 */
final class HeldOut<T> {
  /** One task in so many is set apart for probes. */
  private static final int SHARE = 8;

  private final ImprovementLoop<T, ?> loop;
  private final Codec<T, ?> codec;
  private final Seeds secret;
  private DefaultProbeBank<T, ?> probes;

  <C> HeldOut(ImprovementLoop<T, C> loop) {
    this.loop = loop;
    this.codec = loop.generator.codec();
    // Never shown, and the same in every run of the loop: what is set apart stays so.
    this.secret = new Seeds(loop.secret);
    this.probes = DefaultProbeBank.of(loop.probes);
  }

  /** From now on other probes are in use. */
  void renewed(DefaultProbeBank<T, ?> bank) {
    probes = bank;
  }

  boolean mayPractise(T task) {
    return !probes.contains(task)
        && !loop.probes.contains(task)
        && !isExam(task)
        && !(probes.isRenewed() && isSetApart(task));
  }

  /** Whether the task may be a probe of a fresh bank. */
  boolean mayProbe(T task) {
    return isSetApart(task) && !isExam(task);
  }

  private boolean isExam(T task) {
    return loop.exam != null && loop.exam.contains(task);
  }

  private boolean isSetApart(T task) {
    return Math.floorMod(secret.of("set apart " + codec.writeTask(task), 0), SHARE) == 0;
  }
}
