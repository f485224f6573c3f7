package dev.rsi.core.internal.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.core.internal.Seed;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RangedBetsTest {

  @Test
  void should_have_factors_of_mean_one_where_the_mean_is_that_of_the_null() {
    for (double share : new double[] {0.001, 0.1, 0.5}) {
      for (double margin : new double[] {0, 0.01, 0.1}) {
        double least = -(share / (1 - share));
        double mean = share * margin;
        // 1 and the least, with such chances that their mean is the null's.
        double up = (mean - least) / (1 - least);
        for (int k = 0; k < Bets.COUNT; k++) {
          for (Bets bets : new Bets[] {Bets.harm(mean, least), Bets.safe(mean, least)}) {
            assertThat(
                    up * Math.exp(bets.logFactor(k, 1))
                        + (1 - up) * Math.exp(bets.logFactor(k, least)))
                .isCloseTo(1, within(1e-9));
            assertThat(Math.exp(bets.logFactor(k, 1))).isGreaterThan(1.0 / 17);
            assertThat(Math.exp(bets.logFactor(k, least))).isGreaterThan(1.0 / 17);
          }
        }
      }
    }
  }

  @Test
  void should_stake_more_the_nearer_the_least_is() {
    double least = -0.1 / 0.9;
    Evidence near = new Evidence(Bets.harm(0.001, least));
    Evidence far = new Evidence(Bets.harm(0.001));
    for (int i = 0; i < 4; i++) {
      near.add(1);
      far.add(1);
    }
    assertThat(near.log()).isGreaterThan(Math.log(400));
    assertThat(far.log()).isLessThan(2.1);
  }

  @Test
  void should_be_what_the_gate_bets_where_the_range_is_all_of_it() {
    Bets bets = Bets.safe(0.05, -1);
    for (int k = 0; k < Bets.COUNT; k++) {
      assertThat(bets.logFactor(k, 0.3)).isEqualTo(Bets.safe(0.05).logFactor(k, 0.3));
    }
  }

  @Test
  void should_look_ahead_as_if_it_had_been_so() {
    Seed seed = Seed.next();
    Random random = seed.random();
    double least = -0.25;
    for (int trial = 0; trial < 100; trial++) {
      Evidence ahead = new Evidence(Bets.harm(0.01, least));
      Evidence done = new Evidence(Bets.harm(0.01, least));
      for (int i = random.nextInt(50); i > 0; i--) {
        double d = random.nextInt(3) == 0 ? 1 : random.nextDouble() * least;
        ahead.add(d);
        done.add(d);
      }
      long[] more = {random.nextInt(5), random.nextInt(5), random.nextInt(5)};
      done.add(more[0], more[1], more[2]);
      double log = done.log();
      assertThat(ahead.logAfter(more[0], more[1], more[2], -1e9)).as("%s", seed).isEqualTo(log);
      assertThat(ahead.logAfter(more[0], more[1], more[2], log + 1)).isEqualTo(log + 1);
    }
  }

  @Test
  void should_refuse_what_is_out_of_range() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Bets.harm(0.1, -1.1))
        .withMessageContaining("least (-1.1)");
    assertThatIllegalArgumentException().isThrownBy(() -> Bets.harm(0.1, 0.05));
    assertThatIllegalArgumentException().isThrownBy(() -> Bets.harm(0, 0));
    Evidence evidence = new Evidence(Bets.harm(0.1, -0.5));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evidence.add(-0.6))
        .withMessageContaining("[-0.5, 1]");
    evidence.add(-0.5);
    assertThat(evidence.counts()).containsExactly(0, 0, 1);
  }
}
