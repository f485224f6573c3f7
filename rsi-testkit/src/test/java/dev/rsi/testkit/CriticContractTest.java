package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Calls;
import dev.rsi.api.Cost;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.Rubric;
import dev.rsi.api.RunContext;
import dev.rsi.api.Verdict;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A critic that passes the contract, and the planted bugs that it finds. */
class CriticContractTest {
  private static final Rubric RUBRIC =
      Rubric.of(
          new Rubric.Criterion("brevity", "Is it short?", 1),
          new Rubric.Criterion("digits", "Is it all digits?", 3));

  /** Grades text by its length and its digits, and no other criterion. */
  private static final Critic<String, String> SOUND =
      (task, candidate, verdict, rubric) ->
          rubric.equals(RUBRIC)
              ? new Critique(
                  Map.of(
                      "brevity",
                      1.0 / (1 + candidate.length()),
                      "digits",
                      candidate.matches("[0-9]+") ? 1.0 : 0.0),
                  "by length and digits")
              : Critique.undecided("made for another rubric");

  @Nested
  class Scripted extends OfText {
    @Override
    protected Critic<String, String> critic() {
      return ScriptedCritic.of(SOUND);
    }
  }

  @Nested
  class Named extends OfText {
    @Override
    protected Critic<String, String> critic() {
      return Critic.named("length and digits", SOUND).with(Calls.DEFAULT.batch(4)).askingFailures();
    }
  }

  abstract static class OfText extends CriticContract<String, String> {
    @Override
    protected List<Example<String, String>> examples() {
      return List.of(
          new Example<>("1+1", "2", Verdict.pass()),
          new Example<>("1+1", "two", Verdict.fail("not a number")));
    }

    @Override
    protected Rubric rubric() {
      return RUBRIC;
    }

    @Override
    protected List<String> hostileCandidates() {
      return hostileText();
    }
  }

  static Stream<Arguments> bugs() {
    AtomicInteger calls = new AtomicInteger();
    return Stream.of(
        bug(
            "should_grade_every_criterion_of_the_rubric",
            (t, c, v, r) -> new Critique(Map.of("brevity", 0.5), "half of it")),
        bug("should_grade_every_criterion_of_the_rubric", (t, c, v, r) -> Critique.undecided("?")),
        bug("should_grade_every_criterion_of_the_rubric", (t, c, v, r) -> null),
        bug(
            "should_take_every_verdict",
            (t, c, v, r) -> {
              if (v.outcome() == Verdict.Outcome.UNDECIDED) {
                throw new IllegalStateException("no verdict");
              }
              return SOUND.critique(t, c, v, r);
            }),
        bug(
            "should_grade_by_the_rubric_it_is_given_or_say_that_it_cannot",
            (t, c, v, r) -> SOUND.critique(t, c, v, RUBRIC)),
        bug(
            "should_grade_the_same_when_asked_again",
            (t, c, v, r) ->
                calls.incrementAndGet() % 3 == 0
                    ? new Critique(Map.of("brevity", 0.1, "digits", 0.1), "moody")
                    : SOUND.critique(t, c, v, r)),
        bug(
            "should_grade_on_two_threads",
            new Critic<>() {
              private volatile String current = "";

              @Override
              public Critique critique(String t, String c, Verdict v, Rubric r) {
                current = c;
                Suites.pause(1);
                return SOUND.critique(t, current, v, r);
              }
            }),
        bug(
            "should_cost_no_more_than_it_says",
            (t, c, v, r) -> SOUND.critique(t, c, v, r).withCost(new Cost(1, 0))),
        bug(
            "should_grade_in_a_session_as_without_one",
            inSessions(
                (batch, rubric, context) ->
                    SOUND.open().criticise(batch.subList(1, batch.size()), rubric, context))),
        bug(
            "should_end_a_session_call_that_is_cancelled_and_close_twice",
            inSessions(
                (batch, rubric, context) ->
                    SOUND.open().criticise(batch, rubric, RunContext.standalone()))),
        bug(
            "should_grade_hostile_candidates_or_say_that_it_cannot",
            (t, c, v, r) ->
                SOUND.critique(t, Character.toString(c.codePointAt(0)).concat(c), v, r)),
        bug(
            "should_grade_hostile_candidates_or_say_that_it_cannot",
            (t, c, v, r) ->
                c.length() > 1000 ? Critique.undecided("") : SOUND.critique(t, c, v, r)));
  }

  private static Critic<String, String> inSessions(Critic.Session<String, String> session) {
    return new Critic<>() {
      @Override
      public Critique critique(String t, String c, Verdict v, Rubric r) {
        return SOUND.critique(t, c, v, r);
      }

      @Override
      public Session<String, String> open() {
        return session;
      }
    };
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void should_find_the_bug(String test, Critic<String, String> critic) {
    Planted.critic = critic;
    assertThat(Suites.failures(Planted.class)).contains(test);
  }

  private static Arguments bug(String test, Critic<String, String> critic) {
    return Arguments.of(test, critic);
  }

  /** Not a test on its own: run by the test above with a bug in it. */
  static class Planted extends OfText {
    static Critic<String, String> critic = SOUND;

    @Override
    protected Critic<String, String> critic() {
      return critic;
    }
  }
}
