package dev.rsi.examples.docs;

// #region own-parts
import dev.rsi.api.Attempt;
import dev.rsi.api.Codec;
import dev.rsi.api.CorruptModelException;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.GeneratorContract;
import dev.rsi.testkit.LoopSimulator;
import dev.rsi.testkit.TrainerContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnPartsTest {
  /** A model that writes words in capitals: the file has the letters that it knows. */
  static class Capitals implements Generator<String, String> {
    @Override
    public Codec<String, String> codec() {
      return Codec.text();
    }

    @Override
    public Session<String, String> open(ModelVersion version) {
      String known = read(version.directory());
      return new Session<>() {
        private boolean closed;

        @Override
        public List<Output<String>> generate(List<Request<String>> requests, RunContext context) {
          if (closed) {
            throw new IllegalStateException("The session is closed.");
          }
          context.checkActive();
          return requests.stream().map(request -> answer(known, request.task())).toList();
        }

        @Override
        public void close() {
          closed = true;
        }
      };
    }

    private static Output<String> answer(String known, String word) {
      String answer =
          word.chars()
              .mapToObj(Character::toString)
              .map(letter -> known.contains(letter) ? letter.toUpperCase(Locale.ROOT) : letter)
              .collect(Collectors.joining());
      return Output.of(answer, word.length());
    }
  }

  /** Adds the letters of the first word that failed. */
  static class CapitalsTrainer implements Trainer<String, String> {
    @Override
    public List<Knob> knobs() {
      return List.of();
    }

    @Override
    public LearnsFrom learnsFrom() {
      return LearnsFrom.ATTEMPTS; // lessons and failures
    }

    @Override
    public TrainedArtifact train(
        TrainingRequest<String, String> request, TrainingContext<String, String> context) {
      TreeSet<Integer> letters = new TreeSet<>();
      read(request.base().directory()).chars().forEach(letters::add);
      Stream.concat(
              request.attempts().stream().filter(attempt -> !attempt.passed()).map(Attempt::task),
              request.lessons().stream().map(Lesson::task))
          .filter(word -> !letters.containsAll(word.chars().boxed().toList()))
          .findFirst()
          .ifPresent(word -> word.chars().forEach(letters::add));
      context.checkActive();
      write(request.workDirectory(), letters.stream().map(Character::toString).toList());
      context.progress(1, 1);
      return new TrainedArtifact(request.workDirectory(), 1, Map.of(), Map.of());
    }
  }

  private static String read(Path directory) {
    Path file = directory.resolve("letters.txt");
    try {
      String letters = Files.readString(file);
      if (!letters.isEmpty()) {
        return letters;
      }
      throw new CorruptModelException(file, "letters", "one or more", "none");
    } catch (IOException e) {
      throw new CorruptModelException(file, "letters", "a file", "none", e);
    }
  }

  private static Path write(Path directory, List<String> letters) {
    try {
      Files.writeString(directory.resolve("letters.txt"), String.join("", letters));
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Nested
  class ItsGenerator extends GeneratorContract<String, String> {
    @Override
    protected Generator<String, String> generator() {
      return new Capitals();
    }

    @Override
    protected void writeVersion(Path directory) {
      write(directory, List.of("a", "b", "c"));
    }

    @Override
    protected List<String> tasks() {
      return List.of("cab", "bad", "x");
    }

    @Override
    protected boolean supportsDamage(Path modelFile) {
      return false; // some letters fewer are a model, too
    }
  }

  @Nested
  class ItsTrainer extends TrainerContract<String, String> {
    @Override
    protected Trainer<String, String> trainer() {
      return new CapitalsTrainer();
    }

    @Override
    protected Generator<String, String> generator() {
      return new Capitals();
    }

    @Override
    protected void writeBase(Path directory) {
      write(directory, List.of("a", "b", "c"));
    }

    @Override
    protected List<Lesson<String, String>> lessons() {
      return List.of(Lesson.given("dog", "DOG", 1), Lesson.given("fox", "FOX", 1));
    }
  }

  /** Whole runs, in which the process dies and calls are lost: one for each seed. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void should_survive_whatever_happens_to_a_run(long seed, @TempDir Path home) throws IOException {
    Path start = write(Files.createDirectory(home.resolve("start")), List.of("a", "b", "c"));

    LoopSimulator.run(seed, home, () -> loop(home), start, new Words()); // throws if one breaks
  }

  private static ImprovementLoop<String, String> loop(Path home) {
    Verifier<String, String> verifier =
        Verifier.named(
            "capitals",
            (word, answer) ->
                Verdict.passIf(answer.equals(word.toUpperCase(Locale.ROOT)), "small letters"));
    SplittableRandom random = new SplittableRandom(7);
    Stream<String> heldOut = Stream.generate(() -> new Words().draw(1, random)).distinct();
    return ImprovementLoop.builder(new Capitals())
        .verifier(verifier)
        .trainer(new CapitalsTrainer())
        .gate(DriftGates.anchored())
        .probes(ProbeBank.of(Codec.text(), verifier, Map.of("words", heldOut.limit(300).toList())))
        .practice(Practice.DEFAULT.tasks(20).scouts(10))
        .budget(Budget.of(3))
        .store(RunStore.inMemory())
        .registry(ModelRegistry.directory(home.resolve("models")))
        .build();
  }

  /** Words of four letters of the first half of the alphabet. */
  record Words() implements TaskSource<String> {
    @Override
    public int levels() {
      return 1;
    }

    @Override
    public String draw(int level, RandomGenerator random) {
      return random.ints(4, 'a', 'n').mapToObj(Character::toString).collect(Collectors.joining());
    }
  }
}
// #endregion
