package dev.rsi.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Attempt;
import dev.rsi.api.Codec;
import dev.rsi.api.Cost;
import dev.rsi.api.Generator;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Recipe;
import dev.rsi.api.Reply;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingContext.Caller;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trainer that asks models of docs/training.md. */
class AskingTrainerTest {
  @TempDir Path home;

  private final Caller llm = (question, most, context) -> new Reply("shout", new Cost(12, 1));

  /** Answers a task as it is, or in capitals if its prompt says so. */
  private static final class Echo implements Generator<String, String> {
    @Override
    public Codec<String, String> codec() {
      return Codec.text();
    }

    @Override
    public Session<String, String> open(ModelVersion version) {
      boolean shouts = read(version.directory()).contains("shout");
      return new Session<>() {
        @Override
        public List<Output<String>> generate(List<Request<String>> requests, RunContext context) {
          return requests.stream()
              .map(request -> request.task())
              .map(task -> Output.of(shouts ? task.toUpperCase(java.util.Locale.ROOT) : task, 1))
              .toList();
        }

        @Override
        public void close() {}
      };
    }
  }

  private static String read(Path directory) {
    try {
      return Files.readString(directory.resolve("prompt.txt"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path write(Path directory, String prompt) {
    try {
      Files.writeString(directory.resolve("prompt.txt"), prompt);
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double meanReward(List<Attempt<String, String>> attempts) {
    return attempts.stream().mapToDouble(Attempt::reward).average().orElse(0);
  }

  @Test
  void should_try_what_another_model_advises() throws IOException {
    Path base = write(Files.createDirectory(home.resolve("base")), "repeat what you read");
    List<Lesson<String, String>> lessons = List.of(Lesson.given("a", "A", 1));
    TrainingRequest<String, String> request =
        new TrainingRequest<>(
            ModelVersion.of(base),
            lessons,
            Recipe.defaults(),
            1,
            Files.createDirectory(home.resolve("work")));
    TrainingContext<String, String> context =
        TrainingContext.of(
            RunContext.standalone(),
            new Echo(),
            (task, answer) ->
                Verdict.passIf(answer.equals(task.toUpperCase(java.util.Locale.ROOT)), "too low"));
    // #region reflecting-trainer
    String prompt = read(request.base().directory());
    List<Request<String>> minibatch =
        request.lessons().stream().limit(8).map(each -> new Request<>(each.task(), 1)).toList();
    List<Attempt<String, String>> tried = context.attempt(request.base().directory(), minibatch);
    List<String> questions =
        tried.stream()
            .filter(each -> !each.passed())
            .map(each -> "small-llm-1: what should be added to (" + prompt + ")? " + each.verdict())
            .toList();
    List<Reply> advice = context.ask(questions, 2_000, llm.with(llm.calling().parallel(8)));
    Path draft = write(request.workDirectory(), prompt + "\n" + advice.get(0).text());
    boolean better = meanReward(context.attempt(draft, minibatch)) > meanReward(tried);
    // #endregion
    assertThat(better).isTrue();
  }
}
