package dev.rsi.core.internal.spending;

import dev.rsi.api.Critic;
import dev.rsi.api.Generator;
import dev.rsi.api.Verifier;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * The most tokens and money that one attempt costs.
 *
 * @param generated those of the model
 * @param ruled those of verifier and critic, or of the judges of a probe
 * @param unknown the part that does not say how many tokens it needs; null if all do. They are not
 *     counted here
 */
public record AttemptCosts(Amounts generated, Amounts ruled, @Nullable String unknown) {
  private static final int UNKNOWN = Integer.MAX_VALUE;

  /**
   * What the parts of a loop say.
   *
   * @param judgeTokens what judges say that they use at most
   * @param judgeMoney what judges say that they are charged at most
   */
  public static AttemptCosts of(
      Generator<?, ?> generator,
      @Nullable Verifier<?, ?> verifier,
      @Nullable Critic<?, ?> critic,
      int judgeTokens,
      BigDecimal judgeMoney,
      Tariff tariff) {
    String unknown = null;
    unknown = judgeTokens == UNKNOWN ? "judge of a probe" : unknown;
    unknown = critic != null && critic.maxTokens() == UNKNOWN ? "critic" : unknown;
    unknown = verifier != null && verifier.maxTokens() == UNKNOWN ? "verifier" : unknown;
    unknown = generator.maxTokens() == UNKNOWN ? "generator" : unknown;
    Amounts verified =
        verifier == null ? Amounts.NONE : most(verifier.maxTokens(), verifier.maxMoney(), tariff);
    Amounts criticised =
        critic == null ? Amounts.NONE : most(critic.maxTokens(), critic.maxMoney(), tariff);
    Amounts judged = most(judgeTokens, judgeMoney, tariff);
    return new AttemptCosts(
        most(generator.maxTokens(), generator.maxMoney(), tariff),
        verified.plus(criticised).atLeast(judged),
        unknown);
  }

  /**
   * The most that a call costs: so many tokens at the dearest price, or so much money if it says
   * what it was charged.
   *
   * @param tokens {@link Integer#MAX_VALUE} if nobody says: those are not counted
   */
  public static Amounts most(int tokens, BigDecimal money, Tariff tariff) {
    long known = tokens == UNKNOWN ? 0 : tokens;
    return Amounts.of(Dimension.TOKENS, known)
        .with(Dimension.MONEY, Math.max(tariff.ofTokens(known), Tariff.units(money)));
  }

  /** All together, as far as they are known. */
  public Amounts all() {
    return generated.plus(ruled);
  }
}
