package dev.rsi.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;

/**
 * A tensor in native memory that Java and the runtime share: what one writes the other reads, and
 * nothing is copied. The only place that makes the runtime's tensors, so that their byte order and
 * size are always right: the runtime reads a buffer of the other order as garbage, silently.
 *
 * <p>The memory lives as long as a buffer over it is reachable, the runtime's handle until {@link
 * #close}. One thread at a time.
 */
final class DirectTensor implements AutoCloseable {
  private final ElementType type;
  private final ByteBuffer memory;
  private final OnnxTensor tensor;

  private DirectTensor(ElementType type, ByteBuffer memory, OnnxTensor tensor) {
    this.type = type;
    this.memory = memory;
    this.tensor = tensor;
  }

  /** A tensor of zeros in memory of its own. */
  static DirectTensor allocate(ElementType type, long... shape) {
    long bytes = Math.multiplyExact(elements(shape), type.bytes());
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "A tensor of " + bytes + " bytes does not fit one buffer (2 GiB).");
    }
    return over(ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder()), type, shape);
  }

  /** A tensor of its own that holds these numbers. */
  static DirectTensor of(float[] values, long... shape) {
    DirectTensor tensor = allocate(ElementType.FLOAT, shape);
    tensor.floats().put(values);
    return tensor;
  }

  /** A tensor of its own that holds these numbers. */
  static DirectTensor of(long[] values, long... shape) {
    DirectTensor tensor = allocate(ElementType.INT64, shape);
    tensor.longs().put(values);
    return tensor;
  }

  /**
   * A tensor over memory.
   *
   * @param memory direct, of native byte order, with exactly the bytes of the shape
   */
  static DirectTensor over(ByteBuffer memory, ElementType type, long... shape) {
    if (!memory.isDirect() || memory.order() != ByteOrder.nativeOrder()) {
      throw new IllegalArgumentException(
          "A tensor needs a direct buffer of native byte order ("
              + ByteOrder.nativeOrder()
              + "), but this one is "
              + (memory.isDirect() ? "direct" : "on the heap")
              + " and "
              + memory.order()
              + ".\nMaybe call allocateDirect(...).order(ByteOrder.nativeOrder()).");
    }
    long bytes = Math.multiplyExact(elements(shape), type.bytes());
    if (memory.remaining() != bytes) {
      throw new IllegalArgumentException(
          "A tensor of "
              + type
              + Arrays.toString(shape)
              + " takes "
              + bytes
              + " bytes, but the buffer has "
              + memory.remaining()
              + ".");
    }
    OrtEnvironment environment = OrtRuntime.environment();
    try {
      OnnxTensor tensor =
          OnnxTensor.createTensor(
              environment,
              memory.duplicate().order(ByteOrder.nativeOrder()),
              shape,
              type.javaType());
      return new DirectTensor(type, memory, tensor);
    } catch (OrtException e) {
      throw OrtRuntime.failed("make a tensor of " + type + Arrays.toString(shape), e);
    }
  }

  private static long elements(long[] shape) {
    long elements = 1;
    for (long dim : shape) {
      if (dim < 0) {
        throw new IllegalArgumentException("Shape " + Arrays.toString(shape) + " is negative.");
      }
      elements = Math.multiplyExact(elements, dim);
    }
    return elements;
  }

  /** A tensor over the first elements of the same memory. */
  DirectTensor view(long... shape) {
    int bytes = Math.toIntExact(Math.multiplyExact(elements(shape), type.bytes()));
    return over(memory.slice(0, bytes).order(ByteOrder.nativeOrder()), type, shape);
  }

  OnnxTensor tensor() {
    return tensor;
  }

  /** All elements, from the first. */
  FloatBuffer floats() {
    require(ElementType.FLOAT);
    return memory.asFloatBuffer();
  }

  /** All elements, from the first. */
  LongBuffer longs() {
    require(ElementType.INT64);
    return memory.asLongBuffer();
  }

  /** All elements, from the first. */
  IntBuffer ints() {
    require(ElementType.INT32);
    return memory.asIntBuffer();
  }

  private void require(ElementType wanted) {
    if (type != wanted) {
      throw new IllegalStateException("The tensor holds " + type + ", not " + wanted + ".");
    }
  }

  /** A copy of all elements. */
  float[] toFloats() {
    float[] copy = new float[floats().remaining()];
    floats().get(copy);
    return copy;
  }

  @Override
  public void close() {
    tensor.close();
  }
}
