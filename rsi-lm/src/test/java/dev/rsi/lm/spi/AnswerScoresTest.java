package dev.rsi.lm.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.api.CancelledException;
import dev.rsi.api.Codec;
import dev.rsi.api.RunContext;
import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.SamplingParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class AnswerScoresTest {
  private static final CharVocabulary VOCABULARY = CharVocabulary.of("0123456789+=", '$');
  private static final int END = VOCABULARY.end();

  private final List<Batch> batches = new ArrayList<>();

  /** Each row's log-probability is the sum of minus (previous token + 20 x target) / 1000. */
  private final Function<Batch, double[]> pairs =
      batch -> {
        batches.add(batch);
        double[] scores = new double[batch.rows()];
        int answer = batch.answerLength();
        for (int row = 0; row < scores.length; row++) {
          for (int i = 0; i < answer; i++) {
            long previous = batch.inputs()[(row + 1) * batch.length() - answer + i];
            scores[row] -= (previous + 20 * batch.targets()[row * answer + i]) / 1000.0;
          }
        }
        return scores;
      };

  @Test
  void should_sum_over_the_answer_and_its_end_and_keep_the_order() {
    AnswerScores<String, String> scores = scores(PositionScheme.NOPE, 20, 4, 2);

    List<Double> found =
        scores.score(
            List.of("1+1=", "1+1=", "2=", "1+1=", "3+3=", "4+4="),
            List.of("2", "3", "2", "", "6", "81"),
            pairs,
            RunContext.standalone());

    assertThat(found)
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-12 ? 0 : 1)
        .containsExactly(
            sum(11, 2, 2, END),
            sum(11, 3, 3, END),
            sum(11, 2, 2, END),
            sum(11, END),
            sum(11, 6, 6, END),
            sum(11, 8, 8, 1, 1, END));
    // Three of one shape in batches of at most two, and three shapes of one.
    assertThat(batches).extracting(Batch::rows).containsExactlyInAnyOrder(2, 1, 1, 1, 1);
  }

  @Test
  void should_leave_a_score_missing_without_failing_the_others() {
    Codec<String, String> codec = new Throwing();
    AnswerScores<String, String> scores =
        new AnswerScores<>(codec, model(PositionScheme.NOPE, 6), SamplingParameters.greedy(4), 128);

    List<Double> found =
        scores.score(
            List.of("1=", "x=", "1=", "1=", "", "1=", "1=", "1="),
            List.of("2", "2", "2?", "2$2", "2", "23456", "2345", "throw"),
            pairs,
            RunContext.standalone());

    assertThat(found.get(0)).isCloseTo(sum(11, 2, 2, END), within(1e-12));
    assertThat(found.get(6)).as("two tokens and four fill six positions").isNegative();
    for (int missing : new int[] {1, 2, 3, 4, 5, 7}) {
      assertThat(found.get(missing)).as("pair %d", missing).isNaN();
    }
  }

  @Test
  void should_take_the_mean_over_the_offsets_that_a_seed_may_choose() {
    // 12 ids and 4 new tokens: 8 offsets. The network gives (offset + 1) / 10.
    AnswerScores<String, String> scores = scores(PositionScheme.COUPLED, 12, 4, 3);
    Function<Batch, double[]> offsets =
        batch -> {
          batches.add(batch);
          double[] found = new double[batch.rows()];
          for (int row = 0; row < found.length; row++) {
            found[row] = Math.log((batch.positions()[row * batch.length() + 3] + 1) / 10.0);
          }
          return found;
        };

    List<Double> found =
        scores.score(
            List.of("1+2=", "3+4="), List.of("3+5", "7+2"), offsets, RunContext.standalone());

    assertThat(found.get(0)).isCloseTo(Math.log(0.45), within(1e-12));
    assertThat(found.get(1)).isEqualTo(found.get(0));
    assertThat(batches).extracting(Batch::rows).containsExactly(3, 3, 3, 3, 3, 1);
    // As generated: the answer's tokens count on from the offset, whatever they are.
    assertThat(batches.get(0).positions()).startsWith(1, 0, 1, 0, 1, 2, 3).hasSize(21);
    assertThat(batches.get(0).positions()).endsWith(3, 0, 3, 2, 3, 4, 5);
  }

  @Test
  void should_hold_an_answer_at_coupled_positions_up_to_the_last_id() {
    AnswerScores<String, String> scores = scores(PositionScheme.COUPLED, 8, 4, 128);

    List<Double> found =
        scores.score(
            List.of("1=", "1="), List.of("1234567", "12345678"), pairs, RunContext.standalone());

    assertThat(found.get(0)).isNegative();
    assertThat(found.get(1)).isNaN();
    assertThat(batches).hasSize(1);
    for (long position : batches.get(0).positions()) {
      assertThat(position).isBetween(0L, 7L);
    }
  }

  @Test
  void should_pass_on_what_is_broken_or_impossible() {
    AnswerScores<String, String> scores = scores(PositionScheme.COUPLED, 12, 11, 128);
    for (double value :
        new double[] {Double.NaN, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY}) {
      Function<Batch, double[]> broken =
          batch -> {
            double[] found = new double[batch.rows()];
            Arrays.fill(found, value);
            return found;
          };
      Double found =
          scores.score(List.of("1="), List.of("2"), broken, RunContext.standalone()).get(0);
      assertThat(found).isEqualTo(Double.valueOf(value < 0 ? value : Double.NaN));
    }
  }

  @Test
  void should_ask_before_every_batch_whether_to_go_on() {
    AnswerScores<String, String> scores = scores(PositionScheme.NOPE, 20, 4, 1);
    RunContext second =
        new RunContext() {
          @Override
          public boolean cancelled() {
            return batches.size() == 1;
          }

          @Override
          public void progress(long done, long total) {}
        };

    assertThatThrownBy(() -> scores.score(List.of("1=", "2="), List.of("2", "3"), pairs, second))
        .isInstanceOf(CancelledException.class);
    assertThat(batches).hasSize(1);
  }

  @Test
  void should_refuse_what_is_no_pair_and_no_batch() {
    AnswerScores<String, String> scores = scores(PositionScheme.NOPE, 20, 4, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scores.score(List.of("1="), List.of(), pairs, RunContext.standalone()))
        .withMessageContaining("1 tasks, but 0 candidates");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scores(PositionScheme.NOPE, 20, 4, 0))
        .withMessageContaining("rows (0)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AnswerScores.ofLogits(new Batch(1, 3, 2), new float[3]))
        .withMessageContaining("3 logits for 2 targets");
  }

  @Test
  void should_turn_logits_into_log_probabilities() {
    // Targets are all 0; probabilities 1/2, 1/4 in the first row, 1/3, 1 / (1 + e^2000) after it.
    float ln2 = (float) Math.log(2);
    float[] logits = {ln2, 0, 0, 0, ln2, 0, 7, 7, 7, -1000, 1000, -1000};
    double[] found = AnswerScores.ofLogits(new Batch(2, 2, 2), logits);
    assertThat(found[0]).isCloseTo(Math.log(0.125), within(1e-7));
    assertThat(found[1]).isCloseTo(-Math.log(3) - 2000, within(1e-9));

    float minus = Float.NEGATIVE_INFINITY;
    assertThat(AnswerScores.ofLogits(new Batch(1, 1, 1), new float[] {minus, 0}))
        .containsExactly(Double.NEGATIVE_INFINITY);
    assertThat(AnswerScores.ofLogits(new Batch(1, 1, 1), new float[] {0, Float.NaN}))
        .containsExactly(Double.NaN);
  }

  /** Of tokens in pairs: each answer token with the one before it. */
  private static double sum(int... tokens) {
    double sum = 0;
    for (int i = 0; i < tokens.length; i += 2) {
      sum -= (tokens[i] + 20 * tokens[i + 1]) / 1000.0;
    }
    return sum;
  }

  private static AnswerScores<String, String> scores(
      PositionScheme scheme, int positions, int newTokens, int rows) {
    return new AnswerScores<>(
        Codec.text(), model(scheme, positions), SamplingParameters.greedy(newTokens), rows);
  }

  private static DecoderModel model(PositionScheme scheme, int positions) {
    return DecoderModel.random(
        DecoderConfig.builder(VOCABULARY)
            .hiddenSize(8)
            .heads(2)
            .feedForwardSize(8)
            .positions(scheme, positions)
            .build(),
        VOCABULARY,
        1);
  }

  private static final class Throwing implements Codec<String, String> {
    @Override
    public String writeTask(String task) {
      return task;
    }

    @Override
    public String readTask(String text) {
      return text;
    }

    @Override
    public String writeCandidate(String candidate) {
      if (candidate.equals("throw")) {
        throw new IllegalStateException("planted");
      }
      return candidate;
    }

    @Override
    public String readCandidate(String text) {
      return text;
    }
  }
}
