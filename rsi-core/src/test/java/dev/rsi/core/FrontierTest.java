package dev.rsi.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FrontierTest {
  private static final Practice PRACTICE = Practice.DEFAULT.reach(3);

  @Property
  void should_take_no_more_attempts_than_its_worst_case(
      @ForAll @IntRange(min = 0, max = 6) int mastered,
      @ForAll @IntRange(min = 1, max = 9) int reach,
      @ForAll @Size(6) List<@DoubleRange(min = 0, max = 1) Double> rates) {
    Practice practice = Practice.DEFAULT.reach(reach).tasks(7).scouts(3).samples(2);
    Frontier before = new Frontier(mastered, Math.min(6, mastered + 1));
    List<Integer> measured = new ArrayList<>();
    Frontier after =
        before.measure(
            6,
            practice,
            level -> {
              measured.add(level);
              return rates.get(level - 1);
            });
    long scouts = 2L * 3 * measured.size();
    assertThat(scouts).isLessThanOrEqualTo(before.scouts(6, practice));
    assertThat(scouts + after.practice(practice))
        .isLessThanOrEqualTo(before.worstCase(6, practice))
        .isLessThanOrEqualTo(practice.worstCase(6));
  }

  @Test
  void should_climb_while_the_pass_rate_allows() {
    assertThat(measure(Frontier.given(0), 1, 1, .5, .3, .1, .1, .1)).isEqualTo(new Frontier(2, 4));
  }

  @Test
  void should_move_by_more_than_one_step_but_not_past_its_reach() {
    assertThat(measure(new Frontier(1, 2), 1, .9, .9, .9, .9, .9)).isEqualTo(new Frontier(1, 4));
  }

  @Test
  void should_go_as_far_as_there_are_levels_when_its_reach_has_no_end() {
    Practice practice = Practice.DEFAULT.reach(Integer.MAX_VALUE);
    assertThat(new Frontier(2, 4).measure(9, practice, level -> 1)).isEqualTo(new Frontier(4, 9));
  }

  @Test
  void should_practise_one_level_even_if_it_is_hard() {
    assertThat(measure(new Frontier(2, 2), 1, 1, 0, 0)).isEqualTo(new Frontier(2, 3));
    assertThat(measure(Frontier.given(0), 0, 0)).isEqualTo(new Frontier(0, 1));
  }

  @Test
  void should_step_back_when_a_mastered_level_is_lost() {
    assertThat(measure(new Frontier(3, 4), 1, 1, .5, .5, 0)).isEqualTo(new Frontier(2, 4));
  }

  @Test
  void should_not_take_a_level_for_mastered_that_was_never_taught() {
    assertThat(measure(Frontier.given(2), 1, 1, 1, 1, 1, 1)).isEqualTo(new Frontier(2, 5));
    assertThat(measure(new Frontier(2, 5), 1, 1, 1, 1, 1, 1)).isEqualTo(new Frontier(5, 6));
  }

  @Test
  void should_be_done_when_the_last_level_is_mastered() {
    assertThat(measure(new Frontier(2, 3), 1, 1, 1)).isEqualTo(new Frontier(3, 3));
  }

  @Property
  void should_look_at_each_level_at_most_once(
      @ForAll @Size(min = 1, max = 20) List<@DoubleRange(min = 0, max = 1) Double> rates,
      @ForAll @IntRange(min = 0, max = 19) int before) {
    int mastered = Math.min(before, rates.size() - 1);
    List<Integer> looked = new ArrayList<>();
    Frontier frontier =
        new Frontier(mastered, mastered)
            .measure(
                rates.size(),
                PRACTICE,
                level -> {
                  looked.add(level);
                  return rates.get(level - 1);
                });
    assertThat(looked).hasSizeLessThanOrEqualTo(rates.size()).doesNotHaveDuplicates();
    assertThat(frontier.hardest()).isBetween(1, rates.size());
    assertThat(frontier.hardest() - frontier.mastered()).isLessThanOrEqualTo(PRACTICE.reach());
    if (frontier.mastered() < rates.size()) {
      assertThat(frontier.hardest()).isGreaterThan(frontier.mastered());
    }
  }

  private static Frontier measure(Frontier from, double... rates) {
    return from.measure(rates.length, PRACTICE, level -> rates[level - 1]);
  }
}
