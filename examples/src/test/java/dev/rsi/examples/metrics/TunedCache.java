package dev.rsi.examples.metrics;

// #region tuned-cache
import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.TaskSource;
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
import dev.rsi.core.store.RunStore;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

public class TunedCache {
  static final int REQUESTS = 2000;

  /** The artifact: how many entries a cache has, and at which request for a key it keeps it. */
  record Settings(int entries, int admit) {
    static Settings read(Path directory) {
      Properties file = new Properties();
      try (Reader in = Files.newBufferedReader(directory.resolve("cache.properties"))) {
        file.load(in);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new Settings(
          Integer.parseInt(file.getProperty("entries")),
          Integer.parseInt(file.getProperty("admit")));
    }

    Path write(Path directory) {
      try {
        Files.createDirectories(directory);
        String text = "entries=" + entries + "\nadmit=" + admit + "\n";
        Files.writeString(directory.resolve("cache.properties"), text);
        return directory;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Runs the cache over a trace that the request's seed draws, and says how often it hit. */
  static final class Cache implements Generator<String, String> {
    @Override
    public Codec<String, String> codec() {
      return Codec.text();
    }

    @Override
    public String describe() {
      return "cache simulation v1";
    }

    @Override
    public Session<String, String> open(ModelVersion version) {
      Settings settings = Settings.read(version.directory());
      return (requests, context) ->
          requests.stream()
              .map(r -> Output.of(hits(settings, r.seed()) + " " + settings.entries(), 0))
              .toList();
    }

    static int hits(Settings settings, long seed) {
      RandomGenerator random = new SplittableRandom(seed);
      LinkedHashSet<Integer> cache = new LinkedHashSet<>(); // the least recently used comes first
      Map<Integer, Integer> seen = new HashMap<>();
      int hits = 0;
      for (int i = 0; i < REQUESTS; i++) {
        boolean popular = random.nextInt(10) < 7; // the others are asked for once
        int key = popular ? (int) (400 * Math.pow(random.nextDouble(), 2)) : 1000 + i;
        boolean hit = cache.remove(key);
        hits += hit ? 1 : 0;
        if (hit || seen.merge(key, 1, Integer::sum) >= settings.admit()) {
          cache.add(key);
        }
        if (cache.size() > settings.entries()) {
          cache.remove(cache.iterator().next());
        }
      }
      return hits;
    }
  }

  /** Proposes the four neighbours of the settings that are live. */
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
      return 4;
    }

    @Override
    public TrainedArtifact train(
        TrainingRequest<String, String> request, TrainingContext<String, String> context) {
      Settings live = Settings.read(request.base().directory());
      int entries = live.entries();
      Settings proposed =
          switch (request.proposal()) {
            case 1 -> new Settings(entries * 3 / 2, live.admit());
            case 2 -> new Settings(Math.max(1, entries * 2 / 3), live.admit());
            case 3 -> new Settings(entries, live.admit() + 1);
            default -> new Settings(entries, Math.max(1, live.admit() - 1));
          };
      Path made = proposed.write(request.workDirectory());
      return new TrainedArtifact(made, 0, Map.of(), Map.of("trainer", "neighbours v1"));
    }
  }

  /** The metric: the hit rate, less what the entries cost. */
  static double worth(String trace, String result) {
    String[] numbers = result.split(" ");
    double hitRate = Double.parseDouble(numbers[0]) / REQUESTS;
    return Math.max(0, hitRate - Double.parseDouble(numbers[1]) / 2000);
  }

  static final TaskSource<String> TRACES =
      new TaskSource<>() {
        @Override
        public int levels() {
          return 1;
        }

        @Override
        public String draw(int level, RandomGenerator random) {
          return "trace " + random.nextInt(1_000_000);
        }
      };

  public static void main(String[] args) throws IOException {
    Verifier<String, String> metric = Verifier.measuring("worth v1", TunedCache::worth);
    List<String> heldOut = IntStream.range(0, 2000).mapToObj(i -> "held-out trace " + i).toList();
    var probes = ProbeBank.of(Codec.text(), List.of(ProbeFamily.skill("worth", heldOut, metric)));
    ModelRegistry registry = ModelRegistry.directory(Files.createTempDirectory("tuned-cache"));
    Path start = new Settings(50, 1).write(registry.newWorkDirectory());
    ImprovementLoop<String, String> loop =
        ImprovementLoop.builder(new Cache())
            .verifier(metric)
            .trainer(new Neighbours())
            .gate(DriftGates.anchored(probes))
            .probes(probes)
            .practice(Practice.DEFAULT.tasks(16).scouts(16).screening(16))
            .budget(Budget.of(8))
            .store(RunStore.inMemory())
            .registry(registry)
            .build();
    System.out.println(loop.run(registry.add(start, Provenance.imported()), TRACES).summary());
    System.out.println(Settings.read(registry.live().orElseThrow().directory()));
  }
}
// #endregion
