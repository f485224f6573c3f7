package dev.rsi.core.canary;

/**
 * What is known of the requests of one side.
 *
 * <p>Mutable, guarded by its trial.
 */
final class Tally {
  long requests;
  long open;
  long told;
  long failed;
  long timed;
  long slow;
  double sum;

  Canary.Side side() {
    return new Canary.Side(
        requests,
        told,
        told == 0 ? Double.NaN : sum / told,
        failed,
        timed == 0 ? Double.NaN : slow / (double) timed,
        open);
  }

  /** All but what is open, in words. */
  String state() {
    return requests + " " + told + " " + failed + " " + timed + " " + slow + " " + sum;
  }

  /** Goes on from a state. */
  void restore(String[] words, int at) {
    requests = Long.parseLong(words[at]);
    told = Long.parseLong(words[at + 1]);
    failed = Long.parseLong(words[at + 2]);
    timed = Long.parseLong(words[at + 3]);
    slow = Long.parseLong(words[at + 4]);
    sum = Double.parseDouble(words[at + 5]);
  }
}
