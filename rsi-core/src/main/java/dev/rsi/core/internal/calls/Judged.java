package dev.rsi.core.internal.calls;

import dev.rsi.api.Cost;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What judges read of one probe.
 *
 * @param reading empty if they could not tell
 * @param calls what each of their calls used
 */
public record Judged(OptionalDouble reading, List<Cost> calls) {
  public Judged {
    calls = List.copyOf(calls);
  }
}
