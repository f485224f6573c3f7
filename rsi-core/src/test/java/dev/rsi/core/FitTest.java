package dev.rsi.core;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** A generation takes what there is room for: practice gives way first. */
class FitTest {
  @Property(tries = 500)
  void should_take_what_there_is_room_for(
      @ForAll @IntRange(min = 1, max = 300) int tasks,
      @ForAll @LongRange(min = 0, max = 500) long fewest,
      @ForAll @LongRange(min = 0, max = 500) long more,
      @ForAll @LongRange(min = 0, max = 1500) long room) {
    Practice practice = Practice.DEFAULT.tasks(tasks);
    long whole = fewest + more;
    Fit fit = Fit.of(true, practice, fewest, whole, each -> each.tasks() + each.probing() <= room);
    assertThat(fit.tasks()).isBetween(practice.fewestTasks(), tasks);
    assertThat(fit.probing()).isBetween(fewest, whole);
    if (fit.probing() < whole) {
      assertThat(fit.tasks()).isEqualTo(practice.fewestTasks());
    }
    long used = fit.tasks() + fit.probing();
    if (room >= tasks + whole) {
      assertThat(used).isEqualTo(tasks + whole);
    } else if (room >= practice.fewestTasks() + fewest) {
      assertThat(used).isEqualTo(room);
    } else {
      assertThat(used).isEqualTo(practice.fewestTasks() + fewest);
    }
  }

  @Property(tries = 500)
  void should_find_the_largest(
      @ForAll @LongRange(min = 0, max = 50) long least,
      @ForAll @LongRange(min = 0, max = 50) long more,
      @ForAll @LongRange(min = 0, max = 120) long fits) {
    assertThat(Fit.largest(least, least + more, n -> n <= fits))
        .isEqualTo(Math.max(least, Math.min(least + more, fits)));
  }
}
