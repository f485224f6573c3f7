package dev.rsi.onnx;

import org.jspecify.annotations.Nullable;

/** A tensor of a graph that is being built. Belongs to one {@link GraphBuilder}. */
final class Value {
  private final String name;
  private final ElementType type;
  private final Shape shape;
  private final @Nullable Node producer;

  Value(String name, ElementType type, Shape shape, @Nullable Node producer) {
    this.name = name;
    this.type = type;
    this.shape = shape;
    this.producer = producer;
  }

  String name() {
    return name;
  }

  ElementType type() {
    return type;
  }

  Shape shape() {
    return shape;
  }

  /** What computes it; null for inputs and initializers. */
  @Nullable Node producer() {
    return producer;
  }

  @Override
  public String toString() {
    return name + " " + type + shape;
  }
}
