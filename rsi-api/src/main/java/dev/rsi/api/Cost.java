package dev.rsi.api;

/**
 * What a call used beside time. Field term: token usage.
 *
 * @param tokensIn tokens that a model read for it, 0 or more
 * @param tokensOut tokens that a model wrote for it, 0 or more
 */
public record Cost(long tokensIn, long tokensOut) {

  /** Nothing but time. */
  public static final Cost NONE = new Cost(0, 0);

  public Cost {
    if (tokensIn < 0) {
      throw new IllegalArgumentException("tokensIn (" + tokensIn + ") must be >= 0.");
    }
    if (tokensOut < 0) {
      throw new IllegalArgumentException("tokensOut (" + tokensOut + ") must be >= 0.");
    }
  }

  /** All tokens, read and written; {@link Long#MAX_VALUE} stands for any number beyond it. */
  public long tokens() {
    return sum(tokensIn, tokensOut);
  }

  /** The most that a call may have used of which nobody knows what it did. */
  static Cost most(int maxTokens) {
    return maxTokens == Integer.MAX_VALUE ? NONE : new Cost(0, maxTokens);
  }

  /** Both together; {@link Long#MAX_VALUE} stands for any number of tokens beyond it. */
  public Cost plus(Cost other) {
    return new Cost(sum(tokensIn, other.tokensIn), sum(tokensOut, other.tokensOut));
  }

  private static long sum(long one, long other) {
    return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
  }
}
