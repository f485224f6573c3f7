package dev.rsi.core.canary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.core.internal.ChildJvm;
import dev.rsi.core.internal.Seed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledTrialTest {
  private static final int KILLS = 4;
  private static final Canary CANARY = Canary.of(0.3).seed(9);

  @TempDir Path directory;

  private static Trial resume(Path directory) {
    // Small, so that sums take the place of events every hundred requests or so.
    return Trial.resume(CANARY, TrialLog.open(directory, "challenger", "parent", 5000));
  }

  private static void settle(Ticket ticket, int request) {
    ticket.settle(request % 7 / 6.0, Duration.ofMillis(100 + request % 50));
  }

  @Test
  void should_be_bit_for_bit_the_uninterrupted_trial_after_kills() throws Exception {
    Seed seed = Seed.next();
    Random random = seed.random();
    // The numbers of requests that ended, and less one of those, which were open at a kill.
    List<Integer> known = new ArrayList<>();
    int next = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      int lines = 1 + random.nextInt(400);
      List<String> said =
          ChildJvm.killAfter(lines, Server.class, directory.toString(), Integer.toString(next));
      for (String ignored : said) {
        known.add(next++);
      }
      Trial resumed = resume(directory);
      Canary.Report report = resumed.report();
      resumed.end();
      // One more may have been drawn, or have ended, without a word.
      List<List<Integer>> possible = List.of(known, and(known, -next - 1), and(known, next));
      List<Integer> happened =
          possible.stream()
              .filter(each -> report(each).equals(report))
              .findFirst()
              .orElse(List.of());
      assertThat(happened).as("%s: %s", seed, report).isNotEmpty();
      known = new ArrayList<>(happened);
      next++;
    }
    assertThat(known.size()).as("%s", seed).isGreaterThanOrEqualTo(KILLS);
  }

  private static List<Integer> and(List<Integer> known, int request) {
    List<Integer> out = new ArrayList<>(known);
    out.add(request);
    return out;
  }

  private static Canary.Report report(List<Integer> requests) {
    Trial trial = Trial.begin(CANARY);
    for (int request : requests) {
      if (request < 0) {
        trial.draw("key " + (-request - 1)).fail();
      } else {
        settle(trial.draw("key " + request), request);
      }
    }
    return trial.report();
  }

  /** Serves request after request, and says so after each. */
  static final class Server {
    public static void main(String[] arguments) {
      Trial trial = resume(Path.of(arguments[0]));
      for (int request = Integer.parseInt(arguments[1]); ; request++) {
        settle(trial.draw("key " + request), request);
        System.out.println(request);
      }
    }
  }
}
