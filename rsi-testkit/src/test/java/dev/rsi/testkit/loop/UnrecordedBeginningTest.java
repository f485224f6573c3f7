package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rsi.api.RsiException;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.Sum;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run whose beginning could not be recorded is none. */
class UnrecordedBeginningTest {
  @TempDir Path home;

  @Test
  void should_record_nothing_where_its_beginning_could_not_be() {
    Loops loops = new Loops(home);
    boolean[] failed = {false};
    RunStore full =
        (RunStore)
            Proxy.newProxyInstance(
                RunStore.class.getClassLoader(),
                new Class<?>[] {RunStore.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("append") && !failed[0]) {
                    failed[0] = true;
                    throw new RsiException("no space left on device");
                  }
                  try {
                    return method.invoke(loops.store, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    ImprovementLoop<Sum, Long> loop =
        loops.whole(Budget.of(1)).build().plan().toBuilder().store(full).build();
    assertThatExceptionOfType(RsiException.class)
        .isThrownBy(() -> loop.run(loops.start, Loops.TASKS))
        .withMessageContaining("no space left");
    assertThat(loops.store.events("run-1")).isEmpty();
    assertThat(loop.unfinished()).isEmpty();
    RunReport report = loop.run(loops.start, Loops.TASKS);
    assertThat(report.end()).isEqualTo(RunReport.End.BUDGET_SPENT);
  }
}
