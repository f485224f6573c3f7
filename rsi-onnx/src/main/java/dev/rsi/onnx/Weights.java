package dev.rsi.onnx;

/** The weights of a decoder in a graph. */
@FunctionalInterface
interface Weights {
  /** A parameter by its name in {@link dev.rsi.lm.DecoderConfig#parameters}. */
  Value apply(String name);

  /** A matrix of a block, with what is added to it. */
  default Matrix matrix(String name) {
    return new Matrix(apply(name), null, null, 1);
  }
}
