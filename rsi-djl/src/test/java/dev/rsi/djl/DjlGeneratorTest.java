package dev.rsi.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.pytorch.jni.JniUtils;
import dev.rsi.api.CorruptModelException;
import dev.rsi.api.Cost;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.SamplingParameters;
import dev.rsi.lm.SavedRandom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DjlGeneratorTest {
  @TempDir Path temp;
  private ModelVersion version;
  private final DjlGenerator<Addition, String> generator =
      DjlGenerator.of(Addition.CODEC, Device.cpu()).withSampling(new SamplingParameters(1, 12));

  @BeforeEach
  void write() {
    ModelDirectory.write(temp, Models.loud(PositionScheme.COUPLED, 1, 5));
    version = new ModelVersion("0".repeat(64), temp);
  }

  @Test
  void should_answer_in_order_whatever_the_batch() {
    List<Request<Addition>> requests = requests(40);
    try (Generator.Session<Addition, String> session = generator.open(version)) {
      List<Output<String>> together = session.generate(requests, RunContext.standalone());
      assertThat(together).hasSize(40);
      for (int i = 0; i < 40; i += 7) {
        assertThat(session.generate(List.of(requests.get(i)), RunContext.standalone()))
            .containsExactly(together.get(i));
      }
      assertThat(session.generate(requests, RunContext.standalone())).isEqualTo(together);
      assertThat(session.generate(List.of(), RunContext.standalone())).isEmpty();
      assertThat(together).anyMatch(output -> output.candidate() != null);
      assertThat(together.stream().distinct().count()).isGreaterThan(5);
    }
  }

  @Test
  void should_answer_differently_under_other_seeds() {
    Addition task = new Addition("123", "456");
    List<Request<Addition>> requests = new ArrayList<>();
    for (int seed = 0; seed < 20; seed++) {
      requests.add(new Request<>(task, seed));
    }
    DjlGenerator<Addition, String> greedy = generator.withSampling(SamplingParameters.greedy(6));
    try (Generator.Session<Addition, String> session = greedy.open(version)) {
      List<Output<String>> outputs = session.generate(requests, RunContext.standalone());
      assertThat(outputs.stream().distinct().count()).isGreaterThan(1);
    }
  }

  /** As far as an answer fits the limit, it is the one without it; else it is cut off. */
  @Test
  void should_stop_at_the_longest_answer_of_the_task() {
    List<Request<Addition>> requests = requests(200);
    DjlGenerator<Addition, String> limited = generator.withLongestAnswer(t -> 2 + t.a().length());
    try (Generator.Session<Addition, String> free = generator.open(version);
        Generator.Session<Addition, String> session = limited.open(version)) {
      List<Output<String>> all = free.generate(requests, RunContext.standalone());
      List<Output<String>> some = session.generate(requests, RunContext.standalone());
      int cut = 0;
      int kept = 0;
      for (int i = 0; i < all.size(); i++) {
        int limit = 2 + requests.get(i).task().a().length();
        if (all.get(i).candidate() != null && all.get(i).tokens() <= limit) {
          assertThat(some.get(i)).isEqualTo(all.get(i));
          kept++;
        } else if (all.get(i).tokens() > limit) {
          String text = some.get(i).text();
          assertThat(text).hasSize(limit);
          assertThat(some.get(i))
              .isEqualTo(
                  Output.malformed(
                      text,
                      "no end within " + limit + " tokens",
                      new Cost(2L * requests.get(i).task().a().length() + 2, limit)));
          cut++;
        }
      }
      assertThat(kept).isPositive();
      assertThat(cut).isPositive();
    }
    try (Generator.Session<Addition, String> session =
        generator.withLongestAnswer(t -> 0).open(version)) {
      assertThat(session.generate(requests(1), RunContext.standalone()).get(0).failure())
          .contains("its longest answer has 0 tokens");
    }
  }

  @Test
  void should_count_what_it_reads_and_give_the_model_no_longer_prompt() {
    // GIVEN prompts of one character a token
    List<Request<Addition>> requests = requests(40);
    DjlGenerator<Addition, String> bounded = generator.withLongestPrompt(6);
    // WHEN
    try (Generator.Session<Addition, String> session = bounded.open(version)) {
      List<Output<String>> outputs = session.generate(requests, RunContext.standalone());
      // THEN
      for (int i = 0; i < outputs.size(); i++) {
        int prompt = Addition.CODEC.writeTask(requests.get(i).task()).length();
        Cost cost = outputs.get(i).cost();
        assertThat(cost.tokensIn()).isEqualTo(prompt > 6 ? 0 : prompt);
        assertThat(cost.tokens()).isBetween(0L, (long) bounded.maxTokens());
        if (prompt > 6) {
          assertThat(outputs.get(i).failure()).contains("its text has (" + prompt + ") tokens");
        }
      }
      assertThat(outputs).extracting(Output::kind).contains(Output.Kind.FAILED);
    }
    assertThat(bounded.maxTokens()).isEqualTo(6 + 12);
    assertThat(bounded.describe()).contains("prompts of 6 tokens");
    assertThat(generator.maxTokens()).isEqualTo(Integer.MAX_VALUE);
    assertThat(generator.describe()).doesNotContain("prompts");
    assertThatIllegalArgumentException().isThrownBy(() -> generator.withLongestPrompt(0));
  }

  @Test
  void should_turn_a_task_that_does_not_fit_into_a_failed_output() {
    List<Request<Addition>> requests =
        List.of(
            new Request<>(new Addition("1", "2"), 1),
            new Request<>(new Addition("1?", "2"), 1),
            new Request<>(new Addition("1".repeat(40), "2".repeat(40)), 1));
    try (Generator.Session<Addition, String> session = generator.open(version)) {
      List<Output<String>> outputs = session.generate(requests, RunContext.standalone());
      assertThat(outputs.get(1).failure()).contains("Character (?) is not in the vocabulary");
      assertThat(outputs.get(2).failure()).contains("run of 40 tokens");
    }
  }

  @Test
  void should_give_the_same_answers_from_two_sessions_on_two_threads() throws Exception {
    List<Request<Addition>> requests = requests(200);
    List<Output<String>> expected;
    try (Generator.Session<Addition, String> session = generator.open(version)) {
      expected = session.generate(requests, RunContext.standalone());
    }
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<List<Output<String>>>> futures = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        futures.add(
            threads.submit(
                () -> {
                  try (Generator.Session<Addition, String> session = generator.open(version)) {
                    return session.generate(requests, RunContext.standalone());
                  }
                }));
      }
      for (Future<List<Output<String>>> future : futures) {
        assertThat(future.get()).isEqualTo(expected);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void should_record_no_gradients_on_a_fresh_thread() throws Exception {
    boolean[] mode = new boolean[1];
    Thread thread =
        new Thread(
            () -> {
              try (Generator.Session<Addition, String> session = generator.open(version)) {
                session.generate(requests(3), RunContext.standalone());
                mode[0] = JniUtils.isGradMode();
              }
            });
    mode[0] = true;
    thread.start();
    thread.join();
    assertThat(mode[0]).isFalse();
  }

  @Test
  void should_refuse_use_after_close_and_close_twice() {
    Generator.Session<Addition, String> session = generator.open(version);
    session.close();
    session.close();
    assertThatThrownBy(() -> session.generate(requests(1), RunContext.standalone()))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void should_refuse_a_foreign_checkpoint() throws Exception {
    Files.writeString(temp.resolve("config.json"), "{\"model_type\": \"llama\"}");
    assertThatThrownBy(() -> generator.open(version))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining("config.json")
        .hasMessageContaining("model_type")
        .hasMessageContaining("expected \"rsi-decoder\"");
  }

  private static List<Request<Addition>> requests(int count) {
    SavedRandom random = new SavedRandom(3);
    List<Request<Addition>> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      requests.add(new Request<>(Addition.draw(1 + i % 4, random), random.nextLong()));
    }
    return requests;
  }
}
