package dev.rsi.core;

import dev.rsi.core.report.RunEvent;
import dev.rsi.core.store.RunStore;
import java.time.Clock;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Records events, then tells the listener. */
final class Recorder {
  private static final Logger log = LoggerFactory.getLogger(ImprovementLoop.class);

  private final RunStore store;
  private final String run;
  private final Clock clock;
  private final RunListener listener;
  private int lastListenerFault = -1;

  Recorder(RunStore store, String run, Clock clock, RunListener listener) {
    this.store = store;
    this.run = run;
    this.clock = clock;
    this.listener = listener;
  }

  String run() {
    return run;
  }

  void record(RunEvent event) {
    record(List.of(event));
  }

  void record(List<? extends RunEvent> events) {
    append(events);
    for (RunEvent event : events) {
      try {
        listener.on(event);
      } catch (RuntimeException e) {
        listenerFault(event.generation(), e);
      }
    }
  }

  /** Records that a part broke and was done without. */
  void fault(int generation, String part, Throwable cause) {
    log.warn("run {}, generation {}: the {} failed", run, generation, part, cause);
    record(new RunEvent.Faulted(generation, part, String.valueOf(cause)));
  }

  void progress(String step, long done, long total) {
    try {
      listener.progress(step, done, total);
    } catch (RuntimeException e) {
      log.debug("run {}: the listener failed on progress", run, e);
    }
  }

  /**
   * A listener that fails once may fail on every event: the first failure of a generation tells.
   */
  private void listenerFault(int generation, RuntimeException cause) {
    if (generation <= lastListenerFault) {
      return;
    }
    lastListenerFault = generation;
    log.warn("run {}, generation {}: the listener failed", run, generation, cause);
    // Not told to the listener, which would fail again.
    append(List.of(new RunEvent.Faulted(generation, "listener", String.valueOf(cause))));
  }

  private void append(List<? extends RunEvent> events) {
    try {
      store.append(run, clock.instant(), events);
    } catch (RuntimeException e) {
      throw new RecordingException(run, e);
    }
  }
}
