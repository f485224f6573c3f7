package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rsi.api.Codec;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToyTasksTest {
  private static final Codec<Sum, Long> CODEC = ToyTasks.codec();

  @Property
  void should_draw_the_level_asked_for_from_the_random_given(
      @ForAll @IntRange(min = 1, max = 40) int level, @ForAll long seed) {
    ToyTasks tasks = ToyTasks.ofLevels(40);
    Sum sum = tasks.draw(level, new SplittableRandom(seed));

    assertThat(sum.level()).isEqualTo(level);
    assertThat(tasks.draw(level, new SplittableRandom(seed))).isEqualTo(sum);
    assertThat(CODEC.readTask(CODEC.writeTask(sum))).isEqualTo(sum);
    assertThat(ToyTasks.verifier().verify(sum, sum.expected()).passed()).isTrue();
    assertThat(ToyTasks.verifier().verify(sum, sum.expected() + 1).passed()).isFalse();
  }

  @Property
  void should_read_back_every_answer(@ForAll long answer) {
    assertThat(CODEC.readCandidate(CODEC.writeCandidate(answer))).isEqualTo(answer);
  }

  @Property
  void should_read_anything_or_name_it(@ForAll String text) {
    try {
      CODEC.readCandidate(text);
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("is not a whole number");
    }
    try {
      CODEC.readTask(text);
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("is not a sum");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1=", "1+2", "1+2=3", "1+2000=", "+1+2=", "1++2=", "1+2=\n"})
  void should_refuse_what_is_not_a_task(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> CODEC.readTask(text));
  }

  @Test
  void should_refuse_a_level_that_does_not_exist() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ToyTasks.ofLevels(3).draw(4, new SplittableRandom(1)))
        .withMessageContaining("level (4)");
  }
}
