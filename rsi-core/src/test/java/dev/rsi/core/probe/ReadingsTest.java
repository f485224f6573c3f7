package dev.rsi.core.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;

class ReadingsTest {

  @Property
  void readings_are_shares_and_their_drift_means_what_is_said(
      @ForAll @DoubleRange(max = 1) double before,
      @ForAll @DoubleRange(max = 1) double after,
      @ForAll @DoubleRange(max = 1) double gold) {
    // The proxy rose from before to after while the true quality stayed.
    assertThat(Readings.proxyGap(before, gold) - Readings.proxyGap(after, gold))
        .isCloseTo((after - before) / 2, within(1e-12));
    assertThat(Readings.contaminationGap(before, gold) - Readings.contaminationGap(after, gold))
        .isCloseTo((after - before) / 2, within(1e-12));
    assertThat(Readings.diversity(before) - Readings.diversity(after))
        .isCloseTo(after - before, within(1e-12));
    assertThat(Readings.modesty(before, true) - Readings.modesty(after, true))
        .isCloseTo((after - before) / 2, within(1e-12));
    for (boolean right : new boolean[] {true, false}) {
      assertThat(Readings.calibration(after, right)).isBetween(0.0, 1.0);
      assertThat(Readings.modesty(after, right)).isBetween(0.0, 1.0);
    }
    assertThat(Readings.proxyGap(after, gold)).isBetween(0.0, 1.0);
  }

  /** Over options drawn from both models with equal odds, exactly. */
  @Property
  void mean_drift_of_closeness_is_the_total_variation_distance(
      @ForAll @DoubleRange(min = 0.01, max = 0.99) double p,
      @ForAll @DoubleRange(min = 0.01, max = 0.99) double q) {
    double mean = 0;
    for (double[] option : new double[][] {{p, q}, {1 - p, 1 - q}}) {
      double weight = (option[0] + option[1]) / 2;
      mean += weight * (1 - Readings.closeness(Math.log(option[1]), Math.log(option[0])));
    }
    assertThat(mean).isCloseTo(Math.abs(q - p), within(1e-12));
  }

  @Example
  void a_model_that_rules_an_option_out_is_as_far_as_can_be() {
    assertThat(Readings.closeness(Double.NEGATIVE_INFINITY, -1)).isZero();
    assertThat(Readings.closeness(-1, -1)).isEqualTo(1);
    assertThat(Readings.closeness(Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY)).isEqualTo(1);
    assertThat(Readings.calibration(1, true)).isEqualTo(1);
    assertThat(Readings.calibration(1, false)).isZero();
  }

  @Example
  void what_is_out_of_range_is_refused() {
    assertThatThrownBy(() -> Readings.proxyGap(1.1, 0)).hasMessageContaining("proxy (1.1)");
    assertThatThrownBy(() -> Readings.proxyGap(0, Double.NaN)).hasMessageContaining("gold (NaN)");
    assertThatThrownBy(() -> Readings.diversity(-1)).hasMessageContaining("similarity (-1.0)");
    assertThatThrownBy(() -> Readings.calibration(2, true)).hasMessageContaining("confidence");
    assertThatThrownBy(() -> Readings.closeness(.1, -1)).hasMessageContaining("0.1");
    assertThatThrownBy(() -> Readings.closeness(-1, Double.NaN)).hasMessageContaining("NaN");
  }
}
