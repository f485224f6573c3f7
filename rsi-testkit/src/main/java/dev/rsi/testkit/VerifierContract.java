package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rsi.api.Attempt;
import dev.rsi.api.CancelledException;
import dev.rsi.api.Cost;
import dev.rsi.api.Output;
import dev.rsi.api.RunContext;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Verifier} must do. Extend it, give it a verifier and examples with the verdicts
 * expected, and all its tests run.
 *
 * @param <T> task
 * @param <C> candidate
 */
public abstract class VerifierContract<T, C> {

  /**
   * A task, its candidates, and the rulings expected on them.
   *
   * @param task the task
   * @param candidates one or more
   * @param outcomes one per candidate, in the same order
   * @param <T> task
   * @param <C> candidate
   */
  protected record Example<T, C>(T task, List<C> candidates, List<Verdict.Outcome> outcomes) {
    /** Checks that there is one outcome per candidate. */
    public Example {
      candidates = List.copyOf(candidates);
      outcomes = List.copyOf(outcomes);
      if (candidates.isEmpty() || candidates.size() != outcomes.size()) {
        throw new IllegalArgumentException(
            "An example needs one outcome per candidate, but has "
                + candidates.size()
                + " candidates and "
                + outcomes.size()
                + " outcomes.");
      }
    }
  }

  /** For subclasses. */
  protected VerifierContract() {}

  /** A verifier. */
  protected abstract Verifier<T, C> verifier();

  /**
   * Two examples or more, of different tasks; together they should show every outcome that the
   * verifier gives.
   */
  protected abstract List<Example<T, C>> examples();

  /**
   * Candidates such as a model may produce when all goes wrong: huge, malformed, full of control
   * characters; {@link #hostileText} gives texts. None by default.
   */
  protected List<C> hostileCandidates() {
    return List.of();
  }

  /**
   * Whether a candidate's verdict depends on nothing but itself and its task. True by default; a
   * vote, which judges candidates against each other, says false.
   */
  protected boolean supportsIndependentVerdicts() {
    return true;
  }

  /** Texts that break careless readers: empty, huge, with control characters and the like. */
  protected static List<String> hostileText() {
    return HostileText.all();
  }

  @Test
  void should_rule_as_expected_with_one_verdict_per_candidate_in_order() {
    for (Example<T, C> example : examples()) {
      List<Verdict> verdicts = verifier().verifyAll(example.task(), example.candidates());

      assertThat(verdicts).as("verdicts on %s", example).doesNotContainNull();
      assertThat(verdicts.stream().map(Verdict::outcome))
          .as("outcomes on %s", example)
          .containsExactlyElementsOf(example.outcomes());
    }
  }

  @Test
  void should_rule_on_one_candidate_as_in_a_group() {
    assumeTrue(supportsIndependentVerdicts(), "this verifier judges candidates together");
    for (Example<T, C> example : examples()) {
      List<Verdict> together = verdicts(verifier(), example.task(), example.candidates());
      List<Verdict> alone = new ArrayList<>();
      List<Verdict> asked = new ArrayList<>();
      for (C candidate : example.candidates()) {
        alone.addAll(verdicts(verifier(), example.task(), List.of(candidate)));
        asked.add(verifier().verify(example.task(), candidate).withCost(Cost.NONE));
      }
      assertThat(alone).as("one at a time on %s", example).isEqualTo(together);
      assertThat(asked).as("verify on %s", example).isEqualTo(together);
    }
  }

  @Test
  void should_rule_alike_in_every_order_of_the_candidates() {
    for (Example<T, C> example : examples()) {
      List<C> reversed = new ArrayList<>(example.candidates());
      Collections.reverse(reversed);
      List<Verdict.Outcome> outcomes =
          new ArrayList<>(
              verifier().verifyAll(example.task(), reversed).stream()
                  .map(Verdict::outcome)
                  .toList());
      Collections.reverse(outcomes);
      assertThat(outcomes).as("reversed: %s", example).isEqualTo(example.outcomes());
    }
  }

  @Test
  void should_rule_the_same_when_asked_again() {
    Verifier<T, C> verifier = verifier();
    List<List<Verdict>> first = all(verifier);

    assertThat(all(verifier)).as("the second time").isEqualTo(first);
    assertThat(all(verifier())).as("another verifier made the same way").isEqualTo(first);
  }

  @Test
  void should_rule_the_same_on_two_threads() throws Exception {
    Verifier<T, C> verifier = verifier();
    List<Example<T, C>> reversed = new ArrayList<>(examples());
    Collections.reverse(reversed);
    // Not the same question at the same time: what calls share by mistake would not show.
    List<List<Example<T, C>>> orders = List.of(examples(), reversed);
    List<List<List<Verdict>>> expected = new ArrayList<>();
    List<Callable<List<List<Verdict>>>> jobs = new ArrayList<>();
    for (List<Example<T, C>> order : orders) {
      expected.add(repeated(verifier(), order));
      jobs.add(() -> repeated(verifier, order));
    }
    assertThat(Threads.together(jobs)).isEqualTo(expected);
  }

  @Test
  void should_say_why_where_it_does_not_pass() {
    for (Example<T, C> example : examples()) {
      for (Verdict verdict : verifier().verifyAll(example.task(), example.candidates())) {
        if (!verdict.passed()) {
          assertThat(verdict.reason()).as("reason of %s on %s", verdict, example).isNotBlank();
        }
      }
    }
  }

  @Test
  void should_rule_on_hostile_candidates_without_throwing() {
    List<C> hostile = hostileCandidates();
    assumeFalse(hostile.isEmpty(), "no hostile candidates were given");
    T task = examples().get(0).task();
    for (C candidate : hostile) {
      assertThatNoException()
          .as("ruling on %s", HostileText.shown(String.valueOf(candidate)))
          .isThrownBy(
              () ->
                  assertThat(verifier().verifyAll(task, List.of(candidate)))
                      .hasSize(1)
                      .doesNotContainNull());
    }
    assertThat(verifier().verifyAll(task, hostile))
        .as("all together")
        .hasSameSizeAs(hostile)
        .doesNotContainNull();
  }

  @Test
  void should_not_let_hostile_candidates_change_the_verdict_on_others() {
    List<C> hostile = hostileCandidates();
    assumeFalse(hostile.isEmpty(), "no hostile candidates were given");
    assumeTrue(supportsIndependentVerdicts(), "this verifier judges candidates together");
    for (Example<T, C> example : examples()) {
      List<C> mixed = new ArrayList<>(hostile);
      mixed.addAll(example.candidates());
      List<Verdict> verdicts = verifier().verifyAll(example.task(), mixed);
      assertThat(verdicts.subList(hostile.size(), mixed.size()).stream().map(Verdict::outcome))
          .as("outcomes among hostile candidates on %s", example)
          .containsExactlyElementsOf(example.outcomes());
    }
  }

  @Test
  void should_rule_in_a_session_as_without_one() {
    Verifier<T, C> verifier = verifier();
    List<Attempt<T, C>> batch = attempts();
    List<Verdict> expected = all(verifier).stream().flatMap(List::stream).toList();
    try (Verifier.Session<T, C> session = verifier.open()) {
      for (int again = 0; again < 2; again++) {
        assertThat(costless(session.verify(batch, RunContext.standalone())))
            .as("verdicts of a session on all examples at once")
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void should_rule_in_two_sessions_on_two_threads() throws Exception {
    Verifier<T, C> verifier = verifier();
    List<Attempt<T, C>> batch = attempts();
    List<Verdict> expected = all(verifier()).stream().flatMap(List::stream).toList();
    Callable<List<Verdict>> job =
        () -> {
          try (Verifier.Session<T, C> session = verifier.open()) {
            return costless(session.verify(batch, RunContext.standalone()));
          }
        };
    assertThat(Threads.together(List.of(job, job))).isEqualTo(List.of(expected, expected));
  }

  @Test
  void should_end_a_session_call_that_is_cancelled_and_close_twice() {
    Verifier.Session<T, C> session = verifier().open();
    try (session) {
      assertThatThrownBy(() -> session.verify(attempts(), ManualContext.create().cancel()))
          .as("a call whose context is cancelled")
          .isInstanceOf(CancelledException.class);
    }
    session.close();
  }

  @Test
  void should_cost_no_more_than_it_says() {
    Verifier<T, C> verifier = verifier();
    int most = verifier.maxTokens();
    assertThat(most).as("maxTokens()").isNotNegative();
    try (Verifier.Session<T, C> session = verifier.open()) {
      for (Verdict verdict : session.verify(attempts(), RunContext.standalone())) {
        assertThat(verdict.cost().tokens()).as("tokens of %s", verdict).isBetween(0L, (long) most);
        assertThat(verdict.cost().money())
            .as("money of %s", verdict)
            .isLessThanOrEqualTo(verifier.maxMoney());
      }
    }
  }

  private List<Attempt<T, C>> attempts() {
    List<Attempt<T, C>> attempts = new ArrayList<>();
    for (Example<T, C> example : examples()) {
      for (C candidate : example.candidates()) {
        attempts.add(Attempt.of(example.task(), Output.of(candidate, 0), 1, 1, attempts.size()));
      }
    }
    return attempts;
  }

  private List<List<Verdict>> all(Verifier<T, C> verifier) {
    return all(verifier, examples());
  }

  private List<List<Verdict>> repeated(Verifier<T, C> verifier, List<Example<T, C>> examples) {
    List<List<Verdict>> all = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      all.addAll(all(verifier, examples));
    }
    return all;
  }

  private List<List<Verdict>> all(Verifier<T, C> verifier, List<Example<T, C>> examples) {
    List<List<Verdict>> all = new ArrayList<>();
    for (Example<T, C> example : examples) {
      all.add(verdicts(verifier, example.task(), example.candidates()));
    }
    return all;
  }

  private List<Verdict> verdicts(Verifier<T, C> verifier, T task, List<C> candidates) {
    return costless(verifier.verifyAll(task, candidates));
  }

  /** Without their cost, which may differ from call to call. */
  private static List<Verdict> costless(List<Verdict> verdicts) {
    return verdicts.stream().map(verdict -> verdict.withCost(Cost.NONE)).toList();
  }
}
