package dev.rsi.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One dimension of a shape: a whole number times symbols that only a run knows, for example {@code
 * 4*rows*length}. Two are equal if they are so for every value of the symbols.
 *
 * @param factor 0 or more
 * @param symbols sorted
 */
record Dim(long factor, List<String> symbols) {
  static final Dim ONE = of(1);

  Dim {
    if (factor < 0) {
      throw new IllegalArgumentException("A dimension (" + factor + ") must be 0 or more.");
    }
    symbols = List.copyOf(symbols);
  }

  static Dim of(long size) {
    return new Dim(size, List.of());
  }

  static Dim symbol(String name) {
    return new Dim(1, List.of(name));
  }

  Dim times(Dim other) {
    List<String> all = new ArrayList<>(symbols);
    all.addAll(other.symbols);
    Collections.sort(all);
    return new Dim(Math.multiplyExact(factor, other.factor), all);
  }

  /** Whether every run has the same. */
  boolean fixed() {
    return symbols.isEmpty();
  }

  /** The number of a fixed one. */
  long size() {
    if (!fixed()) {
      throw new IllegalStateException("Dimension (" + this + ") is known to a run only.");
    }
    return factor;
  }

  boolean isOne() {
    return fixed() && factor == 1;
  }

  @Override
  public String toString() {
    String product = String.join("*", symbols);
    return fixed() ? String.valueOf(factor) : factor == 1 ? product : factor + "*" + product;
  }
}
