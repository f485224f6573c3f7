package dev.rsi.core.canary;

import dev.rsi.core.internal.stats.Bets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a challenger is tried on a share of real requests, when it is withdrawn, and when it is
 * proven to be as good as it has to be. Field term: canary analysis.
 *
 * <p>Each request is given to the challenger with probability {@link #of share}, s, else to the
 * live version. Five kinds of harm are watched, each by a loss L in [0, 1] per request:
 *
 * <table>
 * <caption>What counts as harm</caption>
 * <tr><th>kind<th>which requests count<th>L<th>margin<th>part of the error
 * <tr><td>told<td>those whose success was told<td>1 - success<td>{@link #tolerated}<td>1/2
 * <tr><td>failures<td>all<td>1 if it threw, was cancelled, or patience ended<td>{@link
 *     #tolerated}<td>1/4
 * <tr><td>slow<td>all that took a time, once 20 times of the live version are known<td>1 if it took
 *     longer than {@link #slower factor} times the median of the live version so far<td>its own:
 *     0.1<td>1/8
 * <tr><td>told less, told more<td>all<td>1 if it failed or was not told; 1 if it was told<td>{@link
 *     #tolerated}<td>1/16 each
 * </table>
 *
 * <p><b>The bets.</b> A request adds D = L to the evidence of a kind if the challenger had it, and
 * D = -L * s / (1 - s) if the live version had it, so the mean of D is s times the difference of
 * the two mean losses, whatever the requests are like and however that changes with time. Bets are
 * placed against "the mean of D is at most s * margin": each multiplies its wealth by 1 + stake *
 * (D - s * margin), which has mean at most 1 while that holds, and eight of them share the wealth
 * (Waudby-Smith and Ramdas, J. R. Statist. Soc. B 86 (2024) 1). As D is never less than -s / (1 -
 * s), up to 15/16 of (1 - s) / s can be staked without ruin, so a challenger that fails where the
 * live version does not is withdrawn after a handful of failures. It is withdrawn when the wealth
 * of a kind reaches 1 / (part * error).
 *
 * <p><b>Open requests</b> count as they speak least for harm: as without loss if the challenger has
 * them, as failed if the live version has. So the wealth that is shown is never more than what it
 * will be when all is known, and a request without end costs one factor and holds up nobody.
 *
 * <p><b>Keys.</b> A key is drawn once, by the secret seed, and its first request alone is an
 * observation: what comes after is served by the same side and is no evidence.
 *
 * <p><b>What holds.</b> A challenger that is worse by the margins or less at every request is
 * withdrawn with probability {@code error} at most, over the whole trial and however long it is
 * (Ville's inequality, and the parts add up to one). {@link Trial#safe} is said of one that is
 * worse by more than the margin in any of told, failures and slow, at every request, with
 * probability {@code error} at most: the bets turned round, against "the mean of D is at least s *
 * margin", and each of the three must reach 1 / error.
 *
 * <p><b>What is assumed.</b>
 *
 * <ul>
 *   <li>Nobody who decides what a request is knows its draw: the seed is secret, unless {@linkplain
 *       #seed it was given}.
 *   <li>How a request goes does not depend on which side others are drawn to.
 *   <li>Whether and when a success is told does not depend on the side. Who is told of nothing is
 *       no evidence in told, so the rest may be few, and chosen by how well it went, as long as
 *       both sides are chosen alike. That the rates are alike is watched (told less, told more);
 *       that they are alike for good and bad answers cannot be.
 *   <li>What came to nothing before it was served was {@linkplain Ticket#drop dropped} for a reason
 *       that has nothing to do with the side.
 * </ul>
 *
 * <p>Immutable.
 */
public final class Canary {
  /** How much worse a challenger may be: {@value}, one request in a hundred. */
  public static final double DEFAULT_TOLERATED = 0.01;

  /** The probability of withdrawing a challenger that is not worse than tolerated: {@value}. */
  public static final double DEFAULT_ERROR = 0.01;

  /** A request is slow if it takes this times the live version's median: {@value}. */
  public static final double DEFAULT_SLOWER = 2;

  /** How many more of the challenger's requests may be slow: {@value}, one in ten. */
  public static final double DEFAULT_SLOWER_TOLERATED = 0.1;

  /** How long after a request its success may be told, unless one says otherwise: ten minutes. */
  public static final Duration DEFAULT_EXPIRY = Duration.ofMinutes(10);

  private final double share;
  private final double tolerated;
  private final double error;
  private final @Nullable Long seed;
  private final Pace pace;
  private final @Nullable Duration patience;
  private final Duration expiry;

  /** When a request is slow; the factor is NaN if nobody asks. */
  private record Pace(double factor, double tolerated) {}

  private Canary(
      double share,
      double tolerated,
      double error,
      @Nullable Long seed,
      Pace pace,
      @Nullable Duration patience,
      Duration expiry) {
    this.share = share;
    this.tolerated = tolerated;
    this.error = error;
    this.seed = seed;
    this.pace = pace;
    this.patience = patience;
    this.expiry = expiry;
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
    return new Canary(
        share,
        DEFAULT_TOLERATED,
        DEFAULT_ERROR,
        null,
        new Pace(DEFAULT_SLOWER, DEFAULT_SLOWER_TOLERATED),
        null,
        DEFAULT_EXPIRY);
  }

  /**
   * By how much the challenger's mean success may be less than the live version's, and its share of
   * failures more, in [0, 1). Default: {@value #DEFAULT_TOLERATED}.
   */
  public Canary tolerated(double difference) {
    return new Canary(share, checkedDifference(difference), error, seed, pace, patience, expiry);
  }

  /**
   * The probability, in (0, 1), that a challenger that is not worse than tolerated is ever
   * withdrawn; and that one is ever called safe that is worse. Default: {@value #DEFAULT_ERROR}.
   */
  public Canary error(double probability) {
    if (!(probability > 0 && probability < 1)) {
      throw new IllegalArgumentException("error (" + probability + ") must be in (0, 1).");
    }
    return new Canary(share, tolerated, probability, seed, pace, patience, expiry);
  }

  /**
   * What decides which request goes where; the same seed draws alike. For tests: who may choose
   * keys must not know it. Default: a secret one for each trial.
   */
  public Canary seed(long value) {
    return new Canary(share, tolerated, error, value, pace, patience, expiry);
  }

  /**
   * When a request is slow, and how many more of the challenger's may be.
   *
   * @param factor how many times the median of the live version's times, 1 or more. Default:
   *     {@value #DEFAULT_SLOWER}
   * @param difference in [0, 1). Default: {@value #DEFAULT_SLOWER_TOLERATED}
   */
  public Canary slower(double factor, double difference) {
    if (!(factor >= 1 && factor < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("factor (" + factor + ") must be finite and >= 1.");
    }
    return pace(factor, checkedDifference(difference));
  }

  /** Does not watch how long requests take. */
  public Canary anyPace() {
    return pace(Double.NaN, 0);
  }

  private Canary pace(double factor, double difference) {
    return new Canary(
        share, tolerated, error, seed, new Pace(factor, difference), patience, expiry);
  }

  /**
   * How long a request may be open before it has failed, on either side. Default: the live model
   * chooses by the times of the live version.
   */
  public Canary patience(Duration most) {
    Duration checked = checkedPositive("patience", most);
    return new Canary(share, tolerated, error, seed, pace, checked, expiry);
  }

  /**
   * How long after the end of a request its success may be told. Default: {@link #DEFAULT_EXPIRY}.
   */
  public Canary expiry(Duration most) {
    Duration checked = checkedPositive("expiry", most);
    return new Canary(share, tolerated, error, seed, pace, patience, checked);
  }

  private static double checkedDifference(double difference) {
    if (!(difference >= 0 && difference < 1)) {
      throw new IllegalArgumentException("tolerated (" + difference + ") must be in [0, 1).");
    }
    return difference;
  }

  private static Duration checkedPositive(String name, Duration value) {
    Objects.requireNonNull(value, name);
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " (" + value + ") must be positive.");
    }
    return value;
  }

  /** The share of requests for the challenger. */
  public double share() {
    return share;
  }

  double tolerated() {
    return tolerated;
  }

  double error() {
    return error;
  }

  boolean watchesPace() {
    return !Double.isNaN(pace.factor);
  }

  double slowerFactor() {
    return pace.factor;
  }

  double slowerTolerated() {
    return pace.tolerated;
  }

  /** How long a request may be open before it has failed, if that was declared. */
  public Optional<Duration> patience() {
    return Optional.ofNullable(patience);
  }

  Duration expiry() {
    return expiry;
  }

  @Nullable Long seed() {
    return seed;
  }

  /** The seed of a trial that begins now. */
  long drawsBy() {
    return seed == null ? SecretSeed.next() : seed;
  }

  /**
   * How many requests of both sides it takes until there is an answer, by the rate at which the
   * best bet's wealth grows in the mean. In simulations the median was within a third of it. It is
   * assumed that a success is told as 0 or 1, that none fails but where it is said, and that one
   * request in twenty is slow on both sides.
   *
   * @param success the mean success of the live version, in [0, 1]
   * @param told the share of requests whose success is told, in (0, 1]
   */
  public Advice advise(double success, double told) {
    if (!(success >= 0 && success <= 1)) {
      throw new IllegalArgumentException("success (" + success + ") must be in [0, 1].");
    }
    if (!(told > 0 && told <= 1)) {
      throw new IllegalArgumentException("told (" + told + ") must be in (0, 1].");
    }
    double loss = 1 - success;
    double toldSafe = untilSafe(tolerated(), loss, loss) / told;
    double unfailing = untilSafe(tolerated(), 0, 0);
    double paced = watchesPace() ? untilSafe(slowerTolerated(), 0.05, 0.05) : 0;
    return new Advice(
        whole(Math.max(toldSafe, Math.max(unfailing, paced))),
        whole(untilHarm(1.0 / 2, loss, loss + 0.05) / told),
        whole(untilHarm(1.0 / 2, loss, loss + 0.2) / told),
        whole(untilHarm(1.0 / 4, 0, 0.5)));
  }

  // Eight bets share the wealth, but those next to the best one grow nearly as fast.
  private static final double SHARED = Bets.LOG_COUNT / 2;

  private double untilSafe(double margin, double live, double challenger) {
    Bets bets = Bets.safe(share() * margin, -share() / (1 - share()));
    return (SHARED - Math.log(error())) / growth(bets, live, challenger);
  }

  private double untilHarm(double part, double live, double challenger) {
    Bets bets = Bets.harm(share() * tolerated(), -share() / (1 - share()));
    return (SHARED - Math.log(part * error())) / growth(bets, live, Math.min(1, challenger));
  }

  /** How much the best bet grows with a request in the mean, in logarithms; 0 if none does. */
  private double growth(Bets bets, double live, double challenger) {
    double best = 0;
    double ofChallenger = share() * challenger;
    double ofLive = (1 - share()) * live;
    for (int k = 0; k < Bets.COUNT; k++) {
      best = Math.max(best, bets.logWealth(k, ofChallenger, 1 - ofChallenger - ofLive, ofLive));
    }
    return best;
  }

  private static long whole(double requests) {
    return (long) Math.min(Long.MAX_VALUE, Math.ceil(requests));
  }

  @Override
  public String toString() {
    return "canary of share "
        + share()
        + ", tolerated "
        + tolerated()
        + ", error "
        + error()
        + (watchesPace()
            ? ", slow from " + slowerFactor() + " x the median, tolerated " + slowerTolerated()
            : ", at any pace");
  }

  /**
   * How many requests a trial takes; {@link Long#MAX_VALUE} if that is tolerated.
   *
   * @param untilSafe until a challenger that is as good as the live version is called safe
   * @param untilWithdrawnBy5 until one is withdrawn whose success is less by 5 points
   * @param untilWithdrawnBy20 until one is withdrawn whose success is less by 20 points
   * @param untilWithdrawnFailing until one is withdrawn that fails half of its requests
   */
  public record Advice(
      long untilSafe, long untilWithdrawnBy5, long untilWithdrawnBy20, long untilWithdrawnFailing) {

    /** In words; what is tolerated is never withdrawn. */
    @Override
    public String toString() {
      return "Advice[safe "
          + after(untilSafe)
          + ", withdrawn by 5 points "
          + after(untilWithdrawnBy5)
          + ", by 20 points "
          + after(untilWithdrawnBy20)
          + ", failing half "
          + after(untilWithdrawnFailing)
          + "]";
    }

    private static String after(long requests) {
      return requests == Long.MAX_VALUE ? "never" : "after " + requests + " requests";
    }
  }

  /**
   * What a trial has seen.
   *
   * @param live requests that the live version had
   * @param challenger requests that the challenger had
   * @param evidence the most evidence of harm there ever was of the kind nearest to its level: the
   *     natural logarithm of the kind's part of the error times the wealth of its bets, 0 or more
   * @param level the evidence at which the challenger is withdrawn: {@code ln(1 / error)}
   * @param harmful whether it was reached
   * @param safe whether it was proven that the challenger is not worse than tolerated
   * @param kinds each kind by itself
   * @param why the kind nearest to its level, in words
   */
  public record Report(
      Side live,
      Side challenger,
      double evidence,
      double level,
      boolean harmful,
      boolean safe,
      List<Harm> kinds,
      String why) {
    public Report {
      kinds = List.copyOf(kinds);
    }
  }

  /**
   * One kind of harm.
   *
   * @param kind its name
   * @param evidence the most evidence there ever was: the natural logarithm of the wealth of its
   *     bets, 0 or more
   * @param level where it is harm: {@code ln(1 / (part * error))}
   * @param harmful whether it was reached
   * @param safe the most evidence that there is none, 0 or more, which is proof from {@code ln(1 /
   *     error)} on; NaN of a kind of which that is not asked
   */
  public record Harm(String kind, double evidence, double level, boolean harmful, double safe) {}

  /**
   * One side of a trial: its requests that are evidence.
   *
   * @param requests how many are over
   * @param told of how many of them the success was told
   * @param success the mean of those, NaN if there are none
   * @param failed how many failed
   * @param slow which share of those that could be was slow, NaN if none could be
   * @param open how many are not over
   */
  public record Side(
      long requests, long told, double success, long failed, double slow, long open) {

    String toldInWords() {
      return "success " + rounded(success) + " of " + told + " told";
    }

    String failedInWords() {
      return failed + " of " + requests + " failed";
    }
  }

  static String rounded(double value) {
    return Double.isNaN(value) ? "?" : Double.toString(Math.round(value * 1000) / 1000.0);
  }
}
