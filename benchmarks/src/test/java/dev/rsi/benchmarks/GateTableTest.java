package dev.rsi.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A fiftieth of every table of the gate: the promises hold there, too. */
class GateTableTest {

  @Test
  void should_keep_every_promise_in_small() {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    Sheet sheet = new Sheet(new PrintStream(text, true, StandardCharsets.UTF_8), 0.02);
    GateTable table = new GateTable(sheet);
    Set<String> tables = table.tables().keySet();
    table.run(tables);
    assertThat(sheet.lines()).hasSizeGreaterThan(100);
    assertThat(sheet.lines().stream().map(Sheet.Line::table).distinct())
        .containsExactlyElementsOf(tables);
    assertThat(sheet.lines()).allMatch(Sheet.Line::met);
  }
}
