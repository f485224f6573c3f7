package dev.rsi.core.canary;

import dev.rsi.core.internal.Seeds;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One challenger on trial, by the settings and with the promise of a {@link Canary}: a draw for
 * each request, and what is known of both sides from how requests went.
 *
 * <p>Memory does not grow with requests, but with those that are open, those that may still be told
 * of (at most 262,144; the eldest of more are given up early), and with keys, up to 2,097,152 of
 * them in 32 MB: further keys are served and are no evidence. Thread-safe.
 */
public final class Trial {
  static final int MOST_LATER = 1 << 18;

  private final Canary canary;
  private final InstantSource clock;
  private final Seeds seeds;
  private final @Nullable TrialLog log;
  private final Observed observed;
  private final Deque<Asked> later = new ArrayDeque<>();
  private long now = Long.MIN_VALUE;

  private Trial(
      Canary canary, InstantSource clock, long seed, Observed observed, @Nullable TrialLog log) {
    this.canary = canary;
    this.clock = clock;
    this.seeds = new Seeds(seed);
    this.observed = observed;
    this.log = log;
  }

  /** Begins a trial that nothing remembers once this is gone. */
  public static Trial begin(Canary canary) {
    return begin(canary, InstantSource.system());
  }

  static Trial begin(Canary canary, InstantSource clock) {
    return new Trial(canary, clock, canary.drawsBy(), new Observed(canary), null);
  }

  /**
   * Goes on with the trial of a challenger beside its parent by the same settings that a directory
   * remembers, or else begins one; what happens from now on is remembered there. One live model at
   * a time tries a challenger.
   *
   * @param directory has a file for each challenger; made if it is not there
   * @param challenger id of the version that is tried
   * @param parent id of the version that is live
   * @throws dev.rsi.api.RsiException if another trial of this challenger is under way; retryable
   */
  public static Trial resume(Canary canary, Path directory, String challenger, String parent) {
    TrialLog log = TrialLog.open(directory, challenger, parent);
    try {
      return resume(canary, log, InstantSource.system());
    } catch (RuntimeException | Error e) {
      log.close();
      throw e;
    }
  }

  static Trial resume(Canary canary, TrialLog log) {
    return resume(canary, log, InstantSource.system());
  }

  static Trial resume(Canary canary, TrialLog log, InstantSource clock) {
    TrialLog.Begun begun = log.begin(canary);
    return new Trial(canary, clock, begun.seed(), begun.observed(), log);
  }

  /** Draws a side for the next request. */
  public synchronized Ticket draw() {
    expire();
    return draw(seeds.of("canary", observed.next(), observed.segment(), 0), 0);
  }

  /**
   * Draws a side by whose request it is: the same key always has the same side, and its first
   * request alone is an observation.
   */
  public synchronized Ticket draw(String key) {
    expire();
    long hash = seeds.of("canary by key " + key, 0);
    return observed.isNew(hash)
        ? draw(hash, hash)
        : new Ticket(this, new Asked(0, challenger(hash), false, 0));
  }

  private Ticket draw(long hash, long key) {
    Asked asked = observed.drew(challenger(hash));
    if (log != null) {
      // Before it is served: what was drawn and is not known to have ended has failed.
      log.drew(asked, key, observed);
    }
    return new Ticket(this, asked);
  }

  private boolean challenger(long hash) {
    return (hash >>> 11) * 0x1p-53 < canary.share();
  }

  synchronized void over(Asked asked, boolean failed, double success, long took) {
    if (asked.state != Asked.State.OPEN) {
      return;
    }
    asked.state = Asked.State.OVER;
    if (asked.evidence) {
      observed.over(asked, failed, success, took);
      if (log != null) {
        log.over(asked, failed, success, took, observed);
      }
    }
  }

  synchronized void later(Asked asked, long took) {
    if (asked.state != Asked.State.OPEN) {
      return;
    }
    asked.state = Asked.State.LATER;
    asked.expires = plus(now(), canary.expiry());
    if (asked.evidence) {
      observed.later(asked, took);
      if (log != null) {
        log.later(asked, took, observed);
      }
      later.add(asked);
    }
    expire();
  }

  synchronized boolean tell(Asked asked, double success) {
    expire();
    if (asked.state != Asked.State.LATER || now() > asked.expires) {
      return false;
    }
    asked.state = Asked.State.OVER;
    if (asked.evidence) {
      observed.tell(asked, success);
      if (log != null) {
        log.told(asked, success, observed);
      }
    }
    return true;
  }

  synchronized void drop(Asked asked) {
    if (asked.state != Asked.State.OPEN) {
      return;
    }
    asked.state = Asked.State.OVER;
    if (asked.evidence) {
      observed.drop(asked);
      if (log != null) {
        log.dropped(asked, observed);
      }
    }
  }

  private void expire() {
    for (Asked eldest = later.peek(); eldest != null; eldest = later.peek()) {
      if (eldest.state == Asked.State.LATER) {
        if (now() <= eldest.expires && later.size() <= MOST_LATER) {
          return;
        }
        observed.expired(eldest);
        if (log != null) {
          log.expired(eldest, observed);
        }
      }
      later.remove();
    }
  }

  /** The latest time there was, so that a clock that is set back gives nobody more of it. */
  private long now() {
    now = Math.max(now, clock.instant().toEpochMilli());
    return now;
  }

  private static long plus(long time, Duration more) {
    try {
      return Math.addExact(time, more.toMillis());
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  /** Whether the evidence of any kind of harm has ever reached its level. */
  public synchronized boolean harmful() {
    return observed.harmful();
  }

  /**
   * Whether it was proven that the challenger is not worse than tolerated, in each kind of which
   * that is asked (told, failures and slow), and no harm was found.
   */
  public synchronized boolean safe() {
    expire();
    return observed.safe();
  }

  /** What is known of both sides. */
  public synchronized Canary.Report report() {
    expire();
    return observed.report();
  }

  /** Lets the log go, for another one to go on with. What happens after is not in it. */
  public synchronized void end() {
    if (log != null) {
      log.close();
    }
  }

  @Override
  public String toString() {
    return "trial by " + canary;
  }
}
