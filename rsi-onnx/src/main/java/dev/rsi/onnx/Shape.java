package dev.rsi.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The dimensions of a tensor, outermost first.
 *
 * @param dims none for a scalar
 */
record Shape(List<Dim> dims) {
  static final Shape SCALAR = new Shape(List.of());

  Shape {
    dims = List.copyOf(dims);
  }

  static Shape of(Dim... dims) {
    return new Shape(List.of(dims));
  }

  static Shape of(long... sizes) {
    return new Shape(Arrays.stream(sizes).mapToObj(Dim::of).toList());
  }

  int rank() {
    return dims.size();
  }

  /** A dimension; -1 is the last. */
  Dim dim(int axis) {
    return dims.get(index(axis));
  }

  /** The place of an axis, which may count from the end. */
  int index(int axis) {
    int index = axis < 0 ? axis + rank() : axis;
    if (index < 0 || index >= rank()) {
      throw new IllegalArgumentException("There is no axis (" + axis + ") in " + this + ".");
    }
    return index;
  }

  /** The product of all dimensions. */
  Dim elements() {
    return dims.stream().reduce(Dim.ONE, Dim::times);
  }

  boolean fixed() {
    return dims.stream().allMatch(Dim::fixed);
  }

  Shape with(int axis, Dim dim) {
    List<Dim> changed = new ArrayList<>(dims);
    changed.set(index(axis), dim);
    return new Shape(changed);
  }

  Shape without(int axis) {
    List<Dim> shorter = new ArrayList<>(dims);
    shorter.remove(index(axis));
    return new Shape(shorter);
  }

  Shape append(Dim dim) {
    List<Dim> longer = new ArrayList<>(dims);
    longer.add(dim);
    return new Shape(longer);
  }

  /** All dimensions but the last {@code count}. */
  Shape leading(int count) {
    return new Shape(dims.subList(0, rank() - count));
  }

  @Override
  public String toString() {
    return dims.toString();
  }
}
