package dev.rsi.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The way of whole numbers into native memory, through one buffer that is used again and again: a
 * new one for every run would be given back by the garbage collector alone. One thread at a time.
 */
final class Staging implements AutoCloseable {
  private ByteBuffer memory = ByteBuffer.allocateDirect(1 << 12);
  private int used;
  private final List<DirectTensor> open = new ArrayList<>();

  /** Closes all tensors made so far, and gives their memory free. */
  void clear() {
    open.forEach(DirectTensor::close);
    open.clear();
    used = 0;
  }

  /** A tensor [rows, columns] of the numbers from an index on; valid until {@link #clear}. */
  DirectTensor longs(long[] values, int from, int rows, int columns) {
    return longs(values, from, new long[] {rows, columns});
  }

  /** A tensor [n] of all the numbers; valid until {@link #clear}. */
  DirectTensor longs(long... values) {
    return longs(values, 0, new long[] {values.length});
  }

  private DirectTensor longs(long[] values, int from, long[] shape) {
    int count = 1;
    for (long dim : shape) {
      count = Math.multiplyExact(count, (int) dim);
    }
    ByteBuffer slice = slice(Math.multiplyExact(8, count));
    slice.asLongBuffer().put(values, from, count);
    DirectTensor tensor = DirectTensor.over(slice, ElementType.INT64, shape);
    open.add(tensor);
    return tensor;
  }

  /** How many tensors are open. */
  int held() {
    return open.size();
  }

  private ByteBuffer slice(int bytes) {
    int end = Math.addExact(used, bytes);
    if (end > memory.capacity()) {
      // Tensors over the old memory keep it alive.
      memory = ByteBuffer.allocateDirect((int) Math.min(Integer.MAX_VALUE - 8, 2L * end));
      used = 0;
      end = bytes;
    }
    ByteBuffer slice = memory.slice(used, bytes).order(ByteOrder.nativeOrder());
    used = end;
    return slice;
  }

  @Override
  public void close() {
    clear();
  }
}
