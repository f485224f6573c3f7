package dev.rsi.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.pytorch.jni.JniUtils;
import dev.rsi.api.Codec;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.SamplingParameters;
import dev.rsi.lm.SavedRandom;
import dev.rsi.lm.spi.AnswerScores;
import dev.rsi.lm.spi.DecoderSession;
import dev.rsi.lm.spi.Sampler;
import dev.rsi.testkit.lm.ReferenceDecoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DjlScoringTest {
  private static final RunContext CONTEXT = RunContext.standalone();

  @TempDir Path temp;

  @ParameterizedTest
  @EnumSource(PositionScheme.class)
  void should_score_as_the_reference_in_double_precision(PositionScheme scheme) {
    DecoderModel model = Models.loud(scheme, 2, 5);
    SamplingParameters sampling = new SamplingParameters(1, 24);
    List<Addition> tasks = new ArrayList<>();
    List<String> answers = new ArrayList<>();
    SavedRandom random = new SavedRandom(3);
    for (int i = 0; i < 30; i++) {
      Addition task = Addition.draw(1 + i % 4, random);
      tasks.add(task);
      answers.add(i % 3 == 0 ? task.a() + "+" : task.expected());
    }
    ReferenceDecoder reference = ReferenceDecoder.of(model);
    List<Double> expected =
        new AnswerScores<>(Addition.CODEC, model, sampling, 7)
            .score(tasks, answers, reference::score, CONTEXT);

    try (ScoringSession<Addition, String> session = open(Addition.CODEC, model, sampling)) {
      List<Double> found = session.score(tasks, answers, CONTEXT);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(found.get(i)).as("pair %d", i).isCloseTo(expected.get(i), within(1e-4));
      }
    }
  }

  /** All answers of a vocabulary of two characters, up to a length. */
  @ParameterizedTest
  @EnumSource(PositionScheme.class)
  void should_share_one_among_all_answers(PositionScheme scheme) {
    CharVocabulary vocabulary = CharVocabulary.of("ab", '$');
    DecoderConfig config =
        DecoderConfig.builder(vocabulary)
            .hiddenSize(8)
            .heads(2)
            .feedForwardSize(16)
            .layers(1)
            .runTokens(vocabulary.ids("a"))
            .positions(scheme, 12)
            .build();
    DecoderModel model = DecoderModel.random(config, vocabulary, 5);
    SamplingParameters sampling = new SamplingParameters(1, 5);
    List<String> answers = new ArrayList<>(List.of(""));
    List<Double> sums = new ArrayList<>();
    int draws = 4000;
    try (ScoringSession<String, String> session = open(Codec.text(), model, sampling)) {
      for (int length = 0; length <= 4; length++) {
        double sum = 0;
        for (double score :
            session.score(Collections.nCopies(answers.size(), "ab"), answers, CONTEXT)) {
          sum += Math.exp(score);
        }
        sums.add(sum);
        answers = longer(answers);
      }
      assertThat(sums.get(4)).isLessThanOrEqualTo(1 + 1e-6);
      assertThat(sums).isSorted();

      List<Request<String>> requests = new ArrayList<>();
      for (int seed = 0; seed < draws; seed++) {
        requests.add(new Request<>("ab", seed));
      }
      List<Output<String>> outputs = session.generate(requests, CONTEXT);
      for (int length = 0; length <= 4; length++) {
        int longest = length;
        long ended =
            outputs.stream()
                .filter(o -> o.candidate() != null && o.candidate().length() <= longest)
                .count();
        double p = sums.get(length);
        assertThat((double) ended / draws)
            .as("answers of at most %d characters", length)
            .isCloseTo(p, within(5 * Math.sqrt(p * (1 - p) / draws)));
      }
    }
  }

  /** All answers and these with one more character: every answer of up to one character more. */
  private static List<String> longer(List<String> answers) {
    List<String> all = new ArrayList<>(List.of(""));
    for (String answer : answers) {
      all.add(answer + "a");
      all.add(answer + "b");
    }
    return all;
  }

  @Test
  void should_not_depend_on_temperature() {
    DecoderModel model = Models.loud(PositionScheme.COUPLED, 1, 5);
    List<Addition> tasks = List.of(new Addition("1", "2"), new Addition("12", "34"));
    List<String> answers = List.of("30", "640");
    try (ScoringSession<Addition, String> greedy =
            open(Addition.CODEC, model, SamplingParameters.greedy(12));
        ScoringSession<Addition, String> hot =
            open(Addition.CODEC, model, new SamplingParameters(5, 12))) {
      assertThat(greedy.score(tasks, answers, CONTEXT))
          .isEqualTo(hot.score(tasks, answers, CONTEXT));
    }
  }

  @Test
  void should_leave_scores_of_a_broken_model_missing() {
    DecoderModel sound = Models.loud(PositionScheme.COUPLED, 1, 5);
    float[] weights = sound.weights().clone();
    weights[sound.config().parameters().get(4).offset()] = Float.NaN;
    DecoderModel broken = new DecoderModel(sound.config(), sound.vocabulary(), weights, null);
    try (Sampler sampler = Models.scriptSampler(broken);
        ScoringSession<Addition, String> session =
            new DecoderSession<>(Addition.CODEC, broken, SamplingParameters.greedy(12), sampler)) {
      assertThat(session.score(List.of(new Addition("1", "2")), List.of("30"), CONTEXT))
          .containsExactly(Double.NaN);
    }
  }

  @Test
  void should_record_no_gradients_on_a_fresh_thread() throws Exception {
    DecoderModel model = Models.loud(PositionScheme.COUPLED, 1, 5);
    boolean[] mode = {true};
    Thread thread =
        new Thread(
            () -> {
              try (ScoringSession<Addition, String> session =
                  open(Addition.CODEC, model, SamplingParameters.greedy(12))) {
                session.score(List.of(new Addition("1", "2")), List.of("30"), CONTEXT);
                mode[0] = JniUtils.isGradMode();
              }
            });
    thread.start();
    thread.join();
    assertThat(mode[0]).isFalse();
  }

  private <T, C> ScoringSession<T, C> open(
      Codec<T, C> codec, DecoderModel model, SamplingParameters sampling) {
    ModelDirectory.write(temp, model);
    return (ScoringSession<T, C>)
        DjlGenerator.of(codec, Device.cpu())
            .withSampling(sampling)
            .open(new ModelVersion("0".repeat(64), temp));
  }
}
