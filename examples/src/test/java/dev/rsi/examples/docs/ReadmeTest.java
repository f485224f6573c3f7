package dev.rsi.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Codec;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Recipe;
import dev.rsi.api.TaskSource;
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
import dev.rsi.djl.DjlGenerator;
import dev.rsi.djl.DjlTrainer;
import dev.rsi.examples.addition.Addition;
import dev.rsi.examples.addition.AdditionCodec;
import dev.rsi.examples.addition.Additions;
import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderTraining;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README's code on a real model, run on a real model that was taught to add numbers of three
 * digits.
 */
class ReadmeTest {
  private static final Pattern OUTPUT =
      Pattern.compile("<!-- output: loop -->\\s*```text\\n(.*?)```", Pattern.DOTALL);

  private final Codec<Addition, String> codec = AdditionCodec.INSTANCE;
  private final ProbeBank<Addition, String> probes = Additions.heldOut(3, 6, 384, 1, a -> false);
  private final List<Lesson<Addition, String>> lessons =
      Additions.given(3, 2000, 2, probes::contains);
  private final TaskSource<Addition> tasks = Additions.practice(6);

  @Test
  void should_run_and_print_as_shown(@TempDir Path home) throws IOException {
    ModelRegistry registry = ModelRegistry.directory(home.resolve("models"));
    ModelVersion start = taught(registry);
    String printed;
    // #region first
    try (DjlGenerator<Addition, String> generator = DjlGenerator.of(codec, Device.auto());
        RunStore store = RunStore.sqlite(home.resolve("run.db"))) {
      RunReport report =
          ImprovementLoop.builder(generator)
              .verifier((sum, answer) -> Verdict.passIf(answer.equals(sum.sum()), "wrong sum"))
              .trainer(DjlTrainer.of(codec))
              .lessons(lessons) // what it was taught: stays in every training
              .probes(probes) // held out, and judged apart from the verifier
              .gate(DriftGates.anchored()) // what may go live
              .budget(Budget.of(3).wallClock(Duration.ofMinutes(5))) // a ceiling
              .store(store)
              .registry(registry)
              .build()
              .run(start, tasks);
      printed = report.summary();
    }
    // #endregion
    // For whoever brings the README up to date.
    Files.writeString(Path.of("target", "readme-output.txt"), printed);
    assertThat(shape(printed + "\n")).isEqualTo(shape(shown()));
    assertThat(printed).contains("promoted");
  }

  /** Figures may differ from one processor to another; everything else may not. */
  private static String shape(String text) {
    return text.replaceAll("[0-9]+", "#");
  }

  private static String shown() throws IOException {
    Matcher output = OUTPUT.matcher(Files.readString(Path.of("..", "README.md")));
    assertThat(output.find()).as("output block in README.md").isTrue();
    return output.group(1);
  }

  private ModelVersion taught(ModelRegistry registry) {
    CharVocabulary vocabulary = CharVocabulary.of(AdditionCodec.ALPHABET, '$');
    DecoderConfig config = DecoderConfig.builder(vocabulary).build();
    Path blank = registry.newWorkDirectory();
    ModelDirectory.write(blank, DecoderModel.random(config, vocabulary, 3));
    Recipe recipe =
        Recipe.defaults()
            .with(DecoderTraining.STEPS, 600)
            .with(DecoderTraining.LEARNING_RATE, 4e-3)
            .with(DecoderTraining.WARM_UP_STEPS, 60);
    Path work = registry.newWorkDirectory();
    ModelVersion untaught = registry.add(blank, Provenance.imported());
    DjlTrainer.of(codec)
        .train(
            new TrainingRequest<>(untaught, lessons, recipe, 4, work),
            TrainingContext.standalone());
    return registry.add(work, Provenance.imported());
  }
}
