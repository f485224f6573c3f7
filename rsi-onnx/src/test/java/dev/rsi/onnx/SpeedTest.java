package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderModel.TrainerState;
import dev.rsi.lm.Device;
import dev.rsi.lm.SavedRandom;
import dev.rsi.lm.spi.AdamW;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.Batches;
import dev.rsi.lm.spi.Example;
import dev.rsi.lm.spi.Positions;
import dev.rsi.lm.spi.Sampler;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Measures speed and memory and adds them to {@code target/speed.txt}.
 *
 * <pre>
 * mvn -Pnightly -pl rsi-onnx -am test -Dtest='dev.rsi.onnx.SpeedTest' -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 *
 * <p>Times are CPU time of the one thread that computes, so that a busy machine disturbs them less.
 * The ceiling is the best of several float32 products of 2048 x 2048 matrices through the same
 * runtime, taken before and after. A step's work is counted as 6 x parameters x tokens, as the
 * literature counts (<em>nominal</em>), and without what the step does not compute, that is
 * embeddings, and the last block's queries, feed-forward and head outside the answer
 * (<em>executed</em>); a new token's as 2 x parameters. Neither counts attention scores. A step is
 * the whole of it: batch to tensors, forward, backward, clipping, AdamW.
 */
@Tag("nightly")
class SpeedTest {
  private static final int DIGITS = 10;
  private final List<String> lines = new ArrayList<>();

  @AfterEach
  void write() throws Exception {
    Path file = Path.of("target", "speed.txt");
    List<String> all = new ArrayList<>();
    if (Files.exists(file)) {
      all.addAll(Files.readAllLines(file, StandardCharsets.UTF_8));
    }
    all.addAll(lines);
    Files.write(file, all, StandardCharsets.UTF_8);
    lines.forEach(System.out::println);
  }

  @Test
  void should_train_near_the_ceiling() {
    train(64, 1, 128, 100, 0.35);
    train(128, 4, 128, 15, 0.55);
    train(320, 8, 128, 3, 0.60);
  }

  @Test
  void should_decode_near_the_ceiling() {
    // For one row a floor below what was measured, not the target (14 %): docs/onnx.md says why.
    decode(1, 30, 0.04);
    decode(64, 8, 0.30);
    decode(512, 2, 0.30);
  }

  @Test
  void should_need_no_more_memory_over_ten_thousand_steps() throws Exception {
    DecoderConfig config = Models.config(dev.rsi.lm.DecoderConfig.PositionScheme.COUPLED, 1, 16);
    DecoderModel model = DecoderModel.random(config, Models.VOCABULARY, 1);
    AdamW adamW = new AdamW(0.9, 0.98, 1e-8, 0.01, 1);
    List<Long> resident = new ArrayList<>();
    try (OnnxTrainStep step = step(model)) {
      for (int t = 1; t <= 10_000; t++) {
        step.step(Models.batches(config, 16, 2, t % 50), adamW, 1e-3, t);
        if (t % 2000 == 0) {
          resident.add(residentMegabytes());
        }
      }
    }
    lines.add("resident MB after each 2,000 of 10,000 steps: " + resident);
    assertThat(growth(resident)).as("growth in MB").isLessThan(20);
  }

  @Test
  void should_need_no_more_memory_over_a_thousand_sessions() throws Exception {
    DecoderConfig config = DecoderConfig.builder(Models.VOCABULARY).build();
    DecoderModel model = DecoderModel.random(config, Models.VOCABULARY, 1);
    Sampler.Prompts prompts = prompts(config, 64, 20);
    List<Long> resident = new ArrayList<>();
    for (int i = 1; i <= 1000; i++) {
      try (Sampler sampler = new OnnxSampler(Device.cpu(), config, model.weights())) {
        sampler.sample(prompts, 0, -1);
      }
      if (i % 200 == 0) {
        resident.add(residentMegabytes());
      }
    }
    lines.add("resident MB after each 200 of 1,000 sessions: " + resident);
    assertThat(growth(resident)).as("growth in MB").isLessThan(20);
  }

  /** Between the lowest of the early and of the late readings: the heap breathes in between. */
  private static long growth(List<Long> resident) {
    int half = (resident.size() + 1) / 2;
    return Collections.min(resident.subList(half, resident.size()))
        - Collections.min(resident.subList(0, half));
  }

  private void train(int width, int layers, int rows, int steps, double target) {
    DecoderConfig config = config(width, layers);
    DecoderModel model = DecoderModel.random(config, Models.VOCABULARY, 1);
    List<Batch> batches = batches(config, rows);
    AdamW adamW = new AdamW(0.9, 0.98, 1e-8, 0.01, 1);
    double ceiling = ceiling();
    double[] seconds = new double[steps];
    try (OnnxTrainStep step = step(model)) {
      for (int t = -2; t < steps; t++) {
        long start = cpu();
        step.step(batches, adamW, 1e-3, t + 3L);
        if (t >= 0) {
          seconds[t] = (cpu() - start) / 1e9;
        }
      }
    }
    ceiling = Math.max(ceiling, ceiling());
    Arrays.sort(seconds);
    double median = seconds[steps / 2];
    Batch batch = batches.get(0);
    double tokens = (double) batch.rows() * batch.length();
    double nominal = 6 * config.parameterCount() * tokens / median / 1e9 / ceiling;
    double executed = executed(config, batch) / median / 1e9 / ceiling;
    lines.add(
        String.format(
            Locale.ROOT,
            "train %,10d parameters: %8.2f CPU ms/step (fastest %.2f), %,9.0f tokens per CPU s;"
                + " ceiling %.0f GFLOP/s, nominal %.0f%%, executed %.0f%%",
            config.parameterCount(),
            median * 1e3,
            seconds[0] * 1e3,
            tokens / median,
            ceiling,
            100 * nominal,
            100 * executed));
    assertThat(nominal).as("share of the ceiling, %s", config).isGreaterThan(target);
  }

  private void decode(int rows, int calls, double target) {
    DecoderConfig config = config(128, 4);
    int fresh = 64;
    double ceiling = ceiling();
    double all = sample(config, rows, fresh, calls);
    double prefill = sample(config, rows, 1, calls);
    double perToken = (all - prefill) / (fresh - 1) / rows;
    // What a model of almost nothing takes is Java's part, and still some of the runtime's.
    DecoderConfig tiny = config(8, 1);
    double java = sample(tiny, rows, fresh, calls) / all;
    ceiling = Math.max(ceiling, ceiling());
    double share = 2 * config.parameterCount() / perToken / 1e9 / ceiling;
    lines.add(
        String.format(
            Locale.ROOT,
            "decode %,d parameters, batch %3d: %,8.0f new tokens per CPU s, ceiling %.0f GFLOP/s,"
                + " share %.0f%%; outside the model at most %.1f%%",
            config.parameterCount(),
            rows,
            1 / perToken,
            ceiling,
            100 * share,
            100 * java));
    assertThat(share).as("share of the ceiling, batch %d", rows).isGreaterThan(target);
  }

  /** CPU seconds of the fastest of some calls. */
  private static double sample(DecoderConfig config, int rows, int fresh, int calls) {
    DecoderModel model = DecoderModel.random(config, Models.VOCABULARY, 1);
    Sampler.Prompts prompts = prompts(config, rows, fresh);
    double best = Double.POSITIVE_INFINITY;
    try (Sampler sampler = new OnnxSampler(Device.cpu(), config, model.weights())) {
      for (int i = 0; i < calls + 1; i++) {
        long start = cpu();
        // No token is -1: every row is written to its full length.
        sampler.sample(prompts, 0, -1);
        best = Math.min(best, (cpu() - start) / 1e9);
      }
    }
    return best;
  }

  private static DecoderConfig config(int width, int layers) {
    return DecoderConfig.builder(Models.VOCABULARY)
        .hiddenSize(width)
        .feedForwardSize(4 * width)
        .layers(layers)
        .positions(dev.rsi.lm.DecoderConfig.PositionScheme.COUPLED, 128)
        .build();
  }

  private static OnnxTrainStep step(DecoderModel model) {
    return new OnnxTrainStep(
        Device.cpu(),
        model.config(),
        model.weights(),
        TrainerState.fresh(model.config().parameterCount(), 1));
  }

  private static double executed(DecoderConfig config, Batch batch) {
    double d = config.hiddenSize();
    double all = (double) batch.rows() * batch.length();
    double tail = (double) batch.rows() * batch.answerLength();
    double later = d * d + 2 * d * config.feedForwardSize();
    double whole = (config.layers() - 1) * (3 * d * d + later) * all;
    double last = 2 * d * d * all + (d * d + later + d * config.vocabularySize()) * tail;
    return 6 * (whole + last);
  }

  private static String digits(int count, RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(random.nextInt(10));
    }
    return text.toString();
  }

  private static List<Batch> batches(DecoderConfig config, int rows) {
    SavedRandom random = new SavedRandom(1);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      String prompt = digits(DIGITS, random) + "+" + digits(DIGITS, random) + "=";
      examples.add(Example.of(Models.VOCABULARY, prompt, digits(DIGITS + 1, random), 1));
    }
    return Batches.of(examples, config).draw(rows, 1, random);
  }

  private static Sampler.Prompts prompts(DecoderConfig config, int rows, int fresh) {
    int length = 2 * DIGITS + 2;
    SavedRandom random = new SavedRandom(3);
    long[] ids = new long[rows * length];
    long[] given = new long[ids.length];
    long[] added = new long[rows * fresh];
    Positions positions = Positions.of(config);
    for (int row = 0; row < rows; row++) {
      int[] tokens =
          Models.VOCABULARY.encode(digits(DIGITS, random) + "+" + digits(DIGITS, random) + "=");
      positions.fill(tokens, length, length, 0, given, row * length);
      for (int i = 0; i < length; i++) {
        ids[row * length + i] = tokens[i];
      }
      for (int i = 0; i < fresh; i++) {
        added[row * fresh + i] = positions.added(length, 0, i + 1);
      }
    }
    return new Sampler.Prompts(rows, length, fresh, ids, given, added, new double[rows * fresh]);
  }

  private static double ceiling() {
    int n = 2048;
    GraphBuilder g = new GraphBuilder();
    Value a = g.input("a", ElementType.FLOAT, Shape.of(n, n));
    Value b = g.input("b", ElementType.FLOAT, Shape.of(n, n));
    g.output("c", g.matMul(a, b));
    float[] numbers = new float[n * n];
    SavedRandom random = new SavedRandom(1);
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextDouble();
    }
    double best = 0;
    try (GraphSession session = GraphSession.of(g.build(), Device.cpu());
        DirectTensor x = DirectTensor.of(numbers, n, n);
        DirectTensor y = DirectTensor.allocate(ElementType.FLOAT, n, n)) {
      for (int i = 0; i < 6; i++) {
        long start = cpu();
        session.run(Map.of("a", x, "b", x), Map.of("c", y));
        best = Math.max(best, 2.0 * n * n * n / (cpu() - start));
      }
    }
    return best;
  }

  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static long residentMegabytes() throws Exception {
    System.gc();
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
      }
    }
    return 0;
  }
}
