package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Codec;
import dev.rsi.api.CorruptModelException;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A wrapped generator that passes the contract, and the planted bugs that it finds. */
class GeneratorContractTest {
  private static final SimulatedLearner LEARNER = SimulatedLearner.ofLevels(3);

  @Nested
  class Scripted extends OfSums {
    @Override
    protected Generator<Sum, Long> generator() {
      return ScriptedGenerator.of(LEARNER.generator());
    }
  }

  /** Half of a prompt is a prompt: that it was cut is not to be seen in it. */
  @Nested
  class OfText extends GeneratorContract<String, String> {
    @Override
    protected Generator<String, String> generator() {
      return new Prompted();
    }

    @Override
    protected void writeVersion(Path directory) throws IOException {
      Files.writeString(directory.resolve("prompt.txt"), "Answer in capital letters.");
    }

    @Override
    protected List<String> tasks() {
      return List.of("one", "two", "three");
    }

    @Override
    protected boolean supportsDamage(Path modelFile) {
      return false;
    }
  }

  /** Answers a task by its length and its prompt's. */
  private static final class Prompted implements Generator<String, String> {
    @Override
    public Codec<String, String> codec() {
      return Codec.text();
    }

    @Override
    public Session<String, String> open(ModelVersion version) {
      Path file = version.directory().resolve("prompt.txt");
      String prompt = read(file);
      return new Session<>() {
        private boolean closed;

        @Override
        public List<Output<String>> generate(List<Request<String>> requests, RunContext context) {
          if (closed) {
            throw new IllegalStateException("closed");
          }
          context.checkActive();
          return requests.stream()
              .map(request -> Output.of(request.task() + prompt.length() + request.seed(), 1))
              .toList();
        }

        @Override
        public void close() {
          closed = true;
        }
      };
    }

    private static String read(Path file) {
      try {
        String prompt = Files.readString(file);
        if (prompt.isBlank()) {
          throw new CorruptModelException(file, "prompt", "some text", "nothing");
        }
        return prompt;
      } catch (IOException e) {
        throw new CorruptModelException(file, "prompt", "some text", "no file", e);
      }
    }
  }

  abstract static class OfSums extends GeneratorContract<Sum, Long> {
    @Override
    protected void writeVersion(Path directory) {
      LEARNER.write(directory, 0.5, 0.5, 0.5);
    }

    @Override
    protected List<Sum> tasks() {
      return SimulatedGeneratorContractTest.TASKS;
    }

    @Override
    protected Sum failingTask() {
      return Sum.of(1, 2, 3, 4, 5);
    }
  }

  /** Every bug with the test that must find it. */
  static Stream<Arguments> bugs() {
    return Stream.of(
        bug(
            "should_give_one_output_per_request_in_the_same_order",
            new Bug() {
              @Override
              List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
                return super.generate(requests.subList(0, requests.size() - 1), context);
              }
            }),
        bug(
            "should_give_one_output_per_request_in_the_same_order",
            new Bug() {
              @Override
              List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
                List<Output<Long>> sorted = new ArrayList<>(super.generate(requests, context));
                sorted.sort(Comparator.comparing(String::valueOf));
                return sorted;
              }
            }),
        bug(
            "should_answer_alike_whatever_else_is_in_the_batch",
            new Bug() {
              @Override
              List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
                List<Request<Sum>> shifted = new ArrayList<>();
                for (int i = 0; i < requests.size(); i++) {
                  Request<Sum> request = requests.get(i);
                  shifted.add(new Request<>(request.task(), request.seed() + 1000 * i));
                }
                return super.generate(shifted, context);
              }
            }),
        bug(
            "should_answer_alike_whatever_was_asked_before",
            new Bug() {
              private long calls;

              @Override
              List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
                calls++;
                return super.generate(
                    requests.stream().map(r -> new Request<>(r.task(), r.seed() + calls)).toList(),
                    context);
              }
            }),
        bug(
            "should_take_every_seed",
            new Bug() {
              @Override
              List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
                requests.forEach(r -> Math.negateExact(r.seed()));
                return super.generate(requests, context);
              }
            }),
        bug(
            "should_give_no_outputs_for_no_requests",
            new Bug() {
              @Override
              List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
                requests.get(0);
                return super.generate(requests, context);
              }
            }),
        bug(
            "should_report_a_failed_item_without_failing_the_batch",
            new Bug() {
              @Override
              List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
                List<Output<Long>> outputs = super.generate(requests, context);
                if (outputs.stream().anyMatch(o -> o.failure() != null)) {
                  throw new RsiException("one bad item failed the batch");
                }
                return outputs;
              }
            }),
        bug(
            "should_take_a_second_close",
            new Bug() {
              @Override
              void close(boolean again) {
                if (again) {
                  throw new IllegalStateException("freed twice");
                }
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
              List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
                return super.generate(requests, ManualContext.create());
              }
            }),
        bug(
            "should_stop_when_interrupted",
            new Bug() {
              @Override
              List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
                return super.generate(requests, ManualContext.create());
              }
            }),
        bug(
            "should_refuse_a_corrupt_version",
            new Bug() {
              @Override
              void open(ModelVersion version) {
                try {
                  SimulatedLearner.skills(version.directory());
                } catch (CorruptModelException e) {
                  throw new IllegalArgumentException("bad file", e);
                }
              }
            }),
        bug(
            "should_refuse_a_corrupt_version",
            new Bug() {
              @Override
              void open(ModelVersion version) {
                // Mends what is broken: the model is another one than the registry hashed.
                try {
                  SimulatedLearner.skills(version.directory());
                } catch (CorruptModelException e) {
                  LEARNER.write(version.directory(), 0.5);
                }
              }
            }),
        bug(
            "should_leave_the_version_as_it_is",
            new Bug() {
              @Override
              void open(ModelVersion version) {
                try {
                  Files.writeString(version.directory().resolve("cache"), "compiled");
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              }
            }),
        bug(
            "should_write_down_and_read_back_tasks_and_candidates",
            new Bug() {
              @Override
              Long readCandidate(String text) {
                return super.readCandidate(text) + 1;
              }
            }),
        bug(
            "should_read_hostile_text_as_a_candidate_or_refuse_it_with_its_name",
            new Bug() {
              @Override
              Long readCandidate(String text) {
                return (long) text.charAt(0);
              }
            }));
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void should_find_the_bug(String test, Bug bug) {
    Planted.generator = () -> new Broken(bug);
    assertThat(Suites.failures(Planted.class)).contains(test);
  }

  @Test
  void should_find_sessions_that_share_state() {
    Planted.generator = SharedSeed::new;
    assertThat(Suites.failures(Planted.class)).contains("should_run_two_sessions_on_two_threads");
  }

  @Test
  void should_find_sessions_that_close_with_the_generator() {
    Planted.generator = ClosesSessions::new;
    assertThat(Suites.failures(Planted.class))
        .contains("should_keep_open_sessions_usable_when_another_session_or_the_generator_closes");
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
  }

  /** A sound generator's steps, of which each bug gets one wrong. */
  abstract static class Bug {
    private Generator.Session<Sum, Long> session;

    void open(ModelVersion version) {}

    List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
      return session.generate(requests, context);
    }

    void close(boolean again) {}

    boolean forgetsThatItIsClosed() {
      return false;
    }

    Long readCandidate(String text) {
      return ToyTasks.codec().readCandidate(text);
    }
  }

  /** A generator with a bug in it, for one session at a time. */
  private static final class Broken implements Generator<Sum, Long> {
    private final Bug bug;
    private final Codec<Sum, Long> codec =
        new Codec<>() {
          @Override
          public String writeTask(Sum task) {
            return ToyTasks.codec().writeTask(task);
          }

          @Override
          public Sum readTask(String text) {
            return ToyTasks.codec().readTask(text);
          }

          @Override
          public String writeCandidate(Long candidate) {
            return ToyTasks.codec().writeCandidate(candidate);
          }

          @Override
          public Long readCandidate(String text) {
            return bug.readCandidate(text);
          }
        };

    Broken(Bug bug) {
      this.bug = bug;
    }

    @Override
    public Codec<Sum, Long> codec() {
      return codec;
    }

    @Override
    public Session<Sum, Long> open(ModelVersion version) {
      bug.open(version);
      Session<Sum, Long> session = LEARNER.generator().open(version);
      return new Session<>() {
        private boolean closed;

        @Override
        public List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
          bug.session = session;
          return bug.generate(requests, context);
        }

        @Override
        public void close() {
          bug.close(closed);
          closed = true;
          if (!bug.forgetsThatItIsClosed()) {
            session.close();
          }
        }
      };
    }
  }

  /** Keeps the seed where all sessions see it. */
  private static final class SharedSeed implements Generator<Sum, Long> {
    private volatile long seed;

    @Override
    public Codec<Sum, Long> codec() {
      return ToyTasks.codec();
    }

    @Override
    public Session<Sum, Long> open(ModelVersion version) {
      Session<Sum, Long> session = LEARNER.generator().open(version);
      return new Session<>() {
        @Override
        public List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
          List<Output<Long>> outputs = new ArrayList<>();
          for (Request<Sum> request : requests) {
            seed = request.seed();
            Suites.pause(1);
            outputs.addAll(session.generate(List.of(new Request<>(request.task(), seed)), context));
          }
          return outputs;
        }

        @Override
        public void close() {
          session.close();
        }
      };
    }
  }

  /** Closes its sessions when it is closed itself. */
  private static final class ClosesSessions implements Generator<Sum, Long> {
    private final List<Session<Sum, Long>> sessions = new ArrayList<>();

    @Override
    public Codec<Sum, Long> codec() {
      return ToyTasks.codec();
    }

    @Override
    public Session<Sum, Long> open(ModelVersion version) {
      Session<Sum, Long> session = LEARNER.generator().open(version);
      sessions.add(session);
      return session;
    }

    @Override
    public void close() {
      sessions.forEach(Session::close);
    }
  }
}
