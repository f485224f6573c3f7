package dev.rsi.djl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.spi.Adapters;
import java.util.Locale;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptSourceTest {

  /** Locales with digits, points and cases of their own. */
  @ParameterizedTest
  @ValueSource(strings = {"fa-IR", "ar-EG", "tr-TR", "de-DE", "hi-IN-u-nu-deva", "th-TH-u-nu-thai"})
  void should_write_the_same_script_in_every_locale(String locale) {
    for (PositionScheme scheme : PositionScheme.values()) {
      DecoderConfig config = Models.config(scheme, 2);
      Adapters adapters = new Adapters(config, 2, 16, 1);
      String whole = in(Locale.ROOT, () -> ScriptSource.of(config, null));
      String adapted = in(Locale.ROOT, () -> ScriptSource.of(config, adapters));
      Locale there = Locale.forLanguageTag(locale);
      assertThat(in(there, () -> ScriptSource.of(config, null))).isEqualTo(whole);
      assertThat(in(there, () -> ScriptSource.of(config, adapters))).isEqualTo(adapted);
      assertThat(whole.chars()).allMatch(c -> c < 128);
    }
  }

  private static String in(Locale locale, Supplier<String> work) {
    Locale before = Locale.getDefault();
    Locale.setDefault(locale);
    try {
      return work.get();
    } finally {
      Locale.setDefault(before);
    }
  }
}
