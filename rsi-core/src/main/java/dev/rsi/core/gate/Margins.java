package dev.rsi.core.gate;

/**
 * What may be lost of a kind, as a net share of its probes.
 *
 * @param tolerated a loss up to this never counts as harm, in [0, limit)
 * @param limit a loss from this on is never knowingly let through, in (tolerated, 1)
 */
record Margins(double tolerated, double limit) {
  Margins {
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
