package dev.rsi.lm.gguf;

import java.util.List;

/**
 * A tensor of a file.
 *
 * @param shape its sizes, the outermost first: the reverse of the file's own order
 * @param type how its numbers are written
 * @param position where its bytes begin in the file
 */
public record GgufTensor(String name, List<Long> shape, GgufType type, long position) {

  public GgufTensor {
    shape = List.copyOf(shape);
  }

  /** How many numbers it has. */
  public long size() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }
}
