package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EmbeddingCacheTest {
  @Test
  void should_drop_what_was_asked_for_least_recently() {
    EmbeddingCache cache = new EmbeddingCache();
    for (int i = 0; i < EmbeddingCache.SIZE; i++) {
      cache.put("text " + i, new float[] {i});
    }
    assertThat(cache.get("text 0")).containsExactly(0);
    cache.put("one more", new float[] {-1});
    assertThat(cache.get("text 0")).containsExactly(0);
    assertThat(cache.get("text 1")).isNull();
    assertThat(cache.size()).isEqualTo(EmbeddingCache.SIZE);
    cache.clear();
    assertThat(cache.get("text 0")).isNull();
  }

  @Test
  void should_not_keep_long_texts() {
    EmbeddingCache cache = new EmbeddingCache();
    cache.put("a".repeat(EmbeddingCache.MAX_LENGTH), new float[] {1});
    cache.put("a".repeat(EmbeddingCache.MAX_LENGTH + 1), new float[] {1});
    assertThat(cache.size()).isEqualTo(1);
  }
}
