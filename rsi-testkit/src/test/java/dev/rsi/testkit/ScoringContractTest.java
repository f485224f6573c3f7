package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Scoring fakes that pass the contract, and the planted bugs that it finds. */
class ScoringContractTest {
  private static final SimulatedLearner LEARNER =
      SimulatedLearner.ofLevels(3).malformed(0.2).churn(0.3);

  /** Stands for a candidate that no model can write. */
  private static final long UNWRITABLE = -7;

  @Nested
  class Simulated extends OfSums {
    @Override
    protected Generator<Sum, Long> generator() {
      return LEARNER.generator();
    }
  }

  @Nested
  class Scripted extends OfSums {
    @Override
    protected Generator<Sum, Long> generator() {
      return ScriptedGenerator.of(LEARNER.generator());
    }
  }

  @Nested
  class WithMissing extends OfSums {
    @Override
    protected Generator<Sum, Long> generator() {
      return new Broken(new Bug() {});
    }

    @Override
    protected Long missingCandidate() {
      return UNWRITABLE;
    }
  }

  abstract static class OfSums extends ScoringContract<Sum, Long> {
    @Override
    protected void writeVersion(Path directory) {
      LEARNER.write(directory, 0.6, 0.5, 0.5);
    }

    @Override
    protected List<Sum> tasks() {
      return List.of(Sum.of(40, 2), Sum.of(2, 3), Sum.of(0, 0), Sum.of(7, 8, 9, 10));
    }

    @Override
    protected List<Long> candidates() {
      return List.of(42L, 32L, 52L, 41L, 43L, 5L, 0L, 1L, 34L, -1L, 142L);
    }

    @Override
    protected double tolerance() {
      return 0;
    }
  }

  /** Every bug with the test that must find it. */
  static Stream<Arguments> bugs() {
    return Stream.of(
        bug(
            "should_give_one_score_per_pair_in_the_same_order",
            new Bug() {
              @Override
              List<Double> score(List<Sum> tasks, List<Long> candidates, RunContext context) {
                List<Double> sorted = new ArrayList<>(super.score(tasks, candidates, context));
                Collections.sort(sorted);
                return sorted;
              }
            }),
        bug(
            "should_give_one_score_per_pair_in_the_same_order",
            new Bug() {
              @Override
              List<Double> score(List<Sum> tasks, List<Long> candidates, RunContext context) {
                return super.score(tasks, candidates, context).stream()
                    .filter(score -> score > Double.NEGATIVE_INFINITY)
                    .toList();
              }
            }),
        bug(
            "should_score_alike_whatever_else_is_in_the_batch",
            new Bug() {
              @Override
              List<Double> score(List<Sum> tasks, List<Long> candidates, RunContext context) {
                return super.score(tasks, candidates, context).stream()
                    .map(score -> score * tasks.size())
                    .toList();
              }
            }),
        bug(
            "should_score_alike_whatever_was_asked_before",
            new Bug() {
              private int calls;

              @Override
              List<Double> score(List<Sum> tasks, List<Long> candidates, RunContext context) {
                calls++;
                return super.score(tasks, candidates, context).stream()
                    .map(score -> score - 1e-9 * calls)
                    .toList();
              }
            }),
        bug(
            "should_give_the_same_outputs_after_scoring",
            new Bug() {
              private long shift;

              @Override
              List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
                return super.generate(
                    requests.stream().map(r -> new Request<>(r.task(), r.seed() + shift)).toList(),
                    context);
              }

              @Override
              List<Double> score(List<Sum> tasks, List<Long> candidates, RunContext context) {
                shift++;
                return super.score(tasks, candidates, context);
              }
            }),
        bug(
            "should_give_log_probabilities_that_sum_to_no_more_than_one",
            new Bug() {
              @Override
              List<Double> score(List<Sum> tasks, List<Long> candidates, RunContext context) {
                // The mean over the tokens instead of their sum.
                List<Double> scores = super.score(tasks, candidates, context);
                return scores.stream().map(score -> score / 3).toList();
              }
            }),
        bug(
            "should_give_log_probabilities_that_sum_to_no_more_than_one",
            new Bug() {
              @Override
              List<Double> score(List<Sum> tasks, List<Long> candidates, RunContext context) {
                return super.score(tasks, candidates, context).stream().map(Math::exp).toList();
              }
            }),
        bug(
            "should_score_outputs_by_how_often_they_come",
            new Bug() {
              @Override
              List<Double> score(List<Sum> tasks, List<Long> candidates, RunContext context) {
                // Under a temperature of 0.8, not normalised again.
                List<Double> scores = super.score(tasks, candidates, context);
                return scores.stream().map(score -> score / 0.8).toList();
              }
            }),
        bug(
            "should_leave_a_score_missing_without_failing_the_batch",
            new Bug() {
              @Override
              double missing() {
                throw new RsiException("one bad pair failed the batch");
              }
            }),
        bug(
            "should_leave_a_score_missing_without_failing_the_batch",
            new Bug() {
              @Override
              double missing() {
                return Double.NEGATIVE_INFINITY;
              }
            }),
        bug(
            "should_give_no_scores_for_no_pairs",
            new Bug() {
              @Override
              List<Double> score(List<Sum> tasks, List<Long> candidates, RunContext context) {
                tasks.get(0);
                return super.score(tasks, candidates, context);
              }
            }),
        bug(
            "should_refuse_lists_of_different_sizes",
            new Bug() {
              @Override
              List<Double> score(List<Sum> tasks, List<Long> candidates, RunContext context) {
                int size = Math.min(tasks.size(), candidates.size());
                return super.score(tasks.subList(0, size), candidates.subList(0, size), context);
              }
            }),
        bug(
            "should_refuse_a_closed_session",
            new Bug() {
              @Override
              boolean forgetsThatItIsClosed() {
                return true;
              }
            }),
        bug(
            "should_stop_when_cancelled_and_stay_usable",
            new Bug() {
              @Override
              List<Double> score(List<Sum> tasks, List<Long> candidates, RunContext context) {
                return super.score(tasks, candidates, ManualContext.create());
              }
            }),
        bug(
            "should_stop_when_interrupted",
            new Bug() {
              @Override
              List<Double> score(List<Sum> tasks, List<Long> candidates, RunContext context) {
                return super.score(tasks, candidates, ManualContext.create());
              }
            }));
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void should_find_the_bug(String test, Bug bug) {
    Planted.generator = () -> new Broken(bug);
    assertThat(Suites.failures(Planted.class)).contains(test);
  }

  private static Arguments bug(String test, Bug bug) {
    return Arguments.of(test, bug);
  }

  /** Not a test on its own: run by the tests above with a bug in it. */
  static class Planted extends OfSums {
    static Supplier<Generator<Sum, Long>> generator = LEARNER::generator;

    @Override
    protected Generator<Sum, Long> generator() {
      return generator.get();
    }

    @Override
    protected Long missingCandidate() {
      return UNWRITABLE;
    }
  }

  /** A sound session's steps, of which each bug gets one wrong. */
  abstract static class Bug {
    private ScoringSession<Sum, Long> session;

    List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
      return session.generate(requests, context);
    }

    List<Double> score(List<Sum> tasks, List<Long> candidates, RunContext context) {
      List<Double> scores = new ArrayList<>(session.score(tasks, candidates, context));
      for (int i = 0; i < scores.size(); i++) {
        if (candidates.get(i) == UNWRITABLE) {
          scores.set(i, missing());
        }
      }
      return scores;
    }

    double missing() {
      return Double.NaN;
    }

    boolean forgetsThatItIsClosed() {
      return false;
    }
  }

  /** A generator with a bug in it, for one session at a time. */
  private static final class Broken implements Generator<Sum, Long> {
    private final Bug bug;

    Broken(Bug bug) {
      this.bug = bug;
    }

    @Override
    public Codec<Sum, Long> codec() {
      return ToyTasks.codec();
    }

    @Override
    public Session<Sum, Long> open(ModelVersion version) {
      bug.session = (ScoringSession<Sum, Long>) LEARNER.generator().open(version);
      return new ScoringSession<>() {
        @Override
        public List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
          return bug.generate(requests, context);
        }

        @Override
        public List<Double> score(List<Sum> tasks, List<Long> candidates, RunContext context) {
          return bug.score(tasks, candidates, context);
        }

        @Override
        public void close() {
          if (!bug.forgetsThatItIsClosed()) {
            bug.session.close();
          }
        }
      };
    }
  }
}
