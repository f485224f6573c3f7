package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** Runs a contract suite as JUnit does, to see what it finds. */
final class Suites {

  private Suites() {}

  /** The names of the test methods that failed. */
  static List<String> failures(Class<?> suite) {
    EngineExecutionResults results =
        EngineTestKit.engine("junit-jupiter").selectors(selectClass(suite)).execute();
    Events tests = results.testEvents();
    assertThat(tests.started().count()).as("tests of %s that ran", suite).isPositive();
    return tests.failed().stream()
        .map(event -> event.getTestDescriptor().getDisplayName().replaceAll("\\(.*", ""))
        .toList();
  }

  /** Gives another thread the time to get in between. */
  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
