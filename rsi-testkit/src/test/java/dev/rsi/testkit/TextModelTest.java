package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.CancelledException;
import dev.rsi.api.Codec;
import dev.rsi.api.Cost;
import dev.rsi.api.Generator;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Recipe;
import dev.rsi.api.Reply;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.core.data.TextModel;
import dev.rsi.core.registry.ModelRegistry;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextModelTest {
  /** Says the words after the task in its text; draws nothing. */
  private static final TextModel<String, String> MODEL =
      TextModel.of(
          "scripted",
          Codec.text(),
          (text, task) ->
              text.lines()
                  .filter(line -> line.startsWith(task + "="))
                  .map(line -> line.substring(task.length() + 1))
                  .findFirst()
                  .orElse("?"));

  private static final List<Lesson<String, String>> LESSONS =
      List.of(Lesson.given("two", "2"), Lesson.given("three", "3"));

  /** The start of a lineage, as files. */
  private static void write(Path directory) throws IOException {
    Path registry = Files.createTempDirectory("text-model");
    ModelVersion version = MODEL.add(ModelRegistry.directory(registry), "one=1\ntwo=4");
    for (String name : List.of(TextModel.FILE, TextModel.FILE + ".sha256")) {
      Files.createDirectories(directory);
      Files.copy(version.directory().resolve(name), directory.resolve(name));
    }
  }

  @Nested
  class AsGenerator extends GeneratorContract<String, String> {
    @Override
    protected Generator<String, String> generator() {
      return MODEL.generator();
    }

    @Override
    protected void writeVersion(Path directory) throws IOException {
      write(directory);
    }

    @Override
    protected List<String> tasks() {
      return List.of("one", "two", "three");
    }
  }

  @Nested
  class AsTrainer extends TrainerContract<String, String> {
    @Override
    protected Trainer<String, String> trainer() {
      return MODEL.trainer(
          "what passed comes first",
          (text, request) -> {
            StringBuilder better = new StringBuilder();
            request
                .lessons()
                .forEach(each -> better.append(each.task() + "=" + each.candidate() + "\n"));
            request.attempts().stream()
                .filter(each -> each.passed())
                .forEach(each -> better.append(each.task() + "=" + each.candidate() + "\n"));
            return better + text;
          });
    }

    @Override
    protected Generator<String, String> generator() {
      return MODEL.generator();
    }

    @Override
    protected void writeBase(Path directory) throws IOException {
      write(directory);
    }

    @Override
    protected List<Lesson<String, String>> lessons() {
      return LESSONS;
    }
  }

  @TempDir Path home;

  private List<Output<Long>> answers(TextModel.Answering answering) {
    Codec<Sum, Long> codec = ToyTasks.codec();
    TextModel<Sum, Long> model = TextModel.answering("some", codec, answering);
    ModelVersion version = model.add(ModelRegistry.directory(home), "text");
    try (Generator.Session<Sum, Long> session = model.generator().open(version)) {
      return session.generate(
          List.of(new Request<>(Sum.of(1, 2), 7), new Request<>(Sum.of(3, 4), 8)),
          RunContext.standalone());
    }
  }

  @Test
  void should_read_answers_and_keep_what_they_cost() {
    List<Output<Long>> read =
        answers(
            (text, task, seed, context) ->
                seed == 7 ? Output.of("42", 3) : Output.of("I would say 42", 5));
    assertThat(read.get(0)).isEqualTo(Output.of(42L, 3));
    assertThat(read.get(1).kind()).isEqualTo(Output.Kind.MALFORMED);
    assertThat(read.get(1).text()).isEqualTo("I would say 42");
    assertThat(read.get(1).tokens()).isEqualTo(5);
  }

  @Test
  void should_fail_one_answer_and_not_the_batch() {
    List<Output<Long>> read =
        answers(
            (text, task, seed, context) -> {
              if (seed == 7) {
                throw new IllegalStateException("no luck");
              }
              return Output.failed("asleep", 2);
            });
    assertThat(read.get(0).failure()).contains("no luck");
    assertThat(read.get(1)).isEqualTo(Output.failed("asleep", 2));
  }

  @Test
  void should_hand_on_outages_and_cancellation() {
    assertThatThrownBy(
            () ->
                answers(
                    (text, task, seed, context) -> {
                      throw new RsiException("429", null, true);
                    }))
        .isInstanceOfSatisfying(RsiException.class, e -> assertThat(e.retryable()).isTrue());
    assertThatThrownBy(
            () ->
                answers(
                    (text, task, seed, context) -> {
                      throw new CancelledException("now");
                    }))
        .isInstanceOf(CancelledException.class);
  }

  @Test
  void should_keep_texts_as_they_are_and_refuse_what_has_no_utf_8() {
    ModelRegistry registry = ModelRegistry.directory(home);
    for (String text : List.of("", "\uFEFFa\r\n\u0000\u2028", "\uD83D\uDE00")) {
      assertThat(TextModel.read(MODEL.add(registry, text))).isEqualTo(text);
    }
    assertThatThrownBy(() -> MODEL.add(registry, "x\uD83D"))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("half a surrogate pair");
  }

  /** A rewriter that asks another model and tries a draft, within what it says. */
  @Test
  void should_let_a_rewriter_ask_and_try_drafts(@TempDir Path home) {
    Trainer<String, String> trainer =
        MODEL.asking(
            "asks",
            1,
            100,
            (text, request, context) -> {
              String said =
                  context
                      .ask("two?", 50, (asked, most, call) -> new Reply("two=2", new Cost(9, 3)))
                      .text();
              Path draft = TextModel.write(request.workDirectory().resolve("draft"), said);
              return context.attempt(draft, List.of(new Request<>("two", 1))).get(0).passed()
                  ? said
                  : text;
            });
    ModelVersion start = MODEL.add(ModelRegistry.directory(home.resolve("models")), "two=4");
    Path work = home.resolve("work");

    trainer.train(
        new TrainingRequest<>(start, LESSONS, Recipe.defaults(), 7, work),
        TrainingContext.of(
            RunContext.standalone(),
            MODEL.generator(),
            (task, said) -> Verdict.passIf(said.equals("2"), "no")));

    assertThat(TextModel.read(ModelVersion.of(work))).isEqualTo("two=2");
    assertThat(trainer.maxAttempts(Recipe.defaults(), 2)).isEqualTo(1);
    assertThat(trainer.maxTokens(Recipe.defaults(), 2)).isEqualTo(100);
  }

  @Test
  void should_say_what_an_answer_takes_at_most() {
    Generator<String, String> bounded =
        MODEL.withMaxTokens(40).withMaxMoney(new BigDecimal("0.01")).generator();

    assertThat(bounded.maxTokens()).isEqualTo(40);
    assertThat(bounded.maxMoney()).isEqualTo("0.01");
    assertThat(MODEL.generator().maxTokens()).isEqualTo(Integer.MAX_VALUE);
    assertThatThrownBy(() -> MODEL.withMaxTokens(-1)).hasMessageContaining("(-1)");
  }
}
