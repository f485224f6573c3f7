package dev.rsi.core.internal.spending;

import org.jspecify.annotations.Nullable;

/**
 * A ceiling.
 *
 * @param window what it is for; null for the whole run
 * @param most in units of the dimension, 1 or more
 */
public record Limit(Dimension dimension, @Nullable Window window, long most) {

  public boolean isOn(Dimension other, @Nullable Window scope) {
    return dimension == other && window == scope;
  }

  @Override
  public String toString() {
    return dimension.amount(most)
        + " "
        + dimension.words()
        + (window == null ? "" : " a " + window.words());
  }
}
