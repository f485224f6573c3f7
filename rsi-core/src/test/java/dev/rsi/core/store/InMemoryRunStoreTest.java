package dev.rsi.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.core.report.RunEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InMemoryRunStoreTest {

  @Test
  void should_name_the_event_that_no_file_could_hold() {
    try (RunStore store = RunStore.inMemory()) {
      store.create("run");
      store.append("run", Instant.EPOCH, SampleEvents.ALL);
      store.append(
          "run",
          Instant.EPOCH,
          List.of(new RunEvent.Described(1, "c", Map.of("half \ud83d", 1.0))));
      assertThat(store.audit().fault())
          .contains(
              "Run (run), event (" + (SampleEvents.ALL.size() + 1) + ") has no hash", "surrogate");
      assertThat(store.audit("run").events()).isEqualTo(SampleEvents.ALL.size());
    }
  }
}
