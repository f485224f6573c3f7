package dev.rsi.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.Device;
import dev.rsi.lm.SavedRandom;
import dev.rsi.lm.spi.AdamW;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.Batches;
import dev.rsi.lm.spi.Example;
import dev.rsi.lm.spi.Positions;
import dev.rsi.lm.spi.Sampler;
import dev.rsi.lm.spi.TrainStep;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Measures speed and memory and writes them to {@code target/speed.txt}. Wants a quiet machine.
 *
 * <pre>
 * mvn -Pnightly -pl rsi-djl -am test -Dtest=SpeedTest -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 *
 * <p>The ceiling is the best of several float32 products of 2048 x 2048 matrices through the same
 * engine in the same run, taken before and after. A step's work is counted in two ways: <em>nominal
 * </em> is 6 x parameters x tokens, as the literature counts; <em>executed</em> leaves out what the
 * step does not compute (embeddings, and the last block's queries, feed-forward and head outside
 * the answer). Neither counts attention scores. The step is the whole of it: batch to arrays,
 * forward, backward, clipping, AdamW.
 */
@Tag("nightly")
class SpeedTest {
  private static final int DIGITS = 10;
  private static final int ROWS = 128;
  private final List<String> lines = new ArrayList<>();

  @Test
  void should_train_near_the_ceiling() throws Exception {
    for (int[] size : new int[][] {{64, 1, 100}, {128, 4, 20}}) {
      DecoderConfig config =
          DecoderConfig.builder(Models.VOCABULARY)
              .hiddenSize(size[0])
              .feedForwardSize(4 * size[0])
              .layers(size[1])
              .build();
      DecoderModel model = DecoderModel.random(config, Models.VOCABULARY, 1);
      train("script", model, size[2], Models::script);
      train("NDArray", model, size[2], Models::ndArray);
      for (int rows : new int[] {1, 64, 128, 512}) {
        sample(model, rows);
      }
    }
    Files.write(Path.of("target", "speed.txt"), lines, StandardCharsets.UTF_8);
    lines.forEach(System.out::println);
  }

  @Test
  void should_need_no_more_memory_over_two_thousand_steps() throws Exception {
    DecoderConfig config = DecoderConfig.builder(Models.VOCABULARY).build();
    DecoderModel model = DecoderModel.random(config, Models.VOCABULARY, 1);
    List<Batch> batches = batches(config);
    AdamW adamW = new AdamW(0.9, 0.98, 1e-8, 0.01, 1);
    try (TrainStep step = Models.script(model)) {
      long early = 0;
      for (int t = 1; t <= 2000; t++) {
        step.step(batches, adamW, 1e-3, t);
        if (t == 200) {
          early = residentMegabytes();
        }
      }
      long late = residentMegabytes();
      System.out.printf(Locale.ROOT, "resident: %d MB, then %d MB%n", early, late);
      assertThat(late - early).as("growth in MB").isLessThan(40);
    }
  }

  private void train(
      String name, DecoderModel model, int steps, Function<DecoderModel, TrainStep> make) {
    List<Batch> batches = batches(model.config());
    AdamW adamW = new AdamW(0.9, 0.98, 1e-8, 0.01, 1);
    double ceiling = ceiling();
    double[] seconds = new double[steps];
    try (TrainStep step = make.apply(model)) {
      for (int t = 1; t <= 10; t++) {
        step.step(batches, adamW, 1e-3, t);
      }
      for (int t = 0; t < steps; t++) {
        long start = System.nanoTime();
        step.step(batches, adamW, 1e-3, 11 + t);
        seconds[t] = (System.nanoTime() - start) / 1e9;
      }
    }
    ceiling = Math.max(ceiling, ceiling());
    Arrays.sort(seconds);
    double median = seconds[steps / 2];
    Batch batch = batches.get(0);
    double tokens = (double) batch.rows() * batch.length();
    double nominal = 6 * model.config().parameterCount() * tokens / median / 1e9;
    double executed = executed(model.config(), batch) / median / 1e9;
    lines.add(
        String.format(
            Locale.ROOT,
            "train %-7s %,7d parameters: %6.2f ms/step (fastest %.2f), %,9.0f tokens/s;"
                + " ceiling %.0f GFLOP/s, nominal %.0f%%, executed %.0f%%",
            name,
            model.config().parameterCount(),
            median * 1e3,
            seconds[0] * 1e3,
            tokens / median,
            ceiling,
            100 * nominal / ceiling,
            100 * executed / ceiling));
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

  private void sample(DecoderModel model, int rows) {
    int length = 2 * 18 + 2;
    int fresh = 20;
    SavedRandom random = new SavedRandom(3);
    long[] ids = new long[rows * length];
    long[] given = new long[ids.length];
    long[] added = new long[rows * fresh];
    Positions positions = Positions.of(model.config());
    for (int row = 0; row < rows; row++) {
      int[] tokens = Models.VOCABULARY.encode(Addition.CODEC.writeTask(Addition.draw(18, random)));
      positions.fill(tokens, length, length, 0, given, row * length);
      for (int i = 0; i < length; i++) {
        ids[row * length + i] = tokens[i];
      }
      for (int i = 0; i < fresh; i++) {
        added[row * fresh + i] = positions.added(length, 0, i + 1);
      }
    }
    Sampler.Prompts prompts =
        new Sampler.Prompts(rows, length, fresh, ids, given, added, new double[rows * fresh]);
    int calls = rows == 1 ? 40 : 8;
    double best = Double.POSITIVE_INFINITY;
    try (Sampler sampler =
        new ScriptSampler(DjlRuntime.open(Device.cpu()), model.config(), model.weights())) {
      for (int i = 0; i < calls; i++) {
        long start = System.nanoTime();
        // No token is -1: every row is written to its full length.
        sampler.sample(prompts, 0, -1);
        best = Math.min(best, (System.nanoTime() - start) / 1e9);
      }
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "sample %,7d parameters, batch %3d: %,9.0f new tokens/s",
            model.config().parameterCount(),
            rows,
            rows * fresh / best));
  }

  private static List<Batch> batches(DecoderConfig config) {
    SavedRandom random = new SavedRandom(1);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      Addition task = Addition.draw(DIGITS, random);
      examples.add(
          Example.of(Models.VOCABULARY, Addition.CODEC.writeTask(task), task.expected(), 1));
    }
    return Batches.of(examples, config).draw(ROWS, 1, random);
  }

  private static double ceiling() {
    int n = 2048;
    double best = 0;
    try (PtNDManager manager = DjlRuntime.open(Device.cpu());
        NDArray a = manager.randomNormal(new Shape(n, n));
        NDArray b = manager.randomNormal(new Shape(n, n))) {
      for (int i = 0; i < 8; i++) {
        long start = System.nanoTime();
        a.matMul(b).close();
        best = Math.max(best, 2.0 * n * n * n / (System.nanoTime() - start));
      }
    }
    return best;
  }

  private static long residentMegabytes() throws Exception {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
      }
    }
    return 0;
  }
}
