package dev.rsi.lm.spi;

/**
 * A backend's weights in native memory, and the ways to sample from them and to score answers. One
 * thread at a time.
 */
public interface Sampler extends AutoCloseable {

  /**
   * Prompts of one length, row-major.
   *
   * @param rows how many
   * @param length tokens of each
   * @param newTokens at most so many are added to each
   * @param ids token ids, rows x length
   * @param positions position ids of them
   * @param added position ids of the new tokens when they are read back, rows x newTokens
   * @param uniform numbers in [0, 1) that decide the draws, rows x newTokens
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on at once, never compared
  record Prompts(
      int rows,
      int length,
      int newTokens,
      long[] ids,
      long[] positions,
      long[] added,
      double[] uniform) {}

  /**
   * Continues every prompt.
   *
   * @param temperature 0 takes the likeliest token
   * @param end the token that ends an answer
   * @return new tokens, rows x newTokens; what follows a row's end token has no meaning
   */
  long[] sample(Prompts prompts, double temperature, int end);

  /** Log-probability (natural) of each row's targets, given what stands before them. */
  double[] score(Batch batch);

  /** How many native arrays are held; the same before and after every call. */
  int held();

  /**
   * The token that a row's logits and its random number decide: the likeliest, or the first whose
   * running probability is above the number. Of equal logits the first wins.
   *
   * @param logits holds one number per token from {@code from} on
   * @param size how many tokens there are
   * @param temperature 0 takes the likeliest token
   * @param uniform in [0, 1)
   */
  static int choose(float[] logits, int from, int size, double temperature, double uniform) {
    int best = 0;
    for (int i = 1; i < size; i++) {
      best = logits[from + i] > logits[from + best] ? i : best;
    }
    if (temperature == 0) {
      return best;
    }
    double[] running = new double[size];
    double total = 0;
    for (int i = 0; i < size; i++) {
      total += Math.exp((logits[from + i] - logits[from + best]) / temperature);
      running[i] = total;
    }
    int chosen = 0;
    while (chosen < size - 1 && running[chosen] <= uniform * total) {
      chosen++;
    }
    return chosen;
  }

  @Override
  void close();
}
