package dev.rsi.core.internal.calls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Attempt;
import dev.rsi.api.Calls;
import dev.rsi.api.Cost;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.Output;
import dev.rsi.api.RsiException;
import dev.rsi.api.Rubric;
import dev.rsi.api.RunContext;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verdict.Outcome;
import dev.rsi.api.Verifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls of verifiers, and of critics. */
@Timeout(60)
class VerifierCallsTest {
  private static final Watch WATCH =
      new Watch() {
        @Override
        public boolean cancelled() {
          return false;
        }

        @Override
        public boolean leaving() {
          return false;
        }

        @Override
        public void progress(long done, long total) {}

        @Override
        public void tick() {}
      };

  /** What sessions were asked at once: tasks and candidates. */
  private final List<List<String>> asked = Collections.synchronizedList(new ArrayList<>());

  private final Verifier<String, Integer> verifier =
      Verifier.ofSessions("even", () -> this::verify);

  private List<Verdict> verify(List<Attempt<String, Integer>> batch, RunContext context) {
    asked.add(batch.stream().map(a -> a.task() + a.candidate()).toList());
    return batch.stream().map(a -> Verdict.passIf(isEven(a), "odd")).toList();
  }

  private static boolean isEven(Attempt<String, Integer> attempt) {
    Integer candidate = attempt.candidate();
    return candidate != null && candidate % 2 == 0;
  }

  private static List<Attempt<String, Integer>> task(String task, int... candidates) {
    return Arrays.stream(candidates)
        .mapToObj(c -> Attempt.of(task, Output.of(c, 0), 1, 1, 0))
        .toList();
  }

  private static List<Verdict> rule(
      Verifier<String, Integer> verifier, List<List<Attempt<String, Integer>>> tasks) {
    try (VerifierCalls<String, Integer> calls = new VerifierCalls<>(verifier, Thread::new)) {
      return calls.rule(tasks, WATCH, Making.once());
    }
  }

  private static List<Outcome> outcomes(List<Verdict> verdicts) {
    return verdicts.stream().map(Verdict::outcome).toList();
  }

  @Test
  void should_hand_over_whole_tasks_as_many_as_fit() {
    List<Verdict> verdicts =
        rule(
            verifier.with(Calls.DEFAULT.batch(4)),
            List.of(task("a", 1, 2), task("b", 4), task("c", 3, 6), task("d", 1, 2, 3, 4, 5)));
    assertThat(asked)
        .containsExactly(
            List.of("a1", "a2", "b4"), List.of("c3", "c6"), List.of("d1", "d2", "d3", "d4", "d5"));
    assertThat(verdicts.stream().map(Verdict::passed))
        .containsExactly(false, true, true, false, true, false, true, false, true, false);
  }

  @Test
  void should_not_hand_over_two_draws_of_a_task_as_one() {
    rule(
        verifier.with(Calls.DEFAULT.batch(9)),
        List.of(task("a", 1), task("b", 2), task("a", 3), task("c", 4)));
    assertThat(asked).containsExactly(List.of("a1", "b2"), List.of("a3", "c4"));
  }

  @Test
  void should_let_nobody_change_what_is_ruled_on() {
    Verifier<String, Integer> tampering =
        Verifier.ofSessions(
            "tampering",
            () ->
                (batch, context) -> {
                  batch.clear();
                  return List.of();
                });
    assertThat(outcomes(rule(tampering, List.of(task("a", 2, 4)))))
        .containsExactly(Outcome.UNDECIDED, Outcome.UNDECIDED);
  }

  @Test
  void should_leave_a_call_undecided_that_gave_too_few_or_null() {
    for (List<Verdict> given :
        Arrays.asList(
            List.of(Verdict.pass()), Arrays.asList(Verdict.pass(), null), (List<Verdict>) null)) {
      Verifier<String, Integer> wrong =
          Verifier.ofSessions("wrong", () -> (batch, context) -> given);
      assertThat(rule(wrong, List.of(task("a", 2, 4))))
          .allSatisfy(
              verdict -> {
                assertThat(verdict.outcome()).isEqualTo(Outcome.UNDECIDED);
                assertThat(verdict.reason()).contains("nothing for each of 2 candidates");
              })
          .hasSize(2);
    }
  }

  @Test
  void should_charge_the_most_for_a_call_of_which_nobody_knows() {
    Verifier<String, Integer> hanging =
        new Verifier<>() {
          @Override
          public Verdict verify(String task, Integer candidate) {
            if (candidate == 1) {
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            }
            if (candidate == 2) {
              throw new IllegalStateException("broken");
            }
            return Verdict.pass().withCost(new Cost(3, 4));
          }

          @Override
          public int maxTokens() {
            return 9;
          }
        };
    List<Verdict> verdicts =
        rule(
            hanging.with(Calls.DEFAULT.limit(Duration.ofMillis(200))),
            List.of(task("a", 1), task("b", 3)));
    assertThat(verdicts.get(0).outcome()).isEqualTo(Outcome.UNDECIDED);
    assertThat(verdicts.stream().map(v -> v.cost().tokens())).containsExactly(9L, 7L);
  }

  @Test
  void should_refuse_a_verdict_that_cost_more_than_its_verifier_says() {
    Verifier<String, Integer> dear = (task, candidate) -> Verdict.pass().withCost(new Cost(0, 1));
    assertThatThrownBy(() -> rule(dear, List.of(task("a", 1))))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("The verifier used")
        .hasMessageContaining("at most (0) tokens")
        .hasMessageContaining("Maybe");
  }

  // Critics.

  private static List<Critique> criticise(
      Critic<String, Integer> critic, List<Attempt<String, Integer>> attempts) {
    try (CriticCalls<String, Integer> calls =
        new CriticCalls<>(critic, Rubric.overall(), Thread::new)) {
      return calls.criticise(attempts, WATCH, Making.once());
    }
  }

  @Test
  void should_criticise_in_order_in_parallel_and_in_batches() {
    List<Attempt<String, Integer>> attempts = task("a", IntStream.range(0, 57).toArray());
    Critic<String, Integer> critic =
        (task, candidate, verdict, rubric) -> Critique.overall(candidate / 100.0, "" + candidate);
    assertThat(criticise(critic.with(Calls.DEFAULT.parallel(3).batch(4)), attempts))
        .extracting(Critique::text)
        .isEqualTo(IntStream.range(0, 57).mapToObj(String::valueOf).toList());
  }

  @Test
  void should_leave_one_critique_undecided_that_has_no_grade_by_the_rubric() {
    Critic<String, Integer> critic =
        (task, candidate, verdict, rubric) ->
            candidate == 1
                ? new Critique(java.util.Map.of("loyalty", 1.0), "mine")
                : Critique.overall(1, "fine");
    List<Critique> critiques = criticise(critic.with(Calls.DEFAULT.batch(3)), task("a", 0, 1, 2));
    assertThat(critiques.stream().map(Critique::decided)).containsExactly(true, false, true);
    assertThat(critiques.get(1).text()).contains("(overall)");
  }

  @Test
  void should_ask_about_passes_and_about_failures_where_the_critic_wants_them() {
    Critic<String, Integer> critic = (task, candidate, verdict, rubric) -> Critique.overall(1, "");
    Attempt<String, Integer> open = task("a", 1).get(0);
    for (Critic<String, Integer> each : List.of(critic, critic.askingFailures())) {
      try (CriticCalls<String, Integer> calls =
          new CriticCalls<>(each, Rubric.overall(), Thread::new)) {
        assertThat(calls.asksAbout(open)).isFalse();
        assertThat(calls.asksAbout(open.ruled(Verdict.pass()))).isTrue();
        assertThat(calls.asksAbout(open.ruled(Verdict.fail("no")))).isEqualTo(each != critic);
        Attempt<String, Integer> malformed = Attempt.of("a", Output.malformed("?", 1), 1, 1, 0);
        assertThat(calls.asksAbout(malformed.ruled(Verdict.fail("malformed")))).isFalse();
      }
    }
    assertThat(critic.askingFailures().describe()).isNotEqualTo(critic.describe());
  }
}
