package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rsi.api.Attempt;
import dev.rsi.api.CancelledException;
import dev.rsi.api.Cost;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.Output;
import dev.rsi.api.Rubric;
import dev.rsi.api.RunContext;
import dev.rsi.api.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Critic} must do. Extend it, give it a critic and examples, and all its tests
 * run.
 *
 * @param <T> task
 * @param <C> candidate
 */
public abstract class CriticContract<T, C> {

  /**
   * A candidate to be criticised.
   *
   * @param task the task
   * @param candidate the candidate
   * @param verdict the verifier's ruling on it
   * @param <T> task
   * @param <C> candidate
   */
  protected record Example<T, C>(T task, C candidate, Verdict verdict) {}

  /** For subclasses. */
  protected CriticContract() {}

  /** A critic. */
  protected abstract Critic<T, C> critic();

  /** Two or more candidates that the critic can grade, and grades differently. */
  protected abstract List<Example<T, C>> examples();

  /** A rubric that the critic was made for. By default {@link Rubric#overall()}. */
  protected Rubric rubric() {
    return Rubric.overall();
  }

  /**
   * Candidates such as a model may produce when all goes wrong; {@link #hostileText} gives texts.
   * None by default.
   */
  protected List<C> hostileCandidates() {
    return List.of();
  }

  /**
   * Whether the same question has the same answer. True by default; a critic that samples from a
   * model without a fixed seed says false.
   */
  protected boolean supportsExactRepeat() {
    return true;
  }

  /** Texts that break careless readers: empty, huge, with control characters and the like. */
  protected static List<String> hostileText() {
    return HostileText.all();
  }

  @Test
  void should_grade_every_criterion_of_the_rubric() {
    for (Example<T, C> example : examples()) {
      Critique critique = critique(critic(), example, rubric());

      assertThat(critique.decided()).as("whether %s was graded", example).isTrue();
      assertThat(critique.scores())
          .as("scores of %s", example)
          .containsOnlyKeys(rubric().criteria().stream().map(Rubric.Criterion::name).toList());
      assertThat(critique.on(rubric()).grade()).isBetween(0.0, 1.0);
    }
  }

  @Test
  void should_take_every_verdict() {
    List<Verdict> verdicts =
        List.of(Verdict.pass(), Verdict.fail("wrong"), Verdict.undecided("cannot tell"));
    for (Example<T, C> example : examples()) {
      for (Verdict verdict : verdicts) {
        Example<T, C> asked = new Example<>(example.task(), example.candidate(), verdict);
        gradedOrUndecided(critique(critic(), asked, rubric()), rubric(), asked);
      }
    }
  }

  @Test
  void should_grade_by_the_rubric_it_is_given_or_say_that_it_cannot() {
    Rubric unknown =
        Rubric.of(
            new Rubric.Criterion("a criterion that no critic knows", "Is it?", 1),
            new Rubric.Criterion("another", "Is it not?", 2));
    for (Example<T, C> example : examples()) {
      gradedOrUndecided(critique(critic(), example, unknown), unknown, example);
    }
  }

  @Test
  void should_grade_the_same_when_asked_again() {
    assumeTrue(supportsExactRepeat(), "this critic samples");
    Critic<T, C> critic = critic();
    List<Critique> first = all(critic);

    assertThat(all(critic)).as("the second time").isEqualTo(first);
    assertThat(all(critic())).as("another critic made the same way").isEqualTo(first);
  }

  @Test
  void should_grade_on_two_threads() throws Exception {
    Critic<T, C> critic = critic();
    List<Example<T, C>> reversed = new ArrayList<>(examples());
    Collections.reverse(reversed);
    // Not the same question at the same time: what calls share by mistake would not show.
    List<List<Example<T, C>>> orders = List.of(examples(), reversed);
    List<List<Critique>> expected = new ArrayList<>();
    List<Callable<List<Critique>>> jobs = new ArrayList<>();
    for (List<Example<T, C>> order : orders) {
      expected.add(repeated(critic(), order));
      jobs.add(() -> repeated(critic, order));
    }
    List<List<Critique>> critiques = Threads.together(jobs);
    if (supportsExactRepeat()) {
      assertThat(critiques).isEqualTo(expected);
    }
  }

  @Test
  void should_grade_hostile_candidates_or_say_that_it_cannot() {
    List<C> hostile = hostileCandidates();
    assumeTrue(!hostile.isEmpty(), "no hostile candidates were given");
    T task = examples().get(0).task();
    for (C candidate : hostile) {
      Example<T, C> example = new Example<>(task, candidate, Verdict.pass());
      gradedOrUndecided(critique(critic(), example, rubric()), rubric(), example);
    }
  }

  @Test
  void should_grade_in_a_session_as_without_one() {
    Critic<T, C> critic = critic();
    List<Attempt<T, C>> batch = attempts();
    try (Critic.Session<T, C> session = critic.open()) {
      List<Critique> critiques = session.criticise(batch, rubric(), RunContext.standalone());
      assertThat(critiques)
          .as("critiques of a session on all examples at once")
          .hasSameSizeAs(batch)
          .doesNotContainNull();
      if (supportsExactRepeat()) {
        assertThat(costless(critiques)).isEqualTo(all(critic()));
        assertThat(costless(session.criticise(batch, rubric(), RunContext.standalone())))
            .as("the second time")
            .isEqualTo(costless(critiques));
      }
    }
  }

  @Test
  void should_end_a_session_call_that_is_cancelled_and_close_twice() {
    Critic.Session<T, C> session = critic().open();
    try (session) {
      assertThatThrownBy(
              () -> session.criticise(attempts(), rubric(), ManualContext.create().cancel()))
          .as("a call whose context is cancelled")
          .isInstanceOf(CancelledException.class);
    }
    session.close();
  }

  @Test
  void should_cost_no_more_than_it_says() {
    Critic<T, C> critic = critic();
    int most = critic.maxTokens();
    assertThat(most).as("maxTokens()").isNotNegative();
    try (Critic.Session<T, C> session = critic.open()) {
      for (Critique critique : session.criticise(attempts(), rubric(), RunContext.standalone())) {
        assertThat(critique.cost().tokens())
            .as("tokens of %s", critique)
            .isBetween(0L, (long) most);
        assertThat(critique.cost().money())
            .as("money of %s", critique)
            .isLessThanOrEqualTo(critic.maxMoney());
      }
    }
  }

  /** Without their cost, which may differ from call to call. */
  private static List<Critique> costless(List<Critique> critiques) {
    return critiques.stream().map(critique -> critique.withCost(Cost.NONE)).toList();
  }

  private List<Attempt<T, C>> attempts() {
    List<Attempt<T, C>> attempts = new ArrayList<>();
    for (Example<T, C> example : examples()) {
      Output<C> output = Output.of(example.candidate(), 0);
      attempts.add(Attempt.of(example.task(), output, 1, 1, 0).ruled(example.verdict()));
    }
    return attempts;
  }

  private static void gradedOrUndecided(Critique critique, Rubric rubric, Example<?, ?> example) {
    if (critique.decided()) {
      // Throws where a criterion has no score.
      assertThat(critique.on(rubric).grade()).isBetween(0.0, 1.0);
    } else {
      assertThat(critique.text())
          .as("why %s got no grade", HostileText.shown(example.toString()))
          .isNotBlank();
    }
  }

  private List<Critique> all(Critic<T, C> critic) {
    return all(critic, examples());
  }

  private List<Critique> repeated(Critic<T, C> critic, List<Example<T, C>> examples) {
    List<Critique> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.addAll(all(critic, examples));
    }
    return all;
  }

  private List<Critique> all(Critic<T, C> critic, List<Example<T, C>> examples) {
    List<Critique> all = new ArrayList<>();
    for (Example<T, C> example : examples) {
      all.add(critique(critic, example, rubric()));
    }
    return all;
  }

  private Critique critique(Critic<T, C> critic, Example<T, C> example, Rubric rubric) {
    Critique critique =
        critic.critique(example.task(), example.candidate(), example.verdict(), rubric);
    assertThat(critique).as("critique of %s", HostileText.shown(example.toString())).isNotNull();
    // What it cost may differ from call to call.
    return critique.withCost(Cost.NONE);
  }
}
