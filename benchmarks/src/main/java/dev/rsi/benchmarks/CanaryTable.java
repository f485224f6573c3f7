package dev.rsi.benchmarks;

import dev.rsi.core.canary.Canary;
import dev.rsi.core.canary.Shadow;
import dev.rsi.core.canary.ShadowTrial;
import dev.rsi.core.canary.Ticket;
import dev.rsi.core.canary.Trial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What the statistics of serving are worth: how soon a canary withdraws what is worse, however few
 * of the requests are told of, and whatever fails, hangs or is slow; how often it withdraws what is
 * not; how often a trial says yes to what is worse; and how much sooner a shadow knows.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.CanaryTable "-Dbench.args=1"}
 */
public final class CanaryTable {
  private static final double SHARE = 0.1;
  private static final double SUCCESS = 0.95;
  private static final Duration USUAL = Duration.ofMillis(100);

  private final double scale;

  private CanaryTable(double scale) {
    this.scale = scale;
  }

  /** Arguments: how large a part of each simulation is run, 1 for all of it if not given. */
  public static void main(String[] arguments) {
    double scale = arguments.length == 0 ? 1 : Double.parseDouble(arguments[0]);
    new CanaryTable(scale).print();
  }

  private void print() {
    System.out.println("| what | measured | target |");
    System.out.println("|---|---|---|");
    sparse();
    equal();
    throwers();
    busy();
    slower();
    sticky();
    yes();
    leaked();
    shadow();
  }

  private int runs(int all) {
    return (int) Math.max(11, all * scale);
  }

  private static void row(String target, String format, Object... values) {
    String text = String.format(Locale.ROOT, format, values);
    int middle = text.indexOf(": ");
    System.out.println(
        "| "
            + text.substring(0, middle)
            + " | "
            + text.substring(middle + 2)
            + " | "
            + target
            + " |");
  }

  private static long median(List<Long> values) {
    Collections.sort(values);
    return values.get(values.size() / 2);
  }

  private static boolean happens(double probability, SplittableRandom random) {
    return random.nextDouble() < probability;
  }

  private static double bernoulli(double probability, SplittableRandom random) {
    return happens(probability, random) ? 1 : 0;
  }

  /** Requests until withdrawn, over those of the told bets alone with all of the error. */
  private void sparse() {
    double level = -Math.log(Canary.DEFAULT_ERROR);
    for (double told : new double[] {0.01, 0.02, 0.1, 1}) {
      for (double worse : new double[] {0.05, 0.2, 0.45}) {
        List<Long> all = new ArrayList<>();
        List<Long> alone = new ArrayList<>();
        for (int run = 0; run < runs(worse < 0.1 ? 51 : 201); run++) {
          SplittableRandom random = new SplittableRandom(run);
          Trial trial = Trial.begin(Canary.of(SHARE).seed(random.nextLong()));
          long optimum = 0;
          long requests = 0;
          while (!trial.harmful()) {
            requests++;
            Ticket ticket = trial.draw();
            boolean tells = happens(told, random);
            ticket.settle(
                tells ? bernoulli(SUCCESS - (ticket.challenger() ? worse : 0), random) : Double.NaN,
                USUAL);
            if (tells && optimum == 0 && evidence(trial) >= level) {
              optimum = requests;
            }
          }
          all.add(requests);
          alone.add(optimum);
        }
        row(
            "<= 1.3",
            "told %.0f %%, worse by %.0f points - median requests over those of the told-only"
                + " optimum: %.2f (%d over %d)",
            told * 100,
            worse * 100,
            median(all) / (double) median(alone),
            median(all),
            median(alone));
      }
    }
  }

  private static double evidence(Trial trial) {
    return trial.report().kinds().get(0).evidence();
  }

  /** Equal sides: how often one is withdrawn. */
  private void equal() {
    int trials = runs(1000);
    for (double told : new double[] {0.01, 0.02, 0.1, 1}) {
      int withdrawn = 0;
      for (int run = 0; run < trials; run++) {
        SplittableRandom random = new SplittableRandom(run);
        Trial trial = Trial.begin(Canary.of(SHARE).seed(random.nextLong()));
        for (int request = 0; request < 20_000 && !trial.harmful(); request++) {
          trial
              .draw()
              .settle(happens(told, random) ? bernoulli(SUCCESS, random) : Double.NaN, USUAL);
        }
        withdrawn += trial.harmful() ? 1 : 0;
      }
      row(
          "<= 1 %",
          "told %.0f %%, equal - withdrawn of %d in 20,000 requests: %d",
          told * 100,
          trials,
          withdrawn);
    }
  }

  private void throwers() {
    for (double fails : new double[] {0.1, 0.5, 0.9, 1}) {
      for (double liveFails : new double[] {0, 0.01}) {
        List<Long> users = new ArrayList<>();
        List<Long> requests = new ArrayList<>();
        int yes = 0;
        for (int run = 0; run < runs(200); run++) {
          SplittableRandom random = new SplittableRandom(run);
          Trial trial = Trial.begin(Canary.of(SHARE).seed(random.nextLong()));
          long request = 0;
          while (!trial.harmful() && !trial.safe()) {
            request++;
            Ticket ticket = trial.draw();
            if (happens(ticket.challenger() ? fails : liveFails, random)) {
              ticket.fail(USUAL);
            } else {
              ticket.settle(happens(0.1, random) ? bernoulli(SUCCESS, random) : Double.NaN, USUAL);
            }
          }
          yes += trial.safe() ? 1 : 0;
          users.add(trial.report().challenger().failed());
          requests.add(request);
        }
        row(
            fails == 0.5 ? "<= 20, 0 promoted" : "0 promoted",
            "throws on %.0f %%, the live version on %.0f %% - users failed until withdrawn, median:"
                + " %d (%d requests), promoted %d of %d",
            fails * 100,
            liveFails * 100,
            median(users),
            median(requests),
            yes,
            users.size());
      }
    }
  }

  /** The challenger throws at once, while so many requests of the live version are under way. */
  private void busy() {
    for (int open : new int[] {8, 64}) {
      List<Long> users = new ArrayList<>();
      for (int run = 0; run < runs(201); run++) {
        SplittableRandom random = new SplittableRandom(run);
        Trial trial = Trial.begin(Canary.of(SHARE).seed(random.nextLong()));
        List<Ticket> underWay = new ArrayList<>();
        while (!trial.harmful()) {
          Ticket ticket = trial.draw();
          if (ticket.challenger() && happens(0.5, random)) {
            ticket.fail(USUAL);
          } else {
            underWay.add(ticket);
          }
          if (underWay.size() > open) {
            underWay.remove(random.nextInt(underWay.size())).settle(Double.NaN, USUAL);
          }
        }
        users.add(trial.report().challenger().failed());
      }
      row(
          "<= 20",
          "throws on 50 %% at once, %d requests under way - users failed until withdrawn, median:"
              + " %d",
          open,
          median(users));
    }
  }

  private void slower() {
    for (double factor : new double[] {1, 1.1, 3, 10}) {
      List<Long> requests = new ArrayList<>();
      int withdrawn = 0;
      int yes = 0;
      long most = 20_000;
      for (int run = 0; run < runs(200); run++) {
        SplittableRandom random = new SplittableRandom(run);
        Trial trial = Trial.begin(Canary.of(SHARE).seed(random.nextLong()));
        long request = 0;
        while (!trial.harmful() && request < most) {
          request++;
          Ticket ticket = trial.draw();
          // Log-normal: one in twenty takes twice the median or more.
          double millis =
              100 * Math.exp(0.42 * random.nextGaussian()) * (ticket.challenger() ? factor : 1);
          ticket.settle(Double.NaN, Duration.ofNanos((long) (millis * 1e6)));
        }
        withdrawn += trial.harmful() ? 1 : 0;
        yes += trial.safe() ? 1 : 0;
        requests.add(request);
      }
      row(
          factor < 2 ? "<= 1 %" : "all, 0 promoted",
          "%.1f times slower, nothing told - withdrawn: %d of %d, promoted %d, median %d requests",
          factor,
          withdrawn,
          requests.size(),
          yes,
          median(requests));
    }
  }

  private void sticky() {
    for (int users : new int[] {10, 50, 1000}) {
      int withdrawn = 0;
      int trials = runs(1000);
      for (int run = 0; run < trials; run++) {
        SplittableRandom random = new SplittableRandom(run);
        Trial trial = Trial.begin(Canary.of(SHARE).seed(random.nextLong()));
        for (int request = 0; request < 20_000 && !trial.harmful(); request++) {
          int user = random.nextInt(users);
          // Who asks is what matters most: for one user in five, half of it goes wrong.
          trial.draw("user " + user).settle(bernoulli(user % 5 == 0 ? 0.5 : 1, random), USUAL);
        }
        withdrawn += trial.harmful() ? 1 : 0;
      }
      row(
          "<= 10 of 1,000",
          "%d users, all told, equal - withdrawn of %d in 20,000 requests: %d",
          users,
          trials,
          withdrawn);
    }
  }

  private void yes() {
    double tolerated = 0.05;
    for (double share : new double[] {SHARE, 0.5}) {
      for (double worse : new double[] {tolerated + 0.04, tolerated, 0}) {
        int trials = runs(worse > tolerated ? 1000 : 200);
        int yes = 0;
        int no = 0;
        List<Long> requests = new ArrayList<>();
        for (int run = 0; run < trials; run++) {
          SplittableRandom random = new SplittableRandom(run);
          Trial trial = Trial.begin(Canary.of(share).tolerated(tolerated).seed(random.nextLong()));
          long request = 0;
          while (request < 100_000 && !trial.harmful() && !trial.safe()) {
            request++;
            Ticket ticket = trial.draw();
            ticket.settle(bernoulli(SUCCESS - (ticket.challenger() ? worse : 0), random), USUAL);
          }
          yes += trial.safe() ? 1 : 0;
          no += trial.harmful() ? 1 : 0;
          requests.add(request);
        }
        row(
            worse > 0 ? "yes <= 1 %" : "no <= 1 %",
            "tolerated 5 points, share %.1f, worse by %.0f - yes of %d: %d, no %d, median %d"
                + " requests (advised %d)",
            share,
            worse * 100,
            trials,
            yes,
            no,
            median(requests),
            Canary.of(share).tolerated(tolerated).advise(SUCCESS, 1).untilSafe());
      }
    }
  }

  /** Always wrong, while the first leases of the live version are never given back. */
  private void leaked() {
    for (int leaks : new int[] {0, 1, 10}) {
      List<Long> requests = new ArrayList<>();
      for (int run = 0; run < runs(201); run++) {
        SplittableRandom random = new SplittableRandom(run);
        Trial trial = Trial.begin(Canary.of(SHARE).seed(random.nextLong()));
        long request = 0;
        int leaked = 0;
        while (!trial.harmful()) {
          request++;
          Ticket ticket = trial.draw();
          if (leaked < leaks && !ticket.challenger()) {
            leaked++;
          } else {
            ticket.settle(ticket.challenger() ? 0 : bernoulli(SUCCESS, random), USUAL);
          }
        }
        requests.add(request);
      }
      row(
          "<= 300",
          "always wrong, %d leases leaked - median requests until withdrawn: %d, at most %d",
          leaks,
          median(requests),
          Collections.max(requests));
    }
  }

  /** How many answers a loss of 5 points takes, beside a canary of one half. */
  private void shadow() {
    for (double success : new double[] {0.95, 0.7}) {
      List<Long> canary = new ArrayList<>();
      for (int run = 0; run < runs(201); run++) {
        SplittableRandom random = new SplittableRandom(run);
        Trial trial = Trial.begin(Canary.of(0.5).seed(random.nextLong()));
        long request = 0;
        while (!trial.harmful()) {
          request++;
          Ticket ticket = trial.draw();
          ticket.settle(bernoulli(success - (ticket.challenger() ? 0.05 : 0), random), USUAL);
        }
        canary.add(request);
      }
      // Which share of requests is as hard for one side as for the other.
      for (double shared : new double[] {0, 0.5, 0.8, 1}) {
        List<Long> pairs = new ArrayList<>();
        for (int run = 0; run < runs(201); run++) {
          SplittableRandom random = new SplittableRandom(run);
          ShadowTrial trial = ShadowTrial.begin(Shadow.of(Canary.DEFAULT_TOLERATED));
          long request = 0;
          while (!trial.harmful()) {
            request++;
            double hard = random.nextDouble();
            double other = happens(shared, random) ? hard : random.nextDouble();
            ShadowTrial.Pair pair = trial.open();
            pair.over(false, false);
            pair.tell(hard < success ? 1 : 0, other < success - 0.05 ? 1 : 0);
          }
          pairs.add(request);
        }
        row(
            "<= 0.3",
            "shadow, success %.2f, %.0f %% as hard for both - requests until a loss of 5 points is"
                + " proven, over the canary at 0.5: %.2f (%d over %d)",
            success,
            shared * 100,
            median(pairs) / (double) median(canary),
            median(pairs),
            median(canary));
      }
    }
  }
}
