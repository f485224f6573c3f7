package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Attempt;
import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.Labelled;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Recipe;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.data.Datasets;
import dev.rsi.core.data.TextModel;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport.End;
import dev.rsi.core.store.RunStore;
import dev.rsi.core.verify.Verifiers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An answer key stands beside its task: it is never what a model reads or a record knows it by. */
class LabelledTest {
  private static final String KEY = "KEY-";

  @TempDir Path home;
  private final List<String> heard = new ArrayList<>();

  private static List<Labelled<String, String>> data(int size) {
    return IntStream.range(0, size)
        .mapToObj(i -> new Labelled<>("question " + i + " of subject " + i % 5, KEY + i % 5))
        .toList();
  }

  /** Reads inputs, knows of no key, and answers by the last word. */
  private Generator<String, String> reader() {
    return TextModel.of(
            "reader",
            Codec.text(),
            (text, task) -> {
              heard.add(task);
              String subject = task.substring(task.lastIndexOf(' ') + 1);
              return text.contains(subject) ? KEY + subject : "no idea";
            })
        .generator();
  }

  private Trainer<String, String> trainer() {
    return TextModel.<String, String>of("reader", Codec.text(), (text, task) -> "")
        .trainer(
            "last words of what failed",
            (text, request) -> {
              TreeSet<String> subjects = new TreeSet<>();
              for (Attempt<String, String> attempt : request.attempts()) {
                heard.add(attempt.task());
                if (!attempt.passed()) {
                  subjects.add(attempt.task().substring(attempt.task().lastIndexOf(' ') + 1));
                }
              }
              return text + " " + (subjects.isEmpty() ? "" : subjects.first());
            });
  }

  /** A verifier whose reason has no key in it. */
  private static Verifier<Labelled<String, String>, String> verifier() {
    return Verifier.named(
        "label", (task, answer) -> Verdict.passIf(answer.equals(task.label()), "wrong"));
  }

  private ImprovementLoop<Labelled<String, String>, String> loop(
      List<Labelled<String, String>> data, RunStore store, ModelRegistry registry) {
    Datasets.Split<Labelled<String, String>> split = split(data);
    Generator<Labelled<String, String>, String> generator = Labelled.generator(reader(), data);
    return ImprovementLoop.builder(generator)
        .verifier(verifier())
        .trainer(Labelled.trainer(trainer()))
        .gate(DriftGates.paired())
        .probes(ProbeBank.of(generator.codec(), Verifiers.labels(), Map.of("all", split.probes())))
        .budget(Budget.of(8))
        .store(store)
        .registry(registry)
        .build();
  }

  private static Datasets.Split<Labelled<String, String>> split(
      List<Labelled<String, String>> data) {
    return Datasets.split(data, Labelled::input, Datasets.Shares.of(0.3, 0.7, 0));
  }

  private static ModelVersion start(ModelRegistry registry) {
    return TextModel.<String, String>of("reader", Codec.text(), (text, task) -> "")
        .add(registry, "Know");
  }

  @Test
  void should_show_no_key_to_model_trainer_or_record() {
    List<Labelled<String, String>> data = data(300);
    RunStore store = RunStore.inMemory();
    ModelRegistry registry = ModelRegistry.directory(home);
    var report =
        loop(data, store, registry).run(start(registry), TaskSource.of(split(data).practice()));
    assertThat(report.end()).as(report.summary()).isEqualTo(End.MASTERED);
    assertThat(heard).isNotEmpty().noneMatch(text -> text.contains(KEY));
    assertThat(store.events("run-1"))
        .filteredOn(RunEvent.Attempted.class::isInstance)
        .map(RunEvent.Attempted.class::cast)
        .isNotEmpty()
        .noneMatch(attempt -> attempt.task().contains(KEY))
        .noneMatch(attempt -> attempt.reason().contains(KEY));
  }

  @Test
  void should_find_the_key_again_when_a_run_is_resumed_and_refuse_other_keys() {
    List<Labelled<String, String>> data = data(300);
    RunStore whole = RunStore.inMemory();
    ModelRegistry first = ModelRegistry.directory(home.resolve("first"));
    loop(data, whole, first).run(start(first), TaskSource.of(split(data).practice()));
    Path file = home.resolve("run.db");
    ModelRegistry registry = ModelRegistry.directory(home.resolve("second"));
    try (RunStore store = RunStore.sqlite(file)) {
      RunStore breaking = new BreakingStore(store, 12, true);
      assertThatThrownBy(
              () ->
                  loop(data, breaking, registry)
                      .run(start(registry), TaskSource.of(split(data).practice())))
          .hasMessageContaining("the power failed");
    }
    try (RunStore store = RunStore.sqlite(file)) {
      List<Labelled<String, String>> others = new ArrayList<>(data);
      others.set(299, new Labelled<>(data.get(299).input(), KEY + "other"));
      assertThatThrownBy(
              () ->
                  loop(others, store, registry)
                      .resume("run-1", TaskSource.of(split(others).practice())))
          .hasMessageContaining("codec was")
          .hasMessageContaining("300 labelled tasks of sha-256");
      loop(data(300), store, registry).resume("run-1", TaskSource.of(split(data(300)).practice()));
      assertThat(Loops.course(store, "run-1")).isEqualTo(Loops.course(whole, "run-1"));
    }
  }

  @Test
  void should_have_a_codec_that_is_inverse_and_knows_its_data() {
    List<Labelled<String, String>> data = data(20);
    Codec<Labelled<String, String>, String> codec = Labelled.codec(Codec.text(), data);
    assertThat(data)
        .allSatisfy(
            task -> {
              assertThat(codec.writeTask(task)).isEqualTo(task.input());
              assertThat(codec.readTask(codec.writeTask(task))).isEqualTo(task);
            });
    assertThatThrownBy(() -> codec.readTask("else"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(else) is not in the data set of (20) labelled tasks");
    List<Labelled<String, String>> twice =
        List.of(new Labelled<>("a", "1"), new Labelled<>("a", "1"), new Labelled<>("a", "2"));
    assertThatThrownBy(() -> Labelled.codec(Codec.text(), twice))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("The input (a) stands in the data with the label (1) and with (2)");
    assertThatThrownBy(() -> Labelled.codec(Codec.text(), List.<Labelled<String, String>>of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void should_say_that_two_tasks_of_a_list_differ_in_their_keys_alone() {
    List<Labelled<String, String>> data = data(300);
    List<Labelled<String, String>> list = new ArrayList<>(split(data).practice());
    list.add(new Labelled<>(list.get(0).input(), "another key"));
    ModelRegistry registry = ModelRegistry.directory(home);
    assertThatThrownBy(
            () ->
                loop(data, RunStore.inMemory(), registry).run(start(registry), TaskSource.of(list)))
        .hasMessageContaining("have the same text")
        .hasMessageContaining("answer key");
  }

  /** Scores a candidate by the length of what it was asked. */
  private static final class Scoring implements Generator<String, String> {
    @Override
    public Codec<String, String> codec() {
      return Codec.text();
    }

    @Override
    public Session<String, String> open(ModelVersion version) {
      return new ScoringSession<>() {
        @Override
        public List<Output<String>> generate(List<Request<String>> requests, RunContext context) {
          return requests.stream().map(each -> Output.of(each.task(), 1)).toList();
        }

        @Override
        public List<Double> score(List<String> tasks, List<String> candidates, RunContext context) {
          return tasks.stream().map(task -> -1.0 * task.length()).toList();
        }

        @Override
        public void close() {}
      };
    }
  }

  @Test
  void should_score_and_train_without_keys() {
    Labelled<String, String> task = new Labelled<>("four", KEY);
    try (var session =
        Labelled.generator(new Scoring(), List.of(task)).open(start(registry("scoring")))) {
      assertThat(session).isInstanceOf(ScoringSession.class);
      @SuppressWarnings("unchecked")
      var scoring = (ScoringSession<Labelled<String, String>, String>) session;
      assertThat(scoring.score(List.of(task), List.of("x"), RunContext.standalone()))
          .containsExactly(-4.0);
      assertThat(session.generate(List.of(new Request<>(task, 1)), RunContext.standalone()))
          .containsExactly(Output.of("four", 1));
    }
    List<TrainingRequest<String, String>> asked = new ArrayList<>();
    Trainer<String, String> keeping =
        TextModel.<String, String>of("none", Codec.text(), (text, each) -> "")
            .trainer(
                "keeping",
                (text, request) -> {
                  asked.add(request);
                  return text;
                });
    Labelled.<String, String, String>trainer(keeping)
        .train(
            new TrainingRequest<>(
                start(registry("trained")),
                List.of(Lesson.given(task, "right").withWeight(3)),
                Recipe.defaults(),
                7,
                home.resolve("work")),
            TrainingContext.standalone());
    assertThat(asked.get(0).lessons()).containsExactly(Lesson.given("four", "right").withWeight(3));
  }

  /** It names inputs, and their keys are where they were; other tasks may be held out. */
  @Test
  void should_let_a_trainer_try_drafts_on_the_inputs_that_it_was_given() {
    // GIVEN
    Labelled<String, String> task = new Labelled<>("two", "deux");
    Labelled<String, String> other = new Labelled<>("three", "trois");
    TextModel<String, String> model =
        TextModel.of("echo", Codec.text(), (text, each) -> each.equals("two") ? "deux" : "?");
    List<Attempt<String, String>> tried = new ArrayList<>();
    List<Throwable> refused = new ArrayList<>();
    Trainer<String, String> trying =
        new Trainer<>() {
          @Override
          public List<Knob> knobs() {
            return List.of();
          }

          @Override
          public long maxAttempts(Recipe recipe, long lessons) {
            return 2;
          }

          @Override
          public TrainedArtifact train(
              TrainingRequest<String, String> request, TrainingContext<String, String> context) {
            Path base = request.base().directory();
            tried.addAll(context.attempt(base, List.of(new Request<>("two", 7))));
            try {
              context.attempt(base, List.of(new Request<>("four", 7)));
            } catch (RsiException e) {
              refused.add(e);
            }
            return new TrainedArtifact(request.workDirectory(), 0, Map.of(), Map.of());
          }
        };
    Trainer<Labelled<String, String>, String> labelled = Labelled.trainer(trying);

    // WHEN
    labelled.train(
        new TrainingRequest<>(
            start(registry("drafts")),
            List.of(Lesson.given(task, "deux"), Lesson.given(other, "trois")),
            Recipe.defaults(),
            7,
            home.resolve("work")),
        TrainingContext.of(
            RunContext.standalone(),
            Labelled.generator(model.generator(), List.of(task, other)),
            Verifiers.labels()));

    // THEN
    assertThat(labelled.maxAttempts(Recipe.defaults(), 2)).isEqualTo(2);
    assertThat(tried).singleElement().matches(Attempt::passed);
    assertThat(tried.get(0).task()).isEqualTo("two");
    assertThat(refused).singleElement().asString().contains("Task (four) is none of the request's");
  }

  private ModelRegistry registry(String name) {
    return ModelRegistry.directory(home.resolve(name));
  }
}
