package dev.rsi.testkit.loop;

import dev.rsi.api.Codec;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Recipe;
import dev.rsi.api.Request;
import dev.rsi.api.Role;
import dev.rsi.api.RunContext;
import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verifier;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.probe.ProbeFamily;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.ScriptedGate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * A setting that is tuned by a metric: the artifact is one number in [0, 1], and what comes of it
 * is that number, less a loss that the request's seed draws. Nothing is ever right or wrong.
 */
final class Dials {
  private static final String FILE = "dial.txt";

  /** How much the seed may take away. */
  private static final double LOSS = .5;

  final ModelRegistry registry;
  final RunStore store = RunStore.inMemory();

  /** What runs record in, if not in the store itself. */
  RunStore driven = store;

  Practice practice = Practice.DEFAULT.tasks(16).scouts(16).screening(8).batch(8);
  final ModelVersion start;

  /** How many versions that were live before stay. */
  int retain = 100;

  /** Every request of every version, in the order they were asked. */
  final List<Asked> asked = new ArrayList<>();

  record Asked(double dial, Request<String> request) {}

  Dials(Path home, double dial) {
    registry = ModelRegistry.directory(home.resolve("models"));
    start = registry.add(write(home.resolve("start"), dial), Provenance.imported());
  }

  static Path write(Path directory, double dial) {
    try {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve(FILE), dial + "\n");
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static double read(ModelVersion version) {
    try {
      return Double.parseDouble(Files.readString(version.directory().resolve(FILE)).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The value that came of a request, as the metric reads it. */
  static Verifier<String, String> metric() {
    return Verifier.measuring("value v1", (task, value) -> Double.parseDouble(value));
  }

  static TaskSource<String> tasks(int levels) {
    return new TaskSource<>() {
      @Override
      public int levels() {
        return levels;
      }

      @Override
      public String draw(int level, RandomGenerator random) {
        return "load " + random.nextInt(1_000_000) + " of level " + level;
      }
    };
  }

  static int level(String task) {
    return Integer.parseInt(task.substring(task.lastIndexOf(' ') + 1));
  }

  static List<String> heldOut(int count) {
    return IntStream.range(1_000_000, 1_000_000 + count)
        .mapToObj(number -> "load " + number + " of level 1")
        .toList();
  }

  Generator<String, String> generator() {
    return new Generator<>() {
      @Override
      public Codec<String, String> codec() {
        return Codec.text();
      }

      @Override
      public int maxTokens() {
        return 1;
      }

      @Override
      public Session<String, String> open(ModelVersion version) {
        double dial = read(version);
        return new Session<>() {
          @Override
          public List<Output<String>> generate(List<Request<String>> requests, RunContext context) {
            requests.forEach(request -> asked.add(new Asked(dial, request)));
            return requests.stream().map(request -> Output.of(value(dial, request), 1)).toList();
          }

          @Override
          public void close() {}
        };
      }
    };
  }

  static String value(double dial, Request<String> request) {
    return String.valueOf(dial * (1 - LOSS * new SplittableRandom(request.seed()).nextDouble()));
  }

  /**
   * Proposes numbers near the one that is live, as many as it is told, each drawn by its seed.
   *
   * @param step how far at most
   * @param requests takes what it was asked
   */
  record Neighbours(
      int proposals,
      double step,
      LearnsFrom learnsFrom,
      List<TrainingRequest<String, String>> requests)
      implements Trainer<String, String> {
    @Override
    public List<Knob> knobs() {
      return List.of();
    }

    @Override
    public long maxSteps(Recipe recipe, long lessons) {
      return 10;
    }

    @Override
    public TrainedArtifact train(
        TrainingRequest<String, String> request, TrainingContext<String, String> context) {
      requests.add(request);
      double change = step * (2 * new SplittableRandom(request.seed()).nextDouble() - 1);
      double dial = Math.min(1, Math.max(0, read(request.base()) + change));
      write(request.workDirectory(), dial);
      return new TrainedArtifact(request.workDirectory(), 10, Map.of("dial", dial), Map.of());
    }
  }

  static Neighbours neighbours(int proposals) {
    return new Neighbours(proposals, .3, Trainer.LearnsFrom.ATTEMPTS, new ArrayList<>());
  }

  /** A loop, without its budget, whose gate decides on real readings. */
  ImprovementLoop.Builder<String, String> loop(Trainer<String, String> trainer) {
    ProbeBank<String, String> probes =
        ProbeBank.of(Codec.text(), List.of(ProbeFamily.skill("value", heldOut(300), metric())));
    return parts(trainer, probes).verifier(metric()).gate(DriftGates.anchored(probes));
  }

  /** A loop, without its verifier and its budget, whose gate promotes whatever it is given. */
  ImprovementLoop.Builder<String, String> promoting(Trainer<String, String> trainer) {
    ProbeBank<String, String> probes =
        ProbeBank.of(Codec.text(), List.of(ProbeFamily.skill("value", heldOut(2), metric())));
    return parts(trainer, probes)
        .gate(ScriptedGate.of(GateDecision.promote("as it was told", List.of())));
  }

  /** The same, but that the gate reads every probe first. */
  ImprovementLoop.Builder<String, String> reading(
      Trainer<String, String> trainer, ProbeBank<String, String> probes) {
    return parts(trainer, probes)
        .gate(
            source -> {
              source
                  .kinds()
                  .forEach(
                      kind ->
                          source.pull(kind.name(), kind.available(), EnumSet.allOf(Role.class)));
              return GateDecision.promote("as it was told", List.of());
            });
  }

  private ImprovementLoop.Builder<String, String> parts(
      Trainer<String, String> trainer, ProbeBank<String, String> probes) {
    return ImprovementLoop.builder(generator())
        .trainer(trainer)
        .probes(probes)
        .practice(practice)
        .store(driven)
        .registry(registry, retain);
  }
}
