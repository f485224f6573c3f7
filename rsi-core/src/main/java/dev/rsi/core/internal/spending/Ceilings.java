package dev.rsi.core.internal.spending;

import java.util.ArrayList;
import java.util.List;

/**
 * What a run may spend at most, as the loop reckons with it.
 *
 * @param generations how many may begin
 * @param limits every ceiling but those on generations and on disk; of each dimension one for the
 *     run and one for each window at most
 * @param diskBytes {@link Long#MAX_VALUE} if unlimited
 */
public record Ceilings(int generations, List<Limit> limits, long diskBytes, Tariff tariff) {

  /** These, with one more; it takes the place of the one on the same. */
  public Ceilings with(Limit limit) {
    List<Limit> changed = new ArrayList<>(limits);
    changed.removeIf(other -> other.isOn(limit.dimension(), limit.window()));
    changed.add(limit);
    return new Ceilings(generations, List.copyOf(changed), diskBytes, tariff);
  }

  /** The run's own ceiling on something; {@link Long#MAX_VALUE} if there is none. */
  public long most(Dimension dimension) {
    return limits.stream()
        .filter(limit -> limit.isOn(dimension, null))
        .mapToLong(Limit::most)
        .findFirst()
        .orElse(Long.MAX_VALUE);
  }

  /** Whether there is a ceiling on something, for the run or a window. */
  public boolean limits(Dimension dimension) {
    return limits.stream().anyMatch(limit -> limit.dimension() == dimension);
  }

  public boolean hasWindows() {
    return limits.stream().anyMatch(limit -> limit.window() != null);
  }
}
