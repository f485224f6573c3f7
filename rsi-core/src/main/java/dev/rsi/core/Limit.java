package dev.rsi.core;

import org.jspecify.annotations.Nullable;

/**
 * A ceiling.
 *
 * @param window what it is for; null for the whole run
 * @param most in units of the dimension, 1 or more
 */
record Limit(Dimension dimension, Budget.@Nullable Window window, long most) {

  boolean isOn(Dimension other, Budget.@Nullable Window scope) {
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
