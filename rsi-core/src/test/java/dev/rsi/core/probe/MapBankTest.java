package dev.rsi.core.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Codec;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A bank is the same whatever order a map tells its kinds in: that of Map.of is of the JVM. */
class MapBankTest {
  private static final Verifier<String, String> JUDGE =
      Verifier.named("echo", (task, answer) -> Verdict.passIf(answer.equals(task), "no"));

  @Test
  void should_be_the_same_bank_in_whatever_order_the_kinds_come() {
    List<String> kinds =
        List.of(
            "Level 3",
            "a",
            "level 1",
            "level 2",
            "level 9",
            "level 10",
            "level 10 b",
            "level 99999999999999999999",
            "level 100000000000000000000",
            "\u0664",
            "\uFF11");
    String digest = bank(kinds).digest();
    List<String> shuffled = new ArrayList<>(kinds);
    Random random = new Random(5);
    for (int i = 0; i < 50; i++) {
      Collections.shuffle(shuffled, random);
      ProbeBank<String, String> bank = bank(shuffled);
      assertThat(bank.digest()).isEqualTo(digest);
      assertThat(bank.families().keySet()).containsExactlyElementsOf(kinds);
    }
  }

  @Test
  void should_tell_names_apart_whose_numbers_are_the_same() {
    assertThat(bank(List.of("1", "01", "001")).families()).hasSize(3);
  }

  @Test
  void should_be_that_of_an_ordered_map() {
    Map<String, List<String>> ordered = new LinkedHashMap<>();
    ordered.put("level 2", List.of("c"));
    ordered.put("level 1", List.of("a", "b"));
    ProbeBank<String, String> bank =
        ProbeBank.of(
            Codec.text(), JUDGE, Map.of("level 1", List.of("a", "b"), "level 2", List.of("c")));
    assertThat(bank.digest())
        .isEqualTo(ProbeBank.of(Codec.text(), JUDGE, ordered).digest())
        .isNotEqualTo(
            ProbeBank.of(
                    Codec.text(),
                    JUDGE,
                    Map.of("level 1", List.of("b", "a"), "level 2", List.of("c")))
                .digest());
  }

  private static ProbeBank<String, String> bank(List<String> kinds) {
    Map<String, List<String>> tasks = new LinkedHashMap<>();
    kinds.forEach(kind -> tasks.put(kind, List.of("task of " + kind)));
    return ProbeBank.of(Codec.text(), JUDGE, tasks);
  }
}
