package dev.rsi.core.registry;

import dev.rsi.core.internal.Cut;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where a version comes from. Field term: lineage metadata.
 *
 * @param parent id of the version it was trained from; null for the first of a lineage
 * @param run id of the run that made it; null if none did
 * @param generation the generation that made it, 0 for the first of a lineage
 * @param lessons SHA-256 over the lessons it was trained on; null if it was not trained here
 * @param seed the training's seed
 * @param steps optimiser steps of the training
 * @param recipe the recipe's values by knob
 * @param metrics what the trainer reported; of more than 256 the first 255, with how many more
 *     there were, and names of 256 characters at most
 * @param made versions of what made it, by name: {@code rsi} and {@code java} as {@link #madeBy}
 *     gives them, and those of the backend; as many as metrics, of 4,096 characters each at most
 */
public record Provenance(
    @Nullable String parent,
    @Nullable String run,
    int generation,
    @Nullable String lessons,
    long seed,
    long steps,
    Map<String, Double> recipe,
    Map<String, Double> metrics,
    Map<String, String> made) {

  public Provenance {
    recipe = Collections.unmodifiableMap(new TreeMap<>(recipe));
    metrics = Collections.unmodifiableMap(new TreeMap<>(Cut.numbers(metrics)));
    made = Collections.unmodifiableMap(new TreeMap<>(Cut.texts(made)));
  }

  /** The provenance of a version that was brought from outside. */
  public static Provenance imported() {
    return new Provenance(null, null, 0, null, 0, 0, Map.of(), Map.of(), Map.of());
  }

  /**
   * What made a version here: this library and JDK, and what a backend says of itself.
   *
   * @param backend versions by name
   */
  public static Map<String, String> madeBy(Map<String, String> backend) {
    Map<String, String> made = new TreeMap<>(backend);
    made.put("java", Runtime.version().toString());
    made.put("rsi", libraryVersion());
    return made;
  }

  private static String libraryVersion() {
    Properties properties = new Properties();
    try (InputStream in = Provenance.class.getResourceAsStream("version.properties")) {
      properties.load(Objects.requireNonNull(in, "version.properties"));
    } catch (IOException e) {
      throw new IllegalStateException("The version of rsi cannot be read.", e);
    }
    return properties.getProperty("version");
  }
}
