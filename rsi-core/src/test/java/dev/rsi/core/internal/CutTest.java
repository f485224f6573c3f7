package dev.rsi.core.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunEvent;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class CutTest {

  @Property
  void should_leave_alone_what_is_short(@ForAll String text) {
    String shortened = text.substring(0, Math.min(text.length(), Cut.MOST));
    assertThat(Cut.text(shortened)).isSameAs(shortened);
  }

  @Property
  void should_cut_what_is_long_between_characters_and_say_how_long_it_was(
      @ForAll @IntRange(min = 0, max = 3) int shift,
      @ForAll @IntRange(min = Cut.MOST, max = 100_000) int length) {
    String text = "x".repeat(shift) + "\uD83D\uDE00".repeat(length / 2 + 1);
    String cut = Cut.text(text);
    assertThat(cut).hasSizeLessThanOrEqualTo(Cut.MOST).contains("it had " + text.length());
    assertThat(cut.codePoints()).noneMatch(c -> Character.getType(c) == Character.SURROGATE);
    assertThat(Cut.text(cut)).isSameAs(cut);
  }

  @Example
  void should_bound_what_a_trainer_says_of_itself() {
    Map<String, String> made = new TreeMap<>();
    Map<String, Double> metrics = new TreeMap<>();
    for (int i = 0; i < 10_000; i++) {
      made.put("n".repeat(1000) + i, "v".repeat(10_000));
      metrics.put("metric " + i, (double) i);
    }
    metrics.put("half \uD83D of a pair", 1.0);
    Provenance provenance = new Provenance(null, null, 0, null, 0, 0, Map.of(), metrics, made);
    assertThat(provenance.metrics()).hasSize(Cut.MOST_NAMES).containsEntry("(left out)", 9_746.0);
    assertThat(provenance.made()).hasSizeLessThanOrEqualTo(Cut.MOST_NAMES);
    assertThat(provenance.made().keySet()).allMatch(name -> name.length() <= Cut.MOST_NAME);
    assertThat(provenance.made().values()).allMatch(text -> text.length() <= Cut.MOST);
    RunEvent.Trained trained = new RunEvent.Trained(1, "c", "p", 1, metrics);
    assertThat(trained.metrics()).isEqualTo(provenance.metrics());
    String json = Json.write(trained);
    assertThat(Json.read(json, RunEvent.Trained.class)).isEqualTo(trained);
  }

  @Example
  void should_record_a_message_of_any_length_and_read_it_back_equal() {
    RunEvent.Faulted fault = new RunEvent.Faulted(1, "trainer", "m".repeat(3_000_000));
    String json = Json.write(fault);
    assertThat(json).hasSizeLessThan(2 * Cut.MOST);
    assertThat(Json.read(json, RunEvent.Faulted.class)).isEqualTo(fault);
  }
}
