package dev.rsi.core.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rsi.core.internal.Seed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ShadowTrialTest {

  /** Serves a request that is as hard for one side as for the other, told or failed. */
  private static void serve(ShadowTrial trial, double worse, boolean failing, Random random) {
    double hard = random.nextDouble();
    boolean live = hard < 0.9;
    boolean challenger = hard < 0.9 - worse;
    ShadowTrial.Pair pair = trial.open();
    pair.over(failing && !live, failing && !challenger);
    pair.tell(failing || live ? 1 : 0, failing || challenger ? 1 : 0);
  }

  @Test
  void should_rarely_find_what_is_not_there() {
    assertErrors(200, 1000);
  }

  @Test
  @Tag("nightly")
  void should_rarely_find_what_is_not_there_in_long_trials() {
    assertErrors(4000, 20_000);
  }

  private static void assertErrors(int trials, int requests) {
    Seed seed = Seed.next();
    Random random = seed.random();
    double error = 0.1;
    for (boolean failing : new boolean[] {false, true}) {
      int harmful = 0;
      int safe = 0;
      for (int run = 0; run < trials; run++) {
        ShadowTrial trial = ShadowTrial.begin(Shadow.of(0.05).error(error));
        boolean yes = false;
        for (int i = 0; i < requests && !trial.harmful(); i++) {
          serve(trial, 0.05, failing, random);
          yes |= trial.safe();
        }
        harmful += trial.harmful() ? 1 : 0;
        safe += yes ? 1 : 0;
      }
      System.out.println(
          (failing ? "failing" : "told")
              + ": harmful "
              + harmful
              + ", safe "
              + safe
              + " of "
              + trials);
      int most = (int) (trials * error + 4 * Math.sqrt(trials * error * (1 - error)));
      assertThat(harmful).as("%s", seed).isLessThanOrEqualTo(most);
      assertThat(safe).as("%s", seed).isLessThanOrEqualTo(most);
    }
  }

  @Test
  void should_know_much_sooner_than_a_canary() {
    Seed seed = Seed.next();
    Random random = seed.random();
    List<Integer> pairs = new ArrayList<>();
    List<Integer> requests = new ArrayList<>();
    for (int run = 0; run < 49; run++) {
      ShadowTrial shadow = ShadowTrial.begin(Shadow.of(0.01));
      int i = 0;
      for (; !shadow.harmful(); i++) {
        serve(shadow, 0.05, false, random);
      }
      pairs.add(i);
      Trial canary = Trial.begin(Canary.of(0.5).seed(random.nextLong()));
      for (i = 0; !canary.harmful(); i++) {
        Ticket ticket = canary.draw();
        ticket.settle(random.nextDouble() < (ticket.challenger() ? 0.85 : 0.9) ? 1 : 0);
      }
      requests.add(i);
    }
    Collections.sort(pairs);
    Collections.sort(requests);
    System.out.println("shadow " + pairs.get(24) + ", canary " + requests.get(24));
    assertThat(pairs.get(24) / (double) requests.get(24)).as("%s", seed).isLessThan(0.3);
  }

  @Test
  void should_call_safe_what_is_as_good() {
    Seed seed = Seed.next();
    Random random = seed.random();
    ShadowTrial trial = ShadowTrial.begin(Shadow.of(0.05));
    for (int i = 0; i < 500; i++) {
      serve(trial, 0, i % 2 == 0, random);
    }
    assertThat(trial.safe()).as("%s", seed).isTrue();
    assertThat(trial.report().safe()).isTrue();
    assertThat(trial.harmful()).isFalse();
  }

  @Test
  void should_count_an_open_pair_as_it_speaks_least() {
    ShadowTrial trial = ShadowTrial.begin(Shadow.of(0.05));
    ShadowTrial still = ShadowTrial.begin(Shadow.of(0.05));
    for (int i = 0; i < 3; i++) {
      still.open();
    }
    for (int i = 0; i < 20; i++) {
      for (ShadowTrial each : List.of(trial, still)) {
        ShadowTrial.Pair pair = each.open();
        pair.over(false, true);
        pair.tell(1, 1);
      }
    }
    assertThat(still.report().evidence()).isBetween(1.0, trial.report().evidence() - 1);
    assertThat(still.report().live().open()).isEqualTo(3);
    assertThat(trial.report().why())
        .isEqualTo("told: success 0.0 of 20 told, live success 1.0 of 20 told");
  }

  @Test
  void should_hear_the_first_word_alone() {
    ShadowTrial trial = ShadowTrial.begin(Shadow.of(0.05));
    ShadowTrial.Pair pair = trial.open();
    assertThat(pair.tell(1, 1)).isFalse();
    pair.over(false, true);
    pair.over(true, true);
    pair.drop();
    assertThat(pair.tell(0.5, 0.75)).isTrue();
    assertThat(pair.tell(1, 1)).isFalse();
    ShadowTrial.Pair dropped = trial.open();
    dropped.drop();
    dropped.over(false, true);
    assertThat(dropped.tell(1, 0)).isFalse();
    Canary.Report report = trial.report();
    assertThat(report.live()).isEqualTo(new Canary.Side(1, 1, 0.5, 0, Double.NaN, 0));
    assertThat(report.challenger()).isEqualTo(new Canary.Side(1, 1, 0, 1, Double.NaN, 0));
  }

  @Test
  void should_refuse_what_cannot_be() {
    assertThatIllegalArgumentException().isThrownBy(() -> Shadow.of(-0.1));
    assertThatIllegalArgumentException().isThrownBy(() -> Shadow.of(1));
    assertThatIllegalArgumentException().isThrownBy(() -> Shadow.of(0.1).error(0));
    ShadowTrial.Pair pair = ShadowTrial.begin(Shadow.of(0.1)).open();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pair.tell(1, 1.5))
        .withMessageContaining("challenger (1.5)");
    assertThatIllegalArgumentException().isThrownBy(() -> pair.tell(Double.NaN, 1));
    assertThat(Shadow.of(0.1)).hasToString("shadow, tolerated 0.1, error 0.01");
  }
}
