package dev.rsi.core.live;

import dev.rsi.core.internal.Seeds;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One challenger on trial, by the settings and with the promise of a {@link Canary}: a draw for
 * each request, and what is known of both sides from how requests went.
 *
 * <p>Memory does not grow with requests, but with those that are open, those that may still be told
 * of (at most {@value #MOST_LATER}; the eldest of more are given up early), and with keys, up to
 * 2,097,152 of them in 32 MB: further keys are served and are no evidence. Thread-safe.
 */
public final class Trial {
  static final int MOST_LATER = 1 << 18;

  /** How many times of the live version must be known before one of a request can be long. */
  private static final int FEWEST_TIMES = 20;

  private final Canary canary;
  private final InstantSource clock;
  private final Seeds seeds;
  private final Keys keys = new Keys();
  private final LatencyHistogram liveTimes = new LatencyHistogram();
  private final Tally live = new Tally();
  private final Tally challenger = new Tally();

  private final Watch told;
  private final Watch failures;
  private final @Nullable Watch slow;
  private final Watch toldLess;
  private final Watch toldMore;
  private final List<Watch> watches;

  private final Map<Long, Ticket> unsettled = new HashMap<>();
  private final Deque<Ticket> later = new ArrayDeque<>();
  private long drawn;
  private Instant now = Instant.EPOCH;

  Trial(Canary canary, long seed, InstantSource clock) {
    this.canary = canary;
    this.clock = clock;
    seeds = new Seeds(seed);
    told = watch("told", canary.tolerated(), 1.0 / 2, true);
    failures = watch("failures", canary.tolerated(), 1.0 / 4, true);
    slow = canary.watchesPace() ? watch("slow", canary.slowerTolerated(), 1.0 / 8, true) : null;
    toldLess = watch("told less", canary.tolerated(), 1.0 / 16, false);
    toldMore = watch("told more", canary.tolerated(), 1.0 / 16, false);
    watches =
        slow == null
            ? List.of(told, failures, toldLess, toldMore)
            : List.of(told, failures, slow, toldLess, toldMore);
  }

  private Watch watch(String name, double margin, double part, boolean safe) {
    return new Watch(
        name, canary.share(), margin, part * canary.error(), safe ? canary.error() : Double.NaN);
  }

  /** Begins a trial that nothing remembers once this is gone. */
  public static Trial begin(Canary canary) {
    return new Trial(canary, canary.drawsBy(), InstantSource.system());
  }

  /** Draws a side for the next request. */
  public synchronized Ticket draw() {
    return draw(seeds.of("canary", drawn + 1, 0, 0));
  }

  /**
   * Draws a side by whose request it is: the same key always has the same side, and its first
   * request alone is an observation.
   */
  public synchronized Ticket draw(String key) {
    long hash = seeds.of("canary by key " + key, 0);
    return keys.add(hash) ? draw(hash) : new Ticket(this, 0, challenger(hash), false, 0);
  }

  private Ticket draw(long hash) {
    expire();
    return drew(challenger(hash));
  }

  private boolean challenger(long hash) {
    return (hash >>> 11) * 0x1p-53 < canary.share();
  }

  private Ticket drew(boolean toChallenger) {
    // Whether a request is slow is settled before it is drawn, as the proof wants it.
    long slowFrom =
        slow != null && liveTimes.size() >= FEWEST_TIMES
            ? (long) Math.min(Long.MAX_VALUE, canary.slowerFactor() * liveTimes.median())
            : 0;
    Ticket ticket = new Ticket(this, ++drawn, toChallenger, true, slowFrom);
    unsettled.put(ticket.number, ticket);
    tally(ticket).open++;
    told.open(toChallenger);
    failures.open(toChallenger);
    if (slow != null && slowFrom > 0) {
      slow.open(toChallenger);
    }
    toldLess.open(toChallenger);
    toldMore.open(toChallenger);
    return ticket;
  }

  synchronized void over(Ticket ticket, boolean failed, double success, long took) {
    if (ticket.state != Ticket.State.OPEN) {
      return;
    }
    ticket.state = Ticket.State.OVER;
    if (ticket.evidence()) {
      expire();
      ended(ticket, failed, took);
      if (!Double.isNaN(success)) {
        heard(ticket, success);
      }
      settled(ticket, !Double.isNaN(success));
    }
  }

  synchronized void later(Ticket ticket, long took) {
    if (ticket.state != Ticket.State.OPEN) {
      return;
    }
    ticket.state = Ticket.State.LATER;
    if (ticket.evidence()) {
      expire();
      ended(ticket, false, took);
      later.add(ticket);
      look();
    }
    ticket.expires = plus(now(), canary.expiry());
  }

  synchronized boolean tell(Ticket ticket, double success) {
    expire();
    if (ticket.state != Ticket.State.LATER || now().toEpochMilli() > ticket.expires) {
      return false;
    }
    ticket.state = Ticket.State.OVER;
    if (ticket.evidence()) {
      heard(ticket, success);
      settled(ticket, true);
    }
    return true;
  }

  synchronized void drop(Ticket ticket) {
    if (ticket.state != Ticket.State.OPEN) {
      return;
    }
    ticket.state = Ticket.State.OVER;
    if (ticket.evidence()) {
      close(ticket);
      toldLess.close(ticket.challenger());
      toldMore.close(ticket.challenger());
      unsettled.remove(ticket.number);
    }
  }

  /** A request is over: it failed or not, and took so long. */
  private void ended(Ticket ticket, boolean failed, long took) {
    close(ticket);
    Tally tally = tally(ticket);
    tally.requests++;
    tally.failed += failed ? 1 : 0;
    failures.add(ticket.challenger(), failed ? 1 : 0);
    if (slow != null && ticket.slowFrom > 0 && took != Ticket.UNTIMED) {
      boolean wasSlow = took > ticket.slowFrom;
      tally.timed++;
      tally.slow += wasSlow ? 1 : 0;
      slow.add(ticket.challenger(), wasSlow ? 1 : 0);
    }
    if (!failed && took != Ticket.UNTIMED && !ticket.challenger()) {
      liveTimes.add(took);
    }
  }

  private void close(Ticket ticket) {
    tally(ticket).open--;
    told.close(ticket.challenger());
    failures.close(ticket.challenger());
    if (slow != null && ticket.slowFrom > 0) {
      slow.close(ticket.challenger());
    }
  }

  private void heard(Ticket ticket, double success) {
    Tally tally = tally(ticket);
    tally.told++;
    tally.sum += success;
    told.add(ticket.challenger(), 1 - success);
  }

  /** All is known of a request that ever will be. */
  private void settled(Ticket ticket, boolean wasTold) {
    unsettled.remove(ticket.number);
    toldLess.close(ticket.challenger());
    toldMore.close(ticket.challenger());
    toldLess.add(ticket.challenger(), wasTold ? 0 : 1);
    toldMore.add(ticket.challenger(), wasTold ? 1 : 0);
    look();
  }

  private void look() {
    for (Watch watch : watches) {
      watch.look();
    }
  }

  private void expire() {
    if (later.isEmpty()) {
      return;
    }
    long time = now().toEpochMilli();
    for (Ticket eldest = later.peek(); eldest != null; eldest = later.peek()) {
      boolean expired = time > eldest.expires || later.size() > MOST_LATER;
      if (eldest.state == Ticket.State.LATER) {
        if (!expired) {
          return;
        }
        eldest.state = Ticket.State.OVER;
        settled(eldest, false);
      }
      later.remove();
    }
  }

  /** The latest time there was, so that a clock that is set back gives nobody more time. */
  private Instant now() {
    Instant read = clock.instant();
    if (read.isAfter(now)) {
      now = read;
    }
    return now;
  }

  private static long plus(Instant time, Duration more) {
    try {
      return Math.addExact(time.toEpochMilli(), more.toMillis());
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  private Tally tally(Ticket ticket) {
    return ticket.challenger() ? challenger : live;
  }

  /** Whether the evidence of any kind of harm has ever reached its level. */
  public synchronized boolean harmful() {
    return watches.stream().anyMatch(Watch::harmful);
  }

  /**
   * Whether it was proven that the challenger is not worse than tolerated, in each kind for which
   * that can be, and no harm was found.
   */
  public synchronized boolean safe() {
    return watches.stream().allMatch(Watch::safe) && !harmful();
  }

  /** What is known of both sides. */
  public synchronized Canary.Report report() {
    expire();
    List<Canary.Harm> kinds = new ArrayList<>();
    Watch nearest = told;
    for (Watch watch : watches) {
      kinds.add(watch.harm());
      nearest = watch.overLevel() > nearest.overLevel() ? watch : nearest;
    }
    double level = -Math.log(canary.error());
    return new Canary.Report(
        live.side(),
        challenger.side(),
        Math.max(0, nearest.overLevel() + level),
        level,
        harmful(),
        safe(),
        kinds,
        why(nearest));
  }

  private String why(Watch watch) {
    String kind = watch.name();
    Canary.Side a = challenger.side();
    Canary.Side b = live.side();
    String sides =
        watch == told
            ? "success "
                + thousandths(a.success())
                + " of "
                + a.told()
                + " told, against "
                + thousandths(b.success())
                + " of "
                + b.told()
            : watch == failures
                ? a.failed()
                    + " of "
                    + a.requests()
                    + " failed, against "
                    + b.failed()
                    + " of "
                    + b.requests()
                : watch == slow
                    ? "a share of "
                        + thousandths(a.slow())
                        + " slow, against "
                        + thousandths(b.slow())
                    : a.told()
                        + " of "
                        + a.requests()
                        + " told, against "
                        + b.told()
                        + " of "
                        + b.requests();
    return kind + ": " + sides;
  }

  private static String thousandths(double value) {
    return Double.isNaN(value) ? "unknown" : Double.toString(Math.round(value * 1000) / 1000.0);
  }

  @Override
  public String toString() {
    return "trial by " + canary;
  }
}
