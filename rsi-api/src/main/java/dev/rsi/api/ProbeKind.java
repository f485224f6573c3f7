package dev.rsi.api;

/**
 * A family of probes that measure one skill or behaviour. Field term: evaluation suite.
 *
 * @param name distinct within the run, for example {@code "addition of 5 digits"}
 * @param available how many probes of this kind a decision may draw, 1 or more
 */
public record ProbeKind(String name, int available) {
  public ProbeKind {
    if (name.isBlank()) {
      throw new IllegalArgumentException("A probe kind's name must not be blank.");
    }
    if (available < 1) {
      throw new IllegalArgumentException(
          "Probe kind (" + name + ") needs at least one probe, but has " + available + ".");
    }
  }
}
