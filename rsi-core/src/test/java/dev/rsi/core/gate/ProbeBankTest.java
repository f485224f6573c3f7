package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Codec;
import dev.rsi.api.Verdict;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProbeBankTest {
  @Test
  void should_refuse_what_no_decision_can_be_made_on() {
    assertRefused(Map.of(), "at least one kind");
    assertRefused(Map.of("a", List.of()), "kind (a) has no tasks");
    assertRefused(Map.of(" ", List.of("1")), "name must not be blank");
    assertRefused(
        Map.of("a", List.of("1", "1")), "Task (1) of probe kind (a) is in the bank twice");
  }

  @Test
  void should_contain_its_tasks_and_those_near_them() {
    String story = "Ann has 5 red apples and 7 green ones in her old basket by the door";
    ProbeBank<String, String> bank =
        ProbeBank.of(
            Codec.text(),
            (task, candidate) -> Verdict.pass(),
            Map.of("sums", List.of("12+3=", "A", "a"), "stories", List.of(story)));

    assertThat(List.of("12+3=", " 12+3=", "a", story, story + " today")).allMatch(bank::contains);
    assertThat(List.of("1+23=", "12 + 3=", "b", "Ann has 5 apples")).noneMatch(bank::contains);
    assertThat(bank.size()).as("tasks that differ in case alone").isEqualTo(4);
  }

  private static void assertRefused(Map<String, List<String>> tasks, String why) {
    assertThatThrownBy(() -> ProbeBank.of(Codec.text(), (task, candidate) -> Verdict.pass(), tasks))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
