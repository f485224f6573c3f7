package dev.rsi.core.internal.near;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.text.Normalizer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class SpellingTest {
  private static final Pattern WHITE_SPACE = Pattern.compile("\\p{IsWhite_Space}+");

  /** As it was before it was linear, but for the sigma at a word's end. */
  private static String plain(String text) {
    String form = Normalizer.normalize(text, Normalizer.Form.NFKC);
    String folded = form.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT).replace('ς', 'σ');
    String again = Normalizer.normalize(folded, Normalizer.Form.NFKC);
    return WHITE_SPACE.matcher(again).replaceAll(" ").strip();
  }

  @Property
  void should_be_what_the_whole_text_is_by_the_jdk(@ForAll String text) {
    assertThat(Spelling.normalised(text)).isEqualTo(plain(text));
  }

  @Test
  void should_be_what_the_jdk_says_of_every_character() {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      if (!Character.isDefined(c) || Character.getType(c) == Character.PRIVATE_USE) {
        continue;
      }
      if (Character.isIdeographic(c) && c % 16 > 0) {
        continue;
      }
      String text = "a" + Character.toString(c) + "b " + Character.toString(c);
      assertThat(Spelling.normalised(text)).as("U+%04X", c).isEqualTo(plain(text));
    }
  }

  /** What is no mark may be cut off from what stands before it. */
  @Test
  void should_know_every_character_that_may_belong_to_the_one_before_it() {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      String apart = Normalizer.normalize(Character.toString(c), Normalizer.Form.NFKD);
      if (!Spelling.isMark(c)) {
        assertThat(Character.getType(apart.codePointAt(0)))
            .as("U+%04X", c)
            .isNotIn((int) Character.NON_SPACING_MARK, (int) Character.ENCLOSING_MARK);
      }
    }
  }

  @Test
  void should_be_linear_in_whatever_text() {
    List<String> hostile =
        List.of(
            "\u0316\u0301",
            "\uFF9E\u0338",
            "ß",
            "ﬃ",
            "Σ",
            "Σ\u0301",
            "\uFDFA",
            "e\u0301",
            "İ",
            " \t");
    for (String unit : hostile) {
      String text = "x " + unit.repeat(400_000 / unit.length());
      assertThatCode(
              () ->
                  Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> Runs.of(text)))
          .as(unit)
          .doesNotThrowAnyException();
    }
  }
}
