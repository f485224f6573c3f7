package dev.rsi.core.internal.probe;

/**
 * What may be lost of a kind, as a net share of its probes: the margins of an equivalence and of a
 * non-inferiority test.
 *
 * @param tolerated a loss up to this never counts as harm, in [0, limit)
 * @param limit a loss from this on is never knowingly let through, in (tolerated, 1)
 */
public record Margins(double tolerated, double limit) {
  /** Margins of kinds of which a loss is not to be had for any gain. */
  public static final Margins CRITICAL = new Margins(0.01, 0.03);

  /** Margins of what measures more than right and wrong. */
  public static final Margins GAP = new Margins(0.02, 0.08);

  public Margins {
    if (!(tolerated >= 0 && tolerated < limit && limit < 1)) {
      throw new IllegalArgumentException(
          "tolerated ("
              + tolerated
              + ") and limit ("
              + limit
              + ") must be 0 <= tolerated < limit < 1.\nMaybe limit 0.05 and tolerated 0.01.");
    }
  }
}
