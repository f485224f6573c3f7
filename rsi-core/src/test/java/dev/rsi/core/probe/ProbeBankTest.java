package dev.rsi.core.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Codec;
import dev.rsi.api.Output;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ProbeBankTest {
  private static final Verifier<String, String> ECHO =
      (task, candidate) -> Verdict.passIf(candidate.equals(task), "no echo");

  private static ProbeBank<String, String> bank() {
    return ProbeBank.of(Codec.text(), ECHO, Map.of("a", List.of("1", "2", "3")));
  }

  @Test
  void should_refuse_what_no_decision_can_be_made_on() {
    assertRefused(Map.of(), "at least one kind");
    assertRefused(Map.of("a", List.of()), "kind (a) has no tasks");
    assertRefused(Map.of(" ", List.of("1")), "name must not be blank");
    assertRefused(
        Map.of("a", List.of("1", "1")), "Task (1) of probe kind (a) is in the bank twice");
    ProbeFamily<String, String> family = ProbeFamily.skill("a", List.of("1"), ECHO);
    assertThatThrownBy(() -> ProbeBank.of(Codec.text(), List.of(family, family)))
        .hasMessageContaining("kind (a) appears twice");
  }

  @Test
  void should_contain_its_tasks_and_those_near_them() {
    String story = "Ann has 5 red apples and 7 green ones in her old basket by the door";
    ProbeBank<String, String> bank =
        ProbeBank.of(
            Codec.text(),
            ECHO,
            Map.of("sums", List.of("12+3=", "A", "a"), "stories", List.of(story)));

    assertThat(List.of("12+3=", " 12+3=", "12 + 3=", "a", story, story + " today"))
        .allMatch(bank::contains);
    assertThat(List.of("1+23=", "1 2+3=", "b", "Ann has 5 apples")).noneMatch(bank::contains);
    assertThat(bank.size()).as("tasks that differ in case alone").isEqualTo(4);
  }

  private static void assertRefused(Map<String, List<String>> tasks, String why) {
    assertThatThrownBy(() -> ProbeBank.of(Codec.text(), ECHO, tasks))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  @Test
  void should_tell_a_bank_by_all_that_it_holds() {
    String digest = bank().digest();
    assertThat(bank().digest()).isEqualTo(digest);
    assertThat(
            List.of(
                ProbeBank.of(Codec.text(), ECHO, Map.of("b", List.of("1", "2", "3"))).digest(),
                ProbeBank.of(Codec.text(), ECHO, Map.of("a", List.of("1", "3", "2"))).digest(),
                ProbeBank.of(
                        Codec.text(),
                        List.of(ProbeFamily.critical("a", List.of("1", "2", "3"), ECHO)))
                    .digest(),
                bank().knownAnswer("a", "7", "7", 1).digest(),
                choice("yes", "no").digest(),
                choice("yes", "maybe").digest(),
                bank().knownAnswer("a", "7", "7", 0).digest(),
                digest))
        .doesNotHaveDuplicates();
  }

  @Test
  void should_let_tasks_of_one_template_be_apart() {
    String template = "Please compute the following sum and answer with one number: ";
    ProbeBank<String, String> bank =
        ProbeBank.of(Codec.text(), ECHO, Map.of("a", List.of(template + "12+34")));
    assertThat(bank.contains(template + "56+78")).isTrue();
    assertThat(bank.nearness(1).contains(template + "56+78")).isFalse();
    assertThat(bank.nearness(1).contains(template + " 12+34")).isTrue();
    assertThatThrownBy(() -> bank.nearness(0)).hasMessageContaining("nearness (0.0)");
  }

  private static ProbeBank<String, String> choice(String one, String other) {
    return ProbeBank.of(
        Codec.text(), List.of(ProbeFamily.closeness("a", Map.of("1", List.of(one, other)))));
  }

  @Test
  void should_refuse_to_renew_what_cannot_be_drawn_afresh() {
    ProbeBank<String, String> leak =
        ProbeBank.of(
            Codec.text(), List.of(ProbeFamily.contaminationGap("leak", Map.of("1", "2"), ECHO)));
    assertThatThrownBy(() -> leak.renewed((kind, random) -> "x"))
        .hasMessageContaining("kind (leak) cannot be drawn afresh");
    assertThatThrownBy(() -> bank().renewed(100, 50, (kind, random) -> "x"))
        .hasMessageContaining("too many to pay for");
    assertThatThrownBy(() -> bank().renewed(0, 0, (kind, random) -> "x"))
        .hasMessageContaining("decisions (0)");
    List<String> tasks = new ArrayList<>(List.of("1", "2"));
    ProbeBank<String, String> copied = ProbeBank.of(Codec.text(), ECHO, Map.of("a", tasks));
    tasks.add("3");
    assertThat(copied.size()).isEqualTo(2);
  }

  /** Runs are resumed against the digest that they were begun with. */
  @Test
  void should_keep_the_digests_of_banks_of_stored_runs() {
    Map<String, String> twins = new LinkedHashMap<>();
    twins.put("a", "b");
    twins.put("c", "d");
    Map<String, List<String>> choices = new LinkedHashMap<>();
    choices.put("w", List.of("yes", "no"));
    choices.put("x", List.of("1", "2", "3"));
    List<String> tasks = List.of("a", "b");
    Map<ProbeFamily<String, String>, String> digests = new LinkedHashMap<>();
    digests.put(
        ProbeFamily.skill("kind", tasks, ECHO),
        "a59b4312cdb7e8345bc58f43eeb809d1fb7d3767a0ab76706a8781fde3d06507");
    digests.put(
        ProbeFamily.critical("kind", tasks, ECHO),
        "8aaa57bf4008e7c1646a09e7cb2827a4e0519d89b075ef278d7a990e55a2bb75");
    digests.put(
        ProbeFamily.tripwire("kind", tasks, ECHO),
        "3d0fd35b44d328d29116924d65bba7f8b18f1ff004aaad68dba68458a5b9096a");
    digests.put(
        ProbeFamily.proxyGap("kind", tasks, ECHO, ECHO),
        "9e318159d7fe5374469864c4ada10b2604a721f3a023884d7491ec873bbd6129");
    digests.put(
        ProbeFamily.contaminationGap("kind", twins, ECHO),
        "d510b79429b107a842b8641c974bb67f9b7e9e2e5134176a8f8a5f2b44d3a5bf");
    digests.put(
        ProbeFamily.calibration("kind", tasks, ECHO, candidate -> .5),
        "fcf928db67280dcdf43a0fb11ae76b39af8968ccef4d623fcdf879c8997d6a31");
    digests.put(
        ProbeFamily.modesty("kind", tasks, ECHO, candidate -> .5),
        "5a9885c1f6751384832e042d8e78adc802add3e90468a439a697680f6b5db623");
    digests.put(
        ProbeFamily.diversity("kind", tasks, (a, b) -> 1),
        "71c34d7def381e6c9439189ef62a242e9a996a5e1a6b6ed85d3155678c2a553d");
    digests.put(
        ProbeFamily.meaning("kind", twins, (a, b) -> 1),
        "ae7b91929b46780e0fe889115f83a386020e0e9ac6fc55762148b3394e468a66");
    digests.put(
        ProbeFamily.closeness("kind", choices),
        "c072f8e3f725ceb3754a7a674aa06e6248775eb892ee5c0977f4eaa4242d8514");
    digests.put(
        ProbeFamily.<String, String>skill("kind", tasks, ECHO).margins(.02, .04),
        "f1dbd576c90432767df8b1ed38c6ba98c8cfe0d81cfef2992f05237ea1a49d0d");
    digests.forEach(
        (family, digest) ->
            assertThat(ProbeBank.of(Codec.text(), List.of(family)).digest()).isEqualTo(digest));
    assertThat(
            ProbeBank.of(Codec.text(), ECHO, Map.of("kind", tasks))
                .knownAnswer("kind", "c", "d", 0)
                .renewed((kind, random) -> String.valueOf(random.nextInt(100)))
                .nearness(.9)
                .digest())
        .isEqualTo("30a7f1828f3488b0e816153e8291a8d696306527d8b7a21a8fdc872064279543");
  }

  @Test
  void should_hold_a_family_that_a_user_reads_with_a_function() {
    ProbeFamily<String, String> brief =
        ProbeFamily.reading(
            "brief",
            List.of("1", "2"),
            (task, output) ->
                OptionalDouble.of(
                    output.kind() == Output.Kind.CANDIDATE ? 1.0 / output.tokens() : 0));
    ProbeBank<String, String> bank = ProbeBank.of(Codec.text(), List.of(brief));
    assertThat(bank.families().get("brief")).isSameAs(brief);
    assertThat(brief.isSkill()).isFalse();
    assertThat(brief.size()).isEqualTo(2);
    assertThat(bank.digest())
        .isNotEqualTo(bank().digest())
        .isNotEqualTo(ProbeBank.of(Codec.text(), List.of(brief.margins(.01, .05))).digest());
    assertThat(bank.renewed((kind, random) -> "x").families()).containsOnlyKeys("brief");
  }
}
