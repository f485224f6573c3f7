package dev.rsi.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator.Session;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Recipe;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.onnx.FrozenEncoder;
import dev.rsi.onnx.HeadTrainer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code of docs/heads.md. */
class HeadsDocumentTest {
  @TempDir Path temp;

  @Test
  void should_train_a_classifier_and_compare_texts() throws IOException {
    Path miniLm = Files.createDirectory(temp.resolve("mini-lm"));
    copy("/all-minilm-l6-v2-q.onnx", miniLm.resolve("model.onnx"));
    copy("/all-minilm-l6-v2-q-tokenizer.json", miniLm.resolve("tokenizer.json"));
    ModelRegistry registry = ModelRegistry.directory(temp.resolve("models"));
    List<Lesson<String, String>> lessons =
        List.of(
            Lesson.given("Where is my parcel?", "delivery", 1),
            Lesson.given("I want my money back", "refund", 1));

    try (FrozenEncoder encoder = FrozenEncoder.open(miniLm)) {
      // #region heads
      HeadTrainer<String, String> trainer = HeadTrainer.of(encoder, Codec.text());
      Path blank = registry.newWorkDirectory();
      trainer.writeClassifier(blank, List.of("delivery", "refund"));
      ModelVersion base = registry.add(blank, Provenance.imported());
      Path work = registry.newWorkDirectory();
      trainer.train(
          new TrainingRequest<>(base, lessons, Recipe.defaults(), 1, work),
          TrainingContext.standalone());
      ModelVersion trained = registry.add(work, Provenance.imported());
      Session<String, String> session = trainer.generator().open(trained);
      var asked = List.of(new Request<>("Has the package been shipped?", 1));
      var answers = session.generate(asked, RunContext.standalone()); // delivery
      double alike = encoder.similarity("I want my money back", "Refund me, please"); // about 0.6
      // #endregion
      session.close();
      assertThat(answers.get(0).candidate()).isEqualTo("delivery");
      assertThat(alike).isBetween(0.55, 0.65);
    }
  }

  private static void copy(String resource, Path to) throws IOException {
    try (InputStream in = HeadsDocumentTest.class.getResourceAsStream(resource)) {
      Files.copy(Objects.requireNonNull(in, resource), to);
    }
  }
}
