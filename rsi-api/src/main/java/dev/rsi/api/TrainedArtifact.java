package dev.rsi.api;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What a training made. Field term: checkpoint that was trained.
 *
 * @param directory the model's files; the work directory of the request, or one inside it
 * @param steps optimiser steps taken, 0 or more
 * @param metrics named finite numbers for the report, for example {@code "loss"}
 * @param provenance what made it, for example library and backend versions
 */
public record TrainedArtifact(
    Path directory, long steps, Map<String, Double> metrics, Map<String, String> provenance) {

  /**
   * Names the metric that says how many lessons a trainer left out, since its model cannot be
   * taught them, and the entry of the provenance that says which.
   */
  public static final String LEFT_OUT = "left-out";

  public TrainedArtifact {
    Objects.requireNonNull(directory, "directory");
    if (steps < 0) {
      throw new IllegalArgumentException("steps (" + steps + ") must be >= 0.");
    }
    metrics.forEach(
        (name, value) -> {
          if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("metric (" + name + ") is " + value + ".");
          }
        });
    metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
    provenance = Collections.unmodifiableMap(new TreeMap<>(provenance));
  }
}
