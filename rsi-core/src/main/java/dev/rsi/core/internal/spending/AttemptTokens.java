package dev.rsi.core.internal.spending;

import dev.rsi.api.Critic;
import dev.rsi.api.Generator;
import dev.rsi.api.Verifier;
import org.jspecify.annotations.Nullable;

/**
 * The most tokens that one attempt costs.
 *
 * @param generated those that the model produces
 * @param ruled those that verifier and critic, or the judges of a probe, read and write
 * @param unknown the part that does not say; null if all do. What it costs is not counted here
 */
public record AttemptTokens(long generated, long ruled, @Nullable String unknown) {
  private static final int UNKNOWN = Integer.MAX_VALUE;

  /**
   * What the parts of a loop say.
   *
   * @param judges what judges say that they use at most
   */
  public static AttemptTokens of(
      Generator<?, ?> generator,
      @Nullable Verifier<?, ?> verifier,
      @Nullable Critic<?, ?> critic,
      int judges) {
    int generated = generator.maxTokens();
    int verified = verifier == null ? 0 : verifier.maxTokens();
    int criticised = critic == null ? 0 : critic.maxTokens();
    String unknown = null;
    unknown = judges == UNKNOWN ? "judge of a probe" : unknown;
    unknown = criticised == UNKNOWN ? "critic" : unknown;
    unknown = verified == UNKNOWN ? "verifier" : unknown;
    unknown = generated == UNKNOWN ? "generator" : unknown;
    long ruled = known(verified) + known(criticised);
    return new AttemptTokens(known(generated), Math.max(ruled, known(judges)), unknown);
  }

  private static long known(int tokens) {
    return tokens == UNKNOWN ? 0 : tokens;
  }

  /** All together, as far as they are known. */
  public long all() {
    return generated + ruled;
  }
}
