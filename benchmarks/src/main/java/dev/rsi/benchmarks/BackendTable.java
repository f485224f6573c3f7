package dev.rsi.benchmarks;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.rsi.api.Generator;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Recipe;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.djl.DjlGenerator;
import dev.rsi.djl.DjlTrainer;
import dev.rsi.examples.addition.Addition;
import dev.rsi.examples.addition.AdditionCodec;
import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderTraining;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.SamplingParameters;
import dev.rsi.onnx.OnnxGenerator;
import dev.rsi.onnx.OnnxTrainer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * The ONNX Runtime backend beside the DJL backend: the same model directories, lessons, recipe and
 * requests, in turn, in one process. A training step is the difference of a long and a short
 * training, over the difference in steps; an answer's token likewise of long and short answers. All
 * times are CPU time of the calling thread, which is the one that computes in both.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.BackendTable}; target: at least 1.0
 * times DJL's speed in training. Arguments, if any, name the models: {@code 54K}, {@code 800K},
 * {@code 10M}.
 */
public final class BackendTable {
  private static final CharVocabulary VOCABULARY = CharVocabulary.of(AdditionCodec.ALPHABET, '$');
  private static final RunContext CONTEXT = RunContext.standalone();
  private static final int DIGITS = 10;
  private static final int ROUNDS = 2;

  private BackendTable() {}

  private record Model(String name, int width, int layers, int steps) {}

  /** Measures all models, or those named. */
  public static void main(String[] args) throws IOException {
    List<String> wanted = List.of(args);
    Sheet sheet = new Sheet(System.out, 1, Path.of("benchmarks", "target", "backends"));
    for (Model model :
        List.of(
            new Model("54K", 64, 1, 100),
            new Model("800K", 128, 4, 12),
            new Model("10M", 320, 8, 2))) {
      if (wanted.isEmpty() || wanted.contains(model.name())) {
        Path home = Files.createTempDirectory("backends");
        try {
          measure(model, home, sheet);
          sheet.end();
        } finally {
          MoreFiles.deleteRecursively(home, RecursiveDeleteOption.ALLOW_INSECURE);
        }
      }
    }
  }

  private static void measure(Model model, Path home, Sheet sheet) throws IOException {
    DecoderConfig config =
        DecoderConfig.builder(VOCABULARY)
            .hiddenSize(model.width())
            .feedForwardSize(4 * model.width())
            .layers(model.layers())
            .build();
    Path directory = Files.createDirectory(home.resolve("version"));
    ModelDirectory.write(directory, DecoderModel.random(config, VOCABULARY, 1));
    ModelVersion version = new ModelVersion("0".repeat(64), directory);
    sheet.begin(model.name());
    sheet.note("parameters", config.parameterCount());
    Trainer<Addition, String> djl = DjlTrainer.of(AdditionCodec.INSTANCE, Device.cpu());
    Trainer<Addition, String> onnx = OnnxTrainer.of(AdditionCodec.INSTANCE, Device.cpu());
    double djlStep = Double.POSITIVE_INFINITY;
    double onnxStep = Double.POSITIVE_INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
      djlStep = Math.min(djlStep, step(djl, version, model.steps(), home));
      onnxStep = Math.min(onnxStep, step(onnx, version, model.steps(), home));
    }
    double tokens = 128.0 * (3 * DIGITS + 3);
    System.out.printf(
        Locale.ROOT,
        "training, tokens per CPU s: DJL %,.0f, ONNX Runtime %,.0f%n",
        tokens / djlStep,
        tokens / onnxStep);
    sheet.atLeast("training speed over DJL's", djlStep / onnxStep, 1.0);
    for (int rows : new int[] {1, 64, 512}) {
      double djlToken = token(DjlGenerator.of(AdditionCodec.INSTANCE, Device.cpu()), version, rows);
      double onnxToken =
          token(OnnxGenerator.of(AdditionCodec.INSTANCE, Device.cpu()), version, rows);
      System.out.printf(
          Locale.ROOT,
          "whole answers, batch %3d, tokens per CPU s: DJL %,.0f, ONNX Runtime %,.0f (%.2f times)%n",
          rows,
          1 / djlToken,
          1 / onnxToken,
          djlToken / onnxToken);
    }
  }

  /** CPU seconds of one step of the default recipe. */
  private static double step(
      Trainer<Addition, String> trainer, ModelVersion version, int steps, Path home)
      throws IOException {
    double few = train(trainer, version, 1, home);
    return (train(trainer, version, 1 + steps, home) - few) / steps;
  }

  private static double train(
      Trainer<Addition, String> trainer, ModelVersion version, int steps, Path home)
      throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    List<Lesson<Addition, String>> lessons = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      Addition task = Addition.draw(DIGITS, random);
      lessons.add(Lesson.given(task, task.sum(), DIGITS));
    }
    Recipe recipe = Recipe.defaults().with(DecoderTraining.STEPS, steps);
    Path work = Files.createTempDirectory(home, "work");
    long start = cpu();
    trainer.train(
        new TrainingRequest<>(version, lessons, recipe, 1, work), TrainingContext.of(CONTEXT));
    return (cpu() - start) / 1e9;
  }

  /** CPU seconds of one token of an answer, the reading of the prompt included. */
  private static double token(
      Generator<Addition, String> generator, ModelVersion version, int rows) {
    int tokens = DIGITS + 2;
    Generator<Addition, String> greedy =
        generator instanceof DjlGenerator<Addition, String> djl
            ? djl.withSampling(SamplingParameters.greedy(tokens).keepingCutOff())
            : ((OnnxGenerator<Addition, String>) generator)
                .withSampling(SamplingParameters.greedy(tokens).keepingCutOff());
    SplittableRandom random = new SplittableRandom(2);
    List<Request<Addition>> requests = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      requests.add(new Request<>(Addition.draw(DIGITS, random), i));
    }
    double best = Double.POSITIVE_INFINITY;
    try (Generator.Session<Addition, String> session = greedy.open(version)) {
      for (int i = 0; i < (rows == 1 ? 30 : 5); i++) {
        long start = cpu();
        session.generate(requests, CONTEXT);
        best = Math.min(best, (cpu() - start) / 1e9);
      }
    }
    return best / rows / tokens;
  }

  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
