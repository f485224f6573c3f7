package dev.rsi.lm;

/** How a decoder knows where a token stands. */
public enum PositionScheme {
  /**
   * Position coupling: a learned position id that counts the tokens of a <em>run</em> (for example
   * the digits of a number) and starts again after every token that is not of one. Digit i of each
   * operand and of the answer thus share an id, which lets arithmetic reach lengths that were never
   * trained. A random offset per example trains all ids on short runs.
   *
   * <p>After Cho et al., "Position Coupling: Improving Length Generalization of Arithmetic
   * Transformers Using Task Structure" (2024); {@link Positions} has the exact rule.
   */
  COUPLED,
  /** No position information but the causal mask. */
  NOPE,
  /** Rotary embeddings of queries and keys, base 10,000 (Su et al., "RoFormer", 2021). */
  ROPE
}
