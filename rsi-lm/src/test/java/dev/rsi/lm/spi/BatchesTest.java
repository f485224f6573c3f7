package dev.rsi.lm.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.SavedRandom;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchesTest {
  private static final CharVocabulary VOCABULARY = CharVocabulary.of("0123456789+=", '$');
  private static final DecoderConfig COUPLED = DecoderConfig.builder(VOCABULARY).build();

  @Test
  void should_ask_for_the_answer_and_its_end_alone() {
    Batches batches = Batches.of(List.of(example("12+34=", "640", 1)), COUPLED);
    Batch batch = batches.draw(1, 1, new SavedRandom(1)).get(0);
    assertThat(batch.rows()).isEqualTo(1);
    assertThat(decode(batch.inputs())).isEqualTo("12+34=640");
    assertThat(decode(batch.targets())).isEqualTo("640$");
    assertThat(batch.length()).isEqualTo(9);
    assertThat(batch.answerLength()).isEqualTo(4);
  }

  @Test
  void should_give_the_same_digit_of_all_numbers_the_same_position() {
    Batches batches = Batches.of(List.of(example("12+34=", "640", 1)), COUPLED);
    SavedRandom random = new SavedRandom(1);
    boolean[] seen = new boolean[32];
    for (int i = 0; i < 1000; i++) {
      long[] ids = batches.draw(1, 1, random).get(0).positions();
      long first = ids[0];
      assertThat(ids[1]).isEqualTo(first + 1);
      assertThat(Arrays.copyOfRange(ids, 3, 5)).containsExactly(first, first + 1);
      assertThat(Arrays.copyOfRange(ids, 6, 9)).containsExactly(first, first + 1, first + 2);
      assertThat(ids[2]).isZero();
      assertThat(ids[5]).isEqualTo(first - 1);
      for (long id : ids) {
        seen[(int) id] = true;
      }
    }
    assertThat(seen).doesNotContain(false);
  }

  @Test
  void should_count_up_without_coupling() {
    DecoderConfig rope =
        DecoderConfig.builder(VOCABULARY).positions(PositionScheme.ROPE, 20).build();
    Batch batch =
        Batches.of(List.of(example("1+2=", "30", 1)), rope).draw(1, 1, new SavedRandom(1)).get(0);
    assertThat(batch.positions()).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void should_meet_examples_in_proportion_to_their_weights() {
    Batches batches =
        Batches.of(
            List.of(
                example("1+1=", "20", 1), example("2+2=", "40", 3), example("11+11=", "220", 4)),
            COUPLED);
    assertThat(batches.shapes()).isEqualTo(2);
    SavedRandom random = new SavedRandom(5);
    double[] met = new double[3];
    for (int i = 0; i < 4000; i++) {
      for (Batch batch : batches.draw(8, 2, random)) {
        assertThat(batch.rows()).isEqualTo(4);
        for (int row = 0; row < batch.rows(); row++) {
          int which = batch.length() > 6 ? 2 : batch.inputs()[row * batch.length()] == 1 ? 0 : 1;
          met[which]++;
        }
      }
    }
    assertThat(met[0] / 32_000).isCloseTo(1 / 8.0, within(0.02));
    assertThat(met[1] / 32_000).isCloseTo(3 / 8.0, within(0.02));
    assertThat(met[2] / 32_000).isCloseTo(4 / 8.0, within(0.02));
  }

  @Test
  void should_refuse_what_does_not_fit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Batches.of(List.of(example("1".repeat(32) + "+1=", "2", 1)), COUPLED))
        .withMessageContaining("run of 32 tokens");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Batches.of(List.of(), COUPLED))
        .withMessageContaining("no examples");
  }

  @Test
  void should_rise_hold_and_fall() {
    Schedule schedule = new Schedule(1, 4, 20, 0.5);
    assertThat(schedule.at(0)).isEqualTo(0.25);
    assertThat(schedule.at(3)).isEqualTo(1);
    assertThat(schedule.at(10)).isEqualTo(1);
    assertThat(schedule.at(11)).isCloseTo(0.9, within(1e-9));
    assertThat(schedule.at(19)).isCloseTo(0.1, within(1e-9));
    assertThatIllegalArgumentException().isThrownBy(() -> schedule.at(20));
  }

  @Test
  void should_go_on_from_a_saved_random_state() {
    SavedRandom random = new SavedRandom(0);
    // First values of SplitMix64 with seed 0, as published with the algorithm.
    assertThat(random.nextLong()).isEqualTo(0xE220A8397B1DCDAFL);
    assertThat(random.nextLong()).isEqualTo(0x6E789E6AA1B965F4L);
    SavedRandom other = new SavedRandom(random.state());
    assertThat(other.nextGaussian()).isEqualTo(random.nextGaussian());
  }

  private static Example example(String prompt, String answer, double weight) {
    return Example.of(VOCABULARY, prompt, answer, weight);
  }

  private static String decode(long[] tokens) {
    int[] ids = Arrays.stream(tokens).mapToInt(Math::toIntExact).toArray();
    return VOCABULARY.decode(ids, ids.length);
  }
}
