package dev.rsi.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a deletion leaves if the process is killed, after each of its file operations. */
class RetentionStepsTest {
  private static final List<String> STEPS =
      List.of(Durable.class.getName(), "com.google.common.io.MoreFiles");

  @TempDir Path temporary;

  private String before = "";
  private int copies;

  @Test
  @Tag("nightly")
  void should_leave_every_version_whole_or_gone_at_every_step_of_a_deletion() throws Exception {
    assumeTrue(
        ModuleLayer.boot().findModule("jdk.jdi").isPresent(),
        "this JDK has no debugger interface (module jdk.jdi)");
    Path home = temporary.resolve("models");
    ModelRegistry registry = ModelRegistry.directory(home);
    List<String> ids = new ArrayList<>();
    for (String weights : List.of("first", "second", "third", "live")) {
      Path work = registry.newWorkDirectory();
      for (int part = 0; part < 3; part++) {
        Files.writeString(work.resolve("part-" + part), weights + part);
      }
      String parent = ids.isEmpty() ? null : ids.get(ids.size() - 1);
      Provenance provenance =
          new Provenance(parent, "run", 1, null, 0, 0, Map.of(), Map.of(), Map.of());
      String id = registry.add(work, provenance).id();
      registry.promote(id);
      ids.add(id);
    }
    SteppedProcess.run(Retainer.class, home.toString(), STEPS, () -> copyIfChanged(home));
    int steps = copies;
    assertThat(steps).as("steps").isGreaterThan(10);
    boolean half = false;
    for (int step = 0; step < steps; step++) {
      Path left = temporary.resolve("step-" + step);
      half |= directories(left) > versions(left);
      ModelRegistry opened = ModelRegistry.directory(left);
      for (String id : opened.versions()) {
        assertThat(opened.version(id).id()).as("step %s", step).isEqualTo(id);
      }
      assertThat(opened.versions()).as("step %s", step).containsAll(opened.history());
      assertThat(directories(left)).as("step %s", step).isEqualTo(opened.versions().size());
      assertThat(opened.history()).as("step %s", step).startsWith(ids.get(3));
      assertThat(opened.lineage(ids.get(3)))
          .as("step %s", step)
          .containsExactly(ids.get(3), ids.get(2), ids.get(1), ids.get(0));
      opened.retain(0);
      assertThat(opened.versions()).containsExactlyInAnyOrder(ids.get(0), ids.get(3));
    }
    assertThat(half).as("a step at which files of no version were left").isTrue();
  }

  /** Deletes what it can, in a process of its own. */
  static final class Retainer {
    public static void main(String[] arguments) {
      ModelRegistry.directory(Path.of(arguments[0])).retain(0);
    }
  }

  private void copyIfChanged(Path home) throws IOException {
    String now = listing(home);
    if (!now.equals(before)) {
      before = now;
      copy(home, temporary.resolve("step-" + copies));
      copies++;
    }
  }

  private static String listing(Path home) throws IOException {
    StringBuilder listing = new StringBuilder();
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.toList()) {
        listing.append(file).append(' ').append(Files.getLastModifiedTime(file)).append('\n');
      }
    }
    return listing.toString();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static long directories(Path home) throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("versions"))) {
      return files.filter(Files::isDirectory).count();
    }
  }

  private static long versions(Path home) throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("versions"))) {
      return files.filter(Files::isRegularFile).count();
    }
  }
}
