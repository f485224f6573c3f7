package dev.rsi.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/** A vector of floats in native memory (at most 2 GiB), of which any part can be a tensor. */
final class FlatTensor implements AutoCloseable {
  private final ByteBuffer memory;
  private final List<DirectTensor> parts = new ArrayList<>();

  FlatTensor(int size) {
    memory = ByteBuffer.allocateDirect(Math.multiplyExact(4, size)).order(ByteOrder.nativeOrder());
  }

  static FlatTensor of(float[] values) {
    FlatTensor tensor = new FlatTensor(values.length);
    tensor.floats().put(values);
    return tensor;
  }

  /** A part as a tensor; closed with this. */
  DirectTensor part(int offset, long... shape) {
    DirectTensor part = view(offset, shape);
    parts.add(part);
    return part;
  }

  /** A part as a tensor that the caller closes. */
  DirectTensor view(int offset, long... shape) {
    int size = 1;
    for (long dim : shape) {
      size = Math.multiplyExact(size, Math.toIntExact(dim));
    }
    ByteBuffer slice = memory.slice(4 * offset, 4 * size).order(ByteOrder.nativeOrder());
    return DirectTensor.over(slice, ElementType.FLOAT, shape);
  }

  /** How many tensors over it are open. */
  int held() {
    return parts.size();
  }

  FloatBuffer floats() {
    return memory.asFloatBuffer();
  }

  float[] toFloats() {
    float[] copy = new float[memory.capacity() / 4];
    floats().get(copy);
    return copy;
  }

  @Override
  public void close() {
    parts.forEach(DirectTensor::close);
    parts.clear();
  }
}
