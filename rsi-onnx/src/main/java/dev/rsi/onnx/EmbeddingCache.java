package dev.rsi.onnx;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The embeddings asked for most recently, by text: a loop asks for those of its lessons and probes
 * in every generation. Thread-safe.
 */
final class EmbeddingCache {
  /** 12.6 MB at 384 dimensions, without the texts. */
  static final int SIZE = 8192;

  /** A longer text is not kept. */
  static final int MAX_LENGTH = 1024;

  private final Map<String, float[]> byText = new LinkedHashMap<>(16, 0.75f, true);

  synchronized float @Nullable [] get(String text) {
    return byText.get(text);
  }

  synchronized void put(String text, float[] embedding) {
    if (text.length() > MAX_LENGTH) {
      return;
    }
    byText.put(text, embedding);
    if (byText.size() > SIZE) {
      Iterator<String> oldest = byText.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  synchronized void clear() {
    byText.clear();
  }

  synchronized int size() {
    return byText.size();
  }
}
