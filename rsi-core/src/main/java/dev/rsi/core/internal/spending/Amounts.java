package dev.rsi.core.internal.spending;

import com.google.common.math.LongMath;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongBinaryOperator;

/**
 * How much of each {@link Dimension}, 0 or more; {@link Long#MAX_VALUE} is more than anything, and
 * stays so. Immutable.
 */
public final class Amounts {
  public static final Amounts NONE = new Amounts(new EnumMap<>(Dimension.class));

  /** More than anything, of each. */
  public static final Amounts ALL = all();

  // Without those of which there is nothing.
  private final EnumMap<Dimension, Long> units;

  private Amounts(EnumMap<Dimension, Long> units) {
    this.units = units;
  }

  public static Amounts of(Dimension dimension, long units) {
    return NONE.with(dimension, units);
  }

  private static Amounts all() {
    Amounts all = NONE;
    for (Dimension dimension : Dimension.values()) {
      all = all.with(dimension, Long.MAX_VALUE);
    }
    return all;
  }

  /** As they stand in a record. */
  public static Amounts of(Map<String, Long> recorded) {
    Amounts amounts = NONE;
    for (Map.Entry<String, Long> each : recorded.entrySet()) {
      amounts = amounts.with(Dimension.of(each.getKey()), each.getValue());
    }
    return amounts;
  }

  public long get(Dimension dimension) {
    return units.getOrDefault(dimension, 0L);
  }

  public Amounts with(Dimension dimension, long amount) {
    if (amount < 0) {
      throw new IllegalArgumentException(dimension.words() + " (" + amount + ") must be >= 0.");
    }
    EnumMap<Dimension, Long> changed = units.clone();
    changed.put(dimension, amount);
    if (amount == 0) {
      changed.remove(dimension);
    }
    return new Amounts(changed);
  }

  public Amounts plus(Amounts other) {
    return each(other, LongMath::saturatedAdd);
  }

  /** What is left without others: never less than nothing. */
  public Amounts minus(Amounts other) {
    return each(other, (a, b) -> a == Long.MAX_VALUE ? a : Math.max(0, a - b));
  }

  public Amounts times(long count) {
    return each(this, (a, b) -> LongMath.saturatedMultiply(a, count));
  }

  /** The lesser of each. */
  public Amounts atMost(Amounts other) {
    return each(other, Math::min);
  }

  /** The greater of each. */
  public Amounts atLeast(Amounts other) {
    return each(other, Math::max);
  }

  /** Those that the run's course has done, or the others. */
  public Amounts only(boolean ofTheCourse) {
    EnumMap<Dimension, Long> some = units.clone();
    some.keySet().removeIf(dimension -> dimension.isOfTheCourse() != ofTheCourse);
    return new Amounts(some);
  }

  public boolean isWithin(Amounts other) {
    return units.entrySet().stream().allMatch(each -> each.getValue() <= other.get(each.getKey()));
  }

  /** As they are recorded: by name, without those of which there is nothing. */
  public Map<String, Long> recorded() {
    Map<String, Long> recorded = new LinkedHashMap<>();
    units.forEach((dimension, amount) -> recorded.put(dimension.words(), amount));
    return recorded;
  }

  private Amounts each(Amounts other, LongBinaryOperator how) {
    EnumMap<Dimension, Long> result = new EnumMap<>(Dimension.class);
    for (Dimension dimension : Dimension.values()) {
      long amount = how.applyAsLong(get(dimension), other.get(dimension));
      if (amount > 0) {
        result.put(dimension, amount);
      }
    }
    return new Amounts(result);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Amounts amounts && units.equals(amounts.units);
  }

  @Override
  public int hashCode() {
    return units.hashCode();
  }

  @Override
  public String toString() {
    return recorded().toString();
  }
}
