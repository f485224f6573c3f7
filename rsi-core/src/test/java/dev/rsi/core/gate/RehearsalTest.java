package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.api.ProbeKind;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What advice says of whole decisions, against decisions. */
class RehearsalTest {
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  private static List<ProbeKind> kinds(int count, int probes) {
    return IntStream.range(0, count).mapToObj(i -> new ProbeKind("kind " + i, probes)).toList();
  }

  /** The table of the benchmarks has 24 settings; decisions by chance are some two points apart. */
  @ParameterizedTest
  @CsvSource({
    "1, 150, .05, .1",
    "3, 200, .05, .1",
    "3, 100, .1, .1",
    "8, 200, .05, .05",
    "3, 60, .05, .1",
    "8, 300, .1, .05"
  })
  void should_say_what_decisions_do(int count, int probes, double limit, double gain) {
    AnchoredGate gate =
        DriftGates.anchored().margins(limit / 5, limit).incumbentMargins(limit / 5, 1.6 * limit);
    GateAdvice advice = gate.advise(kinds(count, probes), 0, 1, gain);
    assertThat(real(gate, count, probes, gain, 1))
        .isCloseTo(advice.onOne().promoted(), within(.08));
    assertThat(real(gate, count, probes, gain, count))
        .isCloseTo(advice.onAll().promoted(), within(.08));
    assertThat(advice.onOne().rolledBack()).isZero();
    assertThat(advice.onAll().promoted()).isGreaterThan(advice.onOne().promoted() - .03);
  }

  private static double real(AnchoredGate gate, int count, int probes, double gain, int gaining) {
    int promoted = 0;
    for (int run = 0; run < 600; run++) {
      LawProbes source = new LawProbes(7_000 + run);
      for (int k = 0; k < count; k++) {
        boolean gains = gaining == count || k == run % count;
        source.kind("kind " + k, probes, .5, .5, gains ? .5 + gain : .5);
      }
      promoted += gate.evenIfSmall().decide(source).promotes() ? 1 : 0;
    }
    return promoted / 600.0;
  }

  @Test
  void should_say_the_same_again_at_once() {
    List<ProbeKind> kinds = kinds(6, 230);
    AnchoredGate gate = DriftGates.anchored();
    GateAdvice first = gate.advise(kinds, .03, 2, .07);
    long begin = CPU.getCurrentThreadCpuTime();
    GateAdvice.Odds again =
        gate.rehearsal()
            .of(
                gate,
                new Rehearsal.Asked(Rules.DEFAULT, kinds, .03, 2, .07, false, Rehearsal.SECOND));
    assertThat(CPU.getCurrentThreadCpuTime() - begin).isLessThan(20_000_000L);
    assertThat(again).isEqualTo(first.onOne());
  }

  @Test
  void should_count_what_a_decision_costs() {
    GateAdvice.Odds odds = new GateAdvice.Odds(.5, 0, 300);
    assertThat(odds.answers()).isEqualTo(600);
    assertThat(odds.time(Duration.ofSeconds(2), 8)).isEqualTo(Duration.ofSeconds(150));
    assertThat(odds.money(new BigDecimal("0.01"))).isEqualByComparingTo("6");
    assertThatIllegalArgumentException().isThrownBy(() -> odds.time(Duration.ofSeconds(1), 0));
  }

  @Test
  void should_take_tripwires_and_guards_for_what_they_are() {
    List<ProbeKind> kinds =
        List.of(new ProbeKind("a", 200), new ProbeKind("kept", 200), new ProbeKind("never", 30));
    AnchoredGate gate = DriftGates.anchored().guards("kept").tripwires("never");
    GateAdvice advice = gate.advise(kinds, 0, 1, .1);
    // With one kind that may gain, a gain on it is one on every kind.
    assertThat(advice.onOne().promoted()).isCloseTo(advice.onAll().promoted(), within(.05));
    assertThat(advice.onOne().promoted()).isGreaterThan(.5);
    assertThat(advice.onOne().probes()).isGreaterThan(30 + 96);
    assertThat(advice.last()).containsOnlyKeys("a", "kept");
    assertThat(advice.toString()).contains("on one kind", "on every kind", "serves decisions 1 to");
  }

  @Test
  void should_say_the_last_decision_that_a_bank_serves() {
    AnchoredGate gate = DriftGates.anchored();
    GateAdvice advice =
        gate.advise(List.of(new ProbeKind("a", 150), new ProbeKind("few", 40)), 0, 1);
    long last = advice.last().get("a");
    assertThat(gate.advise(List.of(new ProbeKind("a", 150)), 0, last).impossible()).isEmpty();
    assertThat(gate.advise(List.of(new ProbeKind("a", 150)), 0, last + 1).impossible()).hasSize(1);
    assertThat(advice.last()).containsEntry("few", 0L);
    assertThat(advice.toString()).contains("serves no decision");
  }

  @ParameterizedTest
  @CsvSource({"1000, .1", "3000, .1", "3000, .05", "400, .2"})
  void should_plan_the_other_way_round(long answers, double gain) {
    List<GateAdvice.Plan> plans = GateAdvice.plan(answers, gain);
    assertThat(plans).isNotEmpty();
    for (GateAdvice.Plan plan : plans) {
      assertThat(2L * plan.kinds() * plan.probes()).isLessThanOrEqualTo(answers);
      // Its gate fits, and does what is said, but for what chance does to some hundred decisions.
      List<ProbeKind> kinds = kinds(plan.kinds(), plan.probes());
      assertThat(plan.gate().misfits(kinds)).isEmpty();
      GateAdvice.Odds odds = plan.gate().advise(kinds, .02, 1, gain).onOne();
      assertThat(odds.promoted()).isGreaterThan(.68);
      assertThat(plan.toString()).contains("promoted in");
    }
    // Fewer kinds are held to narrower limits.
    for (int i = 1; i < plans.size(); i++) {
      assertThat(plans.get(i).limit()).isGreaterThanOrEqualTo(plans.get(i - 1).limit());
    }
  }

  @Test
  void should_plan_nothing_where_answers_are_too_few() {
    assertThat(GateAdvice.plan(20, .02)).isEmpty();
    assertThat(GateAdvice.plan(2, .5)).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GateAdvice.plan(1, .5))
        .withMessageContaining("answers (1)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GateAdvice.plan(1000, 0))
        .withMessageContaining("gain (0.0)");
  }
}
