package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Candidates and tasks that say what they like of themselves, or change after they were looked at.
 */
class LyingPartsTest {
  /** An answer that anybody may change, and that is equal to others of its class by its number. */
  private static class Answer {
    long number;

    Answer(long number) {
      this.number = number;
    }

    boolean isRight(Sum sum) {
      return sum.expected() == number;
    }
  }

  /** Says that it is right, whatever it is. */
  private static final class Lie extends Answer {
    Lie(long number) {
      super(number);
    }

    @Override
    boolean isRight(Sum sum) {
      return true;
    }
  }

  private static class AnswerCodec implements Codec<Sum, Answer> {
    @Override
    public String writeTask(Sum task) {
      return ToyTasks.codec().writeTask(task);
    }

    @Override
    public Sum readTask(String text) {
      return ToyTasks.codec().readTask(text);
    }

    @Override
    public String writeCandidate(Answer candidate) {
      return String.valueOf(candidate.number);
    }

    @Override
    public Answer readCandidate(String text) {
      return new Answer(Long.parseLong(text));
    }
  }

  private static final Verifier<Sum, Answer> JUDGE =
      (task, answer) -> Verdict.passIf(answer.isRight(task), "wrong");

  @TempDir Path home;
  private Loops loops;
  private final List<Answer> made = new ArrayList<>();
  private final List<String> trained = new ArrayList<>();

  @BeforeEach
  void start() {
    loops = new Loops(home);
  }

  @Test
  void should_rule_on_what_was_written_of_a_candidate_that_says_it_is_right() {
    RunReport report = run(new AnswerCodec(), Lie::new);
    List<RunEvent.Attempted> attempts = attempts(report);
    assertThat(attempts).anyMatch(attempt -> attempt.outcome() == Verdict.Outcome.FAIL);
    for (RunEvent.Attempted attempt : attempts) {
      long right = ToyTasks.codec().readTask(attempt.task()).expected();
      assertThat(attempt.outcome() == Verdict.Outcome.PASS)
          .as(attempt.toString())
          .isEqualTo(String.valueOf(right).equals(attempt.candidate()));
    }
    assertThat(
            loops.store.events(report.run()).stream()
                .filter(RunEvent.Probed.class::isInstance)
                .flatMap(event -> ((RunEvent.Probed) event).numbers().stream()))
        .as("readings, which would all be 1")
        .contains(0.0);
  }

  @Test
  void should_train_on_what_was_ruled_on_though_the_candidates_changed_since() {
    run(new AnswerCodec(), Answer::new);
    assertThat(made).isNotEmpty().allMatch(answer -> answer.number == -1);
    assertThat(trained).isNotEmpty().noneMatch(lesson -> lesson.endsWith("=-1"));
  }

  @Test
  void should_name_a_codec_that_reads_something_else_as_a_failure_of_the_attempt() {
    RunReport report =
        run(
            new AnswerCodec() {
              @Override
              public Answer readCandidate(String text) {
                return new Answer(Long.parseLong(text) + 1);
              }
            },
            Answer::new);
    assertThat(attempts(report))
        .isNotEmpty()
        .allMatch(attempt -> attempt.outcome() == Verdict.Outcome.FAIL)
        .allMatch(attempt -> attempt.reason().contains("Maybe reading drops or changes"));
  }

  @Test
  void should_fail_the_attempts_whose_candidate_the_codec_cannot_read() {
    RunReport report =
        run(
            new AnswerCodec() {
              @Override
              public Answer readCandidate(String text) {
                if (text.endsWith("3")) {
                  throw new IllegalArgumentException("no threes: " + text);
                }
                return super.readCandidate(text);
              }
            },
            Answer::new);
    assertThat(attempts(report))
        .anyMatch(attempt -> attempt.outcome() == Verdict.Outcome.PASS)
        .anyMatch(attempt -> attempt.reason().contains("no threes"));
  }

  private List<RunEvent.Attempted> attempts(RunReport report) {
    return loops.store.events(report.run()).stream()
        .filter(RunEvent.Attempted.class::isInstance)
        .map(RunEvent.Attempted.class::cast)
        .toList();
  }

  private RunReport run(Codec<Sum, Answer> codec, Function<Long, Answer> answers) {
    Map<String, List<Sum>> probes = new LinkedHashMap<>();
    HostileLoop.PROBES.families().forEach((kind, f) -> probes.put(kind, f.tasks()));
    return ImprovementLoop.builder(generator(codec, answers))
        .verifier(JUDGE)
        .trainer(trainer())
        .gate(DriftGates.paired())
        .probes(ProbeBank.of(codec, JUDGE, probes))
        .practice(Practice.DEFAULT.tasks(32).scouts(16).reach(2))
        .budget(Budget.of(1))
        .store(loops.store)
        .registry(loops.registry)
        .build()
        .run(loops.start, tasks());
  }

  private static TaskSource<Sum> tasks() {
    return new TaskSource<>() {
      @Override
      public int levels() {
        return Loops.LEVELS;
      }

      @Override
      public Sum draw(int level, RandomGenerator random) {
        return Loops.TASKS.draw(level, random);
      }
    };
  }

  /** Changes every answer of a batch when the next is asked for, and all when it is closed. */
  private Generator<Sum, Answer> generator(
      Codec<Sum, Answer> codec, Function<Long, Answer> answers) {
    Generator<Sum, Long> honest = loops.learner.generator();
    return new Generator<>() {
      @Override
      public Codec<Sum, Answer> codec() {
        return codec;
      }

      @Override
      public Session<Sum, Answer> open(ModelVersion version) {
        Session<Sum, Long> session = honest.open(version);
        return new Session<>() {
          @Override
          public List<Output<Answer>> generate(List<Request<Sum>> requests, RunContext context) {
            List<Output<Answer>> outputs = new ArrayList<>();
            for (Output<Long> output : session.generate(requests, context)) {
              Long number = output.candidate();
              outputs.add(
                  number == null
                      ? Output.malformed("nothing", output.tokens())
                      : Output.of(keep(answers.apply(number)), output.tokens()));
            }
            return outputs;
          }

          @Override
          public void close() {
            change();
            session.close();
          }
        };
      }
    };
  }

  private synchronized Answer keep(Answer answer) {
    made.add(answer);
    return answer;
  }

  private synchronized void change() {
    made.forEach(answer -> answer.number = -1);
  }

  private Trainer<Sum, Answer> trainer() {
    Trainer<Sum, Long> honest = loops.learner.trainer();
    return new Trainer<>() {
      @Override
      public List<Knob> knobs() {
        return honest.knobs();
      }

      @Override
      public TrainedArtifact train(
          TrainingRequest<Sum, Answer> request, TrainingContext<Sum, Answer> context) {
        change();
        List<Lesson<Sum, Long>> lessons = new ArrayList<>();
        for (Lesson<Sum, Answer> lesson : request.lessons()) {
          long number = lesson.candidate().number;
          trained.add(ToyTasks.codec().writeTask(lesson.task()) + "=" + number);
          lessons.add(
              Lesson.given(lesson.task(), number, lesson.level()).withWeight(lesson.weight()));
        }
        return honest.train(
            new TrainingRequest<>(
                request.base(), lessons, request.recipe(), request.seed(), request.workDirectory()),
            TrainingContext.of(context));
      }
    };
  }
}
