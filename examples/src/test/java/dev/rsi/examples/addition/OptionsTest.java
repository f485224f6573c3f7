package dev.rsi.examples.addition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

  @ParameterizedTest
  @CsvSource({
    "example, roter",
    "example, all",
    "backend, onxx",
    "backend, torch",
    "verifier, exact",
    "control, on",
    "gate, on",
    "seed, one",
    "seed, 1.5"
  })
  void should_refuse_a_value_that_is_not_known_with_the_list(String name, String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Options.of(Map.of(name, value), ""))
        .withMessageContainingAll(
            "-D" + name + "=" + value,
            "-Dexample=addition: -Dbackend=djl|onnx -Dverifier=vote -Dcontrol=unverified -Dgate=off"
                + " -Dseed=N",
            "-Dexample=router: -Dseed=N");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-q -Pquickstart -Dexmaple=router",
        "-q -Pquickstart -Dverifer=vote -Dseed=2",
        "-Pquickstart -D exampel=router -q",
        "-Pquickstart --define verfier=vote",
        " \"-Dbakend=onnx\" -q",
        "-Dquiet"
      })
  void should_refuse_a_name_that_is_not_known_with_the_list(String commandLine) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Options.of(Map.of(), commandLine))
        .withMessageContainingAll("is not known", "-Dexample=router", "-Dbackend=djl|onnx");
  }

  @Test
  void should_refuse_what_the_other_example_has() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Options.of(Map.of("example", "router", "backend", "djl"), ""))
        .withMessageContaining("-Dbackend=djl of example (router)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"en-US", "tr-TR", "fa-IR"})
  void should_take_what_is_known_in_every_locale(String locale) {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag(locale));
    try {
      Map<String, String> given =
          Map.of("backend", " ONNX", "control", "UNVERIFIED", "gate", "", "seed", "7");
      String maven = "-q -Pquickstart -Dmaven.repo.local=/x -DskipTests -Dbackend=ONNX -Dseed=7";
      Settings settings = Settings.of(Options.of(given, maven));
      assertThat(settings.backend()).isEqualTo(Settings.Backend.ONNX);
      assertThat(settings.judge()).isEqualTo(Settings.Judge.UNVERIFIED);
      assertThat(settings.gated()).isTrue();
      assertThat(settings.seed()).isEqualTo(7);
      assertThat(Options.of(Map.of("example", "Router", "seed", "3"), maven).value("seed"))
          .isEqualTo("3");
      assertThat(Settings.of(Options.of(Map.of("example", "addition"), "")))
          .isEqualTo(Settings.DEFAULT);
    } finally {
      Locale.setDefault(before);
    }
  }
}
