package dev.rsi.core.internal.calls;

import dev.rsi.api.Calls;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;

/**
 * Has probes read by their judges, as those say that they may be called: a crew for each way. Used
 * by one thread at a time.
 */
public final class JudgeCalls {
  private final ThreadFactory threads;
  private final Map<Calls, Crew<AutoCloseable>> crews = new HashMap<>();

  /** Calls on threads of a factory. */
  public JudgeCalls(ThreadFactory threads) {
    this.threads = threads;
  }

  /**
   * Reads probes.
   *
   * @param calls how their judges may be called
   * @param readings each asks the judges about one probe
   * @return an answer for each, in order
   */
  public List<Answer<Judged>> read(Calls calls, List<Supplier<Judged>> readings, Watch watch) {
    // A family asks its judges itself, so there is nothing to be opened.
    Crew<AutoCloseable> crew =
        crews.computeIfAbsent(calls, way -> new Crew<>("judge", way, () -> () -> {}, threads));
    return crew.make(readings.stream().map(JudgeCalls::call).toList(), watch);
  }

  private static Crew.Call<AutoCloseable, Judged> call(Supplier<Judged> reading) {
    return (nothing, context) -> reading.get();
  }

  /** Who is called, to be closed. */
  public Collection<? extends Crew<?>> crews() {
    return crews.values();
  }
}
