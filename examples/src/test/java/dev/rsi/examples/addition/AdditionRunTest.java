package dev.rsi.examples.addition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.RunContext;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class AdditionRunTest {
  /** From 3 to 5 digits, in seconds. */
  private static final Settings SMALL =
      new Settings(Settings.Backend.DJL, Settings.Judge.EXACT, true, 1, 3, 5, 700, 60, 384, 50);

  @TempDir Path home;

  /** Weights, records and report of two runs of one seed; only times may differ. */
  @ParameterizedTest
  @EnumSource(Settings.Backend.class)
  void should_repeat_itself_bit_for_bit(Settings.Backend backend) throws IOException {
    ObjectNode first = run("first", SMALL.backend(backend));
    ObjectNode again = run("again", SMALL.backend(backend));
    assertThat(first.remove("times")).isNotNull();
    assertThat(again.remove("times")).isNotNull();
    assertThat(again).isEqualTo(first);
    assertThat(first.get("generations")).hasSizeGreaterThan(1);
    assertThat(first.get("anchor").asString()).isNotEqualTo(first.get("live").asString());
    try (RunStore one = RunStore.sqlite(home.resolve("first/run.db"));
        RunStore other = RunStore.sqlite(home.resolve("again/run.db"))) {
      assertThat(course(other)).isEqualTo(course(one));
    }
  }

  private static List<RunEvent> course(RunStore store) {
    return store.events("run-1").stream().filter(event -> !event.circumstantial()).toList();
  }

  @Test
  void should_know_sums() {
    assertThat(new Addition("97", "21").sum()).isEqualTo("190"); // 79 + 12 = 091
    assertThat(new Addition("99", "99").sum()).isEqualTo("891");
    assertThat(new Addition("00", "00").sum()).isEqualTo("000");
    assertThat(new Addition("00", "00").fits("00")).isFalse();
    assertThatThrownBy(() -> new Addition("1", "12")).hasMessageContaining("(12)");
    Addition drawn = Addition.draw(20, new SplittableRandom(1));
    String text = AdditionCodec.INSTANCE.writeTask(drawn);
    assertThat(AdditionCodec.INSTANCE.readTask(text)).isEqualTo(drawn);
    assertThatThrownBy(() -> AdditionCodec.INSTANCE.readTask("12+3"))
        .hasMessageContaining("(12+3)");
  }

  private ObjectNode run(String name, Settings settings) throws IOException {
    Path directory = Files.createDirectory(home.resolve(name));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Screen screen = new Screen(new PrintStream(bytes, true, StandardCharsets.UTF_8), false);
    Path file = directory.resolve("report.json");
    try (RunStore store = RunStore.sqlite(directory.resolve("run.db"))) {
      Journal journal = new Journal(screen, store);
      RunReport report =
          new AdditionRun(settings).run(directory, store, journal, RunContext.standalone());
      assertThat(RunReport.of(store, report.run())).isEqualTo(report);
      assertThat(journal.gate().share()).isStrictlyBetween(0.0, 1.0);
      ReportFile.write(file, settings, report, journal, 1, 1);
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .contains("  0  anchor ", " promoted ", "Every kind is proven safe");
    return (ObjectNode) JsonMapper.shared().readTree(Files.readString(file));
  }
}
