package dev.rsi.benchmarks;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.rsi.api.Generator;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Recipe;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.examples.addition.Addition;
import dev.rsi.examples.addition.AdditionCodec;
import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderTraining;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.onnx.OnnxGenerator;
import dev.rsi.onnx.OnnxTrainer;
import dev.rsi.onnx.PopulationTrainer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Evolution strategies on decoders, in CPU time of the calling thread, which is the one that
 * computes.
 *
 * <p><em>Speed</em>: a population of low-rank directions in one run, against directions of full
 * rank with the weights as inputs and a run for each member, 64 members, in turn. A step is the
 * difference of a longer and a shorter training, over the difference in steps, everything counted:
 * noise, tries, estimate, Adam. The ratio is the median of the rounds; target: at least 8 at one
 * row for each member.
 *
 * <p><em>Learning</em>: addition of numbers of two digits from a start that knows a quarter of it,
 * by PopulationTrainer with either fitness and by OnnxTrainer.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.PopulationTable}; arguments, if any,
 * name the parts: {@code 102K}, {@code 800K}, {@code learning}.
 */
public final class PopulationTable {
  private static final CharVocabulary VOCABULARY = CharVocabulary.of(AdditionCodec.ALPHABET, '$');
  private static final RunContext CONTEXT = RunContext.standalone();
  private static final int ROUNDS = 5;
  private static final int PAIRS = 32;

  private PopulationTable() {}

  private record Model(String name, int width, int layers, int work) {}

  /** Measures all parts, or those named. */
  public static void main(String[] args) throws IOException {
    List<String> wanted = List.of(args);
    Sheet sheet = new Sheet(System.out, 1, Path.of("benchmarks", "target", "population"));
    Path home = Files.createTempDirectory("population");
    try {
      for (Model model : List.of(new Model("102K", 64, 2, 32), new Model("800K", 128, 4, 6))) {
        if (wanted.isEmpty() || wanted.contains(model.name())) {
          sheet.begin(model.name());
          speed(model, home, sheet);
          sheet.end();
        }
      }
      if (wanted.isEmpty() || wanted.contains("learning")) {
        learning(home);
      }
    } finally {
      MoreFiles.deleteRecursively(home, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  // Speed.

  private static void speed(Model model, Path home, Sheet sheet) throws IOException {
    DecoderConfig config = config(model.width(), model.layers());
    sheet.note("parameters", config.parameterCount());
    ModelVersion version = version(DecoderModel.random(config, VOCABULARY, 1), home);
    double noise = gaussianSeconds(config.parameterCount());
    for (int rows : new int[] {1, 8, 32}) {
      double[] alone = new double[ROUNDS];
      double[] together = new double[ROUNDS];
      double[] gaussian = new double[ROUNDS];
      double[] ratios = new double[ROUNDS];
      double[] gaussianRatios = new double[ROUNDS];
      int steps = Math.max(2, model.work() / rows);
      for (int round = 0; round < ROUNDS; round++) {
        alone[round] = 2 * PAIRS / step(version, 0, rows, steps, home);
        together[round] = 2 * PAIRS / step(version, 1, rows, 4 * steps, home);
        gaussian[round] = 1 / (1 / alone[round] + noise / 2);
        ratios[round] = together[round] / alone[round];
        gaussianRatios[round] = together[round] / gaussian[round];
      }
      System.out.printf(
          Locale.ROOT,
          "%2d rows, member tries per CPU s: alone %s, alone with Gaussian noise %s, together %s%n"
              + "         together over alone %s, over alone with Gaussian noise %s%n",
          rows,
          spread(alone),
          spread(gaussian),
          spread(together),
          spread(ratios),
          spread(gaussianRatios));
      String over = "a population in one run over a run for each, " + rows + " rows";
      sheet.note(over, median(ratios));
      if (rows == 1) {
        sheet.atLeast(over + ", Gaussian noise", median(gaussianRatios), 8);
      } else {
        sheet.note(over + ", Gaussian noise", median(gaussianRatios));
      }
    }
  }

  /** CPU seconds of as many normal numbers as a model has parameters, at the JDK's fastest. */
  private static double gaussianSeconds(int count) {
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    float[] noise = new float[count];
    double best = Double.POSITIVE_INFINITY;
    for (int round = 0; round < 30; round++) {
      long start = cpu();
      for (int i = 0; i < count; i++) {
        noise[i] = (float) random.nextGaussian();
      }
      best = Math.min(best, (cpu() - start) / 1e9);
    }
    return best;
  }

  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /** CPU seconds of one step. */
  private static double step(ModelVersion version, int rank, int rows, int steps, Path home)
      throws IOException {
    Recipe recipe =
        Recipe.defaults()
            .with(PopulationTrainer.PAIRS, PAIRS)
            .with(PopulationTrainer.RANK, rank)
            .with(PopulationTrainer.ROWS, rows);
    Trainer<Addition, String> trainer = PopulationTrainer.of(AdditionCodec.INSTANCE, Device.cpu());
    List<Lesson<Addition, String>> lessons = lessons(5, 500, 1);
    double few =
        train(trainer, version, lessons, recipe.with(PopulationTrainer.STEPS, 2), home).seconds();
    double many =
        train(trainer, version, lessons, recipe.with(PopulationTrainer.STEPS, 2 + steps), home)
            .seconds();
    return (many - few) / steps;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static String spread(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return String.format(
        Locale.ROOT,
        "%,.1f (%,.1f to %,.1f)",
        median(values),
        sorted[0],
        sorted[sorted.length - 1]);
  }

  // Learning.

  private static void learning(Path home) throws IOException {
    System.out.println("\n== learning, 54K parameters, two digits");
    List<Lesson<Addition, String>> lessons = lessons(2, 2000, 1);
    DecoderConfig config =
        DecoderConfig.builder(VOCABULARY).positions(PositionScheme.COUPLED, 8).build();
    DecoderModel blank = DecoderModel.random(config, VOCABULARY, 1);
    Trainer<Addition, String> exact = OnnxTrainer.of(AdditionCodec.INSTANCE, Device.cpu());
    Trainer<Addition, String> population =
        PopulationTrainer.of(AdditionCodec.INSTANCE, Device.cpu());
    Recipe start = Recipe.defaults().with(DecoderTraining.LEARNING_RATE, 4e-3);
    Trained half =
        train(exact, version(blank, home), lessons, start.with(DecoderTraining.STEPS, 300), home);
    report("the start", half);
    Recipe more = start.with(DecoderTraining.RESET_OPTIMIZER, 1);
    for (int steps : new int[] {40, 160}) {
      report(
          "OnnxTrainer, " + steps + " steps",
          train(exact, half.version(), lessons, more.with(DecoderTraining.STEPS, steps), home));
    }
    for (int steps : new int[] {300, 1200, 4800}) {
      evolve("log-probability", 0, steps, population, half, lessons, home);
    }
    evolve("right tokens", 1, 1200, population, half, lessons, home);
  }

  private static void evolve(
      String name,
      int fitness,
      int steps,
      Trainer<Addition, String> population,
      Trained half,
      List<Lesson<Addition, String>> lessons,
      Path home)
      throws IOException {
    Recipe recipe =
        Recipe.defaults()
            .with(PopulationTrainer.STEPS, steps)
            .with(PopulationTrainer.FITNESS, fitness);
    report(
        "PopulationTrainer, " + name + ", " + steps + " steps",
        train(population, half.version(), lessons, recipe, home));
  }

  private static void report(String what, Trained trained) {
    int right = 0;
    double sum = 0;
    List<Request<Addition>> requests = new ArrayList<>();
    for (Lesson<Addition, String> lesson : lessons(2, 500, 2)) {
      requests.add(new Request<>(lesson.task(), requests.size()));
    }
    List<Addition> tasks = requests.stream().map(Request::task).toList();
    try (Generator.Session<Addition, String> session =
        OnnxGenerator.of(AdditionCodec.INSTANCE, Device.cpu()).open(trained.version())) {
      List<Output<String>> outputs = session.generate(requests, CONTEXT);
      for (int i = 0; i < outputs.size(); i++) {
        right += tasks.get(i).sum().equals(outputs.get(i).candidate()) ? 1 : 0;
      }
      List<String> sums = tasks.stream().map(Addition::sum).toList();
      for (double score :
          ((ScoringSession<Addition, String>) session).score(tasks, sums, CONTEXT)) {
        sum += score;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%-52s %8.1f CPU s, unseen sums: right %.3f, log-probability %.2f%n",
        what,
        trained.seconds(),
        (double) right / requests.size(),
        sum / requests.size());
  }

  // Models and lessons.

  private record Trained(ModelVersion version, double seconds) {}

  private static Trained train(
      Trainer<Addition, String> trainer,
      ModelVersion base,
      List<Lesson<Addition, String>> lessons,
      Recipe recipe,
      Path home)
      throws IOException {
    Path work = Files.createTempDirectory(home, "work");
    long start = cpu();
    trainer.train(
        new TrainingRequest<>(base, lessons, recipe, 1, work), TrainingContext.of(CONTEXT));
    long end = cpu();
    return new Trained(new ModelVersion("0".repeat(64), work), (end - start) / 1e9);
  }

  private static List<Lesson<Addition, String>> lessons(int digits, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Lesson<Addition, String>> lessons = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Addition task = Addition.draw(digits, random);
      lessons.add(Lesson.given(task, task.sum(), digits));
    }
    return lessons;
  }

  private static DecoderConfig config(int width, int layers) {
    return DecoderConfig.builder(VOCABULARY)
        .hiddenSize(width)
        .feedForwardSize(4 * width)
        .layers(layers)
        .build();
  }

  private static ModelVersion version(DecoderModel model, Path home) throws IOException {
    Path directory = Files.createTempDirectory(home, "version");
    ModelDirectory.write(directory, model);
    return new ModelVersion("0".repeat(64), directory);
  }
}
