package dev.rsi.core.canary;

import dev.rsi.core.internal.LatencyHistogram;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What a trial has observed: its counts, its evidence, its keys and the requests that are not
 * settled. The same events in the same order make the same of it, bit for bit.
 *
 * <p>Mutable, guarded by its trial.
 */
final class Observed {
  /** How many times of the live version must be known before one of a request can be long. */
  private static final int FEWEST_TIMES = 20;

  /** What takes no longer than a millisecond is not slow: no user notices. */
  private static final long SHORT = 1_000_000;

  private static final int KEYS_IN_A_LINE = 1000;

  private final Canary canary;
  private final Keys keys = new Keys();
  private final LatencyHistogram liveTimes = new LatencyHistogram();
  private final Tally live = new Tally();
  private final Tally challenger = new Tally();
  private final Map<Long, Asked> unsettled = new HashMap<>();

  private final Watch told;
  private final Watch failures;
  private final @Nullable Watch slow;
  private final Watch toldLess;
  private final Watch toldMore;
  private final List<Watch> watches;

  private long drawn;
  private long segment;

  Observed(Canary canary) {
    this.canary = canary;
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
    return Watch.sides(
        name, canary.share(), margin, part * canary.error(), safe ? canary.error() : Double.NaN);
  }

  /** The number of the next draw. */
  long next() {
    return drawn + 1;
  }

  /** How often the trial was resumed. */
  long segment() {
    return segment;
  }

  /** A key came. Returns whether it is certainly new. */
  boolean isNew(long key) {
    return keys.add(key);
  }

  /** The next request was drawn to a side. */
  Asked drew(boolean toChallenger) {
    // Whether a request is slow is settled before it is drawn, as the proof wants it.
    long slowFrom =
        slow != null && liveTimes.size() >= FEWEST_TIMES
            ? (long) Math.max(SHORT, canary.slowerFactor() * liveTimes.median())
            : 0;
    Asked asked = new Asked(++drawn, toChallenger, true, slowFrom);
    unsettled.put(asked.number, asked);
    open(asked);
    return asked;
  }

  private void open(Asked asked) {
    if (asked.state == Asked.State.OPEN) {
      tally(asked).open++;
      told.open(asked.challenger);
      failures.open(asked.challenger);
      if (slow != null && asked.slowFrom > 0) {
        slow.open(asked.challenger);
      }
    }
    toldLess.open(asked.challenger);
    toldMore.open(asked.challenger);
  }

  /** A request is over, and all is known of it that ever will be. */
  void over(Asked asked, boolean failed, double success, long took) {
    ended(asked, failed, took);
    boolean wasTold = !Double.isNaN(success);
    if (wasTold) {
      heard(asked, success);
    }
    settled(asked, wasTold);
  }

  /** A request is over, and may still be told of. */
  void later(Asked asked, long took) {
    ended(asked, false, took);
    asked.state = Asked.State.LATER;
    look();
  }

  /** A request that is over was told of. */
  void tell(Asked asked, double success) {
    heard(asked, success);
    settled(asked, true);
  }

  /** A request that is over will not be told of any more. */
  void expired(Asked asked) {
    settled(asked, false);
  }

  /** A request came to nothing before it was served. */
  void drop(Asked asked) {
    close(asked);
    forget(asked);
  }

  /** Those who served have gone: what was open failed, and nobody can tell of the rest. */
  void resumed() {
    for (Asked asked : unsettled()) {
      if (asked.state == Asked.State.OPEN) {
        over(asked, true, Double.NaN, Asked.UNTIMED);
      } else {
        expired(asked);
      }
    }
    segment++;
  }

  @Nullable Asked unsettled(long number) {
    return unsettled.get(number);
  }

  private List<Asked> unsettled() {
    List<Asked> out = new ArrayList<>(unsettled.values());
    out.sort(Comparator.comparingLong(asked -> asked.number));
    return out;
  }

  private void ended(Asked asked, boolean failed, long took) {
    close(asked);
    Tally tally = tally(asked);
    tally.requests++;
    tally.failed += failed ? 1 : 0;
    failures.add(asked.challenger, failed ? 1 : 0);
    if (slow != null && asked.slowFrom > 0 && took != Asked.UNTIMED) {
      boolean wasSlow = took > asked.slowFrom;
      tally.timed++;
      tally.slow += wasSlow ? 1 : 0;
      slow.add(asked.challenger, wasSlow ? 1 : 0);
    }
    if (!failed && took != Asked.UNTIMED && !asked.challenger) {
      liveTimes.add(took);
    }
  }

  private void close(Asked asked) {
    tally(asked).open--;
    told.close(asked.challenger);
    failures.close(asked.challenger);
    if (slow != null && asked.slowFrom > 0) {
      slow.close(asked.challenger);
    }
  }

  private void heard(Asked asked, double success) {
    Tally tally = tally(asked);
    tally.told++;
    tally.sum += success;
    told.add(asked.challenger, 1 - success);
  }

  private void settled(Asked asked, boolean wasTold) {
    forget(asked);
    toldLess.add(asked.challenger, wasTold ? 0 : 1);
    toldMore.add(asked.challenger, wasTold ? 1 : 0);
    // Once for all of an event: halfway it would show what was never known of it.
    look();
  }

  private void forget(Asked asked) {
    asked.state = Asked.State.OVER;
    unsettled.remove(asked.number);
    toldLess.close(asked.challenger);
    toldMore.close(asked.challenger);
  }

  private void look() {
    for (Watch watch : watches) {
      watch.look();
    }
  }

  private Tally tally(Asked asked) {
    return asked.challenger ? challenger : live;
  }

  boolean harmful() {
    return Watch.anyHarmful(watches);
  }

  boolean safe() {
    return Watch.allSafe(watches);
  }

  Canary.Report report() {
    return Watch.report(watches, canary.error(), live.side(), challenger.side(), this::inWords);
  }

  private String inWords(Watch watch, Canary.Side side) {
    if (watch == told) {
      return side.toldInWords();
    }
    if (watch == failures) {
      return side.failedInWords();
    }
    return watch == slow
        ? Canary.rounded(side.slow()) + " of those with a time slow"
        : side.told() + " of " + side.requests() + " told";
  }

  /** All of it, as lines that {@link #restore} takes in any order. */
  List<String> state() {
    List<String> out = new ArrayList<>();
    out.add("counted " + drawn + " " + segment);
    out.add("live " + live.state());
    out.add("challenger " + challenger.state());
    out.add("times " + liveTimes.state());
    for (int i = 0; i < watches.size(); i++) {
      out.add("watch " + i + " " + watches.get(i).state());
    }
    long[] hashes = keys.hashes();
    for (int i = 0; i < hashes.length; i += KEYS_IN_A_LINE) {
      StringJoiner line = new StringJoiner(" ", "keys ", "");
      for (int k = i; k < Math.min(hashes.length, i + KEYS_IN_A_LINE); k++) {
        line.add(Long.toHexString(hashes[k]));
      }
      out.add(line.toString());
    }
    for (Asked asked : unsettled()) {
      out.add(
          "asked "
              + asked.number
              + (asked.challenger ? " c " : " l ")
              + asked.slowFrom
              + " "
              + asked.state);
    }
    return out;
  }

  /**
   * Takes a line of a state.
   *
   * @return whether it is one
   * @throws RuntimeException if it is a broken one
   */
  boolean restore(String[] words) {
    switch (words[0]) {
      case "counted" -> {
        drawn = Long.parseLong(words[1]);
        segment = Long.parseLong(words[2]);
      }
      case "live" -> live.restore(words, 1);
      case "challenger" -> challenger.restore(words, 1);
      case "times" -> liveTimes.restore(words, 1);
      case "watch" -> watches.get(Integer.parseInt(words[1])).restore(words, 2);
      case "keys" -> {
        for (int i = 1; i < words.length; i++) {
          keys.add(Long.parseUnsignedLong(words[i], 16));
        }
      }
      case "asked" -> {
        Asked asked =
            new Asked(
                Long.parseLong(words[1]), words[2].equals("c"), true, Long.parseLong(words[3]));
        asked.state = Asked.State.valueOf(words[4]);
        unsettled.put(asked.number, asked);
        open(asked);
      }
      default -> {
        return false;
      }
    }
    return true;
  }
}
