package dev.rsi.testkit;

import static dev.rsi.api.Verdict.Outcome.FAIL;
import static dev.rsi.api.Verdict.Outcome.PASS;
import static dev.rsi.api.Verdict.Outcome.UNDECIDED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Attempt;
import dev.rsi.api.Calls;
import dev.rsi.api.Cost;
import dev.rsi.api.RunContext;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.verify.Verifiers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The verifiers that pass the contract, and the planted bugs that it finds. */
class VerifierContractTest {

  @Nested
  class Toy extends OfSums {
    Toy() {
      super(ToyTasks.verifier());
    }
  }

  @Nested
  class Scripted extends OfSums {
    Scripted() {
      super(ScriptedVerifier.of(ToyTasks.verifier()));
    }
  }

  @Nested
  class Named extends OfSums {
    Named() {
      super(Verifier.named("sums", ToyTasks.verifier()).with(Calls.DEFAULT.parallel(2).batch(3)));
    }
  }

  @Nested
  class Measuring extends OfSums {
    Measuring() {
      super(
          Verifier.measuring(
              "sums by a metric", (sum, answer) -> answer == sum.expected() ? 1 : 0));
    }
  }

  @Nested
  class InSessions extends OfSums {
    InSessions() {
      super(Verifier.ofSessions("sums in sessions", Counted::new));
    }
  }

  /** Rules on a whole batch at once. */
  private static final class Counted implements Verifier.Session<Sum, Long> {
    @Override
    public List<Verdict> verify(List<Attempt<Sum, Long>> batch, RunContext context) {
      context.checkActive();
      return batch.stream()
          .map(a -> ToyTasks.verifier().verify(a.task(), Objects.requireNonNull(a.candidate())))
          .toList();
    }
  }

  @Nested
  class Exact extends OfText {
    @Override
    protected Verifier<Integer, String> verifier() {
      return Verifiers.exact(n -> n.toString());
    }

    @Override
    protected List<Example<Integer, String>> examples() {
      return List.of(
          new Example<>(7, List.of("7", "8", "", "7"), List.of(PASS, FAIL, FAIL, PASS)),
          new Example<>(0, List.of("00"), List.of(FAIL)));
    }
  }

  @Nested
  class Majority extends OfText {
    @Override
    protected Verifier<Integer, String> verifier() {
      return Verifiers.majority(3, (n, text) -> text.matches("[0-9]{1,3}"));
    }

    @Override
    protected List<Example<Integer, String>> examples() {
      return List.of(
          new Example<>(7, List.of("7", "7", "8", "7", "x"), List.of(PASS, PASS, FAIL, PASS, FAIL)),
          new Example<>(
              8,
              List.of("7", "7", "8", "8", "x"),
              List.of(UNDECIDED, UNDECIDED, UNDECIDED, UNDECIDED, FAIL)),
          new Example<>(9, List.of("9"), List.of(UNDECIDED)));
    }

    @Override
    protected boolean supportsIndependentVerdicts() {
      return false;
    }
  }

  abstract static class OfText extends VerifierContract<Integer, String> {
    @Override
    protected List<String> hostileCandidates() {
      return hostileText();
    }
  }

  abstract static class OfSums extends VerifierContract<Sum, Long> {
    private final Verifier<Sum, Long> verifier;

    OfSums(Verifier<Sum, Long> verifier) {
      this.verifier = verifier;
    }

    @Override
    protected Verifier<Sum, Long> verifier() {
      return verifier;
    }

    @Override
    protected List<Example<Sum, Long>> examples() {
      return List.of(
          new Example<>(Sum.of(1, 2), List.of(3L, 4L, -3L, 3L), List.of(PASS, FAIL, FAIL, PASS)),
          new Example<>(Sum.of(999, 999, 2), List.of(2000L), List.of(PASS)));
    }

    @Override
    protected List<Long> hostileCandidates() {
      return List.of(Long.MIN_VALUE, Long.MAX_VALUE, -1L);
    }
  }

  /** Every bug, with the test that must find it. */
  static Stream<Arguments> bugs() {
    AtomicInteger calls = new AtomicInteger();
    return Stream.of(
        bug("should_rule_as_expected_with_one_verdict_per_candidate_in_order", Wrong::drop),
        bug("should_rule_as_expected_with_one_verdict_per_candidate_in_order", Wrong::spoil),
        bug("should_rule_alike_in_every_order_of_the_candidates", Wrong::favourTheFirst),
        bug("should_rule_on_one_candidate_as_in_a_group", Wrong::favourTheFirst),
        bug(
            "should_rule_the_same_when_asked_again",
            verdicts -> calls.incrementAndGet() % 3 == 0 ? Wrong.fail(verdicts) : verdicts),
        bug("should_say_why_where_it_does_not_pass", Wrong::silence));
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void should_find_the_bug(String test, UnaryOperator<List<Verdict>> bug) {
    Planted.verifier =
        new Verifier<>() {
          @Override
          public Verdict verify(Sum task, Long candidate) {
            return verifyAll(task, List.of(candidate)).get(0);
          }

          @Override
          public List<Verdict> verifyAll(Sum task, List<? extends Long> candidates) {
            return bug.apply(ToyTasks.verifier().verifyAll(task, candidates));
          }
        };
    assertThat(Suites.failures(Planted.class)).contains(test);
  }

  @Test
  void should_find_a_verifier_that_throws_on_hostile_candidates() {
    Planted.verifier =
        new Verifier<>() {
          @Override
          public Verdict verify(Sum task, Long candidate) {
            return ToyTasks.verifier().verify(task, candidate);
          }

          @Override
          public List<Verdict> verifyAll(Sum task, List<? extends Long> candidates) {
            candidates.forEach(Math::negateExact);
            return Verifier.super.verifyAll(task, candidates);
          }
        };
    assertThat(Suites.failures(Planted.class))
        .contains("should_rule_on_hostile_candidates_without_throwing");
  }

  @Test
  void should_find_a_verifier_that_shares_state_between_threads() {
    Planted.verifier =
        new Verifier<>() {
          private volatile Sum current = Sum.of(1, 2);

          @Override
          public Verdict verify(Sum task, Long candidate) {
            current = task;
            Suites.pause(1);
            return ToyTasks.verifier().verify(current, candidate);
          }
        };
    assertThat(Suites.failures(Planted.class)).contains("should_rule_the_same_on_two_threads");
  }

  /** Every bug of a session, with the test that must find it. */
  static Stream<Arguments> sessionBugs() {
    AtomicInteger calls = new AtomicInteger();
    return Stream.of(
        sessionBug(
            "should_rule_in_a_session_as_without_one",
            (batch, context, own) -> Wrong.drop(own.verify(batch, context))),
        sessionBug(
            "should_rule_in_a_session_as_without_one",
            (batch, context, own) ->
                calls.incrementAndGet() % 2 == 0
                    ? Wrong.fail(own.verify(batch, context))
                    : own.verify(batch, context)),
        sessionBug(
            "should_end_a_session_call_that_is_cancelled_and_close_twice",
            (batch, context, own) -> own.verify(batch, RunContext.standalone())),
        sessionBug(
            "should_cost_no_more_than_it_says",
            (batch, context, own) ->
                own.verify(batch, context).stream()
                    .map(verdict -> verdict.withCost(new Cost(0, 1)))
                    .toList()));
  }

  @ParameterizedTest
  @MethodSource("sessionBugs")
  void should_find_the_bug_of_a_session(String test, SessionBug bug) {
    Planted.verifier =
        Verifier.ofSessions(
            "planted",
            () -> {
              Verifier.Session<Sum, Long> own = ToyTasks.verifier().open();
              return (batch, context) -> bug.verify(batch, context, own);
            });
    assertThat(Suites.failures(Planted.class)).contains(test);
  }

  /** What a session does with the verdicts of a sound one. */
  private interface SessionBug {
    List<Verdict> verify(
        List<Attempt<Sum, Long>> batch, RunContext context, Verifier.Session<Sum, Long> own);
  }

  private static Arguments sessionBug(String test, SessionBug bug) {
    return Arguments.of(test, bug);
  }

  private static Arguments bug(String test, UnaryOperator<List<Verdict>> bug) {
    return Arguments.of(test, bug);
  }

  /** Not a test on its own: run by the tests above with a bug in it. */
  static class Planted extends OfSums {
    static Verifier<Sum, Long> verifier = ToyTasks.verifier();

    Planted() {
      super(verifier);
    }
  }

  /** Ways to get a list of verdicts wrong. */
  private static final class Wrong {
    static List<Verdict> drop(List<Verdict> verdicts) {
      return verdicts.subList(0, verdicts.size() - 1);
    }

    static List<Verdict> spoil(List<Verdict> verdicts) {
      List<Verdict> copy = new ArrayList<>(verdicts);
      copy.set(0, null);
      return copy;
    }

    static List<Verdict> fail(List<Verdict> verdicts) {
      return Collections.nCopies(verdicts.size(), Verdict.fail("moody"));
    }

    static List<Verdict> favourTheFirst(List<Verdict> verdicts) {
      List<Verdict> copy = new ArrayList<>(fail(verdicts));
      copy.set(0, Verdict.pass());
      return copy;
    }

    static List<Verdict> silence(List<Verdict> verdicts) {
      return verdicts.stream().map(v -> new Verdict(v.outcome(), v.score(), "")).toList();
    }
  }
}
