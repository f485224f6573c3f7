package dev.rsi.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.core.internal.spending.OtherRuns;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OtherRunsTest {
  @Test
  void should_read_of_other_runs_only_what_is_new() {
    try (RunStore store = RunStore.inMemory()) {
      for (String run : List.of("own", "left", "ended")) {
        store.create(run);
        IntStream.range(0, 100)
            .forEach(i -> store.append(run, Instant.EPOCH, moved("attempts", 3)));
      }
      store.append(
          "ended",
          Instant.EPOCH,
          List.of(new RunEvent.RunFinished(1, RunReport.End.MASTERED, "it is", "live")));
      AtomicLong told = new AtomicLong();
      OtherRuns others = new OtherRuns(telling(store, told), "own");
      LocalDate day = LocalDate.parse("2026-01-02");
      assertThat(others.spent().get(day).recorded()).containsEntry("attempts", 2 * 100 * 3 + 2L);
      assertThat(told.getAndSet(0)).isEqualTo(2 * 100 + 1);
      assertThat(others.spent().get(day).recorded()).containsEntry("attempts", 602L);
      assertThat(told.get()).isZero();
      store.append("left", Instant.EPOCH, moved("attempts", 7));
      store.append("own", Instant.EPOCH, moved("attempts", 1000));
      store.create("new");
      store.append("new", Instant.EPOCH, moved("attempts", 11));
      assertThat(others.spent().get(day).recorded()).containsEntry("attempts", 602L + 7 + 11 + 1);
      assertThat(told.get()).isEqualTo(2);
    }
  }

  /** One attempt is advanced each time. */
  private static List<RunEvent> moved(String what, long amount) {
    return List.of(
        new RunEvent.BudgetMoved(
            1, "practise", "2026-01-02", Map.of(what, amount), Map.of(what, 1L), Map.of()));
  }

  /** Counts the events that a store tells. */
  private static RunStore telling(RunStore store, AtomicLong told) {
    return (RunStore)
        Proxy.newProxyInstance(
            RunStore.class.getClassLoader(),
            new Class<?>[] {RunStore.class},
            (proxy, method, arguments) -> {
              Object[] given = arguments;
              if (method.getName().equals("forEach")) {
                @SuppressWarnings("unchecked") // As its last parameter is declared.
                Consumer<RunEvent> each = (Consumer<RunEvent>) arguments[arguments.length - 1];
                Consumer<RunEvent> counts =
                    event -> {
                      told.incrementAndGet();
                      each.accept(event);
                    };
                given = Arrays.copyOf(arguments, arguments.length);
                given[arguments.length - 1] = counts;
              }
              return method.invoke(store, given);
            });
  }
}
