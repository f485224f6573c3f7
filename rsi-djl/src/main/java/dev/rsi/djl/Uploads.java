package dev.rsi.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The way of numbers into native memory, through one buffer that is used again and again: the
 * engine would take a new direct buffer for every array, which only a garbage collection gives
 * back. One thread at a time.
 */
final class Uploads {
  private static final int ALIGNMENT = 64;

  private ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
  private int used;

  /** Gives the buffer free: arrays made before must not be read any more. */
  void clear() {
    used = 0;
  }

  /**
   * An array over the buffer.
   *
   * @param step owns the array and is closed before the next {@link #clear}
   */
  NDArray longs(NDManager step, long[] values, Shape shape) {
    ByteBuffer slice = slice(Math.multiplyExact(8, values.length));
    slice.asLongBuffer().put(values);
    return step.create(slice, shape, DataType.INT64);
  }

  /** The same for 32-bit floating point. */
  NDArray floats(NDManager step, float[] values, Shape shape) {
    ByteBuffer slice = slice(Math.multiplyExact(4, values.length));
    slice.asFloatBuffer().put(values);
    return step.create(slice, shape, DataType.FLOAT32);
  }

  /** The same for 64-bit floating point. */
  NDArray doubles(NDManager step, double[] values, Shape shape) {
    ByteBuffer slice = slice(Math.multiplyExact(8, values.length));
    slice.asDoubleBuffer().put(values);
    return step.create(slice, shape, DataType.FLOAT64);
  }

  private ByteBuffer slice(int bytes) {
    int end = Math.addExact(used, bytes);
    if (end > buffer.capacity()) {
      // Arrays over the old buffer keep it alive.
      buffer = ByteBuffer.allocateDirect((int) Math.min(Integer.MAX_VALUE - 8, 2L * end));
      used = 0;
      end = bytes;
    }
    ByteBuffer slice = buffer.slice(used, bytes).order(ByteOrder.nativeOrder());
    used = Math.min(buffer.capacity(), (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    return slice;
  }
}
