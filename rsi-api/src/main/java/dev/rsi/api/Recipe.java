package dev.rsi.api;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * How to train: values for a trainer's {@link Knob knobs}. A knob without a value has its initial
 * one. Field terms: training configuration, hyperparameters.
 */
public final class Recipe {
  private static final Recipe DEFAULTS = new Recipe(Map.of());

  private final Map<String, Double> values;

  private Recipe(Map<String, Double> values) {
    this.values = Collections.unmodifiableMap(new TreeMap<>(values));
  }

  /** Every knob at its initial value. */
  public static Recipe defaults() {
    return DEFAULTS;
  }

  /**
   * This recipe with one value set.
   *
   * @throws IllegalArgumentException if the value is outside the knob's bounds
   */
  public Recipe with(Knob knob, double value) {
    Map<String, Double> copy = new HashMap<>(values);
    copy.put(knob.name(), knob.checked(value));
    return new Recipe(copy);
  }

  /** The value of a knob. */
  public double value(Knob knob) {
    return knob.checked(values.getOrDefault(knob.name(), knob.initial()));
  }

  /** The value of a knob over whole numbers that fit an int. */
  public int count(Knob knob) {
    if (!knob.whole()) {
      throw new IllegalArgumentException("Knob (" + knob.name() + ") is not a whole number.");
    }
    return Math.toIntExact((long) value(knob));
  }

  /** What was set, by knob name, sorted by name. */
  public Map<String, Double> values() {
    return values;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Recipe recipe && values.equals(recipe.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return "Recipe" + values;
  }
}
