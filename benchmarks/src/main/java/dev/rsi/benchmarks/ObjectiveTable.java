package dev.rsi.benchmarks;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.rsi.api.Attempt;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Recipe;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.djl.DjlTrainer;
import dev.rsi.examples.addition.Addition;
import dev.rsi.examples.addition.AdditionCodec;
import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderTraining;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.Objective;
import dev.rsi.lm.SupervisedObjective;
import dev.rsi.onnx.OnnxTrainer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What a step towards each objective costs beside a supervised one, on both backends: CPU time of
 * the calling thread for 128 answers to additions of ten digits, the difference of a long and a
 * short training over the difference in steps; least of three rounds. Numbers that are trained too,
 * and the bytes that their moments, gradients and values take.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.ObjectiveTable}; no target.
 */
public final class ObjectiveTable {
  private static final CharVocabulary VOCABULARY = CharVocabulary.of(AdditionCodec.ALPHABET, '$');
  private static final int DIGITS = 10;
  private static final int ROUNDS = 3;

  private ObjectiveTable() {}

  private record Model(String name, int width, int layers, int steps) {}

  private record Case(Objective objective, Recipe recipe) {}

  private record Step(double seconds, double trained) {}

  /** Measures all models. */
  public static void main(String[] args) throws IOException {
    for (Model model : List.of(new Model("54K", 64, 1, 60), new Model("800K", 128, 4, 8))) {
      Path home = Files.createTempDirectory("objectives");
      try {
        measure(model, home);
      } finally {
        MoreFiles.deleteRecursively(home, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    }
  }

  private static void measure(Model model, Path home) throws IOException {
    DecoderConfig config =
        DecoderConfig.builder(VOCABULARY)
            .hiddenSize(model.width())
            .feedForwardSize(4 * model.width())
            .layers(model.layers())
            .build();
    Path directory = Files.createDirectory(home.resolve("version"));
    ModelDirectory.write(directory, DecoderModel.random(config, VOCABULARY, 1));
    ModelVersion version = new ModelVersion("0".repeat(64), directory);
    Recipe plain = Recipe.defaults();
    Map<String, Case> cases = new LinkedHashMap<>();
    cases.put("supervised", new Case(Objective.supervised(), plain));
    cases.put(
        "supervised, DFT",
        new Case(Objective.supervised().loss(SupervisedObjective.Loss.DFT), plain));
    cases.put("grpo", new Case(Objective.grpo(), plain));
    cases.put("dpo", new Case(Objective.dpo(), plain));
    cases.put(
        "supervised, rank 8",
        new Case(Objective.supervised(), plain.with(DecoderTraining.LORA_RANK, 8)));
    for (boolean onnx : new boolean[] {false, true}) {
      double base = 0;
      for (Map.Entry<String, Case> entry : cases.entrySet()) {
        Case of = entry.getValue();
        Trainer<Addition, String> trainer =
            onnx
                ? OnnxTrainer.of(AdditionCodec.INSTANCE, Device.cpu()).objective(of.objective())
                : DjlTrainer.of(AdditionCodec.INSTANCE, Device.cpu()).objective(of.objective());
        Step step = step(trainer, version, of.recipe(), model.steps(), home);
        base = base == 0 ? step.seconds() : base;
        System.out.printf(
            Locale.ROOT,
            "%s, %s, %s: %.2f ms a step, %.2f times; %,.0f numbers trained, %,.0f bytes of"
                + " moments%n",
            model.name(),
            onnx ? "ONNX Runtime" : "DJL",
            entry.getKey(),
            1000 * step.seconds(),
            step.seconds() / base,
            step.trained(),
            8 * step.trained());
      }
    }
  }

  private static Step step(
      Trainer<Addition, String> trainer, ModelVersion version, Recipe recipe, int steps, Path home)
      throws IOException {
    double best = Double.POSITIVE_INFINITY;
    double trained = 0;
    train(trainer, version, recipe.with(DecoderTraining.STEPS, 2), home); // warms up
    for (int round = 0; round < ROUNDS; round++) {
      // The first step knows the scores already, so that both trainings have it.
      long start = cpu();
      train(trainer, version, recipe.with(DecoderTraining.STEPS, 2), home);
      long middle = cpu();
      TrainedArtifact artifact =
          train(trainer, version, recipe.with(DecoderTraining.STEPS, 2 + steps), home);
      double seconds = ((cpu() - middle) - (middle - start)) / 1e9 / steps;
      best = Math.min(best, seconds);
      trained = artifact.metrics().getOrDefault("trained-parameters", 0.0);
    }
    return new Step(best, trained);
  }

  private static TrainedArtifact train(
      Trainer<Addition, String> trainer, ModelVersion version, Recipe recipe, Path home)
      throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    List<Lesson<Addition, String>> lessons = new ArrayList<>();
    List<Attempt<Addition, String>> attempts = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Addition task = Addition.draw(DIGITS, random);
      lessons.add(Lesson.given(task, task.sum(), DIGITS));
      for (int k = 0; k < 4; k++) {
        Verdict verdict = Verdict.passIf(k == 0, "wrong sum");
        String answer = k == 0 ? task.sum() : Addition.draw(DIGITS, random).sum();
        attempts.add(Attempt.of(task, Output.of(answer, 0), DIGITS, 1, k).ruled(verdict));
      }
    }
    Path work = Files.createTempDirectory(home, "work");
    List<Attempt<Addition, String>> contrasted = trainer.contrasts() ? attempts : List.of();
    return trainer.train(
        new TrainingRequest<>(version, lessons, contrasted, recipe, 1, work),
        TrainingContext.standalone());
  }

  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
