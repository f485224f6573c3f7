package dev.rsi.core.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rsi.core.internal.Seed;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class CanaryTest {
  private static final Duration USUAL = Duration.ofMillis(100);
  private static final Duration LONG = Duration.ofMillis(300);

  /** How a request is drawn, served and told of. */
  private interface World {
    void serve(int request, Trial trial, Random random);
  }

  /** One whose requests end at once. */
  private static Supplier<World> atOnce(Ending ending) {
    return () -> (request, trial, random) -> ending.end(request, trial.draw(), random);
  }

  private interface Ending {
    void end(int request, Ticket ticket, Random random);
  }

  /** After how many requests the alarm came; one more than there were if it never did. */
  private static int alarm(Canary canary, int requests, World world, Random random) {
    Trial trial = Trial.begin(canary);
    for (int i = 0; i < requests; i++) {
      world.serve(i, trial, random);
      if (trial.harmful()) {
        return i + 1;
      }
    }
    return requests + 1;
  }

  private static double bernoulli(double probability, Random random) {
    return happens(probability, random) ? 1 : 0;
  }

  private static boolean happens(double probability, Random random) {
    return random.nextDouble() < probability;
  }

  private static double loss(Ticket ticket) {
    return ticket.challenger() ? 0.05 : 0;
  }

  /** A challenger that is as bad as tolerated, by 5 points, or by 10 where it is slow. */
  private static Map<String, Supplier<World>> tolerable() {
    Map<String, Supplier<World>> worlds = new LinkedHashMap<>();
    worlds.put(
        "all told", atOnce((i, ticket, r) -> ticket.settle(bernoulli(0.9 - loss(ticket), r))));
    worlds.put(
        "the day gets worse",
        atOnce(
            (i, ticket, r) ->
                ticket.settle(bernoulli(Math.max(0.2, 0.9 - i / 800.0) - loss(ticket), r))));
    worlds.put(
        "whole hours fail",
        atOnce(
            (i, ticket, r) ->
                ticket.settle(i / 50 % 4 == 0 ? 0.05 - loss(ticket) : 1 - loss(ticket))));
    for (double told : new double[] {0.01, 0.02, 0.1}) {
      worlds.put(
          "told " + told,
          atOnce(
              (i, ticket, r) ->
                  ticket.settle(happens(told, r) ? bernoulli(0.9 - loss(ticket), r) : Double.NaN)));
    }
    worlds.put(
        "who is not content tells, equal sides",
        atOnce(
            (i, ticket, r) -> {
              double success = bernoulli(0.8, r);
              ticket.settle(happens(success == 1 ? 0.05 : 0.5, r) ? success : Double.NaN);
            }));
    worlds.put(
        "failures, feedback and times at once",
        atOnce(
            (i, ticket, r) -> {
              Duration took = happens(ticket.challenger() ? 0.15 : 0.05, r) ? LONG : USUAL;
              if (happens(0.05 + loss(ticket), r)) {
                ticket.fail(took);
              } else {
                ticket.settle(
                    happens(0.5, r) ? bernoulli(0.9 - loss(ticket), r) : Double.NaN, took);
              }
            }));
    worlds.put("told late, many open", Late::new);
    for (int users : new int[] {10, 50, 1000}) {
      worlds.put(
          users + " users, equal sides",
          () ->
              (i, trial, r) -> {
                int user = r.nextInt(users);
                trial.draw("user " + user).settle(bernoulli(user % 5 == 0 ? 0.5 : 1, r));
              });
    }
    return worlds;
  }

  /** Up to 40 requests are open at once, and up to 200 may still be told of. */
  private static final class Late implements World {
    private final List<Ticket> open = new ArrayList<>();
    private final List<Ticket> later = new ArrayList<>();

    @Override
    public void serve(int request, Trial trial, Random random) {
      open.add(trial.draw());
      if (open.size() > 40) {
        Ticket ticket = open.remove(random.nextInt(open.size()));
        if (happens(0.05 + loss(ticket), random)) {
          ticket.fail(USUAL);
        } else {
          ticket.later(USUAL);
          later.add(ticket);
        }
      }
      if (later.size() > 200) {
        Ticket ticket = later.remove(random.nextInt(later.size()));
        ticket.tell(bernoulli(0.9 - loss(ticket), random));
      }
    }
  }

  @Test
  void should_rarely_withdraw_what_is_as_bad_as_tolerated() {
    assertFalseAlarms(150, 1000);
  }

  @Test
  @Tag("nightly")
  void should_rarely_withdraw_what_is_as_bad_as_tolerated_in_long_trials() {
    assertFalseAlarms(1000, 20_000);
  }

  private static void assertFalseAlarms(int trials, int requests) {
    Seed seed = Seed.next();
    Random random = seed.random();
    double error = 0.1;
    tolerable()
        .forEach(
            (name, world) -> {
              int alarms = 0;
              for (int trial = 0; trial < trials; trial++) {
                Canary canary = Canary.of(0.2).tolerated(0.05).error(error).seed(random.nextLong());
                alarms += alarm(canary, requests, world.get(), random) <= requests ? 1 : 0;
              }
              System.out.println(
                  name + ", false alarms: " + alarms + " of " + trials + ", allowed " + error);
              assertThat(alarms).as("%s: %s", name, seed).isLessThan(most(trials, error));
            });
  }

  /** Four standard deviations above what is allowed. */
  private static int most(int trials, double error) {
    return (int) Math.ceil(trials * error + 4 * Math.sqrt(trials * error * (1 - error)));
  }

  /** When each of the trials ended, in order; all of them must. */
  private static List<Integer> alarms(int trials, Ending ending, Seed seed, Random random) {
    List<Integer> alarms = new ArrayList<>();
    for (int trial = 0; trial < trials; trial++) {
      Canary canary = Canary.of(0.1).seed(random.nextLong());
      alarms.add(alarm(canary, 20_000, atOnce(ending).get(), random));
    }
    Collections.sort(alarms);
    assertThat(alarms.get(trials - 1)).as("%s", seed).isLessThanOrEqualTo(20_000);
    return alarms;
  }

  @Test
  void should_soon_withdraw_what_is_much_worse() {
    Seed seed = Seed.next();
    List<Integer> alarms =
        alarms(
            99,
            (i, ticket, r) -> ticket.settle(bernoulli(ticket.challenger() ? 0.5 : 0.95, r)),
            seed,
            seed.random());
    System.out.println(
        "withdrawn after " + alarms.get(49) + " requests (median), at most " + alarms.get(98));
    assertThat(alarms.get(49)).as("%s", seed).isLessThan(250);
    assertThat(alarms.get(98)).as("%s", seed).isLessThan(1500);
  }

  @Test
  void should_withdraw_what_is_much_worse_also_if_few_are_told() {
    Seed seed = Seed.next();
    List<Integer> alarms =
        alarms(
            49,
            (i, ticket, r) ->
                ticket.settle(
                    happens(0.05, r) ? bernoulli(ticket.challenger() ? 0.5 : 0.95, r) : Double.NaN),
            seed,
            seed.random());
    assertThat(alarms.get(24)).as("%s", seed).isLessThan(250 * 20);
  }

  @Test
  void should_withdraw_what_throws_after_few_users_were_failed() {
    Seed seed = Seed.next();
    Random random = seed.random();
    for (double fails : new double[] {0.1, 0.5, 0.9, 1}) {
      List<Long> users = new ArrayList<>();
      for (int run = 0; run < 99; run++) {
        Trial trial = Trial.begin(Canary.of(0.1).seed(random.nextLong()));
        while (!trial.harmful()) {
          Ticket ticket = trial.draw();
          if (ticket.challenger() && happens(fails, random)) {
            ticket.fail();
          } else {
            ticket.settle(Double.NaN);
          }
          assertThat(trial.safe()).as("%s", seed).isFalse();
        }
        Canary.Report report = trial.report();
        assertThat(report.why()).contains("failures: ", "of " + report.live().requests());
        users.add(report.challenger().failed());
      }
      Collections.sort(users);
      System.out.println("fails " + fails + ", users failed until withdrawn: " + users.get(49));
      assertThat(users.get(49)).as("%s", seed).isLessThan(fails < 0.5 ? 20 : 8);
    }
  }

  @Test
  void should_withdraw_what_is_ten_times_slower_but_not_what_is_a_tenth_slower() {
    Seed seed = Seed.next();
    Random random = seed.random();
    List<Integer> alarms =
        alarms(49, (i, ticket, r) -> ticket.settle(Double.NaN, took(10, ticket, r)), seed, random);
    System.out.println("ten times slower, withdrawn after: " + alarms.get(24));
    assertThat(alarms.get(24)).as("%s", seed).isLessThan(250);
    Canary canary = Canary.of(0.1).seed(random.nextLong());
    World tenth = atOnce((i, ticket, r) -> ticket.settle(Double.NaN, took(1.1, ticket, r))).get();
    assertThat(alarm(canary, 5000, tenth, random)).as("%s", seed).isEqualTo(5001);
    World ten = atOnce((i, ticket, r) -> ticket.settle(Double.NaN, took(10, ticket, r))).get();
    assertThat(alarm(canary.anyPace(), 5000, ten, random)).as("%s", seed).isEqualTo(5001);
    assertThat(alarm(canary.slower(20, 0.1), 5000, ten, random)).as("%s", seed).isEqualTo(5001);
  }

  private static Duration took(double factor, Ticket ticket, Random random) {
    double usual = 1e8 * Math.exp(0.3 * random.nextGaussian());
    return Duration.ofNanos((long) (ticket.challenger() ? factor * usual : usual));
  }

  @Test
  void should_find_out_if_one_side_is_told_of_less() {
    Seed seed = Seed.next();
    Random random = seed.random();
    for (boolean less : new boolean[] {true, false}) {
      Ending ending =
          (i, ticket, r) ->
              ticket.settle(happens(ticket.challenger() == less ? 0.1 : 0.5, r) ? 1 : Double.NaN);
      Trial trial = Trial.begin(Canary.of(0.1).seed(random.nextLong()));
      for (int i = 0; i < 3000 && !trial.harmful(); i++) {
        ending.end(i, trial.draw(), random);
      }
      assertThat(trial.harmful()).as("%s", seed).isTrue();
      assertThat(trial.report().why()).contains(less ? "told less: " : "told more: ");
    }
  }

  @Test
  void should_not_be_held_up_by_requests_without_end() {
    Seed seed = Seed.next();
    Random random = seed.random();
    for (int leaks : new int[] {1, 10}) {
      Trial trial = Trial.begin(Canary.of(0.1).seed(random.nextLong()));
      int requests = 0;
      for (int leaked = 0; !trial.harmful(); requests++) {
        Ticket ticket = trial.draw();
        if (!ticket.challenger() && leaked < leaks) {
          leaked++;
        } else {
          ticket.settle(ticket.challenger() ? 0 : 1);
        }
      }
      System.out.println(leaks + " leaked, withdrawn after " + requests);
      assertThat(requests).as("%s", seed).isLessThanOrEqualTo(300);
      assertThat(trial.report().live().open()).isEqualTo(leaks);
    }
  }

  @Test
  void should_rarely_call_safe_what_is_worse_than_tolerated() {
    assertYes(200, 0.09, 0, most(200, 0.01));
    assertYes(200, 0.05, 0, most(200, 0.01));
  }

  @Test
  void should_call_safe_what_is_as_good() {
    assertYes(40, 0, 30, 41);
  }

  @Test
  @Tag("nightly")
  void should_rarely_call_safe_what_is_worse_than_tolerated_in_long_trials() {
    assertYes(4000, 0.09, 0, most(4000, 0.01));
    assertYes(4000, 0.05, 0, most(4000, 0.01));
  }

  private static void assertYes(int trials, double worse, int fewest, int most) {
    Seed seed = Seed.next();
    Random random = seed.random();
    int yes = 0;
    for (int run = 0; run < trials; run++) {
      Trial trial = Trial.begin(Canary.of(0.5).tolerated(0.05).seed(random.nextLong()));
      for (int i = 0; i < 3000 && !trial.safe() && !trial.harmful(); i++) {
        Ticket ticket = trial.draw();
        ticket.settle(bernoulli(0.95 - (ticket.challenger() ? worse : 0), random), USUAL);
      }
      yes += trial.safe() ? 1 : 0;
    }
    System.out.println("worse by " + worse + ": yes " + yes + " of " + trials);
    assertThat(yes).as("%s", seed).isBetween(fewest, most);
  }

  @Test
  void should_not_call_safe_what_fails_or_is_slow_or_is_not_told_of() {
    Seed seed = Seed.next();
    Random random = seed.random();
    List<Ending> endings =
        List.of(
            (i, ticket, r) -> ticket.settle(Double.NaN, USUAL),
            (i, ticket, r) -> ticket.settle(1),
            (i, ticket, r) -> {
              if (ticket.challenger() && happens(0.06, r)) {
                ticket.fail(USUAL);
              } else {
                ticket.settle(1, USUAL);
              }
            },
            (i, ticket, r) ->
                ticket.settle(1, ticket.challenger() && happens(0.15, r) ? LONG : USUAL));
    for (Ending ending : endings) {
      Trial trial = Trial.begin(Canary.of(0.5).tolerated(0.05).seed(random.nextLong()));
      for (int i = 0; i < 1000; i++) {
        ending.end(i, trial.draw(), random);
      }
      assertThat(trial.safe()).as("%s", seed).isFalse();
    }
    Trial paceless = Trial.begin(Canary.of(0.5).tolerated(0.05).anyPace());
    for (int i = 0; i < 1000; i++) {
      paceless.draw().settle(1);
    }
    assertThat(paceless.safe()).isTrue();
  }

  @Test
  void should_advise_how_long_it_takes() {
    Canary canary = Canary.of(0.5).tolerated(0.05);
    Seed seed = Seed.next();
    Random random = seed.random();
    List<Integer> ends = new ArrayList<>();
    List<Integer> alarms = new ArrayList<>();
    for (int run = 0; run < 49; run++) {
      Trial trial = Trial.begin(canary.seed(random.nextLong()));
      int i = 0;
      for (; i < 20_000 && !trial.safe(); i++) {
        trial.draw().settle(bernoulli(0.95, random), USUAL);
      }
      ends.add(i);
      World world =
          atOnce(
                  (n, ticket, r) ->
                      ticket.settle(bernoulli(ticket.challenger() ? 0.75 : 0.95, r), USUAL))
              .get();
      alarms.add(alarm(canary.seed(random.nextLong()), 20_000, world, random));
    }
    Collections.sort(ends);
    Collections.sort(alarms);
    Canary.Advice advice = canary.advise(0.95, 1);
    assertThat((double) ends.get(24))
        .as("%s", seed)
        .isBetween(advice.untilSafe() / 1.6, advice.untilSafe() * 1.6);
    assertThat((double) alarms.get(24))
        .as("%s", seed)
        .isBetween(advice.untilWithdrawnBy20() / 1.6, advice.untilWithdrawnBy20() * 1.6);
    assertThat(canary.advise(0.95, 0.1).untilWithdrawnBy20())
        .isBetween(9 * advice.untilWithdrawnBy20(), 10 * advice.untilWithdrawnBy20());
    assertThat(advice.untilWithdrawnBy5()).isEqualTo(Long.MAX_VALUE);
    assertThat(advice.untilWithdrawnFailing()).isBetween(10L, 100L);
    assertThatIllegalArgumentException().isThrownBy(() -> canary.advise(1.1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> canary.advise(1, 0));
  }

  @Test
  void should_show_no_more_while_requests_are_open_than_when_they_have_ended() {
    Canary canary = Canary.of(0.3).seed(5);
    Trial inOrder = Trial.begin(canary);
    Trial late = Trial.begin(canary);
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
      assertThat(late.report().evidence()).isLessThanOrEqualTo(inOrder.report().evidence());
    }
    assertThat(late.harmful()).isFalse();
    assertThat(late.report().live().open()).isEqualTo(live.size());
    live.descendingIterator().forEachRemaining(ticket -> ticket.settle(0.75));
    assertThat(late.harmful()).isTrue();
    assertThat(late.report().live()).isEqualTo(inOrder.report().live());
  }

  @Test
  void should_take_what_nobody_told_for_no_evidence() {
    Trial trial = Trial.begin(Canary.of(0.5));
    for (int i = 0; i < 1000; i++) {
      trial.draw().settle(Double.NaN);
    }
    Canary.Report report = trial.report();
    assertThat(report.live().requests() + report.challenger().requests()).isEqualTo(1000);
    assertThat(report.challenger().told()).isZero();
    assertThat(report.challenger().success()).isNaN();
    assertThat(report.kinds().get(0).kind()).isEqualTo("told");
    assertThat(report.kinds().get(0).evidence()).isZero();
    assertThat(report.kinds().get(0).safe()).isZero();
  }

  @Test
  void should_take_the_first_request_of_a_key_alone() {
    Trial trial = Trial.begin(Canary.of(0.5));
    Ticket first = trial.draw("a");
    first.settle(1);
    for (int i = 0; i < 100; i++) {
      Ticket next = trial.draw("a");
      assertThat(next.challenger()).isEqualTo(first.challenger());
      assertThat(next.evidence()).isFalse();
      switch (i % 3) {
        case 0 -> next.fail();
        case 1 -> next.settle(0);
        default -> {
          next.later(USUAL);
          assertThat(next.tell(0)).isTrue();
          assertThat(next.tell(0)).isFalse();
        }
      }
    }
    assertThat(first.evidence()).isTrue();
    Canary.Report report = trial.report();
    assertThat(report.live().requests() + report.challenger().requests()).isEqualTo(1);
  }

  @Test
  void should_draw_by_a_secret_unless_told_how() {
    StringBuilder one = new StringBuilder();
    StringBuilder other = new StringBuilder();
    StringBuilder known = new StringBuilder();
    StringBuilder again = new StringBuilder();
    Canary canary = Canary.of(0.5);
    Trial a = Trial.begin(canary);
    Trial b = Trial.begin(canary);
    Trial c = Trial.begin(canary.seed(1));
    Trial d = Trial.begin(canary.seed(1));
    for (int i = 0; i < 200; i++) {
      one.append(a.draw("key " + i).challenger());
      other.append(b.draw("key " + i).challenger());
      known.append(c.draw().challenger());
      again.append(d.draw().challenger());
    }
    assertThat(one.toString()).isNotEqualTo(other.toString());
    assertThat(known).hasToString(again.toString());
  }

  @Test
  void should_undo_the_draw_of_what_came_to_nothing() {
    Canary canary = Canary.of(0.5).seed(3);
    Trial trial = Trial.begin(canary);
    Canary.Report nothing = trial.report();
    for (int i = 0; i < 100; i++) {
      Ticket ticket = trial.draw();
      ticket.drop();
      ticket.fail();
      assertThat(ticket.tell(0)).isFalse();
    }
    assertThat(trial.report()).isEqualTo(nothing);
  }

  @Test
  void should_hear_of_a_request_until_it_expires() {
    ManualTime time = new ManualTime();
    Canary canary = Canary.of(0.5).expiry(Duration.ofMinutes(5));
    Trial trial = Trial.begin(canary, time);
    Ticket early = trial.draw();
    assertThat(early.tell(1)).isFalse();
    early.later(USUAL);
    Ticket late = trial.draw();
    late.later(USUAL);
    early.settle(0);
    time.pass(Duration.ofMinutes(5));
    assertThat(early.tell(0.5)).isTrue();
    assertThat(early.tell(0.5)).isFalse();
    time.pass(Duration.ofMillis(1));
    trial.report();
    // Who was too late stays so, also if the clock is set back.
    time.pass(Duration.ofMinutes(-60));
    assertThat(late.tell(0)).isFalse();
    Canary.Report report = trial.report();
    assertThat(report.live().told() + report.challenger().told()).isEqualTo(1);
    assertThat(report.live().requests() + report.challenger().requests()).isEqualTo(2);
    Ticket after = trial.draw();
    after.later(USUAL);
    time.pass(Duration.ofMinutes(60));
    assertThat(after.tell(1)).isTrue();
  }

  @Test
  void should_give_up_the_eldest_where_too_many_may_be_told_of() {
    Trial trial = Trial.begin(Canary.of(0.5), new ManualTime());
    Ticket eldest = trial.draw();
    eldest.later(USUAL);
    Ticket second = trial.draw();
    second.later(USUAL);
    for (int i = 1; i < Trial.MOST_LATER; i++) {
      trial.draw().later(USUAL);
    }
    assertThat(eldest.tell(1)).isFalse();
    assertThat(second.tell(1)).isTrue();
  }

  @Test
  void should_lose_nothing_among_threads() throws InterruptedException {
    Trial trial = Trial.begin(Canary.of(0.5).seed(1));
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      int number = t;
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 2000; i++) {
                  // Each key comes to two of the threads.
                  Ticket ticket = trial.draw("key " + number / 2 + " " + i);
                  ticket.settle(1, USUAL);
                  trial.report();
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    Canary.Report report = trial.report();
    assertThat(report.live().requests() + report.challenger().requests()).isEqualTo(8000);
    assertThat(report.live().told() + report.challenger().told()).isEqualTo(8000);
    assertThat(report.live().open() + report.challenger().open()).isZero();
  }

  @Test
  void should_hear_the_first_word_alone() {
    Trial trial = Trial.begin(Canary.of(0.5));
    Ticket ticket = trial.draw();
    ticket.settle(0.25);
    ticket.settle(1);
    ticket.fail();
    ticket.drop();
    ticket.later(USUAL);
    assertThat(ticket.tell(1)).isFalse();
    Canary.Report report = trial.report();
    Canary.Side side = ticket.challenger() ? report.challenger() : report.live();
    assertThat(side).isEqualTo(new Canary.Side(1, 1, 0.25, 0, Double.NaN, 0));
  }

  @Test
  void should_refuse_what_cannot_be() {
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
    assertThatIllegalArgumentException().isThrownBy(() -> canary.slower(0.5, 0.1));
    assertThatIllegalArgumentException().isThrownBy(() -> canary.slower(2, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> canary.patience(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> canary.expiry(Duration.ofSeconds(-1)));
    Ticket ticket = Trial.begin(canary).draw();
    assertThatIllegalArgumentException().isThrownBy(() -> ticket.settle(1.5));
    assertThatIllegalArgumentException().isThrownBy(() -> ticket.settle(-0.5));
    assertThatIllegalArgumentException().isThrownBy(() -> ticket.tell(Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> ticket.fail(Duration.ofSeconds(-1)));
    assertThat(canary)
        .hasToString(
            "canary of share 0.5, tolerated 0.01, error 0.01, slow from 2.0 x the median,"
                + " tolerated 0.1");
    assertThat(canary.anyPace())
        .hasToString("canary of share 0.5, tolerated 0.01, error 0.01, at any pace");
  }
}
