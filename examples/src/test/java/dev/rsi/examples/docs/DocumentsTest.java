package dev.rsi.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every block of Java in README.md and docs/ is a region of a test of this module, and prose keeps
 * to what CONTRIBUTING.md says of it.
 */
class DocumentsTest {
  /** Of lines outside fenced blocks, tables included. */
  private static final int LONGEST = 160;

  /** What stood for "resume", for "replay" and for "continue" at once. */
  private static final Pattern VAGUE =
      Pattern.compile("\\b(go|goes|going|gone|went) (on (with|from)|over (it|them) again)\\b");

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

  @Test
  void should_have_lines_that_can_be_read() throws IOException {
    assertThat(wrongLines((line, text) -> line.length() > LONGEST)).isEmpty();
  }

  @Test
  void should_say_resume_and_replay() throws IOException {
    // A verb may be broken over two lines.
    assertThat(wrongLines((line, text) -> VAGUE.matcher(text).find())).isEmpty();
  }

  /**
   * Lines outside fenced blocks that are not as they should be.
   *
   * @param wrong tells by a line, and by the same line with the next
   */
  private static List<String> wrongLines(BiPredicate<String, String> wrong) throws IOException {
    Path root = root();
    List<String> found = new ArrayList<>();
    for (Path document : documents(root)) {
      List<String> lines = Files.readAllLines(document);
      boolean fenced = false;
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        fenced ^= line.strip().startsWith("```");
        String next = i + 1 < lines.size() ? lines.get(i + 1).strip() : "";
        if (!fenced && wrong.test(line, line + " " + next)) {
          found.add(root.relativize(document) + ":" + (i + 1) + " " + line);
        }
      }
    }
    return found;
  }

  private static List<Path> documents(Path root) throws IOException {
    List<Path> documents = new ArrayList<>();
    for (Path directory : List.of(root, root.resolve("docs"), root.resolve("docs/guides"))) {
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
