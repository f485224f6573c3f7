package dev.rsi.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The way of numbers into native memory, through one buffer that is used again and again: a new one
 * for every run would be given back by the garbage collector alone. One thread at a time.
 */
final class Staging implements AutoCloseable {
  /** About so many tokens fill a core's cache with what one run computes for them. */
  private static final int TOKENS_PER_RUN = 1024;

  private ByteBuffer memory = ByteBuffer.allocateDirect(1 << 12);
  private int used;
  private final List<DirectTensor> open = new ArrayList<>();

  /** How many rows one run should take, so that all take about as many and none too many. */
  static int rowsPerRun(int rows, int length) {
    long runs = Math.max(1, Math.round((double) rows * length / TOKENS_PER_RUN));
    return (int) ((rows + runs - 1) / runs);
  }

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
    DirectTensor tensor = tensor(ElementType.INT64, shape);
    LongBuffer memory = tensor.longs();
    memory.put(values, from, memory.remaining());
    return tensor;
  }

  /** A tensor [rows, columns] of the numbers from an index on; valid until {@link #clear}. */
  DirectTensor floats(float[] values, int from, int rows, int columns) {
    DirectTensor tensor = floats(rows, columns);
    tensor.floats().put(values, from, rows * columns);
    return tensor;
  }

  /** A tensor [rows, columns] of any numbers, for an output; valid until {@link #clear}. */
  DirectTensor floats(int rows, int columns) {
    return tensor(ElementType.FLOAT, rows, columns);
  }

  private DirectTensor tensor(ElementType type, long... shape) {
    int bytes = type.bytes();
    for (long dim : shape) {
      bytes = Math.multiplyExact(bytes, (int) dim);
    }
    DirectTensor tensor = DirectTensor.over(slice(bytes), type, shape);
    open.add(tensor);
    return tensor;
  }

  /** How many tensors are open. */
  int held() {
    return open.size();
  }

  private ByteBuffer slice(int bytes) {
    int end = Math.addExact(used, bytes + 7) & -8; // whole numbers of 64 bits may come next
    if (end > memory.capacity()) {
      // Tensors over the old memory keep it alive.
      memory = ByteBuffer.allocateDirect((int) Math.min(Integer.MAX_VALUE - 8, 2L * end));
      used = 0;
      end = (bytes + 7) & -8;
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
