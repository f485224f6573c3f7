package dev.rsi.core.internal.spending;

import com.google.common.math.LongMath;
import dev.rsi.api.Critic;
import dev.rsi.api.Generator;
import dev.rsi.api.Verifier;
import org.jspecify.annotations.Nullable;

/**
 * The most tokens that one attempt costs.
 *
 * @param generated those that the model produces
 * @param ruled those that verifier and critic read and write
 * @param unknown the part that does not say; null if all do. What it costs is not counted here
 */
public record AttemptTokens(long generated, long ruled, @Nullable String unknown) {
  private static final int UNKNOWN = Integer.MAX_VALUE;

  /** What the parts of a loop say. */
  public static AttemptTokens of(
      Generator<?, ?> generator, @Nullable Verifier<?, ?> verifier, @Nullable Critic<?, ?> critic) {
    int generated = generator.maxTokens();
    int verified = verifier == null ? 0 : verifier.maxTokens();
    int criticised = critic == null ? 0 : critic.maxTokens();
    String unknown =
        generated == UNKNOWN
            ? "generator"
            : verified == UNKNOWN ? "verifier" : criticised == UNKNOWN ? "critic" : null;
    return new AttemptTokens(
        known(generated), LongMath.saturatedAdd(known(verified), known(criticised)), unknown);
  }

  private static long known(int tokens) {
    return tokens == UNKNOWN ? 0 : tokens;
  }

  /** All together, as far as they are known. */
  public long all() {
    return LongMath.saturatedAdd(generated, ruled);
  }
}
