package dev.rsi.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Recipe;
import dev.rsi.api.Request;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.djl.DjlTrainer;
import dev.rsi.examples.addition.Addition;
import dev.rsi.examples.addition.AdditionCodec;
import dev.rsi.examples.addition.Additions;
import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderTraining;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.onnx.OnnxGenerator;
import dev.rsi.onnx.OnnxTrainer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code of docs/onnx.md and of README.md about ONNX Runtime. */
class OnnxDocumentTest {
  private final Codec<Addition, String> codec = AdditionCodec.INSTANCE;
  private final TrainingContext<Addition, String> context = TrainingContext.standalone();
  private final Recipe recipe = Recipe.defaults().with(DecoderTraining.STEPS, 20);
  private final ProbeBank<Addition, String> probes = Additions.heldOut(3, 4, 128, 1, a -> false);
  private final List<Lesson<Addition, String>> lessons =
      Additions.given(3, 500, 2, probes::contains);
  @TempDir Path home;

  private ModelVersion start(ModelRegistry registry) {
    CharVocabulary vocabulary = CharVocabulary.of(AdditionCodec.ALPHABET, '$');
    DecoderConfig config = DecoderConfig.builder(vocabulary).build();
    Path blank = registry.newWorkDirectory();
    ModelDirectory.write(blank, DecoderModel.random(config, vocabulary, 3));
    return registry.add(blank, Provenance.imported());
  }

  @Test
  void should_train_on_djl_and_serve_on_onnx_runtime() {
    ModelRegistry registry = ModelRegistry.directory(home.resolve("models"));
    ModelVersion start = start(registry);
    Path work = registry.newWorkDirectory();
    TrainingRequest<Addition, String> request =
        new TrainingRequest<>(start, lessons, recipe, 4, work);
    List<Request<Addition>> requests = List.of(new Request<>(new Addition("12", "34"), 1));
    Path file = home.resolve("model.onnx");
    List<Output<String>> answers;
    // #region train-on-djl
    DjlTrainer.of(codec).train(request, context);
    ModelVersion trained = registry.add(work, Provenance.imported());
    try (Generator.Session<Addition, String> session = OnnxGenerator.of(codec).open(trained)) {
      answers = session.generate(requests, context);
    }
    OnnxGenerator.export(trained, file, Map.of("parent", start.id())); // runs anywhere
    // #endregion
    assertThat(answers).hasSize(1);
    assertThat(file).isNotEmptyFile();
  }

  @Test
  void should_train_and_serve_on_onnx_runtime() {
    ModelRegistry registry = ModelRegistry.directory(home.resolve("models"));
    ModelVersion start = start(registry);
    RunReport report;
    try (RunStore store = RunStore.inMemory()) {
      // #region train-on-onnx
      report =
          ImprovementLoop.builder(OnnxGenerator.of(codec))
              .trainer(OnnxTrainer.of(codec), recipe)
              .verifier((sum, answer) -> Verdict.passIf(answer.equals(sum.sum()), "wrong sum"))
              .lessons(lessons)
              .probes(probes)
              .gate(DriftGates.anchored())
              .budget(Budget.of(1))
              .store(store)
              .registry(registry)
              .build()
              .run(start, Additions.practice(4));
      // #endregion
    }
    assertThat(report.generations()).isNotEmpty();
    assertThat(report.spending().attempts()).isPositive();
  }
}
