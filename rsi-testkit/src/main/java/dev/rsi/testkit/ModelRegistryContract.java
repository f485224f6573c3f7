package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.rsi.api.CancelledException;
import dev.rsi.api.CorruptModelException;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.RsiException;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link ModelRegistry} must do. Extend it and say how to open yours. */
public abstract class ModelRegistryContract {
  private static final String NOWHERE = "0".repeat(64);
  private static final Provenance PROVENANCE =
      new Provenance(
          NOWHERE,
          "run-1",
          3,
          "1".repeat(64),
          Long.MIN_VALUE,
          250,
          Map.of("learning-rate", 1e-3),
          Map.of("loss", 0.1 + 0.2, "broken", Double.NaN),
          Map.of("rsi", "0.1.0", "name", "\u00e4\ud83d\ude00\"\n"));

  @TempDir Path temporary;
  private Path home;
  private ModelRegistry registry;

  /**
   * Opens a registry.
   *
   * @param home an empty directory, or one given to this method before: the registry then holds
   *     what it held
   */
  protected abstract ModelRegistry open(Path home);

  @BeforeEach
  void openRegistry() throws IOException {
    home = Files.createDirectory(temporary.resolve("home"));
    registry = open(home);
  }

  @Test
  void should_keep_files_and_provenance() throws IOException {
    Path artifact = artifact(Map.of("config.json", "{}", "a/b/weights", "1234", "empty", ""));
    ModelVersion version = registry.add(artifact, PROVENANCE);
    for (ModelRegistry any : List.of(registry, open(home))) {
      assertThat(any.version(version.id())).isEqualTo(version);
      assertThat(any.provenance(version.id())).isEqualTo(PROVENANCE);
    }
    assertThat(contents(version.directory())).isEqualTo(contents(artifact));
  }

  @Test
  void should_keep_what_was_added_when_the_artifact_changes() throws IOException {
    Path artifact = artifact(Map.of("weights", "1234"));
    ModelVersion version = registry.add(artifact, PROVENANCE);
    Files.writeString(artifact.resolve("weights"), "5678");
    assertThat(contents(registry.version(version.id()).directory()))
        .isEqualTo(Map.of("weights", "1234"));
  }

  @Test
  void should_name_versions_by_their_content() {
    ModelVersion version = registry.add(artifact(Map.of("a", "1", "b", "2")), PROVENANCE);
    // printf 1 | sha256sum, printf 2 | sha256sum, and so on as ModelRegistry.directory says.
    assertThat(version.id())
        .isEqualTo("545fe9e9edc249463c8343ebafd26373b624be320a4114ba4d53162e817bd1a1");
    assertThat(
            Stream.of(
                    Map.of("a", "2", "b", "1"),
                    Map.of("a", "1", "c", "2"),
                    Map.of("a", "1"),
                    Map.of("a", "12"),
                    Map.of("x/a", "1", "x/b", "2"))
                .map(files -> registry.add(artifact(files), PROVENANCE).id()))
        .doesNotHaveDuplicates()
        .doesNotContain(version.id());
  }

  @Test
  void should_keep_the_first_provenance_of_equal_content() {
    Map<String, String> files = Map.of("weights", "1234");
    ModelVersion version = registry.add(artifact(files), PROVENANCE);
    assertThat(registry.add(artifact(files), Provenance.imported())).isEqualTo(version);
    assertThat(registry.provenance(version.id())).isEqualTo(PROVENANCE);
  }

  @Test
  void should_add_what_lies_in_a_work_directory() throws IOException {
    Path work = registry.newWorkDirectory();
    assertThat(work).isEmptyDirectory();
    assertThat(registry.newWorkDirectory()).isNotEqualTo(work);
    Files.writeString(work.resolve("weights"), "1234");
    ModelVersion version = registry.add(work, PROVENANCE);
    assertThat(contents(version.directory())).isEqualTo(Map.of("weights", "1234"));
    assertThat(work.resolve("weights")).exists();
  }

  @Test
  void should_leave_work_directories_alone_when_opened_again() throws IOException {
    Path work = Files.writeString(registry.newWorkDirectory().resolve("weights"), "1234");
    open(home);
    assertThat(work).exists();
  }

  @Test
  void should_refuse_what_a_version_cannot_keep() throws IOException {
    Path empty = Files.createDirectory(temporary.resolve("nothing"));
    Path hollow = artifact(Map.of("weights", "1234"));
    Files.createDirectory(hollow.resolve("hollow"));
    Path linked = artifact(Map.of("weights", "1234"));
    Files.createSymbolicLink(linked.resolve("link"), linked.resolve("weights"));
    Path linkedDirectory = artifact(Map.of("weights", "1234"));
    Files.createSymbolicLink(linkedDirectory.resolve("link"), hollow);
    Path twoLines = artifact(Map.of("two\nlines", "1234"));
    Path file = hollow.resolve("weights");
    for (Path bad : List.of(empty, hollow, linked, linkedDirectory, twoLines, file)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> registry.add(bad, PROVENANCE))
          .withMessageContaining(bad.getFileName().toString());
    }
  }

  @Test
  void should_refuse_ids_it_does_not_know() {
    for (String id : List.of(NOWHERE, "", "../" + NOWHERE, "A".repeat(64))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> registry.version(id))
          .withMessageContaining("(" + id + ")");
      assertThatIllegalArgumentException().isThrownBy(() -> registry.provenance(id));
      assertThatIllegalArgumentException().isThrownBy(() -> registry.promote(id));
    }
  }

  @Test
  void should_promote_and_roll_back_across_versions() {
    assertThat(registry.live()).isEmpty();
    assertThatIllegalStateException().isThrownBy(registry::rollBack);
    List<ModelVersion> versions = versions(4);
    for (ModelVersion version : versions) {
      registry.promote(version.id());
      registry.promote(version.id());
      assertThat(registry.live()).contains(version);
      assertThat(open(home).live()).contains(version);
    }
    assertThat(registry.rollBack()).isEqualTo(versions.get(2));
    assertThat(open(home).rollBack()).isEqualTo(versions.get(1));
    assertThat(registry.live()).contains(versions.get(1));
    registry.promote(versions.get(3).id());
    assertThat(registry.rollBack()).isEqualTo(versions.get(1));
    assertThat(registry.rollBack()).isEqualTo(versions.get(0));
    assertThatIllegalStateException()
        .isThrownBy(registry::rollBack)
        .withMessageContaining(versions.get(0).id());
    assertThat(registry.live()).contains(versions.get(0));
  }

  @Test
  void should_refuse_a_damaged_version() throws IOException {
    for (Damage damage : Damage.values()) {
      ModelVersion version =
          registry.add(artifact(Map.of("a/weights", damage + "1234")), PROVENANCE);
      Path file = version.directory().resolve("a/weights");
      registry.promote(version.id());
      ModelVersion good = registry.add(artifact(Map.of("good", damage.name())), PROVENANCE);
      registry.promote(good.id());
      damage.to(file);
      for (ModelRegistry any : List.of(registry, open(home))) {
        assertThatExceptionOfType(CorruptModelException.class)
            .as(damage.name())
            .isThrownBy(() -> any.version(version.id()))
            .satisfies(e -> assertThat(e.file()).isNotNull())
            .withMessageContaining(version.directory().toString())
            .withMessageContaining("expected ")
            .withMessageContaining("found ");
      }
      assertThatExceptionOfType(CorruptModelException.class).isThrownBy(registry::rollBack);
      assertThatExceptionOfType(CorruptModelException.class)
          .isThrownBy(() -> registry.promote(version.id()));
      assertThat(registry.live()).contains(good);
      assertThat(registry.provenance(version.id())).isEqualTo(PROVENANCE);
    }
  }

  private enum Damage {
    FLIP {
      @Override
      void to(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
      }
    },
    CUT {
      @Override
      void to(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
      }
    },
    REMOVE {
      @Override
      void to(Path file) throws IOException {
        Files.delete(file);
      }
    },
    ADD {
      @Override
      void to(Path file) throws IOException {
        Files.writeString(file.resolveSibling("surplus"), "");
      }
    },
    LINK {
      @Override
      void to(Path file) throws IOException {
        Path moved = Files.move(file, file.resolveSibling("moved"));
        Files.createSymbolicLink(file, moved);
      }
    };

    abstract void to(Path file) throws IOException;
  }

  @Test
  void should_tell_the_lineage_of_every_branch() {
    ModelVersion first = child(null, "first");
    ModelVersion second = child(first, "second");
    ModelVersion third = child(second, "third");
    ModelVersion branch = child(first, "branch");
    for (ModelRegistry any : List.of(registry, open(home))) {
      assertThat(any.lineage(first.id())).containsExactly(first.id());
      assertThat(any.lineage(third.id())).containsExactly(third.id(), second.id(), first.id());
      assertThat(any.lineage(branch.id())).containsExactly(branch.id(), first.id());
      assertThat(any.versions())
          .containsExactlyInAnyOrder(first.id(), second.id(), third.id(), branch.id());
    }
    // Its parent, of PROVENANCE, never was here.
    ModelVersion orphan = registry.add(artifact(Map.of("weights", "orphan")), PROVENANCE);
    assertThat(registry.lineage(orphan.id())).containsExactly(orphan.id());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> registry.lineage(NOWHERE))
        .withMessageContaining(NOWHERE);
  }

  @Test
  void should_end_a_lineage_that_leads_back_to_itself() {
    ModelVersion first = child(null, "first");
    ModelVersion second = child(first, "second");
    // The same content as the first, which is retired and comes again as a child of the second.
    registry.promote(child(null, "other").id());
    assertThat(registry.retain(0)).containsExactlyInAnyOrder(first.id(), second.id());
    child(second, "first");
    assertThat(registry.lineage(second.id())).containsExactly(second.id(), first.id());
    assertThat(registry.lineage(first.id())).containsExactly(first.id(), second.id());
  }

  @Test
  void should_find_what_to_go_on_from_when_versions_are_damaged() throws IOException {
    ModelVersion first = child(null, "first");
    ModelVersion second = child(first, "second");
    ModelVersion third = child(second, "third");
    assertThat(registry.soundAncestor(third.id())).contains(third);
    Damage.FLIP.to(third.directory().resolve("a/weights"));
    assertThat(registry.soundAncestor(third.id())).contains(second);
    Damage.REMOVE.to(second.directory().resolve("a/weights"));
    assertThat(registry.soundAncestor(third.id())).contains(first);
    assertThat(registry.soundAncestor(first.id())).contains(first);
    Damage.CUT.to(first.directory().resolve("a/weights"));
    assertThat(registry.soundAncestor(third.id())).isEmpty();
  }

  @Test
  void should_roll_back_to_any_version_of_the_history_past_damaged_ones() throws IOException {
    assertThat(registry.history()).isEmpty();
    List<ModelVersion> versions = versions(4);
    versions.forEach(version -> registry.promote(version.id()));
    List<String> ids = versions.stream().map(ModelVersion::id).toList();
    assertThat(registry.history()).containsExactly(ids.get(3), ids.get(2), ids.get(1), ids.get(0));
    Damage.FLIP.to(versions.get(3).directory().resolve("weights"));
    Damage.FLIP.to(versions.get(2).directory().resolve("weights"));
    assertThatExceptionOfType(CorruptModelException.class)
        .isThrownBy(() -> registry.rollBackTo(ids.get(2)));
    assertThat(registry.history()).startsWith(ids.get(3));
    assertThat(registry.rollBackTo(ids.get(1))).isEqualTo(versions.get(1));
    assertThat(open(home).history()).containsExactly(ids.get(1), ids.get(0));
    assertThat(registry.rollBackTo(ids.get(1))).isEqualTo(versions.get(1));
    for (String id : List.of(ids.get(3), NOWHERE)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> registry.rollBackTo(id))
          .withMessageContaining("(" + id + ")");
    }
    assertThat(registry.live()).contains(versions.get(1));
  }

  @Test
  void should_delete_what_nobody_needs_and_nothing_else() {
    ModelVersion first = child(null, "first");
    ModelVersion second = child(first, "second");
    ModelVersion third = child(second, "third");
    ModelVersion pinned = child(third, "pinned");
    ModelVersion held = child(third, "held");
    ModelVersion rejected = child(third, "rejected");
    ModelVersion fourth = child(third, "fourth");
    ModelVersion live = child(fourth, "live");
    ModelVersion tried = child(live, "tried");
    ModelRegistry.Driver driver = registry.drive("store", "run-1", Instant.EPOCH);
    ModelVersion challenger =
        driver.add(
            artifact(Map.of("a/weights", "challenger")),
            provenance(live, "run-1"),
            Long.MAX_VALUE,
            () -> false);
    registry.pin(pinned.id());
    registry.pin(pinned.id());
    ModelRegistry.Hold hold = open(home).hold(held.id());
    assertThat(registry.retain(0)).as("before anything is live").isEmpty();
    for (ModelVersion version : List.of(first, second, third, fourth, live)) {
      registry.promote(version.id());
    }
    assertThat(registry.retain(9)).containsExactlyInAnyOrder(rejected.id(), tried.id());
    assertThat(registry.retain(1)).containsExactlyInAnyOrder(second.id(), third.id());
    for (ModelRegistry any : List.of(registry, open(home))) {
      assertThat(any.history()).containsExactly(live.id(), fourth.id(), first.id());
      assertThat(any.pinned()).containsExactly(pinned.id());
      for (ModelVersion kept : List.of(first, pinned, held, fourth, live, challenger)) {
        assertThat(any.version(kept.id())).isEqualTo(kept);
      }
      for (ModelVersion deleted : List.of(second, third, rejected)) {
        assertThat(deleted.directory()).doesNotExist();
        assertThatIllegalArgumentException()
            .isThrownBy(() -> any.version(deleted.id()))
            .withMessageContaining(deleted.id());
        assertThat(any.provenance(deleted.id()).run()).isEqualTo("run-1");
      }
      assertThat(any.lineage(live.id()))
          .containsExactly(live.id(), fourth.id(), third.id(), second.id(), first.id());
      assertThat(any.soundAncestor(third.id())).contains(first);
    }
    hold.close();
    hold.close();
    registry.unpin(pinned.id());
    registry.unpin(pinned.id());
    assertThat(registry.retain(0)).containsExactlyInAnyOrder(fourth.id(), held.id(), pinned.id());
    driver.close();
    assertThat(open(home).retain(0)).as("under way in a run that may be resumed").isEmpty();
    driver = open(home).takeOver("store", "run-1", Instant.EPOCH);
    driver.settle(7, "a".repeat(64));
    assertThat(registry.recorded("store", "run-1"))
        .contains(new ModelRegistry.Recorded(7, "a".repeat(64)));
    assertThat(registry.retain(0)).containsExactly(challenger.id());
    assertThat(child(second, "third")).isEqualTo(third);
    assertThat(registry.version(third.id())).isEqualTo(third);
    assertThatIllegalArgumentException().isThrownBy(() -> registry.retain(-1));
    for (String id : List.of(NOWHERE, "", "../" + NOWHERE)) {
      assertThatIllegalArgumentException().isThrownBy(() -> registry.pin(id));
      assertThatIllegalArgumentException().isThrownBy(() -> registry.hold(id));
    }
  }

  @Test
  void should_keep_the_anchor_of_a_run_that_began_with_a_branch() {
    ModelVersion first = child(null, "first");
    ModelVersion anchor = child(first, "anchor");
    ModelVersion trained = child(anchor, "trained", "run-2");
    ModelVersion live = child(trained, "live", "run-2");
    registry.promote(live.id());
    assertThat(registry.retain(0)).containsExactly(trained.id());
    assertThat(registry.versions()).containsExactlyInAnyOrder(first.id(), anchor.id(), live.id());
  }

  private ModelVersion child(@Nullable ModelVersion parent, String weights) {
    return child(parent, weights, "run-1");
  }

  private ModelVersion child(@Nullable ModelVersion parent, String weights, String run) {
    return registry.add(artifact(Map.of("a/weights", weights)), provenance(parent, run));
  }

  private static Provenance provenance(@Nullable ModelVersion parent, String run) {
    return new Provenance(
        parent == null ? null : parent.id(),
        run,
        1,
        null,
        7,
        1,
        Map.of(),
        Map.of(),
        Provenance.madeBy(Map.of("backend", "1")));
  }

  @Test
  void should_have_one_driver_that_nobody_else_is_taken_for() {
    List<ModelVersion> versions = versions(3);
    String zero = versions.get(0).id();
    String one = versions.get(1).id();
    ModelRegistry.Driver driver = registry.drive("store", "run-1", Instant.EPOCH);
    assertThat(driver.live()).isEmpty();
    driver.promote(zero, null);
    driver.promote(zero, null);
    for (ThrowingCallable other :
        List.<ThrowingCallable>of(
            () -> open(home).drive("store", "run-1", Instant.EPOCH),
            () -> open(home).takeOver("store", "run-2", Instant.EPOCH),
            () -> open(home).takeOver("other", "run-1", Instant.EPOCH))) {
      assertThatExceptionOfType(RsiException.class)
          .isThrownBy(other)
          .withMessageContaining("run (run-1) of store (store)")
          .withMessageContaining("(" + ProcessHandle.current().pid() + ")")
          .withMessageContaining("1970-01-01T00:00:00Z")
          .satisfies(e -> assertThat(e.retryable()).isTrue());
    }
    ModelRegistry.Driver second = open(home).takeOver("store", "run-1", Instant.EPOCH);
    assertThat(second.live()).contains(zero);
    assertThat(second.left()).contains(zero);
    second.promote(one, zero);
    assertThatExceptionOfType(ModelRegistry.OvertakenException.class)
        .isThrownBy(() -> driver.promote(zero, zero))
        .withMessageContaining("run-1");
    assertThatExceptionOfType(ModelRegistry.OvertakenException.class)
        .isThrownBy(() -> driver.settle(1, "a"));
    driver.close();
    assertThat(registry.live()).contains(versions.get(1));
    second.close();
    second.close();
    assertThatExceptionOfType(ModelRegistry.OvertakenException.class)
        .isThrownBy(() -> second.promote(zero, one));
    registry.drive("other", "run-1", Instant.EPOCH).close();
    assertThat(registry.history()).containsExactly(one, zero);
  }

  @Test
  void should_not_let_a_driver_overrule_a_person() {
    List<ModelVersion> versions = versions(3);
    String zero = versions.get(0).id();
    String one = versions.get(1).id();
    String two = versions.get(2).id();
    ModelRegistry.Driver driver = registry.drive("store", "run-1", Instant.EPOCH);
    driver.promote(zero, null);
    driver.promote(one, zero);
    assertThat(open(home).rollBack().id()).isEqualTo(zero);
    assertThatExceptionOfType(ModelRegistry.MovedException.class)
        .isThrownBy(() -> driver.promote(two, one))
        .withMessageContaining(zero)
        .withMessageContaining(one);
    assertThat(registry.history()).containsExactly(zero);
    open(home).promote(one);
    driver.promote(two, one);
    assertThat(registry.history()).containsExactly(two, one, zero);
    assertThatIllegalArgumentException().isThrownBy(() -> driver.promote(NOWHERE, two));
  }

  @Test
  void should_let_no_driver_promote_what_was_withdrawn() throws IOException {
    List<ModelVersion> versions = versions(3);
    String zero = versions.get(0).id();
    String one = versions.get(1).id();
    String two = versions.get(2).id();
    ModelRegistry.Driver driver = registry.drive("store", "run-1", Instant.EPOCH);
    driver.promote(zero, null);
    assertThat(registry.withdrawn(one)).isEmpty();
    registry.reinstate(one);
    registry.withdraw(one, "it threw at 9 of 40 requests");
    registry.withdraw(one, "it threw at 10 of 41 requests");
    for (ModelRegistry any : List.of(registry, open(home))) {
      assertThat(any.withdrawn(one)).contains("it threw at 10 of 41 requests");
      assertThat(any.withdrawn(two)).isEmpty();
    }
    assertThatExceptionOfType(ModelRegistry.WithdrawnException.class)
        .isThrownBy(() -> driver.promote(one, zero))
        .withMessageContaining("(" + one + ")")
        .withMessageContaining("it threw at 10 of 41 requests")
        .satisfies(
            e -> {
              assertThat(e.version()).isEqualTo(one);
              assertThat(e.why()).isEqualTo("it threw at 10 of 41 requests");
              assertThat(e.retryable()).isFalse();
            });
    assertThat(registry.history()).containsExactly(zero);
    // Whoever made another one live is heard of first.
    open(home).promote(two);
    assertThatExceptionOfType(ModelRegistry.MovedException.class)
        .isThrownBy(() -> driver.promote(one, zero));
    assertThat(open(home).rollBack().id()).isEqualTo(zero);
    // Neither time nor another driver, nor the same content once more, is a person's word.
    driver.close();
    assertThat(registry.add(artifact(Map.of("weights", "1")), PROVENANCE).id()).isEqualTo(one);
    try (ModelRegistry.Driver other = open(home).takeOver("store", "run-1", Instant.EPOCH)) {
      assertThatExceptionOfType(ModelRegistry.WithdrawnException.class)
          .isThrownBy(() -> other.promote(one, zero));
      registry.reinstate(one);
      other.promote(one, zero);
    }
    assertThat(registry.history()).containsExactly(one, zero);
  }

  @Test
  void should_lift_a_withdrawal_by_a_persons_word_alone() throws IOException {
    ModelVersion first = child(null, "first");
    ModelVersion second = child(first, "second");
    ModelVersion third = child(second, "third");
    for (ModelVersion version : List.of(first, second, third)) {
      registry.promote(version.id());
    }
    registry.withdraw(third.id(), "it is live, and stays so");
    assertThat(registry.live()).contains(third);
    registry.promote(third.id());
    assertThat(registry.withdrawn(third.id())).isEmpty();
    registry.withdraw(second.id(), "it got slow");
    registry.withdraw(first.id(), "it was wrong");
    assertThat(open(home).rollBack()).isEqualTo(second);
    assertThat(registry.withdrawn(second.id())).isEmpty();
    assertThat(registry.withdrawn(first.id())).contains("it was wrong");
    assertThat(registry.rollBackTo(first.id())).isEqualTo(first);
    assertThat(open(home).withdrawn(first.id())).isEmpty();
    registry.withdraw(third.id(), "again");
    registry.withdraw(first.id(), "again");
    assertThat(registry.rollBackTo(first.id())).isEqualTo(first);
    assertThat(registry.withdrawn(first.id())).isEmpty();
    // What could not be done was not said.
    Damage.FLIP.to(third.directory().resolve("a/weights"));
    assertThatExceptionOfType(CorruptModelException.class)
        .isThrownBy(() -> registry.promote(third.id()));
    assertThat(registry.withdrawn(third.id())).contains("again");
  }

  @Test
  void should_keep_a_withdrawal_whatever_is_deleted() throws IOException {
    ModelVersion first = child(null, "first");
    ModelVersion second = child(first, "second");
    ModelVersion third = child(second, "third");
    registry.promote(second.id());
    registry.promote(third.id());
    registry.withdraw(second.id(), "x".repeat(10_000));
    assertThat(registry.retain(0)).containsExactly(second.id());
    for (ModelRegistry any : List.of(registry, open(home))) {
      assertThat(any.withdrawn(second.id()).orElseThrow())
          .hasSize(4096)
          .endsWith("(cut: it had 10000 characters)");
    }
    assertThat(child(first, "second")).isEqualTo(second);
    assertThat(registry.withdrawn(second.id())).isPresent();
    // Not even where the live version is damaged.
    registry.pin(second.id());
    assertThat(registry.soundAncestor(third.id())).contains(third);
    Damage.FLIP.to(third.directory().resolve("a/weights"));
    assertThat(registry.soundAncestor(third.id())).contains(first);
    assertThat(registry.soundAncestor(second.id())).contains(second);
    for (String id : List.of(NOWHERE, "", "../" + NOWHERE)) {
      assertThatIllegalArgumentException().isThrownBy(() -> registry.withdraw(id, "gone"));
    }
    assertThat(registry.withdrawn(NOWHERE)).isEmpty();
  }

  @Test
  void should_have_one_directory_for_trials_if_any() throws IOException {
    Optional<Path> trials = registry.trials();
    if (trials.isEmpty()) {
      return;
    }
    Path file = Files.writeString(trials.get().resolve("note"), "1234");
    ModelVersion version = child(null, "first");
    registry.promote(version.id());
    registry.retain(0);
    assertThat(open(home).trials()).isEqualTo(trials);
    assertThat(file).hasContent("1234");
    assertThat(registry.versions()).containsExactly(version.id());
  }

  @Test
  void should_load_no_other_bytes_than_it_checked() throws IOException {
    ModelVersion version = registry.add(artifact(Map.of("a/weights", "1234")), PROVENANCE);
    Path inner = version.directory().resolve("a");
    Path file = inner.resolve("weights");
    assertThat(registry.<String>load(version.id(), loaded -> loaded.id())).isEqualTo(version.id());
    List<Runnable> swaps =
        List.of(
            () -> write(file, "5678"),
            () -> {
              move(file, temporary.resolve("good"));
              write(file, "5678");
              move(temporary.resolve("good"), file);
            },
            () -> {
              move(inner, temporary.resolve("good"));
              move(temporary.resolve("good"), inner);
            },
            () -> {
              write(file.resolveSibling("more"), "");
              move(file.resolveSibling("more"), temporary.resolve("more"));
            });
    for (Runnable swap : swaps) {
      boolean[] closed = {false};
      assertThatExceptionOfType(CorruptModelException.class)
          .isThrownBy(
              () ->
                  registry.<AutoCloseable>load(
                      version.id(),
                      loaded -> {
                        swap.run();
                        return () -> closed[0] = true;
                      }));
      assertThat(closed[0]).isTrue();
      write(file, "1234");
      assertThat(registry.<String>load(version.id(), loaded -> "again")).isEqualTo("again");
    }
  }

  private static void write(Path file, String content) {
    try {
      Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void move(Path from, Path to) {
    try {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void should_not_store_more_than_it_may_and_nothing_once_it_is_cancelled() throws IOException {
    Path artifact = artifact(Map.of("weights", "1234"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> registry.add(artifact, PROVENANCE, 3, () -> false))
        .withMessageContaining("(4)")
        .withMessageContaining("(3)");
    assertThatExceptionOfType(CancelledException.class)
        .isThrownBy(() -> registry.add(artifact, PROVENANCE, 4, () -> true));
    assertThat(registry.versions()).isEmpty();
    assertThat(registry.add(artifact, PROVENANCE, 4, () -> false).directory())
        .isNotEmptyDirectory();
  }

  @Test
  void should_go_on_when_the_provenance_of_an_old_version_is_lost() throws IOException {
    ModelVersion first = child(null, "first");
    ModelVersion second = child(first, "second");
    ModelVersion third = child(second, "third");
    ModelVersion fourth = child(third, "fourth");
    for (ModelVersion version : List.of(first, second, third)) {
      registry.promote(version.id());
    }
    Path manifest = second.directory().resolveSibling(second.id() + ".json");
    if (!Files.exists(manifest)) {
      return;
    }
    Files.delete(manifest);
    for (ModelRegistry any : List.of(registry, open(home))) {
      assertThat(any.live()).contains(third);
      assertThat(any.history()).containsExactly(third.id(), first.id());
      assertThatIllegalArgumentException().isThrownBy(() -> any.version(second.id()));
      assertThat(any.soundAncestor(third.id())).contains(third);
    }
    registry.promote(fourth.id());
    assertThat(registry.retain(5)).isEmpty();
    assertThat(registry.rollBack()).isEqualTo(third);
    assertThat(registry.rollBack()).isEqualTo(first);
    assertThat(registry.add(artifact(Map.of("a/weights", "second")), PROVENANCE)).isEqualTo(second);
    // The live one itself: it alone is refused, and whatever is promoted repairs it.
    registry.promote(second.id());
    Files.delete(manifest);
    assertThatExceptionOfType(CorruptModelException.class).isThrownBy(registry::live);
    assertThat(registry.history()).startsWith(second.id());
    assertThat(registry.soundAncestor(second.id())).contains(first);
    registry.promote(third.id());
    assertThat(registry.live()).contains(third);
  }

  @Test
  void should_serve_many_threads() throws Exception {
    List<ModelVersion> versions = versions(3);
    registry.promote(versions.get(0).id());
    int threads = 4;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<Optional<ModelVersion>>> calls =
          IntStream.range(0, 40)
              .<Callable<Optional<ModelVersion>>>mapToObj(
                  i ->
                      () -> {
                        ModelVersion again =
                            registry.add(artifact(Map.of("weights", "" + i % 3)), PROVENANCE);
                        assertThat(again).isEqualTo(versions.get(i % 3));
                        registry.promote(again.id());
                        return registry.live();
                      })
              .toList();
      for (var future : executor.invokeAll(calls)) {
        assertThat(versions).contains(future.get().orElseThrow());
      }
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void should_finish_what_it_began_when_the_thread_is_interrupted() {
    Thread.currentThread().interrupt();
    try {
      ModelVersion version = registry.add(artifact(Map.of("weights", "1234")), PROVENANCE);
      registry.promote(version.id());
      assertThat(registry.live()).contains(version);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private List<ModelVersion> versions(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> registry.add(artifact(Map.of("weights", "" + i)), PROVENANCE))
        .toList();
  }

  private Path artifact(Map<String, String> files) {
    try {
      Path directory = Files.createTempDirectory(temporary, "artifact");
      for (Map.Entry<String, String> file : files.entrySet()) {
        Path path = directory.resolve(file.getKey());
        Files.createDirectories(path.getParent());
        // Not by a channel, which an interrupted thread could not use.
        try (var out = new FileOutputStream(path.toFile())) {
          out.write(file.getValue().getBytes(StandardCharsets.UTF_8));
        }
      }
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, String> contents(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .collect(
              Collectors.toMap(
                  file -> directory.relativize(file).toString().replace('\\', '/'),
                  file -> {
                    try {
                      return Files.readString(file);
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  }));
    }
  }
}
