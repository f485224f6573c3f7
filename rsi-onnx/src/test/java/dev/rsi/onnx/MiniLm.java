package dev.rsi.onnx;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/** The encoder of these tests: all-MiniLM-L6-v2, quantised, out of a jar. */
final class MiniLm {
  static final String MODEL = "/all-minilm-l6-v2-q.onnx";
  static final String TOKENIZER = "/all-minilm-l6-v2-q-tokenizer.json";

  private MiniLm() {}

  /** Opened by the first test that asks, for all of them. */
  private static final class Shared {
    static final FrozenEncoder ENCODER = open();
  }

  static FrozenEncoder shared() {
    return Shared.ENCODER;
  }

  /** One more, which the caller closes. */
  static FrozenEncoder open() {
    try (InputStream model = resource(MODEL);
        InputStream tokenizer = resource(TOKENIZER)) {
      return FrozenEncoder.open(model, tokenizer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static InputStream resource(String name) {
    return Objects.requireNonNull(MiniLm.class.getResourceAsStream(name), name);
  }

  /** Where a shop may send a request. */
  static List<String> intents() {
    return List.of("delivery", "refund", "account");
  }
}
