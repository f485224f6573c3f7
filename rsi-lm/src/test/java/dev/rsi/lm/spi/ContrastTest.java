package dev.rsi.lm.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.api.Recipe;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.Objective;
import dev.rsi.lm.SavedRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContrastTest {
  private static final CharVocabulary VOCABULARY = CharVocabulary.of("0123456789+=", '$');
  private static final Positions POSITIONS =
      Positions.of(DecoderConfig.builder(VOCABULARY).positions(PositionScheme.NOPE, 32).build());

  private final SavedRandom random = new SavedRandom(5);

  /** Gives every target the same log-probability, and counts who is asked about. */
  private static final class Scores implements TrainStep {
    final List<Integer> asked = new ArrayList<>();
    float each = -1;

    @Override
    public List<float[]> logProbabilities(List<Batch> batches) {
      List<float[]> found = new ArrayList<>();
      for (Batch batch : batches) {
        asked.add(batch.rows());
        float[] scores = new float[batch.targets().length];
        Arrays.fill(scores, each);
        found.add(scores);
      }
      return found;
    }

    @Override
    public Result step(List<Batch> batches, AdamW adamW, double learningRate, long t) {
      throw new UnsupportedOperationException();
    }

    @Override
    public float[] gradient(List<Batch> batches) {
      throw new UnsupportedOperationException();
    }

    @Override
    public float[] weights() {
      return new float[0];
    }

    @Override
    public float[] firstMoment() {
      return new float[0];
    }

    @Override
    public float[] secondMoment() {
      return new float[0];
    }

    @Override
    public int held() {
      return 0;
    }

    @Override
    public void close() {}
  }

  private static ScoredExample attempt(String task, String answer, boolean passed, double reward) {
    return new ScoredExample(Example.of(VOCABULARY, task, answer, 1), 0, passed, reward);
  }

  private static Contrast policy(List<List<ScoredExample>> groups, int rows) {
    return Contrast.of(Objective.grpo(), groups, Recipe.defaults(), POSITIONS, rows, 1);
  }

  private static Contrast pairs(List<List<ScoredExample>> groups, int rows) {
    return Contrast.of(Objective.dpo(), groups, Recipe.defaults(), POSITIONS, rows, 1);
  }

  @Test
  void should_leave_out_groups_whose_rewards_are_all_equal() {
    List<ScoredExample> even =
        List.of(attempt("1+1=", "2", true, 1), attempt("1+1=", "2", true, 1));
    List<ScoredExample> uneven =
        List.of(attempt("2+2=", "4", true, 1), attempt("2+2=", "5", false, 0));
    Contrast contrast = policy(List.of(even, uneven), 8);
    assertThat(contrast.attempts()).isEqualTo(2);
    Scores step = new Scores();
    contrast.begin(step, RunContext.standalone());
    for (Batch batch : contrast.next(step, random).batches()) {
      for (int row = 0; row < batch.rows(); row++) {
        assertThat(batch.inputs()[row * batch.length()]).isEqualTo(VOCABULARY.id('2'));
      }
    }
  }

  @Test
  void should_pull_up_what_was_rewarded_and_push_down_what_was_not() {
    List<ScoredExample> group =
        List.of(attempt("2+2=", "4", true, 1), attempt("2+2=", "5", false, 0));
    Contrast contrast = policy(List.of(group), 16);
    Scores step = new Scores();
    contrast.begin(step, RunContext.standalone());
    Curriculum.Portion portion = contrast.next(step, random);
    // Two rewards 1 and 0: advantages of 0.5 over the deviation, and DAPO's 32 tokens.
    double slope = 0.5 / (Math.sqrt(0.5) + 1e-4) / 32;
    for (Batch batch : portion.batches()) {
      float[] slopes = batch.slopes(1);
      for (int row = 0; row < batch.rows(); row++) {
        boolean right = batch.targets()[row * batch.answerLength()] == VOCABULARY.id('4');
        assertThat((double) slopes[row * batch.answerLength()])
            .isCloseTo(right ? -slope : slope, within(1e-8));
      }
    }
  }

  @Test
  void should_ask_for_scores_of_all_once_and_of_each_step_but_the_first() {
    List<ScoredExample> group = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      group.add(attempt("2+2=", String.valueOf(i), i == 4, i == 4 ? 1 : 0));
    }
    Contrast contrast = policy(List.of(group), 4);
    Scores step = new Scores();
    contrast.begin(step, RunContext.standalone());
    assertThat(step.asked).containsExactly(4, 4, 2);
    contrast.next(step, random);
    assertThat(step.asked).hasSize(3);
    step.each = -0.5f; // Every token has become likelier by far more than the clip allows.
    Curriculum.Portion second = contrast.next(step, random);
    assertThat(step.asked).hasSize(4);
    for (Batch batch : second.batches()) {
      float[] slopes = batch.slopes(1);
      for (int row = 0; row < batch.rows(); row++) {
        boolean right = batch.targets()[row * batch.answerLength()] == VOCABULARY.id('4');
        float found = slopes[row * batch.answerLength()];
        assertThat(found)
            .as("right: %s", right)
            .satisfies(f -> assertThat(f > 0).isEqualTo(!right));
      }
    }
  }

  @Test
  void should_pair_every_right_attempt_with_every_wrong_one_chosen_first() {
    List<ScoredExample> group =
        List.of(
            attempt("2+2=", "4", true, 1),
            attempt("2+2=", "5", false, 0),
            attempt("2+2=", "6", false, 0.5));
    Contrast contrast = pairs(List.of(group), 64);
    Scores step = new Scores();
    contrast.begin(step, RunContext.standalone());
    List<Batch> batches = contrast.next(step, random).batches();
    assertThat(batches).hasSize(2);
    assertThat(firstTargets(batches.get(0))).containsOnly((long) VOCABULARY.id('4'));
    assertThat(firstTargets(batches.get(1)))
        .contains((long) VOCABULARY.id('5'), (long) VOCABULARY.id('6'))
        .doesNotContain((long) VOCABULARY.id('4'));
    // At the start the slope of -log s(0) by the margin is -1/2, times beta, over 32 pairs.
    assertThat(batches.get(0).slopes(1)[0]).isCloseTo(-0.05f / 32, within(1e-8f));
    assertThat(batches.get(1).slopes(1)[0]).isCloseTo(0.05f / 32, within(1e-8f));
  }

  @Test
  void should_say_that_there_is_nothing_to_contrast() {
    List<ScoredExample> right =
        List.of(attempt("1+1=", "2", true, 1), attempt("1+1=", "2", true, 1));
    assertThatThrownBy(() -> policy(List.of(right), 8))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("two different rewards")
        .hasMessageContaining("Maybe practise with more samples");
    List<ScoredExample> wrong =
        List.of(attempt("1+1=", "3", false, 0), attempt("1+1=", "4", false, 0.5));
    assertThatThrownBy(() -> pairs(List.of(right, wrong), 8))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("None of the 2 tasks has one that passed and one that failed");
  }

  private static List<Long> firstTargets(Batch batch) {
    List<Long> first = new ArrayList<>();
    for (int row = 0; row < batch.rows(); row++) {
      first.add(batch.targets()[row * batch.answerLength()]);
    }
    return first;
  }
}
