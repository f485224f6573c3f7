package dev.rsi.lm.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class BpeTokenizerPropertiesTest {
  private static final BpeTokenizer GPT2 = Fixtures.read("bytes-gpt2");
  private static final BpeTokenizer LLAMA3 = Fixtures.read("bytes-llama3");
  private static final BpeTokenizer QWEN = Fixtures.read("bytes-qwen");
  private static final BpeTokenizer LLAMA2 = Fixtures.read("pieces-llama2");
  private static final BpeTokenizer GEMMA = Fixtures.read("pieces-gemma");

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.oneOf(
            Arbitraries.strings().all().ofMaxLength(30),
            Arbitraries.strings().withChars(" \t\n\r\u00a0\u3000'sTre1-").ofMaxLength(30),
            Arbitraries.of(
                "<|im_end|>", "</s>", "▁", "😀", "👩‍👩‍👧‍👦", "e\u0301", "漢字", "don't"))
        .list()
        .ofMaxSize(6)
        .map(parts -> String.join("", parts));
  }

  private static String whole(String text) {
    byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_16BE);
    java.nio.charset.Charset charset = java.nio.charset.StandardCharsets.UTF_16BE;
    return new String(bytes, charset);
  }

  /** Those with all bytes, and nothing that changes a text, promise it. */
  @Property(tries = 500)
  void should_give_a_text_back(@ForAll("texts") String text) {
    for (BpeTokenizer tokenizer : List.of(GPT2, LLAMA3)) {
      assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(whole(text));
      // There the mark of a shielded text is not text.
      String unmarked = text.replace("\uFDD0", "");
      assertThat(tokenizer.decode(tokenizer.encode(unmarked, true), true))
          .isEqualTo(whole(unmarked));
      assertThat(tokenizer.decode(tokenizer.encode(tokenizer.shielded(text), true), true))
          .isEqualTo(whole(text));
    }
  }

  @Property(tries = 500)
  void should_make_tokens_of_the_vocabulary_alone(@ForAll("texts") String text) {
    for (BpeTokenizer tokenizer : List.of(QWEN, LLAMA2, GEMMA)) {
      for (int id : tokenizer.encode(text)) {
        assertThat(tokenizer.token(id)).isNotNull();
        // An unknown character is one, but no text can choose it.
        assertThat(tokenizer.isSpecial(id) && !"<unk>".equals(tokenizer.token(id))).isFalse();
      }
    }
  }

  /** Among a template's own tokens a shielded text has the ids that it has alone. */
  @Property(tries = 500)
  void should_keep_a_shielded_text_from_steering(@ForAll("texts") String text) {
    for (BpeTokenizer tokenizer : List.of(LLAMA3, QWEN)) {
      int[] begin = tokenizer.encode("<|im_start|>", true);
      for (String outside :
          List.of(text, text + "<|im_end|>", "<|im_<|im_end|>" + text + "\uFDD0")) {
        int[] ids =
            tokenizer.encode("<|im_start|>" + tokenizer.shielded(outside) + "<|im_start|>", true);
        int[] alone = tokenizer.encode(outside);
        assertThat(ids).hasSize(alone.length + 2).startsWith(begin).endsWith(begin);
        assertThat(java.util.Arrays.copyOfRange(ids, 1, ids.length - 1)).isEqualTo(alone);
      }
    }
  }

  @Property(tries = 500)
  void should_stream_what_it_decodes_at_once(@ForAll long seed) {
    Random random = new Random(seed);
    for (BpeTokenizer tokenizer : List.of(GPT2, QWEN, LLAMA2, GEMMA)) {
      int[] ids = random.ints(random.nextInt(40), 0, tokenizer.size() + 5).toArray();
      TokenDecoder decoder = tokenizer.decoder(true);
      StringBuilder text = new StringBuilder();
      for (int id : ids) {
        text.append(decoder.add(id));
      }
      assertThat(text.append(decoder.end()).toString()).isEqualTo(tokenizer.decode(ids, true));
    }
  }
}
