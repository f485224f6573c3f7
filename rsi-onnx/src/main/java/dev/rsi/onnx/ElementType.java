package dev.rsi.onnx;

import ai.onnxruntime.OnnxJavaType;

/** What a tensor is made of, as the ONNX format counts types. */
enum ElementType {
  FLOAT(1, 4, OnnxJavaType.FLOAT),
  INT32(6, 4, OnnxJavaType.INT32),
  INT64(7, 8, OnnxJavaType.INT64),
  BOOL(9, 1, OnnxJavaType.BOOL);

  private final int code;
  private final int bytes;
  private final OnnxJavaType javaType;

  ElementType(int code, int bytes, OnnxJavaType javaType) {
    this.code = code;
    this.bytes = bytes;
    this.javaType = javaType;
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
