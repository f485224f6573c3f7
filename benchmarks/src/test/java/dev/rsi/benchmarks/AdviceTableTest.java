package dev.rsi.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** docs/guides/choosing-probes.md shows what {@link AdviceTable} draws. */
class AdviceTableTest {
  private static final Path DOCS = Path.of("..", "docs");

  @Test
  void should_show_in_the_guide_what_is_simulated() throws IOException {
    assertThat(Files.readString(DOCS.resolve("images").resolve(AdviceTable.PICTURE)))
        .startsWith("<svg")
        .doesNotContain("NaN", "Infinity");
    assertThat(Files.readString(DOCS.resolve("guides/choosing-probes.md")))
        .contains("(../images/" + AdviceTable.PICTURE + ")");
  }

  @Test
  void should_set_advice_beside_what_decisions_do() {
    AdviceTable.Setting setting = new AdviceTable.Setting(3, 200, .05, .02, .10);
    List<String> table = AdviceTable.table(List.of(setting), 40);
    assertThat(table).hasSize(4);
    assertThat(table.get(2)).startsWith("| 3 x 200, 5 %, 2 %, +10 | ");
    assertThat(AdviceTable.settings()).hasSize(24).doesNotHaveDuplicates();
    // Churn against three references, as in a loop, changes little.
    assertThat(AdviceTable.real(setting, true, 40)[0]).isGreaterThan(.8);
  }
}
