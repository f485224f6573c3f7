package consumer;

import dev.rsi.core.probe.ProbeBank;
import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.core.verify.Verifiers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A model of its own: a word that it says back at some tasks, and at all of them once trained. */
public final class Main {
  public static void main(String[] args) throws IOException {
    Path home = Path.of(args[0]);
    Path untrained = Files.createDirectory(home.resolve("start"));
    Files.writeString(untrained.resolve("every"), "2");
    Function<String, String> right = Function.identity();
    ModelRegistry registry = ModelRegistry.directory(home.resolve("models"));
    try (RunStore store = RunStore.sqlite(home.resolve("run.db"))) {
      RunReport report =
          ImprovementLoop.builder(new Echo())
              .verifier(Verifiers.exact(right))
              .trainer(new Listening())
              .gate(DriftGates.paired())
              .probes(
                  ProbeBank.of(
                      Codec.text(),
                      Verifiers.exact(right),
                      Map.of(
                          "words", IntStream.range(0, 400).mapToObj(i -> "probe " + i).toList())))
              .budget(Budget.of(1))
              .store(store)
              .registry(registry)
              .build()
              .run(registry.add(untrained, Provenance.imported()), new Words());
      System.out.println("promotions: " + report.promotions());
      System.out.println("events recorded: " + !store.events(report.run()).isEmpty());
    }
  }

  private static final class Echo implements Generator<String, String> {
    @Override
    public Codec<String, String> codec() {
      return Codec.text();
    }

    @Override
    public Session<String, String> open(ModelVersion version) {
      int every;
      try {
        every = Integer.parseInt(Files.readString(version.directory().resolve("every")));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new Session<>() {
        @Override
        public List<Output<String>> generate(
            List<Request<String>> requests, RunContext context) {
          return requests.stream()
              .map(request -> request.task().hashCode() % every == 0 ? request.task() : "what?")
              .map(answer -> Output.of(answer, 1))
              .collect(Collectors.toList());
        }

        @Override
        public void close() {}
      };
    }
  }

  private static final class Listening implements Trainer<String, String> {
    @Override
    public List<Knob> knobs() {
      return List.of();
    }

    @Override
    public TrainedArtifact train(TrainingRequest<String, String> request, TrainingContext<String, String> context) {
      try {
        Files.createDirectories(request.workDirectory());
        Files.writeString(request.workDirectory().resolve("every"), "1");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new TrainedArtifact(request.workDirectory(), 1, Map.of(), Map.of());
    }
  }

  private static final class Words implements TaskSource<String> {
    @Override
    public int levels() {
      return 1;
    }

    @Override
    public String draw(int level, RandomGenerator random) {
      return "word " + random.nextInt(1_000_000);
    }
  }
}
