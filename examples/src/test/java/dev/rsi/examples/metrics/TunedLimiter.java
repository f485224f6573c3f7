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
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** A rate limiter that is tuned on loads which nobody can ask for twice. */
final class TunedLimiter {
  private static final int SECONDS = 60;

  /** What the service behind the limiter does in a second. */
  private static final int CAPACITY = 100;

  private TunedLimiter() {}

  /** The artifact: how many requests a second the limiter lets through. */
  record Settings(int perSecond) {
    static Settings read(Path directory) {
      try {
        String text = Files.readString(directory.resolve("limiter.properties"));
        return new Settings(Integer.parseInt(text.substring(text.indexOf('=') + 1).strip()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    Path write(Path directory) {
      try {
        Files.createDirectories(directory);
        Files.writeString(
            directory.resolve("limiter.properties"), "per-second=" + perSecond + "\n");
        return directory;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  // #region drawn-anew
  /** Runs the limiter for a minute of whatever load there is: never the same twice. */
  static Generator<String, String> limiter(RandomGenerator load) {
    return new Generator<>() {
      @Override
      public Codec<String, String> codec() {
        return Codec.text();
      }

      @Override
      public Session<String, String> open(ModelVersion version) {
        Settings settings = Settings.read(version.directory());
        return (requests, context) -> // nothing here depends on the requests' seeds
        requests.stream().map(r -> Output.of(minute(settings, load), 0)).toList();
      }
    };
  }

  // #endregion

  /** What came of a minute: requests, those served in time, and those served too late. */
  static String minute(Settings settings, RandomGenerator load) {
    int requests = 0;
    int good = 0;
    int late = 0;
    int queue = 0;
    int burst = 0;
    double mean = 50 + 70 * load.nextDouble();
    for (int second = 0; second < SECONDS; second++) {
      burst = burst > 0 ? burst - 1 : load.nextInt(30) == 0 ? 10 : 0;
      int arrived = (int) (mean * (burst > 0 ? 3 : 1) * (.7 + .6 * load.nextDouble()));
      int backlog = queue;
      queue += Math.min(arrived, settings.perSecond());
      int served = Math.min(queue, CAPACITY);
      queue -= served;
      requests += arrived;
      if (backlog > CAPACITY) {
        late += served;
      } else {
        good += served;
      }
    }
    return requests + " " + good + " " + late;
  }

  /** The metric: the share served in time, less half of that served too late. */
  static double worth(String minute, String result) {
    String[] numbers = result.split(" ");
    double good = Double.parseDouble(numbers[1]) - Double.parseDouble(numbers[2]) / 2;
    return Math.max(0, good / Double.parseDouble(numbers[0]));
  }

  /** Proposes a fifth more and a fifth less of what is live. */
  static final class Neighbours implements Trainer<String, String> {
    @Override
    public List<Knob> knobs() {
      return List.of();
    }

    @Override
    public LearnsFrom learnsFrom() {
      return LearnsFrom.ATTEMPTS;
    }

    @Override
    public int proposals() {
      return 2;
    }

    @Override
    public TrainedArtifact train(
        TrainingRequest<String, String> request, TrainingContext<String, String> context) {
      int live = Settings.read(request.base().directory()).perSecond();
      int proposed = request.proposal() == 1 ? live + live / 5 : live - live / 5;
      return new TrainedArtifact(
          new Settings(proposed).write(request.workDirectory()), 0, Map.of(), Map.of());
    }
  }

  /** A run of a loop that tunes it. */
  static RunReport tune(ModelRegistry registry, long seed) {
    Verifier<String, String> metric = Verifier.measuring("worth v1", TunedLimiter::worth);
    List<String> heldOut = IntStream.range(0, 4000).mapToObj(i -> "held-out minute " + i).toList();
    ProbeBank<String, String> probes =
        ProbeBank.of(Codec.text(), List.of(ProbeFamily.skill("worth", heldOut, metric)));
    Path start = new Settings(50).write(registry.newWorkDirectory());
    // #region noisy-practice
    Practice practice = Practice.DEFAULT.tasks(16).samples(4).scouts(16).screening(64);
    // #endregion
    return ImprovementLoop.builder(limiter(new SplittableRandom(seed)))
        .verifier(metric)
        .trainer(new Neighbours())
        .gate(DriftGates.anchored(probes))
        .probes(probes)
        .practice(practice)
        .budget(Budget.of(8))
        .store(RunStore.inMemory())
        .registry(registry)
        .build()
        .run(registry.add(start, Provenance.imported()), TunedCache.TRACES);
  }
}
