package dev.rsi.api;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How one probe went with each version asked. The readings of one probe are paired: the same task
 * under the same seed. Field term: scores on a held-out evaluation item.
 *
 * @param probe names the probe within its kind; says nothing about its content
 * @param readings reading in [0, 1] per role, higher is better. A role that was asked and has no
 *     reading is <em>missing</em>: the attempt failed or its judge broke. A gate must count it
 *     against promotion, never skip it
 */
public record ProbeResult(String probe, Map<Role, Double> readings) {

  public ProbeResult {
    Objects.requireNonNull(probe, "probe");
    Map<Role, Double> copy = new EnumMap<>(Role.class);
    copy.putAll(readings);
    copy.forEach(
        (role, reading) -> {
          if (!(reading >= 0 && reading <= 1)) {
            throw new IllegalArgumentException(
                "reading (" + reading + ") of " + role + " on " + probe + " must be in [0, 1].");
          }
        });
    readings = Collections.unmodifiableMap(copy);
  }

  /** The reading of a role, null if it is missing. */
  public @Nullable Double reading(Role role) {
    return readings.get(role);
  }
}
