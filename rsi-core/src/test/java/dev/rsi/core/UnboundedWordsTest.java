package dev.rsi.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Calls;
import dev.rsi.core.canary.Canary;
import dev.rsi.core.report.RunReport;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What nothing bounds is called so, and by no number of nineteen digits. */
class UnboundedWordsTest {

  @Test
  void should_call_what_is_unbounded_so_in_all_that_people_print() {
    long most = Long.MAX_VALUE;
    RunReport.Spending spending =
        RunReport.Spending.of(
            3,
            Map.of(
                "attempts",
                most,
                "tokens",
                most,
                "training steps",
                most,
                "wall clock",
                most,
                "cpu time",
                most,
                "money",
                most),
            Budget.of(3).toString());
    List<Object> printed =
        List.of(
            spending,
            spending.summary(),
            Budget.of(3),
            Budget.of(3).wallClock(Duration.ofMinutes(1)).attempts(4),
            Calls.DEFAULT.withoutLimit(),
            new Canary.Advice(most, 300, most, 8));
    for (Object each : printed) {
      assertThat(each.toString())
          .doesNotContain("9223372036", "2562047", "null", BigDecimal.valueOf(most, 9).toString());
    }
    assertThat(spending.toString())
        .contains("unbounded attempts", "unbounded wall clock", "unbounded of money")
        .contains("allowed 3 generations");
    assertThat(Calls.DEFAULT.withoutLimit())
        .hasToString("Calls[parallel=1, batch=1, limit=unbounded]");
    assertThat(Calls.DEFAULT).hasToString("Calls[parallel=1, batch=1, limit=PT1M]");
    assertThat(new Canary.Advice(most, 300, most, 8))
        .hasToString(
            "Advice[safe never, withdrawn by 5 points after 300 requests, by 20 points never,"
                + " failing half after 8 requests]");
  }
}
