package dev.rsi.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rsi.api.CorruptModelException;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.RsiException;
import dev.rsi.core.internal.Seed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class DirectoryModelRegistryTest {
  private static final Provenance PROVENANCE =
      new Provenance(
          null,
          "run-1",
          2,
          "d".repeat(64),
          -7,
          250,
          Map.of("learning-rate", 0.003),
          Map.of("loss", 0.1 + 0.2, "odd", Double.NaN),
          Map.of("rsi", "0.1.0"));

  @TempDir Path temporary;
  private Path home;

  @BeforeEach
  void nameHome() {
    home = temporary.resolve("models");
  }

  @Test
  void should_read_the_sample_of_format_1_for_ever() throws Exception {
    copy(Path.of(Objects.requireNonNull(getClass().getResource("format-1")).toURI()), home);
    ModelRegistry registry = ModelRegistry.directory(home);
    ModelVersion live = registry.live().orElseThrow();
    assertThat(registry.provenance(live.id())).isEqualTo(PROVENANCE);
    assertThat(live.directory().resolve("config.json")).hasContent("{\"layers\": 2}");
    assertThat(live.directory().resolve("weights/part-1")).hasBinaryContent(new byte[] {0, 1, 2});
    ModelVersion before = registry.rollBack();
    assertThat(registry.provenance(before.id())).isEqualTo(Provenance.imported());
    assertThat(before.directory().resolve("config.json")).hasContent("{\"layers\": 1}");
  }

  /** Writes the sample of the format of today to a directory that is not there yet. */
  public static void main(String[] arguments) throws IOException {
    ModelRegistry registry = ModelRegistry.directory(Path.of(arguments[0]));
    Path first = registry.newWorkDirectory();
    Files.writeString(first.resolve("config.json"), "{\"layers\": 1}");
    registry.promote(registry.add(first, Provenance.imported()).id());
    Path second = registry.newWorkDirectory();
    Files.writeString(second.resolve("config.json"), "{\"layers\": 2}");
    Files.write(
        Files.createDirectory(second.resolve("weights")).resolve("part-1"), new byte[] {0, 1, 2});
    registry.promote(registry.add(second, PROVENANCE).id());
  }

  @Test
  void should_not_promote_what_was_withdrawn_for_a_reason_that_cannot_be_read() throws Exception {
    ModelRegistry registry = ModelRegistry.directory(home);
    String first = registry.add(artifact("weights", "1"), PROVENANCE).id();
    String second = registry.add(artifact("weights", "2"), PROVENANCE).id();
    ModelRegistry.Driver driver = registry.drive("store", "run-1", Instant.EPOCH);
    driver.promote(first, null);
    registry.withdraw(second, "it was slow");
    Path file = home.resolve("withdrawn").resolve(second + ".json");
    for (String damaged : List.of("", "{", "{\"format\": 1}", "{\"format\": 99}", "[]")) {
      Files.writeString(file, damaged);
      assertThat(registry.withdrawn(second).orElseThrow()).startsWith("The reason cannot be read");
      assertThatExceptionOfType(ModelRegistry.WithdrawnException.class)
          .isThrownBy(() -> driver.promote(second, first));
    }
    registry.promote(second);
    assertThat(file).doesNotExist();
    assertThat(registry.withdrawn(second)).isEmpty();
  }

  @Test
  void should_have_no_directory_for_trials_where_none_can_be_made() throws Exception {
    ModelRegistry registry = ModelRegistry.directory(home);
    Files.writeString(home.resolve("trials"), "a file is in its place");
    assertThat(registry.trials()).isEmpty();
    Files.delete(home.resolve("trials"));
    assertThat(registry.trials()).contains(home.toRealPath().resolve("trials"));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void should_give_the_id_that_the_documented_shell_line_gives() throws Exception {
    Path artifact = artifact("weights", "1234");
    Files.createDirectory(artifact.resolve("a"));
    Files.writeString(artifact.resolve("a/\u00e4 b"), "5");
    Files.writeString(artifact.resolve("a-b"), "");
    ModelVersion version = ModelRegistry.directory(home).add(artifact, PROVENANCE);
    String shell =
        "find . -type f -printf '%P\\n' | LC_ALL=C sort | while IFS= read -r path; do echo"
            + " \"$(sha256sum < \"$path\" | cut -c -64) $(stat -c %s \"$path\") $path\"; done |"
            + " sha256sum";
    Process process =
        new ProcessBuilder("sh", "-c", shell).directory(version.directory().toFile()).start();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .startsWith(version.id());
  }

  @Test
  void should_name_file_field_expected_and_found() throws IOException {
    ModelRegistry registry = ModelRegistry.directory(home);
    ModelVersion version = registry.add(artifact("weights", "1234"), PROVENANCE);
    Path weights = version.directory().resolve("weights");
    Files.writeString(weights, "123");
    assertThatExceptionOfType(CorruptModelException.class)
        .isThrownBy(() -> registry.version(version.id()))
        .withMessageContaining("expected 4 bytes, found 3 bytes")
        .satisfies(e -> assertThat(e.file()).isEqualTo(weights))
        .satisfies(e -> assertThat(e.field()).isEqualTo("size"));
    Files.writeString(weights, "1235");
    assertThatExceptionOfType(CorruptModelException.class)
        .isThrownBy(() -> registry.version(version.id()))
        .withMessageContaining("03ac674216f3e15c761ee1a5e255f067953623c8b388b4459e13f978d7c846f4")
        .satisfies(e -> assertThat(e.field()).isEqualTo("sha256"));
  }

  @Test
  void should_find_any_flipped_bit() throws IOException {
    Seed seed = Seed.next();
    Random random = seed.random();
    byte[] content = new byte[1 + random.nextInt(300_000)];
    random.nextBytes(content);
    Path artifact = Files.createDirectory(temporary.resolve("artifact"));
    Files.write(artifact.resolve("weights"), content);
    ModelRegistry registry = ModelRegistry.directory(home);
    ModelVersion version = registry.add(artifact, PROVENANCE);
    for (int flip = 0; flip < 20; flip++) {
      byte[] flipped = content.clone();
      flipped[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(version.directory().resolve("weights"), flipped);
      assertThatExceptionOfType(CorruptModelException.class)
          .as("%s", seed)
          .isThrownBy(() -> registry.version(version.id()));
    }
    Files.write(version.directory().resolve("weights"), content);
    assertThat(registry.version(version.id())).isEqualTo(version);
  }

  @Test
  void should_refuse_a_manifest_it_did_not_write() throws IOException {
    ModelRegistry registry = ModelRegistry.directory(home);
    String id = registry.add(artifact("weights", "1234"), PROVENANCE).id();
    Path json = home.resolve("versions/" + id + ".json");
    String good = Files.readString(json);
    Map<String, String> damages =
        Map.of(
            good.replace("\"size\" : 4", "\"size\" : 5"),
            "files",
            good.replace("\"weights\"", "\"../weights\""),
            "files",
            good.replace(id, "0".repeat(64)),
            "id",
            good.replace("\"format\" : 1", "\"format\" : 0"),
            "format",
            good.replace("\"seed\"", "\"more\" : 1, \"seed\""),
            "more",
            good.replace("\"seed\" : -7,", ""),
            "seed",
            good.substring(0, good.length() / 2),
            "JSON",
            "",
            "format",
            "null",
            "format");
    damages.forEach(
        (damaged, named) -> {
          write(json, damaged);
          assertCorrupt(() -> registry.version(id)).withMessageContaining(named);
          assertCorrupt(() -> registry.provenance(id)).withMessageContaining(json.toString());
        });
    write(json, good.replace("\"format\" : 1", "\"format\" : 2"));
    assertThatExceptionOfType(RsiException.class)
        .isThrownBy(() -> registry.version(id))
        .withMessageContaining(json.toString())
        .withMessageContaining("format (2)")
        .withMessageContaining("Maybe a newer rsi");
  }

  @Test
  void should_refuse_a_record_of_what_is_live_that_it_did_not_write() throws IOException {
    ModelRegistry registry = ModelRegistry.directory(home);
    String first = registry.add(artifact("weights", "123"), PROVENANCE).id();
    String id = registry.add(artifact("weights", "1234"), PROVENANCE).id();
    registry.promote(first);
    registry.promote(id);
    Path live = home.resolve("live/2.json");
    String good = Files.readString(live);
    for (String damaged :
        new String[] {
          "",
          good.substring(0, 40),
          good.replace(id, "../../secret"),
          good.replace("\"number\" : 2", "\"number\" : 3"),
          good.replace(first, "../../secret")
        }) {
      write(live, damaged);
      assertCorrupt(registry::live).withMessageContaining(live.toString());
      assertCorrupt(registry::history);
      assertCorrupt(() -> registry.retain(0));
      assertCorrupt(() -> registry.drive("store", "run", Instant.EPOCH));
      assertThat(live).hasContent(damaged);
    }
    // Whatever a person makes live comes over it; what was live before it is known.
    registry.promote(id);
    assertThat(registry.live().orElseThrow().id()).isEqualTo(id);
    assertThat(registry.history()).containsExactly(id, first);
    write(home.resolve("live/3.json"), good.replace(id, "0".repeat(64)).replace(": 2", ": 3"));
    assertCorrupt(registry::live).withMessageContaining("0".repeat(64));
    registry.rollBack();
    assertThat(registry.history()).containsExactly(first);
  }

  @Test
  void should_take_over_a_registry_that_had_one_file_for_what_is_live() throws Exception {
    copy(Path.of(Objects.requireNonNull(getClass().getResource("format-1")).toURI()), home);
    ModelRegistry registry = ModelRegistry.directory(home);
    List<String> history = List.copyOf(registry.history());
    assertThat(history).hasSize(2);
    assertThat(home.resolve("live.json")).exists();
    String third = registry.add(artifact("weights", "1234"), PROVENANCE).id();
    registry.promote(third);
    assertThat(home.resolve("live.json")).doesNotExist();
    for (ModelRegistry any : List.of(registry, ModelRegistry.directory(home))) {
      assertThat(any.history()).containsExactly(third, history.get(0), history.get(1));
    }
    registry.rollBackTo(history.get(1));
    assertThat(registry.history()).containsExactly(history.get(1));
  }

  @Test
  void should_keep_a_history_of_any_length_and_only_the_last_records_at_hand() throws IOException {
    ModelRegistry registry = ModelRegistry.directory(home);
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      ids.add(0, registry.add(artifact("weights", "" + i), PROVENANCE).id());
      registry.promote(ids.get(0));
    }
    assertThat(registry.history()).isEqualTo(ids);
    assertThat(home.resolve("live").toFile().list()).hasSizeLessThanOrEqualTo(33);
    assertThat(registry.rollBackTo(ids.get(60)).id()).isEqualTo(ids.get(60));
    assertThat(ModelRegistry.directory(home).history()).isEqualTo(ids.subList(60, 100));
    registry.rollBack();
    registry.promote(ids.get(0));
    List<String> expected = new ArrayList<>(ids.subList(61, 100));
    expected.add(0, ids.get(0));
    assertThat(registry.history()).isEqualTo(expected);
  }

  @Test
  void should_be_one_registry_by_every_name_of_its_directory() throws IOException {
    Path deep = Files.createDirectories(temporary.resolve("a/b"));
    Path link = Files.createSymbolicLink(temporary.resolve("link"), deep);
    ModelRegistry registry = ModelRegistry.directory(link.resolve("../models"));
    assertThat(temporary.resolve("a/models/versions")).isDirectory();
    assertThat(temporary.resolve("models")).doesNotExist();
    String id = registry.add(artifact("weights", "1234"), PROVENANCE).id();
    registry.promote(id);
    Path other = Files.createSymbolicLink(temporary.resolve("m"), temporary.resolve("a/models"));
    for (Path name :
        List.of(other, temporary.resolve("a/b/../models"), link.resolve("../models"))) {
      assertThat(ModelRegistry.directory(name).live().orElseThrow().id()).isEqualTo(id);
      assertThat(ModelRegistry.directory(name)).hasToString(registry.toString());
    }
  }

  @Test
  void should_hide_a_version_without_a_manifest_and_store_it_anew() throws IOException {
    ModelRegistry registry = ModelRegistry.directory(home);
    Path artifact = artifact("weights", "1234");
    ModelVersion version = registry.add(artifact, PROVENANCE);
    // As a crash between the two moves would leave it, and a disk that lost something.
    Files.delete(home.resolve("versions/" + version.id() + ".json"));
    Files.writeString(version.directory().resolve("weights"), "12");
    ModelRegistry again = ModelRegistry.directory(home);
    assertThatIllegalArgumentException().isThrownBy(() -> again.version(version.id()));
    assertThat(again.add(artifact, PROVENANCE)).isEqualTo(version);
    assertThat(again.version(version.id())).isEqualTo(version);
  }

  @Test
  void should_sweep_what_ended_processes_left_and_nothing_else() throws IOException {
    Path work = ModelRegistry.directory(home).newWorkDirectory();
    Path left = Files.createDirectories(home.resolve("work/1-1-1/3"));
    Files.writeString(left.resolve("weights"), "1234");
    Path lock = Files.createFile(home.resolve("work/1-1-1.lock"));
    ModelRegistry.directory(home);
    assertThat(left.getParent()).doesNotExist();
    assertThat(lock).doesNotExist();
    assertThat(work).exists();
  }

  @Test
  void should_leave_nothing_behind_when_an_artifact_is_refused() throws IOException {
    ModelRegistry registry = ModelRegistry.directory(home);
    Path work = registry.newWorkDirectory();
    Path artifact = artifact("weights", "1234");
    Files.createDirectory(artifact.resolve("x"));
    assertThatIllegalArgumentException().isThrownBy(() -> registry.add(artifact, PROVENANCE));
    assertThat(home.resolve("versions")).isEmptyDirectory();
    assertThat(work.getParent()).isDirectoryNotContaining(path -> !path.equals(work));
  }

  @Test
  void should_refuse_an_artifact_that_holds_the_registry() {
    ModelRegistry registry = ModelRegistry.directory(home);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> registry.add(temporary, PROVENANCE))
        .withMessageContaining(home.toString());
  }

  @Test
  void should_say_why_it_cannot_open_or_store() throws IOException {
    Path file = Files.createFile(temporary.resolve("file"));
    for (Path bad : new Path[] {file, file.resolve("models")}) {
      assertThatExceptionOfType(RsiException.class)
          .isThrownBy(() -> ModelRegistry.directory(bad))
          .withMessageContaining(bad.toString())
          .withMessageContaining("Maybe");
    }
    ModelRegistry registry = ModelRegistry.directory(home);
    Path missing = temporary.resolve("missing");
    assertThatExceptionOfType(RsiException.class)
        .isThrownBy(() -> registry.add(missing, PROVENANCE))
        .withMessageContaining(missing.toString());
  }

  private Path artifact(String name, String content) throws IOException {
    Path artifact = Files.createTempDirectory(temporary, "artifact");
    Files.writeString(artifact.resolve(name), content);
    return artifact;
  }

  private static ThrowableAssertAlternative<CorruptModelException> assertCorrupt(
      ThrowingCallable call) {
    return assertThatExceptionOfType(CorruptModelException.class).isThrownBy(call);
  }

  private static void write(Path file, String content) {
    try {
      Files.writeString(file, content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }
}
