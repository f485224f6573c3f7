package dev.rsi.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PracticeTest {
  private static final int MOST = Integer.MAX_VALUE;

  @Test
  void should_count_the_most_attempts_without_overflow() {
    Practice practice = Practice.DEFAULT.tasks(10).scouts(3).samples(2).reach(2);
    assertThat(practice.worstCase(1)).isEqualTo(2 * (3 + 10));
    assertThat(practice.worstCase(5)).isEqualTo(2 * (5 * 3 + 2 * 10));
    assertThat(practice.tasks(MOST).scouts(MOST).samples(MOST).reach(MOST).worstCase(MOST))
        .isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void should_take_a_quarter_for_its_fewest_tasks() {
    assertThat(Practice.DEFAULT.fewestTasks()).isEqualTo(128);
    assertThat(Practice.DEFAULT.tasks(3).fewestTasks()).isEqualTo(1);
    assertThat(Practice.DEFAULT.tasks(10).scouts(3).samples(2).reach(2).lessons(5))
        .isEqualTo(2 * 2 * (3 + 10));
  }
}
