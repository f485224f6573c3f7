package dev.rsi.core.internal.steps;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Run, generation and live version in the log's MDC while a run's thread drives it; what stood
 * there before comes back afterwards.
 */
public final class LogContext implements AutoCloseable {
  private static final String RUN = "rsi.run";
  private static final String GENERATION = "rsi.generation";
  private static final String VERSION = "rsi.version";

  private final Map<String, @Nullable String> before = new HashMap<>();

  public LogContext(String run) {
    for (String key : new String[] {RUN, GENERATION, VERSION}) {
      before.put(key, MDC.get(key));
    }
    MDC.put(RUN, run);
  }

  public void at(int generation, String version) {
    MDC.put(GENERATION, String.valueOf(generation));
    MDC.put(VERSION, version);
  }

  @Override
  public void close() {
    before.forEach(
        (key, value) -> {
          if (value == null) {
            MDC.remove(key);
          } else {
            MDC.put(key, value);
          }
        });
  }
}
