package dev.rsi.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Codec;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Recipe;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.examples.addition.Addition;
import dev.rsi.examples.addition.AdditionCodec;
import dev.rsi.examples.addition.Additions;
import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderTraining;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.Objective;
import dev.rsi.lm.PolicyObjective;
import dev.rsi.lm.SamplingParameters;
import dev.rsi.onnx.OnnxGenerator;
import dev.rsi.onnx.OnnxTrainer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code of docs/training.md. */
class TrainingDocumentTest {
  private final Codec<Addition, String> codec = AdditionCodec.INSTANCE;
  private final ProbeBank<Addition, String> probes = Additions.heldOut(3, 4, 128, 1, a -> false);
  private final List<Lesson<Addition, String>> lessons =
      Additions.given(3, 500, 2, probes::contains);
  @TempDir Path home;

  /** The share of right digits. */
  private static Verdict graded(Addition task, String answer) {
    String sum = task.sum();
    if (answer.equals(sum)) {
      return Verdict.pass();
    }
    double right = 0;
    for (int i = 0; i < Math.min(sum.length(), answer.length()); i++) {
      right += sum.charAt(i) == answer.charAt(i) ? 1 : 0;
    }
    double most = 1 + Math.max(sum.length(), answer.length());
    return new Verdict(Verdict.Outcome.FAIL, right / most, "wrong sum");
  }

  private ModelVersion halfTaught(ModelRegistry registry) {
    CharVocabulary vocabulary = CharVocabulary.of(AdditionCodec.ALPHABET, '$');
    DecoderConfig config = DecoderConfig.builder(vocabulary).build();
    Path blank = registry.newWorkDirectory();
    ModelDirectory.write(blank, DecoderModel.random(config, vocabulary, 3));
    Path taught = registry.newWorkDirectory();
    Recipe recipe =
        Recipe.defaults().with(DecoderTraining.STEPS, 60).with(DecoderTraining.LEARNING_RATE, 4e-3);
    OnnxTrainer.of(codec)
        .train(
            new TrainingRequest<>(
                registry.add(blank, Provenance.imported()), lessons, recipe, 4, taught),
            TrainingContext.standalone());
    return registry.add(taught, Provenance.imported());
  }

  @Test
  void should_learn_from_what_failed_beside_what_passed() {
    ModelRegistry registry = ModelRegistry.directory(home.resolve("models"));
    ModelVersion start = halfTaught(registry);
    RunReport report;
    try (RunStore store = RunStore.inMemory()) {
      // #region policy-loop
      Recipe recipe =
          Recipe.defaults()
              .with(DecoderTraining.STEPS, 20)
              .with(PolicyObjective.EPSILON_HIGH, 0.28)
              .with(DecoderTraining.LORA_RANK, 8);
      report =
          ImprovementLoop.builder(
                  OnnxGenerator.of(codec).withSampling(new SamplingParameters(1, 6)))
              .trainer(OnnxTrainer.of(codec).objective(Objective.grpo()), recipe)
              .verifier(TrainingDocumentTest::graded)
              .practice(Practice.DEFAULT.tasks(32).scouts(16).samples(8))
              .probes(probes)
              .gate(DriftGates.anchored())
              .budget(Budget.of(1))
              .store(store)
              .registry(registry)
              .build()
              .run(start, Additions.practice(4));
      // #endregion
      List<RunEvent.Trained> trained =
          store.events("run-1").stream()
              .filter(RunEvent.Trained.class::isInstance)
              .map(RunEvent.Trained.class::cast)
              .toList();
      assertThat(trained).hasSize(1);
      assertThat(trained.get(0).metrics().get("attempts")).isGreaterThan(8);
      assertThat(registry.provenance(trained.get(0).challenger()).made())
          .containsEntry("objective", Objective.grpo().toString());
    }
    assertThat(report.generations().get(1).challenger()).isNotNull();
  }
}
