package dev.rsi.testkit.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.api.CorruptModelException;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.Sampler;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Sampler} must do. Extend it, open a sampler of a model, and all its tests run.
 * Numbers and draws are held against {@link ReferenceDecoder}.
 */
public abstract class SamplerContract {
  private static final int END = SmallDecoders.VOCABULARY.end();

  /** For subclasses. */
  protected SamplerContract() {}

  /**
   * A sampler of a model. The suite closes it.
   *
   * @throws Exception to fail the test
   */
  protected abstract Sampler open(DecoderModel model) throws Exception;

  /** By how much a log-probability may differ from the one in double precision: 1e-4. */
  protected double tolerance() {
    return 1e-4;
  }

  @Test
  void should_score_as_the_reference_in_double_precision() throws Exception {
    for (PositionScheme scheme : PositionScheme.values()) {
      DecoderModel model = SmallDecoders.loud(scheme, 2, 5);
      try (Sampler sampler = open(model)) {
        for (Batch batch : SmallDecoders.batches(model.config(), 12, 2, 7)) {
          assertThat(sampler.score(batch))
              .as("scores, %s", scheme)
              .containsExactly(ReferenceDecoder.of(model).score(batch), within(tolerance()));
        }
      }
    }
  }

  @Test
  void should_take_the_likeliest_token_at_temperature_0() throws Exception {
    for (PositionScheme scheme : PositionScheme.values()) {
      assertContinues(SmallDecoders.loud(scheme, 2, 5), 0);
    }
  }

  @Test
  void should_draw_the_token_that_the_random_number_says() throws Exception {
    for (PositionScheme scheme : PositionScheme.values()) {
      assertContinues(SmallDecoders.loud(scheme, 1, 5), 0.8);
      assertContinues(SmallDecoders.loud(scheme, 2, 6), 1.5);
    }
  }

  private void assertContinues(DecoderModel model, double temperature) throws Exception {
    Sampler.Prompts prompts = SmallDecoders.prompts(model.config(), 9, 6);
    ReferenceDecoder reference = ReferenceDecoder.of(model);
    Set<Long> seen = new TreeSet<>();
    try (Sampler sampler = open(model)) {
      long[] found = sampler.sample(prompts, temperature, END);
      for (int row = 0; row < prompts.rows(); row++) {
        long[] ids = row(prompts.ids(), row, prompts.length());
        long[] positions = row(prompts.positions(), row, prompts.length());
        for (int i = 0; i < prompts.newTokens(); i++) {
          int at = row * prompts.newTokens() + i;
          double[] logits = reference.logits(ids, positions)[ids.length - 1];
          assertThat(found[at])
              .as("row %d, token %d of %s at %s", row, i, model.config(), temperature)
              .isEqualTo(choice(logits, temperature, prompts.uniform()[at]));
          seen.add(found[at]);
          if (found[at] == END) {
            break;
          }
          ids = with(ids, found[at]);
          positions = with(positions, prompts.added()[at]);
        }
      }
    }
    assertThat(seen).as("tokens drawn").hasSizeGreaterThan(3);
  }

  private static long choice(double[] logits, double temperature, double uniform) {
    float[] narrow = new float[logits.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (float) logits[i];
    }
    return Sampler.choose(narrow, 0, narrow.length, temperature, uniform);
  }

  private static long[] row(long[] rows, int row, int length) {
    return Arrays.copyOfRange(rows, row * length, (row + 1) * length);
  }

  private static long[] with(long[] numbers, long last) {
    long[] longer = Arrays.copyOf(numbers, numbers.length + 1);
    longer[numbers.length] = last;
    return longer;
  }

  @Test
  void should_continue_a_prompt_alike_alone_and_beside_others() throws Exception {
    DecoderModel model = SmallDecoders.loud(PositionScheme.COUPLED, 2, 5);
    Sampler.Prompts all = SmallDecoders.prompts(model.config(), 9, 6);
    int fresh = all.newTokens();
    try (Sampler sampler = open(model)) {
      long[] together = sampler.sample(all, 1, END);
      for (int row = 0; row < all.rows(); row++) {
        Sampler.Prompts one =
            new Sampler.Prompts(
                1,
                all.length(),
                fresh,
                row(all.ids(), row, all.length()),
                row(all.positions(), row, all.length()),
                row(all.added(), row, fresh),
                Arrays.copyOfRange(all.uniform(), row * fresh, (row + 1) * fresh));
        assertThat(ended(sampler.sample(one, 1, END)))
            .as("row %d", row)
            .isEqualTo(ended(row(together, row, fresh)));
      }
    }
  }

  /** As far as an answer has a meaning. */
  private static long[] ended(long[] answer) {
    int length = 0;
    while (length < answer.length && answer[length] != END) {
      length++;
    }
    return Arrays.copyOf(answer, Math.min(length + 1, answer.length));
  }

  @Test
  void should_hold_no_more_native_memory_after_many_calls() throws Exception {
    DecoderModel model = SmallDecoders.loud(PositionScheme.COUPLED, 2, 5);
    Batch batch = SmallDecoders.batches(model.config(), 6, 1, 7).get(0);
    Sampler.Prompts prompts = SmallDecoders.prompts(model.config(), 3, 2);
    try (Sampler sampler = open(model)) {
      double[] first = sampler.score(batch);
      sampler.sample(prompts, 1, END);
      int held = sampler.held();
      for (int i = 0; i < 100; i++) {
        assertThat(sampler.score(batch)).as("the same batch, scored again").isEqualTo(first);
      }
      sampler.sample(prompts, 1, END);
      assertThat(sampler.held()).as("held after 100 calls").isEqualTo(held);
    }
  }

  @Test
  void should_hold_no_more_native_memory_after_a_call_that_failed() throws Exception {
    DecoderModel model = SmallDecoders.loud(PositionScheme.COUPLED, 1, 5);
    Batch sound = SmallDecoders.batches(model.config(), 6, 1, 7).get(0);
    DecoderConfig wide =
        DecoderConfig.builder(SmallDecoders.VOCABULARY)
            .positions(PositionScheme.COUPLED, 4096)
            .build();
    Batch foreign = SmallDecoders.batches(wide, 6, 1, 7).get(0);
    try (Sampler sampler = open(model)) {
      double[] first = sampler.score(sound);
      int held = sampler.held();
      for (int i = 0; i < 10; i++) {
        assertThatThrownBy(() -> sampler.score(foreign))
            .as("scoring at positions that the model does not have")
            .isInstanceOf(RuntimeException.class);
      }
      assertThat(sampler.held()).as("held after 10 failures").isEqualTo(held);
      assertThat(sampler.score(sound)).as("a sound batch after 10 failures").isEqualTo(first);
    }
  }

  @Test
  void should_refuse_weights_that_are_no_numbers_or_give_no_number() throws Exception {
    DecoderModel sound = SmallDecoders.loud(PositionScheme.COUPLED, 1, 5);
    float[] weights = sound.weights().clone();
    weights[sound.config().parameters().get(4).offset()] = Float.NaN;
    DecoderModel broken = new DecoderModel(sound.config(), sound.vocabulary(), weights, null);
    double[] scores;
    try (Sampler sampler = open(broken)) {
      scores = sampler.score(SmallDecoders.batches(sound.config(), 4, 1, 7).get(0));
    } catch (CorruptModelException refused) {
      return;
    }
    assertThat(scores).containsOnly(Double.NaN);
  }
}
