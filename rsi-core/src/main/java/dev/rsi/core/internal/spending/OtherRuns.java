package dev.rsi.core.internal.spending;

import dev.rsi.core.report.RunEvent;
import dev.rsi.core.store.RunStore;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the other runs of a store spent, by day, with what they have set aside. */
public final class OtherRuns {
  private final RunStore store;
  private final String own;
  private final Map<LocalDate, Amounts> ended = new HashMap<>();
  private final Set<String> done = new HashSet<>();

  public OtherRuns(RunStore store, String own) {
    this.store = store;
    this.own = own;
  }

  /** Reads those that may have gone on since. */
  public Map<LocalDate, Amounts> spent() {
    List<Map<LocalDate, Amounts>> open = new ArrayList<>();
    for (String run : store.runs()) {
      if (!run.equals(own) && !done.contains(run)) {
        boolean over = !store.events(run, RunEvent.RunFinished.class).isEmpty();
        Map<LocalDate, Amounts> days = byDay(store.events(run, RunEvent.BudgetMoved.class));
        if (over) {
          done.add(run);
          days.forEach((day, amounts) -> ended.merge(day, amounts, Amounts::plus));
        } else {
          open.add(days);
        }
      }
    }
    Map<LocalDate, Amounts> all = new HashMap<>(ended);
    open.forEach(days -> days.forEach((day, amounts) -> all.merge(day, amounts, Amounts::plus)));
    return all;
  }

  private static Map<LocalDate, Amounts> byDay(List<RunEvent.BudgetMoved> moved) {
    Map<LocalDate, Amounts> days = new HashMap<>();
    RunEvent.BudgetMoved last = null;
    for (RunEvent.BudgetMoved each : moved) {
      days.merge(LocalDate.parse(each.day()), Amounts.of(each.spent()), Amounts::plus);
      last = each;
    }
    if (last != null) {
      days.merge(LocalDate.parse(last.day()), Amounts.of(last.advanced()), Amounts::plus);
    }
    return days;
  }
}
