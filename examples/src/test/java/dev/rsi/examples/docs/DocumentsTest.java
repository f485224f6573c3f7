package dev.rsi.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every block of Java in README.md and docs/ is a region of a test of this module. */
class DocumentsTest {

  @Test
  void should_show_only_code_that_is_compiled_and_run() throws IOException {
    Path root = root();
    Map<String, String> regions = Regions.ofSources(root.resolve("examples/src/test/java"));
    List<String> wrong = new ArrayList<>();
    for (Path document : documents(root)) {
      for (Regions.Shown shown : Regions.ofDocument(document)) {
        String place = root.relativize(document) + ":" + shown.line();
        String region = regions.get(shown.region());
        if (shown.region().isEmpty()) {
          wrong.add(place + " has no line <!-- region: NAME --> before it");
        } else if (region == null) {
          wrong.add(place + " shows region (" + shown.region() + "), which no test has");
        } else if (!Regions.normalised(region).equals(Regions.normalised(shown.code()))) {
          wrong.add(place + " differs from region (" + shown.region() + "), which is:\n" + region);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static List<Path> documents(Path root) throws IOException {
    List<Path> documents = new ArrayList<>();
    for (Path directory : List.of(root, root.resolve("docs"))) {
      if (Files.isDirectory(directory)) {
        try (Stream<Path> files = Files.list(directory)) {
          files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
        }
      }
    }
    return documents;
  }

  /** The directory that holds the modules, wherever the test was started from. */
  private static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("rsi-bom/pom.xml"))) {
      directory = directory.getParent();
      if (directory == null) {
        throw new IllegalStateException("No rsi-bom above " + Path.of("").toAbsolutePath());
      }
    }
    return directory;
  }
}
