package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Attempt;
import dev.rsi.api.CancelledException;
import dev.rsi.api.Cost;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.Lesson;
import dev.rsi.api.Recipe;
import dev.rsi.api.Reply;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.Trainer.LearnsFrom;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A wrapped trainer that passes the contract, and the planted bugs that it finds. */
class TrainerContractTest {
  private static final SimulatedLearner LEARNER = SimulatedLearner.ofLevels(3);

  @Nested
  class Scripted extends OfSums {
    @Override
    protected Trainer<Sum, Long> trainer() {
      return ScriptedTrainer.of(LEARNER.trainer());
    }
  }

  @Nested
  class Contrasting extends OfSums {
    @Override
    protected Trainer<Sum, Long> trainer() {
      return ScriptedTrainer.of(new OfAttempts(LearnsFrom.CONTRASTS));
    }
  }

  @Nested
  class Reflecting extends OfSums {
    @Override
    protected Trainer<Sum, Long> trainer() {
      return ScriptedTrainer.of(new OfAttempts(LearnsFrom.ATTEMPTS));
    }
  }

  @Nested
  class Asking extends OfSums {
    private final AtomicInteger calls = new AtomicInteger();

    @Override
    protected Trainer<Sum, Long> trainer() {
      return ScriptedTrainer.of(new OfCalls(calls, 2, 20));
    }
  }

  /** Tries its base and asks another model, which never says the same again. */
  private static class OfCalls extends Bug {
    private final AtomicInteger calls;
    private final long attempts;
    private final long tokens;

    OfCalls(AtomicInteger calls, long attempts, long tokens) {
      this.calls = calls;
      this.attempts = attempts;
      this.tokens = tokens;
    }

    @Override
    public long maxAttempts(Recipe recipe, long lessons) {
      return attempts;
    }

    @Override
    public long maxTokens(Recipe recipe, long lessons) {
      return tokens;
    }

    @Override
    public TrainedArtifact train(
        TrainingRequest<Sum, Long> request, TrainingContext<Sum, Long> context) {
      context.attempt(
          request.base().directory(),
          List.of(new Request<>(task(request), 1), new Request<>(task(request), 2)));
      List<Reply> replies =
          context.ask(
              List.of("rate", "rate"),
              10,
              (asked, most, call) -> new Reply("" + calls.incrementAndGet(), new Cost(5, 1)));
      TrainedArtifact made = super.train(request, context);
      write(made.directory().resolve("notes"), replies.toString());
      return made;
    }

    Sum task(TrainingRequest<Sum, Long> request) {
      return request.lessons().get(0).task();
    }
  }

  /** Learns how to do the tasks of its attempts, whatever came of them. */
  private static class OfAttempts extends Bug {
    private final LearnsFrom from;

    OfAttempts(LearnsFrom from) {
      this.from = from;
    }

    @Override
    public LearnsFrom learnsFrom() {
      return from;
    }

    @Override
    public TrainedArtifact train(
        TrainingRequest<Sum, Long> request, TrainingContext<Sum, Long> context) {
      List<Lesson<Sum, Long>> lessons = new ArrayList<>(request.lessons());
      request.attempts().stream()
          .filter(this::reads)
          .map(attempt -> Lesson.given(attempt.task(), attempt.task().expected(), attempt.level()))
          .forEach(lessons::add);
      return super.train(
          new TrainingRequest<>(
              request.base(), lessons, request.recipe(), request.seed(), request.workDirectory()),
          context);
    }

    boolean reads(Attempt<Sum, Long> attempt) {
      return true;
    }
  }

  abstract static class OfSums extends TrainerContract<Sum, Long> {
    @Override
    protected Generator<Sum, Long> generator() {
      return LEARNER.generator();
    }

    @Override
    protected void writeBase(Path directory) {
      LEARNER.write(directory, 0.9, 0.2);
    }

    @Override
    protected List<Lesson<Sum, Long>> lessons() {
      return SimulatedTrainerContractTest.rightLessons();
    }
  }

  static Stream<Arguments> bugs() {
    return Stream.of(
        bug("should_call_no_more_than_it_says", new OfCalls(new AtomicInteger(), 1, 20)),
        bug("should_call_no_more_than_it_says", new OfCalls(new AtomicInteger(), 2, 19)),
        bug(
            "should_call_no_more_than_it_says",
            new OfCalls(new AtomicInteger(), 2, 20) {
              @Override
              Sum task(TrainingRequest<Sum, Long> request) {
                return Sum.of(777, 111);
              }
            }),
        bug(
            "should_have_distinct_knobs_the_same_every_time",
            new Bug() {
              @Override
              public List<Knob> knobs() {
                return List.of(SimulatedLearner.LEARNING_RATE, SimulatedLearner.LEARNING_RATE);
              }
            }),
        bug(
            "should_have_distinct_knobs_the_same_every_time",
            new Bug() {
              private double initial;

              @Override
              public List<Knob> knobs() {
                initial += 0.1;
                return List.of(Knob.real("learning-rate", 0, 1, initial, "moody"));
              }
            }),
        bug(
            "should_make_an_artifact_in_its_work_directory_that_the_generator_opens",
            new Bug() {
              @Override
              TrainedArtifact made(TrainingRequest<Sum, Long> request, TrainedArtifact artifact) {
                Path elsewhere = LEARNER.write(beside(request, "elsewhere"), 1, 1, 1);
                return new TrainedArtifact(elsewhere, 1, Map.of(), Map.of());
              }
            }),
        bug(
            "should_make_an_artifact_in_its_work_directory_that_the_generator_opens",
            new Bug() {
              @Override
              TrainedArtifact made(TrainingRequest<Sum, Long> request, TrainedArtifact artifact) {
                write(request.workDirectory().resolve("simulated-learner.txt"), "NaN");
                return artifact;
              }
            }),
        bug(
            "should_make_an_artifact_in_its_work_directory_that_the_generator_opens",
            new Bug() {
              @Override
              TrainedArtifact made(TrainingRequest<Sum, Long> request, TrainedArtifact artifact) {
                return new TrainedArtifact(
                    artifact.directory(), 1, Map.of("loss", Double.NaN), Map.of());
              }
            }),
        bug(
            "should_write_nowhere_but_into_its_work_directory",
            new Bug() {
              @Override
              TrainedArtifact made(TrainingRequest<Sum, Long> request, TrainedArtifact artifact) {
                write(beside(request, "trainer.log"), "done");
                return artifact;
              }
            }),
        bug(
            "should_write_nowhere_but_into_its_work_directory",
            new Bug() {
              @Override
              TrainedArtifact made(TrainingRequest<Sum, Long> request, TrainedArtifact artifact) {
                LEARNER.write(request.base().directory(), 1, 1, 1);
                return artifact;
              }
            }),
        bug(
            "should_answer_more_lessons_rightly_after_training",
            new Bug() {
              @Override
              TrainedArtifact made(TrainingRequest<Sum, Long> request, TrainedArtifact artifact) {
                LEARNER.write(request.workDirectory(), 0.9, 0.2);
                return artifact;
              }
            }),
        bug(
            "should_make_the_same_bytes_of_the_same_request",
            new Bug() {
              @Override
              TrainedArtifact made(TrainingRequest<Sum, Long> request, TrainedArtifact artifact) {
                write(request.workDirectory().resolve("log"), request.workDirectory().toString());
                return artifact;
              }
            }),
        bug(
            "should_make_the_same_bytes_of_the_same_request",
            new Bug() {
              private int trainings;

              @Override
              TrainedArtifact made(TrainingRequest<Sum, Long> request, TrainedArtifact artifact) {
                write(request.workDirectory().resolve("momentum"), "" + trainings++);
                return artifact;
              }
            }),
        bug(
            "should_train_twice_at_once",
            new Bug() {
              private volatile Path current = Path.of("none");

              @Override
              TrainedArtifact made(TrainingRequest<Sum, Long> request, TrainedArtifact artifact) {
                current = request.workDirectory();
                Suites.pause(200);
                write(current.resolve("second-file"), "");
                return artifact;
              }
            }),
        bug(
            "should_have_distinct_knobs_the_same_every_time",
            new Bug() {
              @Override
              @SuppressWarnings("NullAway") // The bug.
              public LearnsFrom learnsFrom() {
                return null;
              }
            }),
        bug(
            "should_train_where_nothing_passed",
            new OfAttempts(LearnsFrom.ATTEMPTS) {
              @Override
              boolean reads(Attempt<Sum, Long> attempt) {
                // Learns from what passed alone, and has nothing then.
                return attempt.passed();
              }
            }),
        bug(
            "should_train_where_nothing_passed",
            new OfAttempts(LearnsFrom.ATTEMPTS) {
              @Override
              boolean reads(Attempt<Sum, Long> attempt) {
                // Takes it that every attempt has a candidate.
                return Objects.requireNonNull(attempt.candidate()) >= 0;
              }
            }),
        bug(
            "should_train_on_contrasts_alone",
            new OfAttempts(LearnsFrom.CONTRASTS) {
              @Override
              boolean reads(Attempt<Sum, Long> attempt) {
                return false;
              }
            }),
        bug(
            "should_report_progress_within_its_total",
            new Bug() {
              @Override
              RunContext context(RunContext context) {
                return RunContext.standalone();
              }
            }),
        bug(
            "should_report_progress_within_its_total",
            new Bug() {
              @Override
              RunContext context(RunContext context) {
                context.progress(2, 1);
                return context;
              }
            }),
        bug(
            "should_keep_nothing_when_cancelled",
            new Bug() {
              @Override
              public TrainedArtifact train(
                  TrainingRequest<Sum, Long> request, TrainingContext<Sum, Long> context) {
                try {
                  return super.train(request, context);
                } catch (CancelledException e) {
                  write(request.workDirectory().resolve("half"), "");
                  throw e;
                }
              }
            }),
        bug(
            "should_keep_nothing_when_cancelled",
            new Bug() {
              @Override
              public TrainedArtifact train(
                  TrainingRequest<Sum, Long> request, TrainingContext<Sum, Long> context) {
                try {
                  return super.train(request, context);
                } catch (CancelledException e) {
                  // Gives what it has so far, as if it were whole.
                  LEARNER.write(request.workDirectory(), 0.9, 0.2);
                  return new TrainedArtifact(request.workDirectory(), 0, Map.of(), Map.of());
                }
              }
            }),
        bug(
            "should_train_as_ever_after_a_cancelled_training",
            new Bug() {
              private boolean wasCancelled;

              @Override
              public TrainedArtifact train(
                  TrainingRequest<Sum, Long> request, TrainingContext<Sum, Long> context) {
                try {
                  TrainedArtifact artifact = super.train(request, context);
                  write(request.workDirectory().resolve("state"), "" + wasCancelled);
                  return artifact;
                } catch (CancelledException e) {
                  wasCancelled = true;
                  throw e;
                }
              }
            }),
        bug(
            "should_stop_when_interrupted",
            new Bug() {
              @Override
              RunContext context(RunContext context) {
                return ManualContext.create();
              }
            }),
        bug(
            "should_refuse_a_corrupt_base_and_keep_nothing",
            new Bug() {
              @Override
              public TrainedArtifact train(
                  TrainingRequest<Sum, Long> request, TrainingContext<Sum, Long> context) {
                if (Directories.files(request.base().directory()).isEmpty()) {
                  // Begins anew where there is nothing to begin with.
                  LEARNER.write(request.workDirectory(), 0.5);
                  return new TrainedArtifact(request.workDirectory(), 0, Map.of(), Map.of());
                }
                return super.train(request, context);
              }
            }));
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void should_find_the_bug(String test, Bug bug) {
    Planted.trainer = bug;
    assertThat(Suites.failures(Planted.class)).contains(test);
  }

  private static Arguments bug(String test, Bug bug) {
    return Arguments.of(test, bug);
  }

  /** Not a test on its own: run by the test above with a bug in it. */
  static class Planted extends OfSums {
    static Trainer<Sum, Long> trainer = LEARNER.trainer();

    @Override
    protected Trainer<Sum, Long> trainer() {
      return trainer;
    }
  }

  /** A sound trainer's steps, of which each bug gets one wrong. */
  abstract static class Bug implements Trainer<Sum, Long> {
    @Override
    public List<Knob> knobs() {
      return LEARNER.trainer().knobs();
    }

    RunContext context(RunContext context) {
      return context;
    }

    TrainedArtifact made(TrainingRequest<Sum, Long> request, TrainedArtifact artifact) {
      return artifact;
    }

    @Override
    public TrainedArtifact train(
        TrainingRequest<Sum, Long> request, TrainingContext<Sum, Long> context) {
      return made(request, LEARNER.trainer().train(request, TrainingContext.of(context(context))));
    }

    static Path beside(TrainingRequest<Sum, Long> request, String name) {
      return request.workDirectory().resolveSibling(name);
    }

    static void write(Path file, String text) {
      try {
        Files.writeString(file, text);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
