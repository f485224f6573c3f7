package dev.rsi.onnx;

import dev.rsi.api.CorruptModelException;
import dev.rsi.lm.Parameter;
import dev.rsi.lm.Safetensors;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * A linear map from an embedding: to one logit per label, or to one number. Kept as {@code
 * head.safetensors}, whose metadata say what it is, of which encoder, and the labels. Immutable.
 */
final class Head {
  private static final String FILE = "head.safetensors";
  private static final String FORMAT_VERSION = "1";
  private static final int MAX_LABELS = 10_000;

  /** What a head gives. */
  enum Kind {
    /** One of the labels. */
    SOFTMAX,
    /** A number; there are no labels. */
    REGRESSION
  }

  private final Kind kind;
  private final String encoder;
  private final int dimension;
  private final List<String> labels;
  private final float[] parameters;

  /**
   * @param encoder fingerprint of the encoder that it stands on
   * @param labels two or more for SOFTMAX, none for REGRESSION
   * @param parameters [rows, dimension] weights and then [rows] biases
   */
  Head(Kind kind, String encoder, int dimension, List<String> labels, float[] parameters) {
    this.kind = kind;
    this.encoder = encoder;
    this.dimension = dimension;
    this.labels = List.copyOf(labels);
    this.parameters = parameters;
    if (kind == Kind.SOFTMAX) {
      checkLabels(this.labels);
    }
  }

  private static void checkLabels(List<String> labels) {
    if (labels.size() < 2 || labels.size() > MAX_LABELS) {
      throw new IllegalArgumentException(
          "A head chooses among 2 to " + MAX_LABELS + " labels, but there are " + labels.size());
    }
    if (new HashSet<>(labels).size() < labels.size()) {
      throw new IllegalArgumentException("Labels (" + labels + ") are not distinct.");
    }
    for (String label : labels) {
      byte[] bytes = label.getBytes(StandardCharsets.UTF_8);
      if (!new String(bytes, StandardCharsets.UTF_8).equals(label)) {
        throw new IllegalArgumentException("Label (" + label + ") is no text in Unicode.");
      }
    }
  }

  /** A head of zeros: every label is as likely as another, every number is 0. */
  static Head untrained(Kind kind, FrozenEncoder encoder, List<String> labels) {
    int rows = kind == Kind.SOFTMAX ? labels.size() : 1;
    int size = Math.multiplyExact(rows, encoder.dimension() + 1);
    return new Head(kind, encoder.fingerprint(), encoder.dimension(), labels, new float[size]);
  }

  /** The same head with other parameters. */
  Head with(float[] newParameters) {
    return new Head(kind, encoder, dimension, labels, newParameters);
  }

  /**
   * Reads a head.
   *
   * @param encoder that it has to stand on
   * @throws CorruptModelException if the file is missing or damaged, or of another encoder
   */
  static Head read(Path directory, FrozenEncoder encoder) {
    Path file = directory.resolve(FILE);
    Safetensors tensors = Safetensors.read(file);
    Map<String, String> metadata = tensors.metadata();
    expect(file, metadata, "format_version", FORMAT_VERSION);
    expect(file, metadata, "encoder", encoder.fingerprint());
    Kind kind = kind(file, metadata);
    List<String> labels = new ArrayList<>();
    int rows = 1;
    if (kind == Kind.SOFTMAX) {
      for (String label = metadata.get("label.0");
          label != null;
          label = metadata.get("label." + labels.size())) {
        labels.add(label);
      }
      rows = labels.size();
    }
    try {
      float[] parameters = tensors.flat(table(rows, encoder.dimension()));
      for (float parameter : parameters) {
        if (!Float.isFinite(parameter)) {
          throw new CorruptModelException(
              file, "(data)", "finite numbers", String.valueOf(parameter));
        }
      }
      return new Head(kind, encoder.fingerprint(), encoder.dimension(), labels, parameters);
    } catch (IllegalArgumentException e) {
      throw new CorruptModelException(file, "labels", "distinct labels", e.toString(), e);
    }
  }

  private static Kind kind(Path file, Map<String, String> metadata) {
    for (Kind kind : Kind.values()) {
      if (kind.name().equals(metadata.get("kind"))) {
        return kind;
      }
    }
    throw new CorruptModelException(
        file, "kind", List.of(Kind.values()).toString(), String.valueOf(metadata.get("kind")));
  }

  private static void expect(
      Path file, Map<String, String> metadata, String field, String expected) {
    String found = metadata.get(field);
    if (!expected.equals(found)) {
      throw new CorruptModelException(file, field, expected, String.valueOf(found));
    }
  }

  private static List<Parameter> table(int rows, int dimension) {
    return List.of(
        new Parameter("weight", List.of(rows, dimension), 0),
        new Parameter("bias", List.of(rows), rows * dimension));
  }

  /** Writes the head; the same head gives the same bytes. */
  void write(Path directory) {
    Map<String, String> metadata = new HashMap<>();
    metadata.put("format_version", FORMAT_VERSION);
    metadata.put("kind", kind.name());
    metadata.put("encoder", encoder);
    for (int i = 0; i < labels.size(); i++) {
      metadata.put("label." + i, labels.get(i));
    }
    Safetensors.write(directory.resolve(FILE), metadata, table(rows(), dimension), parameters);
  }

  Kind kind() {
    return kind;
  }

  List<String> labels() {
    return labels;
  }

  /** How many numbers it gives. */
  int rows() {
    return kind == Kind.SOFTMAX ? labels.size() : 1;
  }

  int dimension() {
    return dimension;
  }

  /** A copy of all parameters: [rows, dimension] weights and then [rows] biases. */
  double[] parameters() {
    double[] copy = new double[parameters.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = parameters[i];
    }
    return copy;
  }

  /** What it gives for an embedding: logits, or the one number. */
  double[] apply(float[] embedding) {
    double[] outputs = new double[rows()];
    for (int row = 0; row < outputs.length; row++) {
      double sum = parameters[outputs.length * dimension + row];
      for (int i = 0; i < dimension; i++) {
        sum += (double) parameters[row * dimension + i] * embedding[i];
      }
      outputs[row] = sum;
    }
    return outputs;
  }

  /** Logits become log-probabilities, in place. */
  static void logSoftmax(double[] logits) {
    double max = Double.NEGATIVE_INFINITY;
    for (double logit : logits) {
      max = Math.max(max, logit);
    }
    double sum = 0;
    for (double logit : logits) {
      sum += StrictMath.exp(logit - max);
    }
    double log = max + StrictMath.log(sum);
    for (int i = 0; i < logits.length; i++) {
      logits[i] -= log;
    }
  }
}
