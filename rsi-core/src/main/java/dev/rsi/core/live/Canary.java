package dev.rsi.core.live;

import dev.rsi.core.internal.Seeds;
import dev.rsi.core.internal.stats.Bets;
import dev.rsi.core.internal.stats.Evidence;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How a challenger is tried on a share of real requests, and when it is withdrawn. Field term:
 * canary analysis.
 *
 * <p>Each request is given to the challenger with probability {@link #of share}, else to the live
 * version, and its caller may tell how well it went, in [0, 1]. With L = 1 - success, each request
 * adds to the evidence of harm D = L if the challenger had it and D = -L * share / (1 - share) if
 * the live version had it, so the mean of D is {@code share} times the difference of the two mean
 * losses, whatever the requests are like and however that changes with time. The bets of {@link
 * dev.rsi.core.gate.AnchoredGate} are placed against "the mean of D is at most share * tolerated",
 * and the challenger is withdrawn when their wealth reaches 1 / error.
 *
 * <p><b>What holds.</b> A challenger that is worse by {@code tolerated} or less at every request is
 * withdrawn with probability {@code error} at most, over the whole trial and however long it is
 * (Ville's inequality). It needs that every request is drawn by itself: by the counter, or by a key
 * that comes once. A key that comes back is served by the same side and is no new draw: report its
 * first request alone. It also needs that whether a success is told does not depend on the side; a
 * request of which nothing is told counts as one without loss.
 *
 * <p>That nothing was withdrawn is no proof of safety: that is what the gate is for.
 *
 * <p>Immutable.
 */
public final class Canary {
  /** How much worse a challenger may be: {@value}, one request in a hundred. */
  public static final double DEFAULT_TOLERATED = 0.01;

  /** The probability of withdrawing a challenger that is not worse than tolerated: {@value}. */
  public static final double DEFAULT_ERROR = 0.01;

  /** The seed of a canary that was given none. */
  public static final long DEFAULT_SEED = 1;

  private final double share;
  private final double tolerated;
  private final double error;
  private final long seed;

  private Canary(double share, double tolerated, double error, long seed) {
    this.share = share;
    this.tolerated = tolerated;
    this.error = error;
    this.seed = seed;
  }

  /**
   * A canary with defaults.
   *
   * @param share of the requests for the challenger, in (0, 0.5]
   */
  public static Canary of(double share) {
    if (!(share > 0 && share <= 0.5)) {
      throw new IllegalArgumentException(
          "share ("
              + share
              + ") must be in (0, 0.5].\nMaybe promote the challenger, if most requests are to be"
              + " its own.");
    }
    return new Canary(share, DEFAULT_TOLERATED, DEFAULT_ERROR, DEFAULT_SEED);
  }

  /**
   * By how much the challenger's mean success may be less than the live version's, in [0, 1).
   * Default: {@value #DEFAULT_TOLERATED}.
   */
  public Canary tolerated(double difference) {
    if (!(difference >= 0 && difference < 1)) {
      throw new IllegalArgumentException("tolerated (" + difference + ") must be in [0, 1).");
    }
    return new Canary(share, difference, error, seed);
  }

  /**
   * The probability, in (0, 1), that a challenger that is not worse than tolerated is ever
   * withdrawn. Default: {@value #DEFAULT_ERROR}.
   */
  public Canary error(double probability) {
    if (!(probability > 0 && probability < 1)) {
      throw new IllegalArgumentException("error (" + probability + ") must be in (0, 1).");
    }
    return new Canary(share, tolerated, probability, seed);
  }

  /**
   * What decides which request goes where; the same seed draws alike. Who may choose keys should
   * not know it. Default: {@value #DEFAULT_SEED}.
   */
  public Canary seed(long value) {
    return new Canary(share, tolerated, error, value);
  }

  /** Begins a trial by these settings. */
  public Trial begin() {
    return new Trial(this);
  }

  @Override
  public String toString() {
    return "canary of share "
        + share
        + ", tolerated "
        + tolerated
        + ", error "
        + error
        + ", seed "
        + seed;
  }

  /**
   * One challenger on trial. Thread-safe. Memory does not grow with requests, as long as each
   * ticket is settled.
   */
  public static final class Trial {
    // A ticket that is never settled must not hold up the others for ever.
    private static final int MOST_PENDING = 1 << 16;

    private final double share;
    private final double level;
    private final Seeds seeds;
    private final Evidence evidence;
    // In the order of their draws, which is the one that the proof is about: in the order of their
    // ends a side that is faster would be judged before the other.
    private final Deque<Ticket> pending = new ArrayDeque<>();
    private final Tally live = new Tally();
    private final Tally challenger = new Tally();
    private long drawn;
    private double most;

    private Trial(Canary canary) {
      share = canary.share;
      level = -Math.log(canary.error);
      seeds = new Seeds(canary.seed);
      evidence = new Evidence(Bets.harm(canary.share * canary.tolerated));
    }

    /** Draws a side for the next request. */
    public synchronized Ticket draw() {
      return draw(seeds.of("canary", drawn));
    }

    /** Draws a side by the caller's key: the same key always has the same side. */
    public synchronized Ticket draw(String key) {
      return draw(seeds.of("canary by key " + key, 0));
    }

    private Ticket draw(long hash) {
      drawn++;
      Ticket ticket = new Ticket(this, (hash >>> 11) * 0x1p-53 < share);
      pending.add(ticket);
      if (pending.size() > MOST_PENDING) {
        apply(pending.remove());
      }
      return ticket;
    }

    private synchronized void settle(Ticket ticket, double success) {
      if (!ticket.settled) {
        ticket.settled = true;
        ticket.success = success;
        for (Ticket next = pending.peek(); next != null && next.settled; next = pending.peek()) {
          apply(pending.remove());
        }
      }
    }

    private void apply(Ticket ticket) {
      ticket.settled = true;
      (ticket.challenger ? challenger : live).add(ticket.success);
      double loss = Double.isNaN(ticket.success) ? 0 : 1 - ticket.success;
      evidence.add(ticket.challenger ? loss : -loss * (share / (1 - share)));
      most = Math.max(most, evidence.log());
    }

    /** Whether the evidence of harm has ever reached its level. */
    public synchronized boolean harmful() {
      return most >= level;
    }

    /** What is known of both sides, from all requests before the first that is still open. */
    public synchronized Report report() {
      return new Report(live.side(), challenger.side(), Math.max(0, most), level, harmful());
    }
  }

  /** One request of a trial. Thread-safe. */
  public static final class Ticket {
    private final Trial trial;
    private final boolean challenger;
    private boolean settled;
    private double success = Double.NaN;

    private Ticket(Trial trial, boolean challenger) {
      this.trial = trial;
      this.challenger = challenger;
    }

    /** Whether the challenger has the request. */
    public boolean challenger() {
      return challenger;
    }

    /**
     * Says how the request went. Only the first word counts.
     *
     * @param success in [0, 1], or NaN if nobody can tell
     * @throws IllegalArgumentException if it is another number
     */
    public void settle(double success) {
      if (success < 0 || success > 1) {
        throw new IllegalArgumentException("success (" + success + ") must be in [0, 1].");
      }
      trial.settle(this, success);
    }
  }

  /**
   * What a trial has seen.
   *
   * @param live requests that the live version had
   * @param challenger requests that the challenger had
   * @param evidence the most evidence of harm there ever was: the natural logarithm of the bets'
   *     wealth, 0 or more
   * @param level the evidence at which the challenger is withdrawn: {@code ln(1 / error)}
   * @param harmful whether it was reached
   */
  public record Report(
      Side live, Side challenger, double evidence, double level, boolean harmful) {}

  /**
   * One side of a trial.
   *
   * @param requests how many it had
   * @param told of how many of them the success was told
   * @param success the mean of those, NaN if there are none
   */
  public record Side(long requests, long told, double success) {}

  private static final class Tally {
    private long requests;
    private long told;
    private double sum;

    void add(double success) {
      requests++;
      if (!Double.isNaN(success)) {
        told++;
        sum += success;
      }
    }

    Side side() {
      return new Side(requests, told, told == 0 ? Double.NaN : sum / told);
    }
  }
}
