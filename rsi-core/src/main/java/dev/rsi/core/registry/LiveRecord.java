package dev.rsi.core.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file of {@code live/} or {@code history/}: what is live since it was written. Never changed.
 *
 * @param number one more than that of the record before it, from 1; the highest number counts
 * @param live id of the version live now; null if none was yet
 * @param before ids of versions that were live before it, the latest first: as many as are written
 *     out here
 * @param more number of the record with whose live version the history goes on after those; null if
 *     it does not
 * @param driver who drives a run on this registry, or did last; null if nobody ever did
 */
record LiveRecord(
    int format,
    long number,
    @Nullable String live,
    List<String> before,
    @Nullable Long more,
    @Nullable Driving driver) {
  /** How many ids are written out, so that a record does not grow with its history. */
  private static final int WRITTEN_OUT = 16;

  /** Nothing was live yet. */
  static final LiveRecord NONE =
      new LiveRecord(RegistryFiles.FORMAT, 0, null, List.of(), null, null);

  LiveRecord {
    before = List.copyOf(before);
  }

  /**
   * A run that is driven.
   *
   * @param store id of the store that it is recorded in
   * @param since when it was begun to be driven
   * @param token number of the record by which it was; tells one driver of a run from the next
   * @param claim name of the driver's claim in {@code work/}, which tells its process; null once it
   *     gave up
   * @param left id of the version that the run made live last; null if it did not yet
   */
  record Driving(
      String store,
      String run,
      String since,
      long token,
      @Nullable String claim,
      @Nullable String left) {

    Driving {
      Objects.requireNonNull(store, "store");
      Objects.requireNonNull(run, "run");
      Objects.requireNonNull(since, "since");
    }

    boolean isOf(String otherStore, String otherRun) {
      return store.equals(otherStore) && run.equals(otherRun);
    }

    Driving leaving(String version) {
      return new Driving(store, run, since, token, claim, version);
    }

    Driving given() {
      return new Driving(store, run, since, token, null, left);
    }
  }

  /** The next record, with another driver. */
  LiveRecord drivenBy(Driving next) {
    return new LiveRecord(format, number + 1, live, before, more, next);
  }

  /** The same record, with another driver. */
  LiveRecord of(Driving other) {
    return new LiveRecord(format, number, live, before, more, other);
  }

  /** The next record, with another live version before which this one was live. */
  LiveRecord promote(String id) {
    if (live == null) {
      return new LiveRecord(format, number + 1, id, List.of(), null, driver);
    }
    if (before.size() >= WRITTEN_OUT) {
      return new LiveRecord(format, number + 1, id, List.of(), number, driver);
    }
    List<String> longer = new ArrayList<>();
    longer.add(live);
    longer.addAll(before);
    return new LiveRecord(format, number + 1, id, longer, more, driver);
  }

  /** The next record, with the history of an earlier one from one of its versions on. */
  LiveRecord rollBackTo(LiveRecord earlier, int place) {
    return new LiveRecord(
        format,
        number + 1,
        earlier.written().get(place),
        earlier.before.subList(place, earlier.before.size()),
        earlier.more,
        driver);
  }

  /** The next record, with these alone live before. */
  LiveRecord keeping(List<String> kept) {
    return new LiveRecord(format, number + 1, live, kept, null, driver);
  }

  /** The same under another number, over a record that was damaged. */
  LiveRecord numbered(long other) {
    return new LiveRecord(format, other, live, before, more, driver);
  }

  /** What is written out of its history, the live version first. */
  List<String> written() {
    List<String> written = new ArrayList<>();
    if (live != null) {
      written.add(live);
      written.addAll(before);
    }
    return written;
  }
}
