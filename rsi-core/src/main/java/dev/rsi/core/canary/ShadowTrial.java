package dev.rsi.core.canary;

import java.util.List;

/**
 * One challenger in the shadow of the live version, by the settings and with the promise of a
 * {@link Shadow}. Memory does not grow with requests. Thread-safe.
 */
public final class ShadowTrial {

  /**
   * One request that both sides answer. Of {@link #over} and {@link #drop} the first word counts.
   * Thread-safe.
   */
  public static final class Pair {
    private final ShadowTrial trial;

    // Guarded by the trial.
    private boolean over;
    private boolean told;
    private boolean liveFailed;
    private boolean challengerFailed;

    private Pair(ShadowTrial trial) {
      this.trial = trial;
    }

    /** Both have answered, or failed: threw, were cancelled, or somebody's patience ended. */
    public void over(boolean liveDidFail, boolean challengerDidFail) {
      trial.over(this, liveDidFail, challengerDidFail);
    }

    /**
     * Tells how well both answers of a request went that is over; the answer that failed counts as
     * 0, whatever is told of it.
     *
     * @param live in [0, 1]
     * @param challenger in [0, 1]
     * @return false if that changes nothing: it was told before, or is not over
     * @throws IllegalArgumentException if one is another number
     */
    public boolean tell(double live, double challenger) {
      return trial.tell(this, checked("live", live), checked("challenger", challenger));
    }

    /** The challenger was not asked after all, for a reason that does not depend on its answer. */
    public void drop() {
      trial.drop(this);
    }

    private static double checked(String name, double success) {
      if (!(success >= 0 && success <= 1)) {
        throw new IllegalArgumentException(name + " (" + success + ") must be in [0, 1].");
      }
      return success;
    }
  }

  private final double error;
  private final Watch told;
  private final Watch failures;
  private final List<Watch> watches;
  private final Tally live = new Tally();
  private final Tally challenger = new Tally();

  private ShadowTrial(Shadow shadow) {
    error = shadow.error();
    told = Watch.pairs("told", shadow.tolerated(), 0.75 * error, error);
    failures = Watch.pairs("failures", shadow.tolerated(), 0.25 * error, error);
    watches = List.of(told, failures);
  }

  /** Begins a trial by these settings. */
  public static ShadowTrial begin(Shadow shadow) {
    return new ShadowTrial(shadow);
  }

  /** Begins a request that both sides answer. */
  public synchronized Pair open() {
    told.openPair();
    failures.openPair();
    live.open++;
    challenger.open++;
    return new Pair(this);
  }

  private void close(Pair pair) {
    pair.over = true;
    told.closePair();
    failures.closePair();
    live.open--;
    challenger.open--;
  }

  private synchronized void over(Pair pair, boolean liveFailed, boolean challengerFailed) {
    if (pair.over) {
      return;
    }
    close(pair);
    pair.liveFailed = liveFailed;
    pair.challengerFailed = challengerFailed;
    live.requests++;
    challenger.requests++;
    live.failed += liveFailed ? 1 : 0;
    challenger.failed += challengerFailed ? 1 : 0;
    failures.addPair(liveFailed ? 1 : 0, challengerFailed ? 1 : 0);
    look();
  }

  private synchronized boolean tell(Pair pair, double liveSuccess, double challengerSuccess) {
    if (!pair.over || pair.told) {
      return false;
    }
    pair.told = true;
    double ofLive = pair.liveFailed ? 0 : liveSuccess;
    double ofChallenger = pair.challengerFailed ? 0 : challengerSuccess;
    live.told++;
    challenger.told++;
    live.sum += ofLive;
    challenger.sum += ofChallenger;
    told.addPair(1 - ofLive, 1 - ofChallenger);
    look();
    return true;
  }

  private synchronized void drop(Pair pair) {
    if (!pair.over) {
      close(pair);
      // It was not over, and nobody can tell of it.
      pair.told = true;
    }
  }

  private void look() {
    watches.forEach(Watch::look);
  }

  /** Whether the evidence of either kind of harm has ever reached its level. */
  public synchronized boolean harmful() {
    return Watch.anyHarmful(watches);
  }

  /**
   * Whether it was proven that the challenger is not worse than tolerated, and no harm was found.
   */
  public synchronized boolean safe() {
    return Watch.allSafe(watches);
  }

  /** What is known of both sides. */
  public synchronized Canary.Report report() {
    return Watch.report(watches, error, live.side(), challenger.side(), this::inWords);
  }

  private String inWords(Watch watch, Canary.Side side) {
    return watch == told ? side.toldInWords() : side.failedInWords();
  }

  @Override
  public String toString() {
    return "trial in the shadow";
  }
}
