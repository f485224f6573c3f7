package dev.rsi.consumers;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.core.verify.Verifiers;
import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.ModelDirectory;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;

/**
 * A small application: a loop with store and registry, and a model's files. It ends with another
 * code than 0 if anything is not as it should be.
 *
 * <p>Arguments: a directory to work in; names of jars that have to be on the class path, with
 * commas between them, so that a build whose versions moved is not taken for the one it was; {@code
 * sqlite} or {@code none}.
 */
public final class Main {
  private Main() {}

  /** Runs it. */
  public static void main(String[] args) throws IOException {
    Path home = Files.createTempDirectory(Files.createDirectories(Path.of(args[0])), "run");
    List<String> problems = new ArrayList<>();
    for (String jar : args[1].split(",", -1)) {
      if (!jar.isBlank() && !classPath().contains(jar.strip())) {
        problems.add("the class path has no " + jar.strip() + ", only " + classPath());
      }
    }
    boolean sqlite = args[2].equals("sqlite");
    if (!sqlite) {
      missing(home, problems);
      server(problems);
    }
    try (RunStore store = sqlite ? RunStore.sqlite(home.resolve("run.db")) : RunStore.inMemory()) {
      loop(home, store, problems);
    }
    if (sqlite) {
      again(home, problems);
    }
    files(Files.createDirectory(home.resolve("files")), problems);
    PrintStream out = System.out;
    problems.forEach(problem -> out.println("WRONG: " + problem));
    out.println(problems.isEmpty() ? "loop, store, registry and files: right" : "failed");
    System.exit(problems.isEmpty() ? 0 : 1);
  }

  private static List<String> classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> String.valueOf(Path.of(entry).getFileName()))
        .toList();
  }

  private static void check(boolean right, String problem, List<String> problems) {
    if (!right) {
      problems.add(problem);
    }
  }

  /** Without the driver, what it would have been for says which jar to add. */
  private static void missing(Path home, List<String> problems) {
    try (RunStore store = RunStore.sqlite(home.resolve("run.db"))) {
      problems.add("a store without its driver: " + store);
    } catch (RsiException e) {
      check(
          String.valueOf(e.getMessage()).contains("org.xerial:sqlite-jdbc"),
          "no word about the driver: " + e.getMessage(),
          problems);
    }
  }

  /** A server needs another driver: it comes as far as to ask for a connection. */
  private static void server(List<String> problems) {
    DataSource nobody =
        (DataSource)
            Proxy.newProxyInstance(
                Main.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> {
                  throw new SQLException("nobody is there");
                });
    try (RunStore store = RunStore.postgresql(nobody)) {
      problems.add("a store without a server: " + store);
    } catch (RsiException e) {
      check(
          String.valueOf(e.getMessage()).contains("nobody is there"),
          "another word about the server: " + e.getMessage(),
          problems);
    }
  }

  private static void loop(Path home, RunStore store, List<String> problems) throws IOException {
    Path untrained = Files.createDirectory(home.resolve("start"));
    Files.writeString(untrained.resolve("every"), "2");
    Function<String, String> right = Function.identity();
    ModelRegistry registry = ModelRegistry.directory(home.resolve("models"));
    List<String> probes = IntStream.range(0, 400).mapToObj(i -> "probe " + i).toList();
    RunReport report =
        ImprovementLoop.builder(new Echo())
            .verifier(Verifiers.exact(right))
            .trainer(new Listening())
            .gate(DriftGates.paired())
            .probes(ProbeBank.of(Codec.text(), Verifiers.exact(right), Map.of("words", probes)))
            .budget(Budget.of(1))
            .store(store)
            .registry(registry)
            .build()
            .run(registry.add(untrained, Provenance.imported()), new Words());
    check(report.promotions() == 1, "promotions: " + report.promotions(), problems);
    check(!store.events(report.run()).isEmpty(), "no events", problems);
    ModelVersion live = registry.live().orElseThrow();
    check(live.id().equals(report.live()), "live is " + live.id(), problems);
    check(
        registry.provenance(live.id()).steps() == 1,
        "provenance is " + registry.provenance(live.id()),
        problems);
  }

  /** What was written is read in another store and registry, and every event of it. */
  private static void again(Path home, List<String> problems) {
    try (RunStore store = RunStore.sqlite(home.resolve("run.db"))) {
      String run = store.runs().get(0);
      check(store.events(run).size() > 400, "events: " + store.events(run).size(), problems);
    }
    check(
        ModelRegistry.directory(home.resolve("models")).live().isPresent(),
        "nothing is live",
        problems);
  }

  private static void files(Path directory, List<String> problems) {
    CharVocabulary vocabulary = CharVocabulary.of("0123456789+=", '\n');
    DecoderConfig config = DecoderConfig.builder(vocabulary).hiddenSize(8).build();
    float[] weights = new float[config.parameterCount()];
    ModelDirectory.write(directory, new DecoderModel(config, vocabulary, weights, null));
    check(
        ModelDirectory.read(directory).config().equals(config), "another configuration", problems);
  }

  /** A word that is said back at some tasks, and at all of them once trained. */
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
        public List<Output<String>> generate(List<Request<String>> requests, RunContext context) {
          return requests.stream()
              .map(request -> request.task().hashCode() % every == 0 ? request.task() : "what?")
              .map(answer -> Output.of(answer, 1))
              .toList();
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
    public TrainedArtifact train(
        TrainingRequest<String, String> request, TrainingContext<String, String> context) {
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
