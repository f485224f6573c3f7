package dev.rsi.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.core.internal.ChildJvm;
import dev.rsi.core.internal.Seed;
import dev.rsi.core.report.RunEvent;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledStoreTest {
  private static final int KILLS = 4;
  private static final int BATCH = 50;

  @TempDir Path temporary;

  @Test
  void should_lose_nothing_and_keep_whole_batches_when_the_process_is_killed() throws Exception {
    Seed seed = Seed.next();
    Random random = seed.random();
    Path file = temporary.resolve("run.db");
    int known = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      int lines = 1 + random.nextInt(60);
      List<String> said = ChildJvm.killAfter(lines, Appender.class, file.toString());
      int promised = Integer.parseInt(said.get(said.size() - 1));
      try (RunStore store = RunStore.sqlite(file)) {
        int batches = store.events("run").size() / BATCH;
        // One batch may have become durable without a word.
        assertThat(batches).as("%s", seed).isBetween(Math.max(known, promised), promised + 1);
        assertThat(store.events("run")).as("%s", seed).isEqualTo(batches(0, batches));
        assertThat(store.audit().fault()).as("%s", seed).isNull();
        known = batches;
      }
    }
    try (SqliteDatabase store = SqliteDatabase.open(file)) {
      assertThat(
              store.<Optional<String>>snapshot(
                  "be checked", reader -> Optional.ofNullable(store.structuralFault(reader))))
          .isEmpty();
    }
  }

  /** Appends batch after batch, and says after each how many there are. */
  static final class Appender {
    public static void main(String[] arguments) {
      try (RunStore store = RunStore.sqlite(Path.of(arguments[0]))) {
        if (store.runs().isEmpty()) {
          store.create("run");
        }
        for (int batch = store.events("run").size() / BATCH; ; batch++) {
          System.out.println(batch);
          store.append("run", Instant.EPOCH, batches(batch, batch + 1));
        }
      }
    }
  }

  private static List<RunEvent> batches(int from, int to) {
    List<RunEvent> events = new ArrayList<>();
    for (int i = from * BATCH; i < to * BATCH; i++) {
      events.add(new RunEvent.Faulted(i / BATCH, "part", "message " + i));
    }
    return events;
  }
}
