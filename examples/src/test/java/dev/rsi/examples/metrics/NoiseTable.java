package dev.rsi.examples.metrics;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.probe.ProbeFamily;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * How many probes one and the same gain takes to be proven, with common random numbers and without:
 * the table of docs/guides/metric-as-goal.md. {@link #main} prints it.
 */
final class NoiseTable {
  private static final int RUNS = 8;
  private static final int PROBES = 2000;
  private static final int PAIRS = 2000;

  private NoiseTable() {}

  /**
   * A setting and a better one.
   *
   * @param unit what an attempt measures
   * @param run what comes of settings under a stream of randomness
   * @param from the settings that are live, as text
   * @param to those proposed
   */
  private record Tuning(
      String name,
      String unit,
      BiFunction<String, RandomGenerator, String> run,
      ToDoubleBiFunction<String, String> metric,
      String from,
      String to) {}

  private static final List<Tuning> TUNINGS =
      List.of(
          new Tuning(
              "cache",
              "a trace",
              (text, random) -> {
                int entries = Integer.parseInt(text);
                TunedCache.Settings settings = new TunedCache.Settings(entries, 2);
                return TunedCache.Cache.hits(settings, random.nextLong()) + " " + entries;
              },
              TunedCache::worth,
              "75",
              "79"),
          new Tuning(
              "rate limiter",
              "a minute",
              (text, random) -> minutes(text, random, 1),
              TunedLimiter::worth,
              "60",
              "62"),
          new Tuning(
              "rate limiter",
              "20 minutes",
              (text, random) -> minutes(text, random, 20),
              TunedLimiter::worth,
              "60",
              "62"));

  private static String minutes(String text, RandomGenerator random, int count) {
    long[] sums = new long[3];
    for (int i = 0; i < count; i++) {
      TunedLimiter.Settings settings = new TunedLimiter.Settings(Integer.parseInt(text));
      String[] numbers = TunedLimiter.minute(settings, random).split(" ");
      for (int k = 0; k < sums.length; k++) {
        sums[k] += Long.parseLong(numbers[k]);
      }
    }
    return sums[0] + " " + sums[1] + " " + sums[2];
  }

  /** A row of the table. */
  record Row(
      String name,
      String unit,
      boolean common,
      double gain,
      double spread,
      int promoted,
      long probes,
      long attempts) {
    String cells() {
      return String.format(
          Locale.ROOT,
          "| %s | %s | %s | %.3f | %.3f | %d of %d | %s | %s |",
          name,
          unit,
          common ? "same for all" : "drawn anew",
          gain,
          spread,
          promoted,
          RUNS,
          probes == 0 ? "-" : probes,
          attempts == 0 ? "-" : attempts);
    }
  }

  static List<Row> rows(Path directory) {
    List<Row> rows = new ArrayList<>();
    for (Tuning tuning : TUNINGS) {
      for (boolean common : new boolean[] {true, false}) {
        if (!common || !tuning.unit().startsWith("20")) {
          rows.add(row(tuning, common, directory));
        }
      }
    }
    return rows;
  }

  private static Row row(Tuning tuning, boolean common, Path directory) {
    // Without the noise, where the difference is the same in the mean.
    double gain = mean(differences(tuning, true));
    double[] differences = differences(tuning, common);
    double own = mean(differences);
    double spread =
        Math.sqrt(mean(Arrays.stream(differences).map(d -> (d - own) * (d - own)).toArray()));
    List<String> heldOut = IntStream.range(0, PROBES).mapToObj(i -> "held-out " + i).toList();
    ProbeBank<String, String> bank =
        ProbeBank.of(Codec.text(), List.of(ProbeFamily.skill("worth", heldOut, metric(tuning))));
    List<Long> probes = new ArrayList<>();
    List<Long> attempts = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      RunStore store = RunStore.inMemory();
      Path home = directory.resolve(tuning.name() + tuning.unit() + common + run);
      RunReport report = decide(tuning, bank, common, store, ModelRegistry.directory(home), run);
      if (report.promotions() == 1) {
        String challenger = report.live();
        probes.add(
            store.events(report.run(), RunEvent.Probed.class).stream()
                .filter(probed -> probed.version().equals(challenger))
                .mapToLong(probed -> probed.probes().size())
                .sum());
        attempts.add(report.spending().attempts());
      }
    }
    return new Row(
        tuning.name(),
        tuning.unit(),
        common,
        gain,
        spread,
        probes.size(),
        median(probes),
        median(attempts));
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  /** Of what was promoted; 0 if nothing was. */
  private static long median(List<Long> values) {
    return values.isEmpty() ? 0 : values.stream().sorted().toList().get(values.size() / 2);
  }

  private static Verifier<String, String> metric(Tuning tuning) {
    return Verifier.measuring("worth", tuning.metric());
  }

  /** What the better settings give more, pair by pair. */
  private static double[] differences(Tuning tuning, boolean common) {
    return IntStream.range(0, PAIRS)
        .mapToDouble(
            i ->
                tuning.metric().applyAsDouble("", tuning.run().apply(tuning.to(), random(i)))
                    - tuning
                        .metric()
                        .applyAsDouble(
                            "", tuning.run().apply(tuning.from(), random(common ? i : -1 - i))))
        .toArray();
  }

  private static RandomGenerator random(long seed) {
    return new SplittableRandom(seed);
  }

  private static RunReport decide(
      Tuning tuning,
      ProbeBank<String, String> probes,
      boolean common,
      RunStore store,
      ModelRegistry registry,
      long seed) {
    RandomGenerator anew = random(seed);
    Function<Long, RandomGenerator> source = request -> random(common ? request : anew.nextLong());
    return ImprovementLoop.builder(generator(tuning, source))
        .verifier(metric(tuning))
        .trainer(trainer(tuning))
        .gate(DriftGates.anchored(probes))
        .probes(probes)
        .practice(Practice.DEFAULT.tasks(1).scouts(1))
        .budget(Budget.of(1))
        .seed(seed)
        .store(store)
        .registry(registry)
        .build()
        .run(
            registry.add(write(registry.newWorkDirectory(), tuning.from()), Provenance.imported()),
            TunedCache.TRACES);
  }

  private static Generator<String, String> generator(
      Tuning tuning, Function<Long, RandomGenerator> source) {
    return new Generator<>() {
      @Override
      public Codec<String, String> codec() {
        return Codec.text();
      }

      @Override
      public Session<String, String> open(ModelVersion version) {
        String settings = read(version.directory());
        return (requests, context) ->
            requests.stream()
                .map(r -> Output.of(tuning.run().apply(settings, source.apply(r.seed())), 0))
                .toList();
      }
    };
  }

  private static Trainer<String, String> trainer(Tuning tuning) {
    return new Trainer<>() {
      @Override
      public List<Knob> knobs() {
        return List.of();
      }

      @Override
      public LearnsFrom learnsFrom() {
        return LearnsFrom.ATTEMPTS;
      }

      @Override
      public TrainedArtifact train(
          TrainingRequest<String, String> request, TrainingContext<String, String> context) {
        Path made = write(request.workDirectory(), tuning.to());
        return new TrainedArtifact(made, 0, Map.of(), Map.of());
      }
    };
  }

  private static Path write(Path directory, String settings) {
    try {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve("settings.txt"), settings);
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path directory) {
    try {
      return Files.readString(directory.resolve("settings.txt"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static void main(String[] arguments) throws IOException {
    rows(Files.createTempDirectory("noise-table")).forEach(row -> System.out.println(row.cells()));
  }
}
