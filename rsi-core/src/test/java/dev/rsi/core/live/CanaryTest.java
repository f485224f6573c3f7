package dev.rsi.core.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rsi.core.internal.Seed;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class CanaryTest {

  /** How well a request goes, by its number and its side. */
  private interface World {
    double success(int request, boolean challenger, Random random);
  }

  /** After how many requests the alarm came; one more than there were if it never did. */
  private static int alarm(Canary canary, int requests, World world, Random random) {
    Trial trial = canary.begin();
    for (int i = 0; i < requests; i++) {
      Ticket ticket = trial.draw();
      ticket.settle(world.success(i, ticket.challenger(), random));
      if (trial.harmful()) {
        return i + 1;
      }
    }
    return requests + 1;
  }

  @Test
  void should_rarely_withdraw_what_is_as_bad_as_tolerated() {
    assertFalseAlarms(300, 1000);
  }

  @Test
  @Tag("nightly")
  void should_rarely_withdraw_what_is_as_bad_as_tolerated_in_long_trials() {
    assertFalseAlarms(4000, 20_000);
  }

  private static void assertFalseAlarms(int trials, int requests) {
    Seed seed = Seed.next();
    Random random = seed.random();
    double error = 0.1;
    List<World> worlds =
        List.of(
            (i, challenger, r) -> bernoulli(challenger ? 0.85 : 0.9, r),
            // The day gets worse for both.
            (i, challenger, r) -> bernoulli(Math.max(0.2, 0.9 - i / 800.0) - loss(challenger), r),
            // Whole hours fail on both sides.
            (i, challenger, r) -> i / 50 % 4 == 0 ? 0.05 - loss(challenger) : 1 - loss(challenger));
    for (World world : worlds) {
      int alarms = 0;
      for (int trial = 0; trial < trials; trial++) {
        Canary canary = Canary.of(0.2).tolerated(0.05).error(error).seed(random.nextLong());
        alarms += alarm(canary, requests, world, random) <= requests ? 1 : 0;
      }
      System.out.println("false alarms: " + alarms + " of " + trials + ", allowed " + error);
      // Four standard deviations above what is allowed.
      assertThat(alarms)
          .as("%s", seed)
          .isLessThan((int) (trials * error + 4 * Math.sqrt(trials * error * (1 - error))));
    }
  }

  private static double loss(boolean challenger) {
    return challenger ? 0.05 : 0;
  }

  private static double bernoulli(double probability, Random random) {
    return random.nextDouble() < probability ? 1 : 0;
  }

  @Test
  void should_soon_withdraw_what_is_much_worse() {
    Seed seed = Seed.next();
    Random random = seed.random();
    List<Integer> alarms = new ArrayList<>();
    for (int trial = 0; trial < 99; trial++) {
      Canary canary = Canary.of(0.1).seed(random.nextLong());
      World world = (i, challenger, r) -> bernoulli(challenger ? 0.5 : 0.95, r);
      alarms.add(alarm(canary, 5000, world, random));
    }
    Collections.sort(alarms);
    System.out.println(
        "withdrawn after " + alarms.get(49) + " requests (median), at most " + alarms.get(98));
    assertThat(alarms.get(49)).as("%s", seed).isLessThan(500);
    assertThat(alarms.get(98)).as("%s", seed).isLessThan(2000);
  }

  @Test
  void should_judge_in_the_order_of_draws_whatever_ends_first() {
    Canary canary = Canary.of(0.3).seed(5);
    Trial inOrder = canary.begin();
    Trial late = canary.begin();
    Deque<Ticket> live = new ArrayDeque<>();
    for (int i = 0; i < 300; i++) {
      Ticket ticket = inOrder.draw();
      ticket.settle(ticket.challenger() ? 0.25 : 0.75);
      Ticket other = late.draw();
      assertThat(other.challenger()).isEqualTo(ticket.challenger());
      if (other.challenger()) {
        other.settle(0.25);
      } else {
        live.add(other);
      }
    }
    assertThat(late.report().live().requests()).isZero();
    live.descendingIterator().forEachRemaining(ticket -> ticket.settle(0.75));
    assertThat(late.report()).isEqualTo(inOrder.report());
    assertThat(late.report().harmful()).isTrue();
  }

  @Test
  void should_count_what_nobody_told_as_without_loss() {
    Trial trial = Canary.of(0.5).begin();
    for (int i = 0; i < 1000; i++) {
      trial.draw().settle(Double.NaN);
    }
    Canary.Report report = trial.report();
    assertThat(report.live().requests() + report.challenger().requests()).isEqualTo(1000);
    assertThat(report.challenger().told()).isZero();
    assertThat(report.challenger().success()).isNaN();
    assertThat(report.evidence()).isZero();
  }

  @Test
  void should_not_be_held_up_by_a_request_without_end() {
    Trial trial = Canary.of(0.5).begin();
    Ticket endless = trial.draw();
    for (int i = 0; i < 70_000; i++) {
      Ticket ticket = trial.draw();
      ticket.settle(ticket.challenger() ? 0 : 1);
    }
    assertThat(trial.harmful()).isTrue();
    Canary.Report report = trial.report();
    endless.settle(0);
    assertThat(trial.report()).isEqualTo(report);
  }

  @Test
  void should_hear_the_first_word_alone() {
    Trial trial = Canary.of(0.5).begin();
    Ticket ticket = trial.draw();
    ticket.settle(0.25);
    ticket.settle(1);
    Canary.Report report = trial.report();
    Canary.Side side = ticket.challenger() ? report.challenger() : report.live();
    assertThat(side).isEqualTo(new Canary.Side(1, 1, 0.25, 0, Double.NaN, 0));
  }

  @Test
  void should_refuse_what_is_no_share_and_no_success() {
    for (double share : new double[] {0, 0.51, -1, Double.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Canary.of(share))
          .withMessageContaining("(" + share + ")");
    }
    Canary canary = Canary.of(0.5);
    assertThatIllegalArgumentException().isThrownBy(() -> canary.tolerated(1));
    assertThatIllegalArgumentException().isThrownBy(() -> canary.tolerated(-0.1));
    assertThatIllegalArgumentException().isThrownBy(() -> canary.error(0));
    assertThatIllegalArgumentException().isThrownBy(() -> canary.error(1));
    Ticket ticket = canary.begin().draw();
    assertThatIllegalArgumentException().isThrownBy(() -> ticket.settle(1.5));
    assertThatIllegalArgumentException().isThrownBy(() -> ticket.settle(-0.5));
    assertThat(canary).hasToString("canary of share 0.5, tolerated 0.01, error 0.01, seed 1");
  }
}
