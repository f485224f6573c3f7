package dev.rsi.examples.backends;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Attempt;
import dev.rsi.api.Generator;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Recipe;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.djl.DjlGenerator;
import dev.rsi.djl.DjlTrainer;
import dev.rsi.examples.addition.Addition;
import dev.rsi.examples.addition.AdditionCodec;
import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderTraining;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.Objective;
import dev.rsi.lm.SamplingParameters;
import dev.rsi.lm.SavedRandom;
import dev.rsi.onnx.OnnxGenerator;
import dev.rsi.onnx.OnnxTrainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each objective teaches a real model what it is for, on both backends, within seconds. */
class ObjectivesLearnTest {
  private static final long SEED = 5;
  private static final RunContext CONTEXT = RunContext.standalone();
  private static final SamplingParameters WARM = new SamplingParameters(1, 6).keepingCutOff();

  @TempDir static Path temp;
  private static ModelVersion halfTaught;

  private enum Backend {
    DJL {
      @Override
      Generator<Addition, String> generator() {
        return DjlGenerator.of(AdditionCodec.INSTANCE, Device.cpu()).withSampling(WARM);
      }

      @Override
      Trainer<Addition, String> trainer(Objective objective) {
        return DjlTrainer.of(AdditionCodec.INSTANCE, Device.cpu()).objective(objective);
      }
    },
    ONNX {
      @Override
      Generator<Addition, String> generator() {
        return OnnxGenerator.of(AdditionCodec.INSTANCE, Device.cpu()).withSampling(WARM);
      }

      @Override
      Trainer<Addition, String> trainer(Objective objective) {
        return OnnxTrainer.of(AdditionCodec.INSTANCE, Device.cpu()).objective(objective);
      }
    };

    abstract Generator<Addition, String> generator();

    abstract Trainer<Addition, String> trainer(Objective objective);
  }

  @ParameterizedTest
  @EnumSource
  void should_earn_more_by_policy_gradients(Backend backend) throws Exception {
    ModelVersion version = halfTaught;
    double before = meanScore(attempts(backend, version, 100));
    Recipe recipe =
        recipe(20, 1e-3)
            .with(DecoderTraining.BATCH_SIZE, 512)
            .with(DecoderTraining.WARM_UP_STEPS, 0)
            .with(DecoderTraining.WEIGHT_DECAY, 0);
    for (int round = 1; round <= 6; round++) {
      version =
          train(backend, Objective.grpo(), version, attempts(backend, version, round), recipe);
    }
    double after = meanScore(attempts(backend, version, 100));
    System.out.printf("%s, seed %d: mean score %.3f, then %.3f%n", backend, SEED, before, after);
    assertThat(before).isBetween(0.2, 0.8);
    assertThat(after).isGreaterThan(before + 0.05);
  }

  @ParameterizedTest
  @EnumSource
  void should_prefer_right_answers_more_by_pairs(Backend backend) throws Exception {
    List<Attempt<Addition, String>> attempts = attempts(backend, halfTaught, 1);
    List<Attempt<Addition, String>> others = attempts(backend, halfTaught, 100);
    ModelVersion trained = train(backend, Objective.dpo(), halfTaught, attempts, recipe(40, 1e-3));
    double before = margin(backend, halfTaught, attempts.subList(0, 320));
    double after = margin(backend, trained, attempts.subList(0, 320));
    double otherBefore = margin(backend, halfTaught, others.subList(0, 320));
    double otherAfter = margin(backend, trained, others.subList(0, 320));
    System.out.printf(
        "%s, seed %d: margin %.3f nats, then %.3f; of others %.3f, then %.3f%n",
        backend, SEED, before, after, otherBefore, otherAfter);
    assertThat(after).isGreaterThan(before + 0.5);
    assertThat(otherAfter).isGreaterThan(otherBefore);
  }

  @ParameterizedTest
  @EnumSource
  void should_learn_from_lessons_with_adapters_alone(Backend backend) throws Exception {
    ModelVersion version = halfTaught;
    Path work = Files.createTempDirectory(temp, "work");
    Recipe recipe = recipe(150, 5e-3).with(DecoderTraining.LORA_RANK, 4);
    TrainedArtifact artifact =
        backend
            .trainer(Objective.supervised())
            .train(
                new TrainingRequest<>(version, lessons(), recipe, SEED, work),
                TrainingContext.of(CONTEXT));
    double before = meanScore(attempts(backend, version, 100));
    double after = meanScore(attempts(backend, version(work), 100));
    double share =
        artifact.metrics().get("trained-parameters")
            / ModelDirectory.readWeights(work).weights().length;
    System.out.printf(
        "%s, seed %d: mean score %.3f, then %.3f by training %.1f %% of the numbers%n",
        backend, SEED, before, after, 100 * share);
    assertThat(after).isGreaterThan(before + 0.1);
    assertThat(share).isLessThan(0.1);
  }

  private static Recipe recipe(int steps, double learningRate) {
    return Recipe.defaults()
        .with(DecoderTraining.STEPS, steps)
        .with(DecoderTraining.LEARNING_RATE, learningRate)
        .with(DecoderTraining.RESET_OPTIMIZER, 1);
  }

  /** A small model that has begun to add two digits. */
  @BeforeAll
  static void teachHalf() throws Exception {
    CharVocabulary vocabulary = CharVocabulary.of(AdditionCodec.ALPHABET, '$');
    DecoderConfig config = DecoderConfig.builder(vocabulary).build();
    Path blank = Files.createTempDirectory(temp, "blank");
    ModelDirectory.write(blank, DecoderModel.random(config, vocabulary, SEED));
    Path work = Files.createTempDirectory(temp, "work");
    Backend.ONNX
        .trainer(Objective.supervised())
        .train(
            new TrainingRequest<>(
                version(blank),
                lessons(),
                recipe(100, 4e-3).with(DecoderTraining.DECAY_SHARE, 0.4),
                SEED,
                work),
            TrainingContext.of(CONTEXT));
    halfTaught = version(work);
  }

  private static List<Lesson<Addition, String>> lessons() {
    SavedRandom random = new SavedRandom(SEED);
    List<Lesson<Addition, String>> lessons = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      Addition task = Addition.draw(1, random);
      lessons.add(Lesson.given(task, task.sum(), 1));
    }
    return lessons;
  }

  private ModelVersion train(
      Backend backend,
      Objective objective,
      ModelVersion from,
      List<Attempt<Addition, String>> attempts,
      Recipe recipe)
      throws Exception {
    Path work = Files.createTempDirectory(temp, "work");
    backend
        .trainer(objective)
        .train(
            new TrainingRequest<>(from, List.of(), attempts, recipe, SEED, work),
            TrainingContext.of(CONTEXT));
    return version(work);
  }

  private static ModelVersion version(Path directory) {
    return new ModelVersion("0".repeat(64), directory);
  }

  /** Sixteen attempts each at 100 tasks, scored by the share of right digits. */
  private static List<Attempt<Addition, String>> attempts(
      Backend backend, ModelVersion version, long round) {
    SavedRandom random = new SavedRandom(SEED + round);
    List<Request<Addition>> requests = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Addition task = Addition.draw(1, random);
      for (int sample = 0; sample < 16; sample++) {
        requests.add(new Request<>(task, random.nextLong()));
      }
    }
    List<Attempt<Addition, String>> attempts = new ArrayList<>();
    try (Generator<Addition, String> generator = backend.generator();
        Generator.Session<Addition, String> session = generator.open(version)) {
      List<Output<String>> outputs = session.generate(requests, CONTEXT);
      for (int i = 0; i < requests.size(); i++) {
        Request<Addition> request = requests.get(i);
        Addition task = request.task();
        Output<String> output = outputs.get(i);
        String candidate = output.candidate();
        if (candidate != null) {
          attempts.add(
              Attempt.of(task, output, 1, 1, request.seed()).ruled(verdict(task, candidate)));
        }
      }
    }
    return attempts;
  }

  private static Verdict verdict(Addition task, String candidate) {
    String sum = task.sum();
    if (candidate.equals(sum)) {
      return Verdict.pass();
    }
    double right = 0;
    for (int i = 0; i < Math.min(sum.length(), candidate.length()); i++) {
      right += sum.charAt(i) == candidate.charAt(i) ? 1 : 0;
    }
    return new Verdict(
        Verdict.Outcome.FAIL, right / Math.max(sum.length() + 1, candidate.length()), "wrong sum");
  }

  private static double meanScore(List<Attempt<Addition, String>> attempts) {
    return attempts.stream().mapToDouble(Attempt::reward).average().orElseThrow();
  }

  /** How much likelier right attempts are than wrong ones at the same task, in nats. */
  private static double margin(
      Backend backend, ModelVersion version, List<Attempt<Addition, String>> attempts) {
    try (Generator<Addition, String> generator = backend.generator();
        ScoringSession<Addition, String> session =
            (ScoringSession<Addition, String>) generator.open(version)) {
      List<Double> scores =
          session.score(
              attempts.stream().map(Attempt::task).toList(),
              attempts.stream().map(Attempt::candidate).toList(),
              CONTEXT);
      Map<Addition, List<Integer>> byTask = new HashMap<>();
      for (int i = 0; i < scores.size(); i++) {
        byTask.computeIfAbsent(attempts.get(i).task(), task -> new ArrayList<>()).add(i);
      }
      return byTask.values().stream()
          .mapToDouble(
              group -> mean(group, attempts, scores, true) - mean(group, attempts, scores, false))
          .filter(Double::isFinite)
          .average()
          .orElseThrow();
    }
  }

  /** NaN where there is none. */
  private static double mean(
      List<Integer> group,
      List<Attempt<Addition, String>> attempts,
      List<Double> scores,
      boolean passed) {
    return group.stream()
        .filter(i -> attempts.get(i).passed() == passed)
        .mapToDouble(scores::get)
        .average()
        .orElse(Double.NaN);
  }
}
