package dev.rsi.examples.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator.Session;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Recipe;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.core.probe.Readings;
import dev.rsi.core.report.GenerationReport.Outcome;
import dev.rsi.core.report.RunReport;
import dev.rsi.onnx.FrozenEncoder;
import dev.rsi.onnx.HeadTrainer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouterRunTest {
  private static FrozenEncoder encoder;

  @TempDir Path home;

  @BeforeAll
  static void open() {
    encoder = MiniLm.open();
  }

  @AfterAll
  static void close() {
    encoder.close();
  }

  @Test
  void should_tell_answers_that_mean_the_same_from_diverse_ones() {
    String answer = "Hello, how can I help you?";
    double same = Readings.diversity(encoder.similarity(answer, "Hi, how may I help you?"));
    double other = Readings.diversity(encoder.similarity(answer, "Your parcel left on Monday."));
    assertThat(same).isLessThan(0.3);
    assertThat(other).isGreaterThan(same + 0.3);
  }

  @Test
  void should_tell_an_answer_that_kept_its_meaning_from_one_that_shifted() {
    String before = "Your parcel left on Monday.";
    double kept = encoder.similarity(before, "The package was sent on Monday.");
    double shifted = encoder.similarity(before, "I cannot help with that.");
    assertThat(kept).isGreaterThan(0.6);
    assertThat(shifted).isLessThan(kept - 0.3);
  }

  @Test
  void should_improve_on_wordings_that_it_never_practised() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    RunReport report = new RouterRun(192, 25, 1, 1).run(encoder, home, RouterLoop.table(out));

    assertThat(report.generations()).hasSize(2);
    assertThat(report.generations().get(1).outcome()).isEqualTo(Outcome.PROMOTED);
    double before = RouterLoop.share(report.generations().get(0));
    double after = RouterLoop.share(report.generations().get(1));
    assertThat(after).isGreaterThan(before + 0.08).isGreaterThan(0.85);
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .contains("  0 anchor", "  1 promoted", "technical");
  }

  /** The benchmark HeadTable prints the same for more seeds. */
  @Test
  void should_learn_360_requests_within_a_cpu_second() throws IOException {
    Shop shop = new Shop();
    HeadTrainer<String, String> trainer = HeadTrainer.of(encoder, Codec.text());
    List<Lesson<String, String>> lessons = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(1);
    while (lessons.size() < 360) {
      String request = shop.practice().draw(1 + lessons.size() % 2, random);
      encoder.encode(request);
      lessons.add(Lesson.given(request, rightDesk(shop, request), 1));
    }
    Path base = Files.createDirectory(home.resolve("base"));
    trainer.writeClassifier(base, shop.desks());
    Recipe recipe = Recipe.defaults().with(HeadTrainer.EPOCHS, 60);
    long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    TrainedArtifact artifact =
        trainer.train(
            new TrainingRequest<>(
                version(base), lessons, recipe, 1, Files.createDirectory(home.resolve("head"))),
            TrainingContext.standalone());
    long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
    // 0.1 was measured; the first epochs are interpreted.
    assertThat(nanos / 1e9).as("CPU seconds of the head").isLessThan(1);
    assertThat(unseen(shop, trainer, version(artifact.directory()))).isGreaterThan(0.9);
  }

  private static double unseen(
      Shop shop, HeadTrainer<String, String> trainer, ModelVersion version) {
    List<Request<String>> requests = new ArrayList<>();
    shop.exam(50, 1)
        .values()
        .forEach(list -> list.forEach(request -> requests.add(new Request<>(request, 1))));
    int right = 0;
    try (Session<String, String> session = trainer.generator().open(version)) {
      List<Output<String>> outputs = session.generate(requests, RunContext.standalone());
      for (int i = 0; i < outputs.size(); i++) {
        String desk = outputs.get(i).candidate();
        right += desk != null && shop.helped(requests.get(i).task(), desk) ? 1 : 0;
      }
    }
    return (double) right / requests.size();
  }

  @Test
  void should_word_what_is_held_out_as_nothing_that_is_practised() {
    Shop shop = new Shop();
    assertThat(shop.desks())
        .containsExactly("delivery", "refund", "account", "payment", "technical", "product");
    List<String> held = new ArrayList<>();
    shop.probes(100, 1).values().forEach(held::addAll);
    shop.exam(100, 1).values().forEach(held::addAll);
    assertThat(held).hasSize(1200).doesNotHaveDuplicates();
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < 1000; i++) {
      String request = shop.practice().draw(1 + i % 2, random);
      assertThat(held).doesNotContain(request);
      assertThat(shop.helped(request, rightDesk(shop, request))).isTrue();
    }
    assertThat(shop.helped("What is the meaning of life?", "product")).isFalse();
  }

  private static String rightDesk(Shop shop, String request) {
    return shop.desks().stream()
        .filter(desk -> shop.helped(request, desk))
        .findFirst()
        .orElseThrow();
  }

  private static ModelVersion version(Path directory) {
    return new ModelVersion("0".repeat(64), directory);
  }
}
