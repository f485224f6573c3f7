package dev.rsi.core.internal.spending;

import dev.rsi.api.Cost;
import dev.rsi.core.report.RunEvent;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Whether what is done now is what was recorded. What of the same tokens lay in a cache, and what
 * was charged for them, are circumstances of the day; and an older record has no cost of the model
 * and of judges.
 */
public final class SameCourse {
  private SameCourse() {}

  public static boolean is(RunEvent then, RunEvent now) {
    return then.equals(now) || bare(then, then).equals(bare(now, then));
  }

  private static RunEvent bare(RunEvent event, RunEvent then) {
    if (event instanceof RunEvent.Attempted made) {
      return new RunEvent.Attempted(
          made.generation(),
          made.stage(),
          made.level(),
          made.task(),
          made.seed(),
          made.candidate(),
          made.tokens(),
          made.outcome(),
          made.score(),
          made.reason(),
          made.critique(),
          made.comment(),
          bare(made.verdictCost()),
          bare(made.critiqueCost()),
          made.text(),
          then instanceof RunEvent.Attempted old && old.outputCost() == null
              ? null
              : bare(made.outputCost()));
    }
    if (event instanceof RunEvent.Probed read) {
      return new RunEvent.Probed(
          read.generation(),
          read.stream(),
          read.kind(),
          read.version(),
          read.probes(),
          read.numbers(),
          read.answers(),
          then instanceof RunEvent.Probed old && old.cost() == null ? null : bare(read.cost()),
          then instanceof RunEvent.Probed older && older.judgesCost() == null
              ? null
              : bare(read.judgesCost()));
    }
    return event;
  }

  private static @Nullable Cost bare(@Nullable Cost cost) {
    return cost == null ? null : new Cost(cost.tokensIn(), cost.tokensOut(), 0, BigDecimal.ZERO);
  }
}
