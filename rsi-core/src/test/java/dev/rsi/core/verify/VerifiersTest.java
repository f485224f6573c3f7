package dev.rsi.core.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Verdict;
import dev.rsi.api.Verdict.Outcome;
import dev.rsi.api.Verifier;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerifiersTest {
  private final Verifier<String, String> vote =
      Verifiers.majority(3, (task, candidate) -> !candidate.isEmpty());

  @Test
  void should_know_the_right_answer() {
    Verifier<Integer, Integer> exact = Verifiers.exact(n -> 2 * n);
    assertThat(exact.verify(3, 6).passed()).isTrue();
    assertThat(exact.verify(3, 7).reason()).isEqualTo("expected (6) but got (7)");
  }

  @Test
  void should_pass_what_most_agree_on() {
    List<Verdict> verdicts = vote.verifyAll("t", List.of("a", "b", "a", "a", ""));
    assertThat(verdicts)
        .extracting(Verdict::outcome)
        .containsExactly(Outcome.PASS, Outcome.FAIL, Outcome.PASS, Outcome.PASS, Outcome.FAIL);
    assertThat(verdicts.get(0).score()).isEqualTo(0.6);
    assertThat(verdicts.get(1).reason()).contains("outvoted");
    assertThat(verdicts.get(4).reason()).isEqualTo("malformed");
  }

  @Test
  void should_leave_a_hung_vote_undecided() {
    assertThat(vote.verifyAll("t", List.of("a", "a", "b", "b")))
        .extracting(Verdict::outcome)
        .containsOnly(Outcome.UNDECIDED);
    assertThat(vote.verifyAll("t", List.of("a", "a", "a", "b", "b", "b")))
        .extracting(Verdict::outcome)
        .containsOnly(Outcome.UNDECIDED);
  }

  @Test
  void should_not_let_few_candidates_carry_a_vote() {
    assertThat(vote.verifyAll("t", List.of("a", "a")))
        .extracting(Verdict::outcome)
        .containsOnly(Outcome.UNDECIDED);
    assertThat(vote.verify("t", "a").outcome()).isEqualTo(Outcome.UNDECIDED);
    assertThatThrownBy(() -> Verifiers.majority(1, (t, c) -> true))
        .hasMessageContaining("needed (1)");
  }
}
