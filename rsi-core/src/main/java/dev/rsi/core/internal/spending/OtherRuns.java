package dev.rsi.core.internal.spending;

import dev.rsi.core.report.RunEvent;
import dev.rsi.core.store.RunStore;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What the other runs of a store spent, by day, with what they have set aside. Of each only what
 * was recorded since the last look is read, so a look costs no more where more was recorded before.
 */
public final class OtherRuns {
  private static final Set<Class<? extends RunEvent>> KINDS =
      Set.of(RunEvent.BudgetMoved.class, RunEvent.RunFinished.class);

  private final RunStore store;
  private final String own;
  // Events of each run that were looked at.
  private final Map<String, Long> seen = new HashMap<>();
  private final Map<LocalDate, Amounts> spent = new HashMap<>();
  // The last movement of each run, of which the advance is set aside until the next.
  private final Map<String, RunEvent.BudgetMoved> last = new HashMap<>();
  private Map<LocalDate, Amounts> all = Map.of();

  public OtherRuns(RunStore store, String own) {
    this.store = store;
    this.own = own;
  }

  /** Reads those that went on since. */
  public Map<LocalDate, Amounts> spent() {
    boolean moved = false;
    for (Map.Entry<String, Long> run : store.sizes().entrySet()) {
      long before = seen.getOrDefault(run.getKey(), 0L);
      if (run.getValue() > before && !run.getKey().equals(own)) {
        store.forEach(
            run.getKey(), before, run.getValue(), KINDS, event -> take(run.getKey(), event));
        seen.put(run.getKey(), run.getValue());
        moved = true;
      }
    }
    if (moved) {
      Map<LocalDate, Amounts> sum = new HashMap<>(spent);
      last.values().forEach(each -> add(sum, each.day(), each.advanced()));
      all = Map.copyOf(sum);
    }
    return all;
  }

  private void take(String run, RunEvent event) {
    if (event instanceof RunEvent.BudgetMoved movement) {
      add(spent, movement.day(), movement.spent());
      last.put(run, movement);
    } else {
      RunEvent.BudgetMoved end = last.remove(run);
      if (end != null) {
        add(spent, end.day(), end.advanced());
      }
    }
  }

  private static void add(Map<LocalDate, Amounts> days, String day, Map<String, Long> amounts) {
    if (!amounts.isEmpty()) {
      days.merge(LocalDate.parse(day), Amounts.of(amounts), Amounts::plus);
    }
  }
}
