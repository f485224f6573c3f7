package dev.rsi.lm.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.CorruptModelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On a vocabulary of its own; the ids of a real model are checked in rsi-onnx. */
class WordPieceTest {
  private static final List<String> VOCABULARY =
      List.of(
          "[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "runn", "##ing", "a", "b",
          "[", "]", "sep", ".", "cafe", "Cafe", "café", "東", "##b", "σ", "$");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "unaffable running|un ##aff ##able runn ##ing",
        "Unaffable.|un ##aff ##able .",
        "a[SEP]b|a [ sep ] b",
        "café CAFÉ cafe\u0301|cafe cafe cafe",
        "a東b|a 東 b",
        "a\u0007|a",
        "Σ|σ",
        "unb unc|un ##b [UNK]",
        "$a|$ a",
        "' '|''"
      })
  void should_cut_texts_into_pieces(String text, String pieces) {
    assertThat(pieces(uncased(), text)).isEqualTo(pieces);
  }

  @Test
  void should_leave_case_and_accents_where_the_model_wants_them() {
    WordPiece cased = json(json(false, "null", "null"));
    assertThat(pieces(cased, "Cafe café CAFE")).isEqualTo("Cafe café [UNK]");
    assertThat(pieces(json(json(false, "true", "null")), "café")).isEqualTo("cafe");
    assertThat(pieces(json(json(true, "false", "null")), "CAFÉ")).isEqualTo("café");
  }

  @Test
  void should_stop_at_its_limit() {
    WordPiece short5 = json(json(true, "null", "{\"max_length\": 5}"));
    assertThat(short5.maxTokens()).isEqualTo(5);
    assertThat(pieces(short5, "a a")).isEqualTo("a a");
    assertThat(pieces(short5, "a unaffable")).isEqualTo("a un ##aff");
    assertThat(short5.encode("a".repeat(1_000_000))).containsExactly(2, 1, 3);
    assertThat(short5.encode("a ".repeat(1_000_000))).containsExactly(2, 9, 9, 9, 3);
    assertThat(uncased().maxTokens()).isEqualTo(256);
    assertThat(uncased().encode("a ".repeat(1000))).hasSize(256);
    assertThat(uncased().size()).isEqualTo(VOCABULARY.size());
  }

  @Test
  void should_call_words_of_more_than_a_hundred_characters_unknown() {
    assertThat(pieces(uncased(), "un" + "able".repeat(24))).isEqualTo("un" + " ##able".repeat(24));
    assertThat(pieces(uncased(), "un" + "able".repeat(25))).isEqualTo("[UNK]");
  }

  @Test
  void should_read_what_is_no_text() {
    assertThat(pieces(uncased(), "a\tb\r\nb\u00a0a")).isEqualTo("a b b a");
    assertThat(pieces(uncased(), "a\0\u200bb")).isEqualTo("a ##b");
    assertThat(uncased().encode("\ud800")).containsExactly(2, 3);
    assertThat(uncased().encode("\udc00a\ud800")).containsExactly(2, 9, 3);
    assertThat(uncased().encode("")).containsExactly(2, 3);
  }

  @Test
  void should_refuse_other_tokenizers_by_name() {
    refused("", "[UNK]");
    refused("[UNK]\n[CLS]\n", "[SEP]");
    refused("[UNK]\n[CLS]\n[SEP]\n[CLS]\n", "[CLS] twice");
    refused("{", "readable JSON");
    refused("{\"model\": {\"type\": \"BPE\"}}", "\"WordPiece\"");
    String sound = json(true, "null", "null");
    refused(sound.replace("\"runn\":7", "\"runn\":70"), "model.vocab.runn");
    refused(sound.replace("\"runn\":7", "\"runn\":\"7\""), "model.vocab.runn");
    refused(sound.replace("BertNormalizer", "Lowercase"), "normalizer.type");
    refused(json(true, "3", "null"), "strip_accents");
    refused(json(true, "null", "{\"max_length\": 2}"), "truncation.max_length");
    refused("\ufffe".repeat(3), "[UNK]");
  }

  private static void refused(String content, String reason) {
    assertThatThrownBy(() -> json(content))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining("tokenizer.json")
        .hasMessageContaining(reason);
  }

  private static WordPiece uncased() {
    return json(String.join("\n", VOCABULARY) + "\n");
  }

  private static WordPiece json(String content) {
    return WordPiece.of(Path.of("tokenizer.json"), content.getBytes(StandardCharsets.UTF_8));
  }

  private static String json(boolean lowerCase, String stripAccents, String truncation) {
    List<String> tokens = new ArrayList<>();
    for (String token : VOCABULARY) {
      tokens.add("\"" + token + "\":" + tokens.size());
    }
    return """
    {"truncation": %s,
     "normalizer": {"type": "BertNormalizer", "lowercase": %s, "strip_accents": %s},
     "pre_tokenizer": {"type": "BertPreTokenizer"},
     "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
               "max_input_chars_per_word": 100, "vocab": {%s}}}
    """
        .formatted(truncation, lowerCase, stripAccents, String.join(",", tokens));
  }

  private static String pieces(WordPiece tokenizer, String text) {
    int[] ids = tokenizer.encode(text);
    assertThat(ids[0]).isEqualTo(2);
    assertThat(ids[ids.length - 1]).isEqualTo(3);
    List<String> pieces = new ArrayList<>();
    for (int i = 1; i < ids.length - 1; i++) {
      pieces.add(VOCABULARY.get(ids[i]));
    }
    return String.join(" ", pieces);
  }
}
