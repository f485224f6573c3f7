package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.api.ProbeResult;
import dev.rsi.api.Role;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SimulatedProbesTest {
  private static final Set<Role> ALL = EnumSet.allOf(Role.class);

  @Test
  void should_read_as_often_as_the_truth_says_and_paired() {
    long seed = 11;
    SimulatedProbes probes = SimulatedProbes.seeded(seed).kind("easy", 20_000, 0.9, 0.5, 0.5);

    List<ProbeResult> results = probes.pull("easy", 20_000, ALL);

    assertThat(share(results, Role.ANCHOR)).as("seed %d", seed).isCloseTo(0.9, within(0.018));
    assertThat(share(results, Role.INCUMBENT)).as("seed %d", seed).isCloseTo(0.5, within(0.018));
    assertThat(results)
        .allSatisfy(
            r -> assertThat(r.reading(Role.CHALLENGER)).isEqualTo(r.reading(Role.INCUMBENT)));
    assertThat(results.stream().map(ProbeResult::probe)).doesNotHaveDuplicates();
  }

  @Test
  void should_loosen_the_pairing_by_churn() {
    long seed = 12;
    SimulatedProbes probes =
        SimulatedProbes.seeded(seed).churn(1).kind("easy", 20_000, 0.5, 0.5, 0.5);

    long different =
        probes.pull("easy", 20_000, ALL).stream()
            .filter(r -> !r.reading(Role.CHALLENGER).equals(r.reading(Role.INCUMBENT)))
            .count();

    assertThat(different / 20_000.0).as("seed %d", seed).isCloseTo(0.5, within(0.018));
  }

  @Test
  void should_draw_the_same_whatever_the_order_and_the_roles() {
    SimulatedProbes one = probes();
    SimulatedProbes other = probes();

    List<ProbeResult> hard = one.pull("hard", 5, ALL);
    List<ProbeResult> easy = one.pull("easy", 5, ALL);
    other.pull("easy", 3, Set.of(Role.ANCHOR));

    assertThat(other.pull("easy", 2, ALL)).isEqualTo(easy.subList(3, 5));
    assertThat(other.pull("hard", 5, ALL)).isEqualTo(hard);
    assertThat(other.given()).containsOnly(Map.entry("easy", 5), Map.entry("hard", 5));
    assertThat(other.asked()).containsExactly(Set.of(Role.ANCHOR), ALL, ALL);
  }

  @Test
  void should_end_where_the_kind_is_used_up() {
    SimulatedProbes probes = probes();

    assertThat(probes.pull("easy", 8, ALL)).hasSize(8);
    assertThat(probes.pull("easy", Integer.MAX_VALUE, ALL)).hasSize(2);
    assertThat(probes.pull("easy", 1, ALL)).isEmpty();
    assertThat(probes().giveAtMost(3).pull("easy", 8, ALL)).hasSize(3);
  }

  @Test
  void should_lose_the_failures_first() {
    SimulatedProbes probes = probes().missing(Role.CHALLENGER, 0.5);

    List<ProbeResult> results = probes.pull("hard", 1000, ALL);

    assertThat(results.stream().filter(r -> r.reading(Role.CHALLENGER) == null).count())
        .isBetween(400L, 600L);
    assertThat(results.stream().filter(r -> r.reading(Role.CHALLENGER) != null))
        .allSatisfy(r -> assertThat(r.reading(Role.CHALLENGER)).isEqualTo(1));
    assertThat(results).allSatisfy(r -> assertThat(r.reading(Role.ANCHOR)).isNotNull());
  }

  @Test
  void should_break_when_told() {
    SimulatedProbes probes = probes().throwFromPull(2, new IllegalStateException("planted"));

    assertThat(probes.pull("easy", 1, ALL)).hasSize(1);
    assertThatThrownBy(() -> probes.pull("easy", 1, ALL)).hasMessage("planted");
    assertThatThrownBy(() -> probes.pull("easy", 1, ALL)).hasMessage("planted");
  }

  @Test
  void should_refuse_what_the_interface_refuses() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> probes().pull("none", 1, ALL))
        .withMessageContaining("(none)")
        .withMessageContaining("easy");
    assertThatIllegalArgumentException().isThrownBy(() -> probes().pull("easy", 0, ALL));
    assertThatIllegalArgumentException().isThrownBy(() -> probes().pull("easy", 1, Set.of()));
  }

  private static SimulatedProbes probes() {
    return SimulatedProbes.seeded(5)
        .kind("easy", 10, 0.9, 0.9, 0.9)
        .kind("hard", 1000, 0.1, 0.3, 0.5);
  }

  private static double share(List<ProbeResult> results, Role role) {
    return results.stream().mapToDouble(r -> r.reading(role)).average().orElseThrow();
  }
}
