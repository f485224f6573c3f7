package dev.rsi.core;

import dev.rsi.api.PartException;
import dev.rsi.core.report.RunEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hears what happens in a run, after it was recorded. The listener of a loop is told on the run's
 * own thread, which waits for it; one that throws is logged and recorded, and changes nothing. One
 * that {@linkplain RunHandle#subscribe subscribes} has a thread of its own and holds up nobody.
 * Field term: callback.
 */
@FunctionalInterface
public interface RunListener {

  /** Something happened. */
  void on(RunEvent event);

  /**
   * A long step moved on. May be called very often, and on any thread that the step works on; not
   * recorded. One that subscribed is told the last word only.
   *
   * @param step what is going on, for example {@code "training"}
   * @param done from 0 to {@code total}
   * @param total how much there is
   */
  default void progress(String step, long done, long total) {}

  /**
   * Some events between the last one heard and the next were lost, since this listener was too slow
   * for its subscription. They are in the store.
   *
   * @param count how many, 1 or more
   */
  default void missed(long count) {}

  /**
   * Several as one, for a loop that takes one. They are told one after another in this order, and
   * one that throws keeps no other from hearing: what it threw is thrown when all were told, with
   * what others threw suppressed in it. Together they have the time that one has for an event.
   */
  static RunListener all(RunListener first, RunListener... others) {
    List<RunListener> all = new ArrayList<>(List.of(others));
    all.add(0, Objects.requireNonNull(first, "first"));
    return new RunListener() {
      @Override
      public void on(RunEvent event) {
        each(listener -> listener.on(event));
      }

      @Override
      public void progress(String step, long done, long total) {
        each(listener -> listener.progress(step, done, total));
      }

      @Override
      public void missed(long count) {
        each(listener -> listener.missed(count));
      }

      private void each(Consumer<RunListener> told) {
        RuntimeException thrown = null;
        for (RunListener listener : all) {
          try {
            told.accept(listener);
          } catch (Throwable e) {
            thrown = joined(thrown, PartException.of(e));
          }
        }
        if (thrown != null) {
          throw thrown;
        }
      }

      private RuntimeException joined(@Nullable RuntimeException before, RuntimeException next) {
        // The same one may be thrown twice, and is not suppressed by itself.
        if (before != null && before != next) {
          before.addSuppressed(next);
        }
        return before == null ? next : before;
      }

      @Override
      public String toString() {
        return all.toString();
      }
    };
  }
}
