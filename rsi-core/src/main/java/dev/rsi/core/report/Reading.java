package dev.rsi.core.report;

import com.google.common.math.LongMath;
import dev.rsi.api.Cost;
import dev.rsi.core.internal.Times;
import dev.rsi.core.report.RunEvent.BudgetMoved;
import dev.rsi.core.report.RunReport.End;
import dev.rsi.core.report.RunReport.Spender;
import dev.rsi.core.report.RunReport.Spending;
import dev.rsi.core.report.RunReport.Timing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the report of a run while its events are told in order. Holds none of them but faults. */
final class Reading {
  /**
   * What a report is made of: everything but attempts and readings, which most of a record consists
   * of, and of which the budget has the count.
   */
  static final Set<Class<? extends RunEvent>> KINDS = kinds();

  private final String run;
  private final List<GenerationReport> generations = new ArrayList<>();
  private final List<Timing> timingByGeneration = new ArrayList<>();
  private final Map<String, Long> spent = new HashMap<>();
  private final Map<Integer, Map<String, Long>> spentByGeneration = new HashMap<>();
  private final Map<Spender, Cost> costs = new EnumMap<>(Spender.class);
  private final List<RunEvent.Faulted> faults = new ArrayList<>();
  private @Nullable BudgetMoved moved;
  private @Nullable String anchor;
  private String live = "";
  private String budget = "";
  private End end = End.OPEN;
  private String reason = "";
  private boolean paused;
  private boolean ended;
  private Instant began = Instant.EPOCH;
  private Instant last = Instant.EPOCH;
  private Duration driven = Duration.ZERO;
  private Instant generationBegan = Instant.EPOCH;
  private Duration drivenBefore = Duration.ZERO;

  Reading(String run) {
    this.run = run;
  }

  private static Set<Class<? extends RunEvent>> kinds() {
    Set<Class<? extends RunEvent>> kinds = new HashSet<>(RunEvent.kinds());
    kinds.remove(RunEvent.Attempted.class);
    kinds.remove(RunEvent.Probed.class);
    return Set.copyOf(kinds);
  }

  /** The next event. */
  void take(Instant at, RunEvent event) {
    if (event instanceof RunEvent.RunStarted started) {
      anchor = started.anchor();
      live = started.anchor();
      budget = started.setting().getOrDefault("budget", "");
      began = at;
      last = at;
      generationBegan = at;
    }
    pass(at, event);
    if (event instanceof RunEvent.GenerationFinished finished) {
      generations.add(finished.report());
      timingByGeneration.add(new Timing(generationBegan, at, driven.minus(drivenBefore)));
      generationBegan = at;
      drivenBefore = driven;
    } else if (event instanceof RunEvent.Faulted fault) {
      faults.add(fault);
    } else if (event instanceof RunEvent.Promoted promoted) {
      live = promoted.to();
    } else if (event instanceof RunEvent.FellBack fallen) {
      live = fallen.to();
    } else if (event instanceof BudgetMoved movement) {
      moved = movement;
      if (movement.used() != null) {
        movement.used().forEach((who, cost) -> costs.put(spender(who), cost));
      }
      spend(movement.generation(), movement.spent());
    } else if (event instanceof RunEvent.Resumed resumed) {
      budget = resumed.budget();
      end(End.OPEN, "");
    } else if (event instanceof RunEvent.Stopped stopped && !ended) {
      // Of a run that has ended it says that nobody knew: the store gave no answer.
      end(stopped.end() == null ? End.OPEN : stopped.end(), stopped.reason());
    } else if (event instanceof RunEvent.RunFinished finished) {
      end(finished.end(), finished.reason());
      live = finished.live();
      ended = true;
    }
  }

  private static Spender spender(String words) {
    return Spender.valueOf(words.toUpperCase(Locale.ROOT));
  }

  private void end(End why, String words) {
    end = why;
    reason = words;
  }

  /** Nobody drives a run that is paused, nor one that goes on later until it does. */
  private void pass(Instant at, RunEvent event) {
    boolean resumes = event instanceof RunEvent.Resumed;
    if (!paused && !resumes && at.isAfter(last)) {
      driven = Times.sum(driven, Duration.between(last, at));
    }
    last = at;
    if (event instanceof RunEvent.Paused) {
      paused = true;
    } else if (resumes || event instanceof RunEvent.Unpaused || event instanceof RunEvent.Stopped) {
      paused = false;
    }
  }

  private void spend(int generation, Map<String, Long> amounts) {
    add(spent, amounts);
    add(spentByGeneration.computeIfAbsent(generation, number -> new HashMap<>()), amounts);
  }

  private static void add(Map<String, Long> sums, Map<String, Long> amounts) {
    amounts.forEach((name, amount) -> sums.merge(name, amount, LongMath::saturatedAdd));
  }

  RunReport report() {
    if (anchor == null) {
      throw new IllegalArgumentException(
          "Run ("
              + run
              + ") was never begun: nothing of it is recorded.\nMaybe it was killed first.");
    }
    Map<String, Long> all = new HashMap<>(spent);
    if (moved != null) {
      if (moved.course() != null) {
        Spending.OF_THE_COURSE.forEach(all::remove);
        add(all, moved.course());
      }
      add(all, moved.advanced());
    }
    // A kill may have lost the record of what was spent, but not what came of it.
    Cost used = costs.values().stream().reduce(Cost.NONE, Cost::plus);
    all.merge("tokens", used.tokens(), Math::max);
    all.merge("money", Spending.units(used.money()), Math::max);
    List<Spending> spendingByGeneration = new ArrayList<>();
    for (GenerationReport generation : generations) {
      int number = generation.generation();
      spendingByGeneration.add(
          Spending.of(
              Math.min(1, number), spentByGeneration.getOrDefault(number, Map.of()), budget));
    }
    int count = (int) generations.stream().filter(each -> each.generation() > 0).count();
    return new RunReport(
        run,
        end,
        reason.isEmpty() ? "The run is under way, or was killed: its record has no end." : reason,
        anchor,
        live,
        generations,
        Spending.of(count, all, budget),
        spendingByGeneration,
        costs,
        new Timing(began, last, driven),
        timingByGeneration,
        faults);
  }
}
