package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

class WatchedRunTest {
  @TempDir Path home;

  @Test
  void should_show_its_phases_to_the_flight_recorder() throws IOException {
    Loops loops = new Loops(home);
    Path file = home.resolve("run.jfr");
    RunReport report;
    try (Recording recording = new Recording()) {
      for (String name : List.of("Generation", "Phase", "Batch", "Decision")) {
        recording.enable("dev.rsi." + name).withThreshold(Duration.ZERO);
      }
      recording.start();
      report = loops.whole(Budget.of(2)).build().run(loops.start, Loops.TASKS);
      recording.stop();
      recording.dump(file);
    }
    List<GenerationReport> generations = report.generations().subList(1, 3);
    Map<String, List<RecordedEvent>> events =
        RecordingFile.readAllEvents(file).stream()
            .collect(Collectors.groupingBy(event -> event.getEventType().getName()));
    assertThat(events.get("dev.rsi.Generation"))
        .extracting(event -> event.getString("outcome"))
        .isEqualTo(generations.stream().map(g -> g.outcome().name()).toList());
    assertThat(events.get("dev.rsi.Generation"))
        .allMatch(event -> event.getString("run").equals(report.run()));
    assertThat(events.get("dev.rsi.Phase"))
        .filteredOn(event -> event.getInt("generation") == 1)
        .extracting(event -> event.getString("phase"))
        .containsExactly("scout", "practise", "train", "judge", "examine");
    assertThat(events.get("dev.rsi.Decision"))
        .extracting(event -> event.getString("challenger"))
        .isEqualTo(generations.stream().map(GenerationReport::challenger).toList());
    assertThat(events.get("dev.rsi.Batch").stream().mapToLong(event -> event.getInt("size")).sum())
        .isEqualTo(report.spending().attempts());
  }

  @Test
  void should_log_with_run_generation_and_version() {
    Loops loops = new Loops(home);
    Logger logger = (Logger) LoggerFactory.getLogger(ImprovementLoop.class);
    ListAppender<ILoggingEvent> appender =
        new ListAppender<>() {
          @Override
          protected void append(ILoggingEvent event) {
            // Of what stands in the MDC now.
            event.prepareForDeferredProcessing();
            super.append(event);
          }
        };
    appender.start();
    logger.addAppender(appender);
    logger.setLevel(Level.WARN);
    logger.setAdditive(false);
    MDC.put("rsi.run", "of an outer run");
    AtomicInteger told = new AtomicInteger();
    try {
      RunReport report =
          loops
              .whole(Budget.of(2))
              .listener(
                  event -> {
                    if (event instanceof RunEvent.Trained) {
                      told.incrementAndGet();
                      throw new IllegalStateException("planted");
                    }
                  })
              .build()
              .run(loops.start, Loops.TASKS);
      assertThat(MDC.getCopyOfContextMap()).isEqualTo(Map.of("rsi.run", "of an outer run"));
      assertThat(told).hasValue(2);
      List<GenerationReport> generations = report.generations();
      assertThat(appender.list)
          .extracting(ILoggingEvent::getMDCPropertyMap)
          .containsExactly(
              Map.of(
                  "rsi.run", report.run(),
                  "rsi.generation", "1",
                  "rsi.version", generations.get(0).live()),
              Map.of(
                  "rsi.run", report.run(),
                  "rsi.generation", "2",
                  "rsi.version", generations.get(1).live()));
    } finally {
      MDC.clear();
      logger.detachAppender(appender);
      logger.setLevel(null);
      logger.setAdditive(true);
    }
  }
}
