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

  /** Default_Ignorable_Code_Point, as DerivedCoreProperties.txt has it, and U+FFF9 to U+FFFB. */
  private static final Pattern IGNORABLE =
      Pattern.compile(
          "[\\u00AD\\u034F\\u061C\\u115F-\\u1160\\u17B4-\\u17B5\\u180B-\\u180F\\u200B-\\u200F"
              + "\\u202A-\\u202E\\u2060-\\u206F\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFB"
              + "\\x{1BCA0}-\\x{1BCA3}\\x{1D173}-\\x{1D17A}\\x{E0000}-\\x{E0FFF}]");

  /** Format characters that are seen: signs around numbers and verses, and hieroglyphs' places. */
  private static final Pattern SEEN =
      Pattern.compile(
          "[\\u0600-\\u0605\\u06DD\\u070F\\u0890\\u0891\\u08E2\\x{110BD}\\x{110CD}"
              + "\\x{13430}-\\x{1343F}]");

  /** As it was before it was linear, but for the sigma at a word's end. */
  private static String plain(String text) {
    String visible = IGNORABLE.matcher(text).replaceAll("");
    String form = Normalizer.normalize(visible, Normalizer.Form.NFKC);
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

  /** Whatever the JDK calls a format character, but for those that are seen. */
  @Test
  void should_not_see_what_nobody_sees_wherever_it_stands() {
    int unseen = 0;
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      String it = Character.toString(c);
      boolean format = Character.getType(c) == Character.FORMAT && !SEEN.matcher(it).matches();
      boolean ignorable = IGNORABLE.matcher(it).matches();
      assertThat(Spelling.isIgnorable(c)).as("U+%04X", c).isEqualTo(format || ignorable);
      if (!ignorable) {
        continue;
      }
      unseen++;
      for (String text :
          List.of(it + "Probe 1", "Probe" + it + " 1", "Pr" + it + it + "obe\t" + it + " 1" + it)) {
        assertThat(Spelling.normalised(text)).as("U+%04X", c).isEqualTo("probe 1");
      }
      assertThat(Spelling.normalised("caf" + "e" + it + "\u0301")).isEqualTo("café");
    }
    assertThat(unseen).isGreaterThan(4_000);
  }

  @Test
  void should_leave_nothing_that_nobody_sees() {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      if (Character.isDefined(c) && Character.getType(c) != Character.PRIVATE_USE) {
        String once = Spelling.normalised("a" + Character.toString(c));
        assertThat(once.codePoints().noneMatch(Spelling::isIgnorable)).as("U+%04X", c).isTrue();
      }
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
            "\u200B",
            "e\u200D\u0301",
            "\u0301\u034F",
            "\u115F\u1160",
            "\uDB40\uDD00",
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
