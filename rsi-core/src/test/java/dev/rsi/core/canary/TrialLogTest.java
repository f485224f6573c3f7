package dev.rsi.core.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rsi.api.RsiException;
import dev.rsi.core.internal.Seed;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrialLogTest {
  private static final long NEVER = 1L << 40;
  private static final Canary CANARY = Canary.of(0.3).seed(9).expiry(Duration.ofSeconds(40));

  @TempDir Path directory;

  private static Trial resume(Path directory, long large, ManualTime time) {
    return Trial.resume(CANARY, TrialLog.open(directory, "challenger", "parent", large), time);
  }

  /** Requests by keys that come once, so that the same have the same side in every trial. */
  private static final class Traffic {
    private final List<Ticket> open = new ArrayList<>();
    private final List<Ticket> later = new ArrayList<>();

    void serve(Trial trial, int request, Random random) {
      // One in ten has a key that came before.
      open.add(
          trial.draw("key " + (random.nextInt(10) == 0 ? random.nextInt(request + 1) : request)));
      while (open.size() > 5) {
        end(random);
      }
      while (later.size() > 20) {
        later.remove(random.nextInt(later.size())).tell(random.nextDouble());
      }
    }

    void end(Random random) {
      Ticket ticket = open.remove(random.nextInt(open.size()));
      Duration took = Duration.ofMillis(50 + random.nextInt(200));
      switch (random.nextInt(6)) {
        case 0 -> ticket.fail(took);
        case 1 -> ticket.fail();
        case 2 -> ticket.drop();
        case 3 -> {
          ticket.later(took);
          later.add(ticket);
        }
        case 4 -> ticket.settle(Double.NaN, took);
        default -> {
          // The challenger is worse, so that there is evidence to be brought back.
          double success = random.nextDouble();
          ticket.settle(ticket.challenger() ? success / 2 : success, took);
        }
      }
    }

    /** Ends all that is open, and tells all that may be told. */
    void settle(Random random) {
      while (!open.isEmpty()) {
        end(random);
      }
      later.forEach(ticket -> ticket.tell(0.5));
      later.clear();
    }
  }

  @Test
  void should_be_bit_for_bit_the_uninterrupted_trial_after_restarts() throws IOException {
    for (long large : new long[] {NEVER, 2000}) {
      Seed seed = Seed.next();
      Path home = directory.resolve("large-" + large);
      ManualTime time = new ManualTime();
      Trial whole = Trial.begin(CANARY, time);
      Trial parts = resume(home, large, time);
      Traffic one = new Traffic();
      Traffic other = new Traffic();
      Random a = seed.random();
      Random b = seed.random();
      for (int i = 0; i < 3000; i++) {
        one.serve(whole, i, a);
        other.serve(parts, i, b);
        time.pass(Duration.ofSeconds(1));
        if (i % 300 == 299) {
          one.settle(a);
          other.settle(b);
          Canary.Report before = parts.report();
          parts.end();
          parts = resume(home, large, time);
          assertThat(parts.report()).as("%s", seed).isEqualTo(before);
        }
        assertThat(parts.report()).as("%s", seed).isEqualTo(whole.report());
      }
      assertThat(whole.report().challenger().requests()).isGreaterThan(300);
      assertThat(whole.report().kinds())
          .anySatisfy(kind -> assertThat(kind.evidence()).isPositive());
      // Sums stand in the second line, if they took the place of events.
      assertThat(Files.readAllLines(home.resolve("challenger.log")).get(1).startsWith("counted "))
          .isEqualTo(large == 2000);
      parts.end();
    }
  }

  @Test
  void should_take_what_was_open_at_a_kill_for_failed() throws IOException {
    Seed seed = Seed.next();
    Random random = seed.random();
    for (int run = 0; run < 20; run++) {
      Path home = directory.resolve("killed-" + run);
      long large = random.nextBoolean() ? NEVER : 500;
      ManualTime time = new ManualTime();
      Trial whole = Trial.begin(CANARY, time);
      Trial killed = resume(home, large, time);
      List<Ticket> open = new ArrayList<>();
      for (int i = random.nextInt(300); i >= 0; i--) {
        Ticket ticket = whole.draw("key " + i);
        Ticket same = killed.draw("key " + i);
        if (random.nextInt(10) == 0) {
          open.add(ticket);
        } else {
          Duration took = Duration.ofMillis(random.nextInt(100));
          double success = random.nextDouble();
          ticket.settle(success, took);
          same.settle(success, took);
        }
      }
      // As the file is at the kill: the process that had it is gone, and wrote half a line.
      Path after = Files.createDirectories(directory.resolve("after-" + run));
      Path log = after.resolve("challenger.log");
      Files.copy(home.resolve("challenger.log"), log);
      Files.writeString(log, "end 12 fai", StandardOpenOption.APPEND);
      killed.end();
      Trial resumed = resume(after, large, time);
      open.forEach(Ticket::fail);
      assertThat(resumed.report()).as("%s", seed).isEqualTo(whole.report());
      // And once more, of what the first one to go on has written.
      resumed.end();
      Trial again = resume(after, large, time);
      assertThat(again.report()).as("%s", seed).isEqualTo(whole.report());
      again.end();
    }
  }

  @Test
  void should_resume_from_any_torn_file() throws IOException {
    Seed seed = Seed.next();
    Random random = seed.random();
    ManualTime time = new ManualTime();
    Trial trial = resume(directory.resolve("whole"), NEVER, time);
    Traffic traffic = new Traffic();
    for (int i = 0; i < 50; i++) {
      traffic.serve(trial, i, random);
    }
    byte[] bytes = Files.readAllBytes(directory.resolve("whole").resolve("challenger.log"));
    for (int length = 0; length <= bytes.length; length += 1 + random.nextInt(20)) {
      Path home = Files.createDirectories(directory.resolve("torn-" + length));
      Files.write(home.resolve("challenger.log"), Arrays.copyOf(bytes, length));
      Trial resumed = resume(home, NEVER, time);
      resumed.draw().settle(1);
      Canary.Report report = resumed.report();
      assertThat(report.live().open() + report.challenger().open()).as("%s", seed).isZero();
      resumed.end();
      Trial again = resume(home, NEVER, time);
      assertThat(again.report()).as("%s", seed).isEqualTo(report);
      again.end();
      assertThat(Files.exists(home.resolve("challenger.1.log"))).as("%s", seed).isFalse();
    }
    trial.end();
  }

  @Test
  void should_remember_harm_and_draw_anew() {
    ManualTime time = new ManualTime();
    Trial trial = resume(directory, NEVER, time);
    StringBuilder first = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      Ticket ticket = trial.draw();
      first.append(ticket.challenger());
      if (ticket.challenger()) {
        ticket.fail();
      } else {
        ticket.settle(1);
      }
    }
    boolean side = trial.draw("somebody").challenger();
    assertThat(trial.harmful()).isTrue();
    trial.end();
    Trial resumed = resume(directory, NEVER, time);
    assertThat(resumed.harmful()).isTrue();
    StringBuilder second = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      second.append(resumed.draw().challenger());
    }
    assertThat(second.toString()).isNotEqualTo(first.toString());
    Ticket known = resumed.draw("somebody");
    assertThat(known.challenger()).isEqualTo(side);
    assertThat(known.evidence()).isFalse();
    resumed.end();
  }

  @Test
  void should_keep_the_secret_of_a_trial_over_restarts() {
    Canary canary = Canary.of(0.5);
    StringBuilder first = new StringBuilder();
    StringBuilder second = new StringBuilder();
    for (StringBuilder each : List.of(first, second)) {
      Trial trial = Trial.resume(canary, TrialLog.open(directory, "challenger", "parent"));
      for (int i = 0; i < 100; i++) {
        each.append(trial.draw("key " + i).challenger());
      }
      trial.end();
    }
    assertThat(second.toString()).isEqualTo(first.toString());
  }

  @Test
  void should_begin_anew_against_another_parent_and_by_other_settings() {
    Canary canary = Canary.of(0.5);
    List<Canary> others =
        List.of(
            canary.tolerated(0.2),
            canary.error(0.3),
            canary.seed(4),
            canary.anyPace(),
            canary.slower(3, 0.1),
            canary.expiry(Duration.ofDays(1)),
            Canary.of(0.4));
    Trial trial = Trial.resume(canary, TrialLog.open(directory, "challenger", "parent"));
    trial.draw().settle(1);
    trial.end();
    Trial same =
        Trial.resume(
            canary.patience(Duration.ofSeconds(1)),
            TrialLog.open(directory, "challenger", "parent"));
    assertThat(requests(same)).isEqualTo(1);
    same.end();
    int aside = 0;
    for (Canary other : others) {
      Trial next = Trial.resume(other, TrialLog.open(directory, "challenger", "parent"));
      assertThat(requests(next)).isZero();
      next.draw().settle(1);
      next.end();
      aside++;
      assertThat(directory.resolve("challenger." + aside + ".log")).exists();
    }
    Trial next =
        Trial.resume(others.get(aside - 1), TrialLog.open(directory, "challenger", "other"));
    assertThat(requests(next)).isZero();
    next.end();
    assertThat(directory.resolve("challenger." + (aside + 1) + ".log")).exists();
  }

  private static long requests(Trial trial) {
    Canary.Report report = trial.report();
    return report.live().requests() + report.challenger().requests();
  }

  @Test
  void should_put_aside_what_it_cannot_read() throws IOException {
    Trial trial = Trial.resume(CANARY, TrialLog.open(directory, "challenger", "parent"));
    trial.draw().settle(1);
    trial.end();
    Path log = directory.resolve("challenger.log");
    String header = Files.readAllLines(log).get(0);
    List<String> broken =
        List.of(
            "",
            "\n",
            "nonsense\n",
            header + "\nend 7 served 1 1\n",
            header + "\ntold\n",
            header + "\n?\n");
    for (String text : broken) {
      Files.writeString(log, text);
      Trial next = Trial.resume(CANARY, TrialLog.open(directory, "challenger", "parent"));
      assertThat(requests(next)).isZero();
      next.draw().settle(1);
      next.end();
      Trial again = Trial.resume(CANARY, TrialLog.open(directory, "challenger", "parent"));
      assertThat(requests(again)).isEqualTo(1);
      again.end();
    }
  }

  @Test
  void should_be_for_one_trial_at_a_time() {
    TrialLog log = TrialLog.open(directory, "challenger", "parent");
    assertThatExceptionOfType(RsiException.class)
        .isThrownBy(() -> TrialLog.open(directory, "challenger", "parent"))
        .withMessageContaining("(challenger)")
        .matches(RsiException::retryable);
    TrialLog other = TrialLog.open(directory, "other", "parent");
    other.close();
    log.close();
    TrialLog again = TrialLog.open(directory, "challenger", "parent");
    again.close();
  }

  @Test
  void should_go_on_in_memory_where_nothing_can_be_written() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    Trial none = Trial.resume(CANARY, TrialLog.open(file, "challenger", "parent"));
    none.draw().settle(1);
    assertThat(requests(none)).isEqualTo(1);
    none.end();

    Path gone = directory.resolve("gone");
    Trial trial = resume(gone, 500, new ManualTime());
    for (Path each :
        List.of(gone.resolve("challenger.log"), gone.resolve("challenger.lock"), gone)) {
      Files.delete(each);
    }
    for (int i = 0; i < 100; i++) {
      trial.draw().settle(1);
    }
    assertThat(requests(trial)).isEqualTo(100);
    trial.end();
  }

  @Test
  void should_be_written_by_a_thread_that_is_interrupted() throws IOException {
    Trial trial = resume(directory, 1000, new ManualTime());
    Thread.currentThread().interrupt();
    try {
      for (int i = 0; i < 100; i++) {
        trial.draw().settle(1);
      }
      trial.end();
      try (FileOutputStream torn =
          new FileOutputStream(directory.resolve("challenger.log").toFile(), true)) {
        torn.write('e');
      }
      Trial resumed = resume(directory, 1000, new ManualTime());
      assertThat(requests(resumed)).isEqualTo(100);
      resumed.draw().settle(1);
      resumed.end();
      Trial again = resume(directory, 1000, new ManualTime());
      assertThat(requests(again)).isEqualTo(101);
      again.end();
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
