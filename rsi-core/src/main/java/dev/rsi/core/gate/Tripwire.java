package dev.rsi.core.gate;

/**
 * A kind of which no probe may fail.
 *
 * @param kind its name
 * @param available how many probes it has
 * @param probes how many were run
 * @param hits how many the challenger failed: any reading below 1
 * @param missing how many have no reading
 */
record Tripwire(String kind, long available, long probes, long hits, long missing) {

  boolean untouched() {
    return hits == 0 && missing == 0 && probes == available;
  }

  String words() {
    return kind
        + " ("
        + hits
        + " failed"
        + (missing == 0 ? "" : ", " + missing + " missing")
        + " of "
        + available
        + ")";
  }
}
