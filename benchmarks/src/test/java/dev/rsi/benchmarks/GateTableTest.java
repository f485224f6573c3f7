package dev.rsi.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

/** A fiftieth of every table of the gate: the promises hold there, too. */
class GateTableTest {
  private static final Path ROOT = Path.of("..");

  @Test
  void should_keep_every_promise_in_small(@TempDir Path directory) throws Exception {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    Sheet sheet = new Sheet(new PrintStream(text, true, StandardCharsets.UTF_8), 0.02, directory);
    GateTable table = new GateTable(sheet);
    Set<String> tables = table.tables().keySet();
    table.run(tables);
    assertThat(sheet.lines()).hasSizeGreaterThan(100);
    assertThat(sheet.lines().stream().map(Sheet.Line::table).distinct())
        .containsExactlyElementsOf(tables);
    assertThat(sheet.lines()).allMatch(Sheet.Line::met);
    for (String name : tables) {
      long measured = sheet.lines().stream().filter(line -> line.table().equals(name)).count();
      assertThat(Files.readAllLines(directory.resolve(name + ".csv"))).hasSize((int) measured + 1);
    }
    assertThat(Files.readAllLines(directory.resolve("abrupt-runs.csv"))).hasSize(9 * 1000 + 1);
    GatePlots.draw(directory, directory);
    assertThat(plots(directory)).hasSize(7);
    for (Path plot : plots(directory)) {
      Document svg = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(plot.toFile());
      assertThat(svg.getDocumentElement().getTagName()).isEqualTo("svg");
      assertThat(svg.getElementsByTagName("path").getLength()).isGreaterThan(10);
      assertThat(Files.readString(plot)).doesNotContain("NaN", "Infinity");
    }
  }

  /** docs/images is what {@link GatePlots} draws of benchmarks/results/gate. */
  @Test
  void should_show_in_the_documents_what_was_measured(@TempDir Path drawn) throws IOException {
    Path images = ROOT.resolve("docs/images");
    GatePlots.draw(ROOT.resolve("benchmarks/results/gate"), drawn);
    String document = Files.readString(ROOT.resolve("docs/drift-gate.md"));
    for (Path plot : plots(drawn)) {
      String name = plot.getFileName().toString();
      assertThat(images.resolve(name)).hasSameTextualContentAs(plot);
      assertThat(document).contains("(images/" + name + ")");
    }
  }

  private static List<Path> plots(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".svg")).sorted().toList();
    }
  }
}
