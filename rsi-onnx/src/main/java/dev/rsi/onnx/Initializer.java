package dev.rsi.onnx;

/**
 * A tensor that is part of a model.
 *
 * @param value what names and shapes it; of fixed shape
 * @param data its elements, little-endian
 */
@SuppressWarnings("ArrayRecordComponent") // handed on to the writer, never compared
record Initializer(Value value, byte[] data) {}
