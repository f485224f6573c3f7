package dev.rsi.core.internal.steps;

import dev.rsi.core.report.RunEvent;
import dev.rsi.core.store.RunStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What was recorded of a run's course, gone over from its beginning on. It is read page by page, so
 * that a run of any length fits. Circumstances are left out. For one thread.
 */
public final class Past {
  /** Events read at a time: enough that reading costs more than asking, few enough to be held. */
  static final int PAGE = 500;

  private final @Nullable RunStore store;
  private final String run;
  private final long size;
  // Read and not gone over, from an index on: what is before that is to be let go.
  private final List<Recorded> window = new ArrayList<>();
  private int gone;
  private long position;
  // Events of the store, with circumstances: read, and gone over.
  private long read;
  private long left;

  private record Recorded(RunEvent event, long place) {}

  private Past(@Nullable RunStore store, String run, long size) {
    this.store = store;
    this.run = run;
    this.size = size;
  }

  /** Of a run that is begun now: nothing. */
  public static Past none() {
    return new Past(null, "", 0);
  }

  /**
   * Of a run in a store.
   *
   * @param size how many events of its course there are to go over, from the first
   */
  public static Past of(RunStore store, String run, long size) {
    return new Past(store, run, size);
  }

  /** How many events there are to go over, gone over or not. */
  long size() {
    return size;
  }

  /** How many were gone over. */
  long position() {
    return position;
  }

  /** The next that is to be gone over; null where none is left. */
  @Nullable RunEvent next() {
    return fill(1) == 0 ? null : window.get(gone).event();
  }

  /** The next so many, or as many as are left. */
  List<RunEvent> next(int count) {
    int some = fill(count);
    return window.subList(gone, gone + some).stream().map(Recorded::event).toList();
  }

  /** Reads on until so many are there; how many are, where fewer are left. */
  private int fill(int count) {
    int some = (int) Math.min(count, size - position);
    while (store != null && window.size() - gone < some) {
      List<RunEvent> page = store.events(run, read, PAGE);
      if (page.isEmpty()) {
        throw new IllegalStateException(
            "Run (" + run + ") has fewer events than it had when it was taken up.");
      }
      window.subList(0, gone).clear();
      gone = 0;
      for (RunEvent event : page) {
        read++;
        if (!event.circumstantial()) {
          window.add(new Recorded(event, read));
        }
      }
    }
    return some;
  }

  /** Goes over the next one. */
  void go() {
    left = window.get(gone).place();
    gone++;
    position++;
  }

  /** Tells what was gone over of a kind, in order and one by one. */
  <E extends RunEvent> void forEach(Class<E> type, Consumer<? super E> each) {
    for (long after = 0; store != null && after < left; ) {
      List<RunEvent> page = store.events(run, after, (int) Math.min(PAGE, left - after));
      page.stream()
          .filter(type::isInstance)
          .filter(event -> !event.circumstantial())
          .map(type::cast)
          .forEach(each);
      after += page.size();
    }
  }
}
