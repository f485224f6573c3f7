package dev.rsi.lm;

import java.util.List;
import java.util.Objects;

/**
 * One parameter array of a model and its place in the flat vector of all of them.
 *
 * @param name its name in {@code model.safetensors}
 * @param shape its dimensions, row-major; each 1 or more
 * @param offset index of its first element in the flat vector
 */
public record Parameter(String name, List<Integer> shape, int offset) {
  public Parameter {
    Objects.requireNonNull(name, "name");
    shape = List.copyOf(shape);
  }

  /** How many elements it has. */
  public int size() {
    return shape.stream().reduce(1, Math::multiplyExact);
  }
}
