package dev.rsi.onnx;

import ai.onnxruntime.OnnxJavaType;

/** What a tensor is made of, as the ONNX format counts types. */
enum ElementType {
  FLOAT(1, 4, OnnxJavaType.FLOAT),
  INT32(6, 4, OnnxJavaType.INT32),
  INT64(7, 8, OnnxJavaType.INT64),
  BOOL(9, 1, OnnxJavaType.BOOL),
  FLOAT16(10, 2, OnnxJavaType.FLOAT16),
  BFLOAT16(16, 2, OnnxJavaType.BFLOAT16);

  private final int code;
  private final int bytes;
  private final OnnxJavaType javaType;

  ElementType(int code, int bytes, OnnxJavaType javaType) {
    this.code = code;
    this.bytes = bytes;
    this.javaType = javaType;
  }

  /** The type that the runtime's Java face calls so. */
  static ElementType of(OnnxJavaType javaType) {
    for (ElementType type : values()) {
      if (type.javaType == javaType) {
        return type;
      }
    }
    throw new IllegalArgumentException("Tensors of (" + javaType + ") are not known.");
  }

  /** Its number in the format. */
  int code() {
    return code;
  }

  /** Bytes of one element. */
  int bytes() {
    return bytes;
  }

  OnnxJavaType javaType() {
    return javaType;
  }
}
