package dev.rsi.core.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.ModelVersion;
import dev.rsi.core.internal.ChildJvm;
import dev.rsi.core.internal.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledRegistryTest {
  private static final int KILLS = 4;

  @TempDir Path temporary;

  @Test
  void should_show_whole_versions_and_lose_no_promotion_when_the_process_is_killed()
      throws Exception {
    Seed seed = Seed.next();
    Random random = seed.random();
    Path home = temporary.resolve("models");
    int promoted = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      int lines = 1 + random.nextInt(25);
      List<String> said = ChildJvm.killAfter(lines, Promoter.class, home.toString(), "" + promoted);
      int promised = promoted + said.size() - 1;
      ModelRegistry registry = ModelRegistry.directory(home);
      assertThat(home.resolve("work")).as("%s", seed).isEmptyDirectory();
      for (String id : versions(home)) {
        assertThat(registry.version(id).id()).as("%s", seed).isEqualTo(id);
      }
      // One promotion may have become durable without a word.
      promoted = generation(registry.live().orElseThrow()) + 1;
      assertThat(promoted).as("%s", seed).isBetween(promised, promised + 1);
    }
    ModelRegistry registry = ModelRegistry.directory(home);
    for (int generation = promoted - 2; generation >= 0; generation--) {
      assertThat(generation(registry.rollBack())).as("%s", seed).isEqualTo(generation);
    }
  }

  /** Adds and promotes version after version, and says so after each. */
  static final class Promoter {
    public static void main(String[] arguments) throws IOException {
      ModelRegistry registry = ModelRegistry.directory(Path.of(arguments[0]));
      for (int generation = Integer.parseInt(arguments[1]); ; generation++) {
        Path work = registry.newWorkDirectory();
        Files.writeString(work.resolve("generation"), "" + generation);
        Files.write(work.resolve("weights"), new byte[100_000]);
        registry.promote(registry.add(work, Provenance.imported()).id());
        System.out.println(generation);
      }
    }
  }

  @Test
  void should_show_whole_versions_when_the_process_is_killed_while_it_deletes() throws Exception {
    Seed seed = Seed.next();
    Random random = seed.random();
    Path home = temporary.resolve("models");
    for (int kill = 0; kill < KILLS; kill++) {
      ChildJvm.killAfter(3 + random.nextInt(25), Retainer.class, home.toString(), "" + kill);
      ModelRegistry registry = ModelRegistry.directory(home);
      for (String id : registry.versions()) {
        assertThat(registry.version(id).id()).as("%s", seed).isEqualTo(id);
      }
      // The first, two that were live before, the live one, and two that came since.
      assertThat(registry.versions()).as("%s", seed).hasSizeBetween(3, 6);
      assertThat(registry.versions()).as("%s", seed).containsAll(registry.history());
      try (Stream<Path> directories = Files.list(home.resolve("versions"))) {
        long unseen = directories.filter(Files::isDirectory).count() - registry.versions().size();
        // At most the one that was being stored, of which nobody can say that it is nobody's.
        assertThat(unseen).as("%s", seed).isBetween(0L, kill + 1L);
      }
      registry.retain(0);
      try (Stream<Path> directories = Files.list(home.resolve("versions"))) {
        assertThat(directories.filter(Files::isDirectory))
            .as("%s", seed)
            .hasSize(registry.versions().size());
      }
    }
  }

  /** Adds, promotes and deletes version after version, and says so after each. */
  static final class Retainer {
    public static void main(String[] arguments) throws IOException {
      ModelRegistry registry = ModelRegistry.directory(Path.of(arguments[0]));
      for (int generation = 0; ; generation++) {
        Path work = registry.newWorkDirectory();
        Files.writeString(work.resolve("generation"), arguments[1] + "-" + generation);
        for (int part = 0; part < 20; part++) {
          Files.write(work.resolve("part-" + part), new byte[1000]);
        }
        String parent = registry.history().stream().findFirst().orElse(null);
        registry.promote(
            registry
                .add(
                    work,
                    new Provenance(
                        parent, "run", generation, null, 0, 0, Map.of(), Map.of(), Map.of()))
                .id());
        registry.retain(1);
        System.out.println(generation);
      }
    }
  }

  @Test
  void should_delete_what_a_process_held_that_was_killed_and_not_before() throws Exception {
    Path home = temporary.resolve("models");
    ModelRegistry registry = ModelRegistry.directory(home);
    String held = add(registry, "held");
    registry.promote(add(registry, "live"));
    Process holder = ChildJvm.start(List.of(), Holder.class, home.toString(), held);
    try {
      assertThat(holder.inputReader().readLine()).isEqualTo("holding");
      assertThat(registry.retain(0)).isEmpty();
    } finally {
      holder.destroyForcibly().waitFor();
    }
    assertThat(registry.retain(0)).containsExactly(held);
  }

  /** Holds a version until it is killed, or whoever started it ends. */
  static final class Holder {
    public static void main(String[] arguments) throws IOException {
      ModelRegistry.directory(Path.of(arguments[0])).hold(arguments[1]);
      System.out.println("holding");
      if (System.in.read() >= 0) {
        throw new IllegalStateException("The parent said something.");
      }
    }
  }

  private static String add(ModelRegistry registry, String weights) throws IOException {
    Path work = registry.newWorkDirectory();
    Files.writeString(work.resolve("weights"), weights);
    return registry.add(work, Provenance.imported()).id();
  }

  private static int generation(ModelVersion version) throws IOException {
    return Integer.parseInt(Files.readString(version.directory().resolve("generation")));
  }

  private static List<String> versions(Path home) throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("versions"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".json"))
          .map(name -> name.substring(0, name.length() - ".json".length()))
          .toList();
    }
  }
}
