package dev.rsi.lm.chat;

import java.util.AbstractList;
import java.util.List;

/** A list that is none to the template: a tuple, or what a filter gives element by element. */
final class Elements extends AbstractList<Object> {
  private final List<Object> values;
  private final boolean lazy;

  private Elements(List<Object> values, boolean lazy) {
    this.values = values;
    this.lazy = lazy;
  }

  static Elements tuple(List<Object> values) {
    return new Elements(values, false);
  }

  /** Has no length and is never empty to a condition, as in the reference. */
  static Elements lazy(List<Object> values) {
    return new Elements(values, true);
  }

  static boolean isLazy(Object value) {
    return value instanceof Elements elements && elements.lazy;
  }

  @Override
  public Object get(int index) {
    return values.get(index);
  }

  @Override
  public int size() {
    return values.size();
  }
}
