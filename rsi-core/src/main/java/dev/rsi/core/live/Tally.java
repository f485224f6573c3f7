package dev.rsi.core.live;

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
}
