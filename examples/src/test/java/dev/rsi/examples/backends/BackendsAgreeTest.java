package dev.rsi.examples.backends;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

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
import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderTraining;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.Objective;
import dev.rsi.lm.Parameter;
import dev.rsi.lm.PolicyObjective;
import dev.rsi.lm.PreferenceObjective;
import dev.rsi.lm.SamplingParameters;
import dev.rsi.lm.SavedRandom;
import dev.rsi.lm.SupervisedObjective;
import dev.rsi.onnx.OnnxGenerator;
import dev.rsi.onnx.OnnxTrainer;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One model directory, two backends: the same scores, answers and training. */
class BackendsAgreeTest {
  private static final CharVocabulary VOCABULARY = CharVocabulary.of("0123456789+-=", '$');
  private static final RunContext CONTEXT = RunContext.standalone();

  @TempDir Path temp;
  private final Generator<Sum, Long> djl = DjlGenerator.of(ToyTasks.codec(), Device.cpu());
  private final Generator<Sum, Long> onnx = OnnxGenerator.of(ToyTasks.codec(), Device.cpu());

  @ParameterizedTest
  @EnumSource(PositionScheme.class)
  void should_give_every_answer_the_same_log_probability(PositionScheme scheme) throws Exception {
    ModelVersion version = version(scheme, 2);
    List<Sum> tasks = new ArrayList<>();
    List<Long> candidates = new ArrayList<>();
    for (Sum sum : sums(20)) {
      // One-digit answers name every digit as the first token, and the end as the second.
      for (long digit = 0; digit <= 9; digit++) {
        tasks.add(sum);
        candidates.add(digit);
      }
    }
    List<Double> one = score(djl, version, tasks, candidates);
    List<Double> other = score(onnx, version, tasks, candidates);
    double largest = 0;
    for (int i = 0; i < one.size(); i++) {
      assertThat(one.get(i)).isNegative().isFinite();
      largest = Math.max(largest, Math.abs(one.get(i) - other.get(i)));
    }
    assertThat(largest).isLessThan(1e-4);
  }

  @ParameterizedTest
  @EnumSource(PositionScheme.class)
  void should_give_the_same_answers_to_the_same_seeds(PositionScheme scheme) throws Exception {
    ModelVersion version = version(scheme, 1);
    SamplingParameters warm = new SamplingParameters(1, 8).keepingCutOff();
    List<Request<Sum>> requests = new ArrayList<>();
    for (Sum sum : sums(100)) {
      requests.add(new Request<>(sum, requests.size()));
    }
    try (Generator.Session<Sum, Long> one =
            DjlGenerator.of(ToyTasks.codec(), Device.cpu()).withSampling(warm).open(version);
        Generator.Session<Sum, Long> other =
            OnnxGenerator.of(ToyTasks.codec(), Device.cpu()).withSampling(warm).open(version)) {
      List<Output<Long>> answers = one.generate(requests, CONTEXT);
      assertThat(other.generate(requests, CONTEXT)).isEqualTo(answers);
      assertThat(answers.stream().distinct().count()).isGreaterThan(10);
    }
  }

  @ParameterizedTest
  @EnumSource(PositionScheme.class)
  void should_take_the_same_training_step(PositionScheme scheme) throws Exception {
    ModelVersion version = version(scheme, 2);
    Recipe recipe = Recipe.defaults().with(DecoderTraining.STEPS, 1);
    DecoderModel one = train(DjlTrainer.of(ToyTasks.codec(), Device.cpu()), version, recipe);
    DecoderModel other = train(OnnxTrainer.of(ToyTasks.codec(), Device.cpu()), version, recipe);
    assertThat(largestDifference(one.weights(), other.weights())).isLessThan(1e-5);
    DecoderModel before = ModelDirectory.readWeights(version.directory());
    assertThat(largestDifference(one.weights(), before.weights())).isGreaterThan(1e-5);
  }

  static List<Arguments> objectives() {
    Recipe recipe = Recipe.defaults();
    return List.of(
        arguments(Objective.supervised().loss(SupervisedObjective.Loss.DFT), recipe),
        arguments(Objective.grpo(), recipe),
        arguments(
            Objective.grpo().loss(PolicyObjective.Loss.GRPO).ratio(PolicyObjective.Ratio.SEQUENCE),
            recipe.with(PolicyObjective.KL_WEIGHT, 0.1)),
        arguments(Objective.dpo(), recipe),
        arguments(Objective.dpo().loss(PreferenceObjective.Loss.IPO), recipe));
  }

  /** Of two steps the second needs log-probabilities under weights that have moved. */
  @ParameterizedTest
  @MethodSource("objectives")
  void should_take_the_same_steps_towards_every_objective(Objective objective, Recipe more)
      throws Exception {
    ModelVersion version = version(PositionScheme.COUPLED, 2);
    Recipe recipe = more.with(DecoderTraining.STEPS, 2).with(DecoderTraining.BATCH_SIZE, 32);
    DecoderModel one =
        train(DjlTrainer.of(ToyTasks.codec(), Device.cpu()).objective(objective), version, recipe);
    DecoderModel other =
        train(OnnxTrainer.of(ToyTasks.codec(), Device.cpu()).objective(objective), version, recipe);
    assertThat(largestDifference(one.weights(), other.weights())).isLessThan(1e-5);
    assertThat(largestDifference(one.weights(), weights(version))).isGreaterThan(1e-4);
  }

  @ParameterizedTest
  @EnumSource(PositionScheme.class)
  void should_train_the_same_adapters_and_leave_every_other_weight(PositionScheme scheme)
      throws Exception {
    ModelVersion version = version(scheme, 2);
    Recipe recipe =
        Recipe.defaults().with(DecoderTraining.STEPS, 5).with(DecoderTraining.LORA_RANK, 4);
    DecoderModel one = train(DjlTrainer.of(ToyTasks.codec(), Device.cpu()), version, recipe);
    DecoderModel other = train(OnnxTrainer.of(ToyTasks.codec(), Device.cpu()), version, recipe);
    float[] before = weights(version);
    assertThat(largestDifference(one.weights(), other.weights())).isLessThan(1e-5);
    for (Parameter parameter : one.config().parameters()) {
      int from = parameter.offset();
      int to = from + parameter.size();
      boolean adapted = parameter.name().startsWith("layers.") && parameter.shape().size() == 2;
      for (DecoderModel trained : List.of(one, other)) {
        assertThat(Arrays.equals(trained.weights(), from, to, before, from, to))
            .as(parameter.name())
            .isEqualTo(!adapted);
        assertThat(trained.trainerState()).isNull();
      }
    }
  }

  @Test
  void should_go_on_from_what_the_other_has_trained() throws Exception {
    Recipe recipe = Recipe.defaults().with(DecoderTraining.STEPS, 5);
    Trainer<Sum, Long> one = DjlTrainer.of(ToyTasks.codec(), Device.cpu());
    Trainer<Sum, Long> other = OnnxTrainer.of(ToyTasks.codec(), Device.cpu());
    ModelVersion start = version(PositionScheme.COUPLED, 1);
    ModelVersion first = new ModelVersion("1".repeat(64), artifact(one, start, recipe));
    DecoderModel mixed = train(other, first, recipe);
    DecoderModel same = train(one, first, recipe);
    assertThat(Objects.requireNonNull(mixed.trainerState()).step()).isEqualTo(10);
    assertThat(largestDifference(mixed.weights(), same.weights())).isLessThan(1e-3);
    assertThat(largestDifference(mixed.weights(), same.weights()))
        .as("far less than what was learnt")
        .isCloseTo(0, within(0.1 * largestDifference(same.weights(), weights(first))));
  }

  private static float[] weights(ModelVersion version) {
    return ModelDirectory.readWeights(version.directory()).weights();
  }

  private ModelVersion version(PositionScheme scheme, int layers) throws Exception {
    DecoderConfig config =
        DecoderConfig.builder(VOCABULARY)
            .hiddenSize(32)
            .feedForwardSize(64)
            .layers(layers)
            .positions(scheme, 32)
            .build();
    Path directory = Files.createTempDirectory(temp, "version");
    ModelDirectory.write(directory, DecoderModel.random(config, VOCABULARY, 5));
    return new ModelVersion("0".repeat(64), directory);
  }

  private static List<Sum> sums(int count) {
    SavedRandom random = new SavedRandom(4);
    List<Sum> sums = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sums.add(ToyTasks.ofLevels(2).draw(1 + i % 2, random));
    }
    return sums;
  }

  private static List<Double> score(
      Generator<Sum, Long> generator,
      ModelVersion version,
      List<Sum> tasks,
      List<Long> candidates) {
    try (ScoringSession<Sum, Long> session = (ScoringSession<Sum, Long>) generator.open(version)) {
      return session.score(tasks, candidates, CONTEXT);
    }
  }

  private DecoderModel train(Trainer<Sum, Long> trainer, ModelVersion from, Recipe recipe)
      throws Exception {
    return ModelDirectory.read(artifact(trainer, from, recipe));
  }

  private Path artifact(Trainer<Sum, Long> trainer, ModelVersion from, Recipe recipe)
      throws Exception {
    List<Lesson<Sum, Long>> lessons = new ArrayList<>();
    for (Sum sum : sums(100)) {
      lessons.add(Lesson.given(sum, sum.expected(), sum.level()));
    }
    Path work = Files.createTempDirectory(temp, "work");
    TrainedArtifact artifact =
        trainer.train(
            new TrainingRequest<>(
                from, lessons, trainer.contrasts() ? attempts() : List.of(), recipe, 7, work),
            TrainingContext.of(CONTEXT));
    return artifact.directory();
  }

  /** Right, nearly right and wrong answers to the same sums. */
  private static List<Attempt<Sum, Long>> attempts() {
    List<Attempt<Sum, Long>> attempts = new ArrayList<>();
    for (Sum sum : sums(30)) {
      long right = sum.expected();
      attempts.add(attempt(sum, right, Verdict.pass()));
      attempts.add(attempt(sum, right + 1, new Verdict(Verdict.Outcome.FAIL, 0.5, "near")));
      attempts.add(attempt(sum, 7, Verdict.fail("far")));
    }
    return attempts;
  }

  private static Attempt<Sum, Long> attempt(Sum sum, long answer, Verdict verdict) {
    return Attempt.of(sum, Output.of(answer, 0), sum.level(), 1, 1).ruled(verdict);
  }

  private static double largestDifference(float[] one, float[] other) {
    double largest = 0;
    for (int i = 0; i < one.length; i++) {
      largest = Math.max(largest, Math.abs(one[i] - other[i]));
    }
    return largest;
  }
}
