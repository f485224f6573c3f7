package dev.rsi.core.registry;

import dev.rsi.api.CorruptModelException;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.RsiException;
import dev.rsi.core.internal.DiskUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The registry of {@link ModelRegistry#directory}, where its layout is documented. */
final class DirectoryModelRegistry implements ModelRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryModelRegistry.class);
  private static final String JSON = ".json";
  private static final int ID_LENGTH = 64;
  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

  private final RegistryFiles files = new RegistryFiles();
  private final Path directory;
  private final Path versions;
  private final Path live;
  private final Path pins;
  private final Path retired;
  private final WorkArea work;
  private final Retention retention = new Retention();

  private DirectoryModelRegistry(Path directory) {
    this.directory = directory;
    this.versions = directory.resolve("versions");
    this.live = directory.resolve("live.json");
    this.pins = directory.resolve("pins");
    this.retired = directory.resolve("retired");
    this.work = new WorkArea(directory.resolve("work"));
  }

  static DirectoryModelRegistry open(Path path) {
    Path directory = path.toAbsolutePath().normalize();
    DirectoryModelRegistry registry = new DirectoryModelRegistry(directory);
    try {
      Files.createDirectories(registry.versions);
      Files.createDirectories(registry.pins);
      Files.createDirectories(registry.retired);
      Files.createDirectories(directory.resolve("work"));
      Durable.sync(directory);
    } catch (IOException e) {
      throw registry.failed("open the registry", e);
    }
    registry.work.sweep();
    try {
      // No others: another process may be about to make them visible.
      registry.sweep(id -> Files.exists(registry.retired(id)));
    } catch (IOException e) {
      LOG.warn("Could not sweep ({}).", registry.versions, e);
    }
    return registry;
  }

  @Override
  public long bytes() {
    try {
      return DiskUsage.of(directory);
    } catch (IOException e) {
      throw failed("read its size", e);
    }
  }

  @Override
  public ModelVersion add(Path artifact, Provenance provenance) {
    Objects.requireNonNull(provenance, "provenance");
    try {
      Path source = artifact.toRealPath();
      if (!Files.isDirectory(source)) {
        throw new IllegalArgumentException("Artifact (" + artifact + ") is not a directory.");
      }
      if (directory.toRealPath().startsWith(source)) {
        throw new IllegalArgumentException(
            "Artifact (" + artifact + ") holds the registry (" + directory + ") itself.");
      }
      Path staged = work.fresh();
      try {
        return publish(staged, Manifest.of(provenance, VersionFiles.copy(source, staged)));
      } finally {
        Durable.delete(staged);
      }
    } catch (IOException e) {
      throw failed("store artifact (" + artifact + ")", e);
    }
  }

  private synchronized ModelVersion publish(Path staged, Manifest manifest) throws IOException {
    Path target = versions.resolve(manifest.id());
    Path json = json(manifest.id());
    if (Files.exists(json)) {
      return version(manifest.id());
    }
    // Or another process that opens the registry would take the directory for its left-over.
    boolean again = Files.deleteIfExists(retired(manifest.id()));
    // A crash between the two moves leaves a directory that nobody sees.
    Durable.delete(target);
    Durable.move(staged, target);
    Durable.replace(json, files.write(manifest), work.fresh());
    retention.added(manifest.id(), again);
    return new ModelVersion(manifest.id(), target);
  }

  @Override
  public ModelVersion version(String id) {
    Path base = versions.resolve(checkId(id));
    try {
      VersionFiles.check(base, manifest(id));
      return new ModelVersion(id, base);
    } catch (IOException e) {
      throw failed("read version (" + id + ")", e);
    }
  }

  @Override
  public Set<String> versions() {
    try {
      Set<String> ids = new TreeSet<>();
      for (Path file : VersionFiles.children(versions)) {
        String name = file.getFileName().toString();
        String id = name.substring(0, Math.min(name.length(), ID_LENGTH));
        if (name.equals(id + JSON) && SHA_256.matcher(id).matches()) {
          ids.add(id);
        }
      }
      return Collections.unmodifiableSet(ids);
    } catch (IOException e) {
      throw failed("list its versions", e);
    }
  }

  @Override
  public Provenance provenance(String id) {
    checkId(id);
    try {
      Path gone = retired(id);
      return (Files.exists(json(id)) || !Files.exists(gone) ? manifest(id) : manifest(id, gone))
          .provenance();
    } catch (IOException e) {
      throw failed("read version (" + id + ")", e);
    }
  }

  @Override
  public List<String> lineage(String id) {
    Set<String> lineage = new LinkedHashSet<>();
    // A version may be stored with any parent, one of its descendants too.
    for (String next = id; next != null && lineage.add(next); ) {
      String parent = provenance(next).parent();
      next = parent != null && known(parent) ? parent : null;
    }
    return List.copyOf(lineage);
  }

  private boolean known(String id) {
    return SHA_256.matcher(id).matches() && (Files.exists(json(id)) || Files.exists(retired(id)));
  }

  @Override
  public Optional<ModelVersion> live() {
    return Optional.ofNullable(pointer()).map(pointer -> version(pointer.live()));
  }

  @Override
  public synchronized void promote(String id) {
    version(id);
    LivePointer pointer = pointer();
    if (pointer == null) {
      point(LivePointer.first(id));
    } else if (!pointer.live().equals(id)) {
      point(pointer.promote(id));
    }
  }

  @Override
  public synchronized ModelVersion rollBack() {
    LivePointer pointer = pointer();
    if (pointer == null || pointer.before().isEmpty()) {
      throw new IllegalStateException(
          "There is no version to roll back to in registry ("
              + directory
              + "): "
              + (pointer == null
                  ? "none was live yet."
                  : "version (" + pointer.live() + ") is the first that was live."));
    }
    return rollBack(pointer, 1);
  }

  @Override
  public synchronized ModelVersion rollBackTo(String id) {
    LivePointer pointer = pointer();
    int place = pointer == null ? -1 : pointer.history().indexOf(checkId(id));
    if (pointer == null || place < 0) {
      throw new IllegalArgumentException(
          "Version ("
              + id
              + ") was not live in registry ("
              + directory
              + "), or that was forgotten.\nMaybe see history(), or promote it.");
    }
    return rollBack(pointer, place);
  }

  private ModelVersion rollBack(LivePointer pointer, int place) {
    LivePointer back = pointer.rollBackTo(place);
    ModelVersion version = version(back.live());
    point(back);
    return version;
  }

  @Override
  public List<String> history() {
    LivePointer pointer = pointer();
    return pointer == null ? List.of() : List.copyOf(pointer.history());
  }

  @Override
  public synchronized void pin(String id) {
    try {
      checkThere(id);
      Path pin = pins.resolve(id);
      if (!Files.exists(pin)) {
        Files.createFile(pin);
        Durable.sync(pins);
      }
    } catch (IOException e) {
      throw failed("pin version (" + id + ")", e);
    }
  }

  @Override
  public synchronized void unpin(String id) {
    try {
      if (Files.deleteIfExists(pins.resolve(checkId(id)))) {
        Durable.sync(pins);
      }
    } catch (IOException e) {
      throw failed("unpin version (" + id + ")", e);
    }
  }

  @Override
  public Set<String> pinned() {
    try {
      return VersionFiles.children(pins).stream()
          .map(pin -> pin.getFileName().toString())
          .filter(SHA_256.asMatchPredicate())
          .collect(Collectors.toUnmodifiableSet());
    } catch (IOException e) {
      throw failed("list what is pinned", e);
    }
  }

  @Override
  public Hold hold(String id) {
    try {
      checkThere(id);
      Path mark = work.hold(id);
      // Seen by whoever deletes the version after this, who looks again when it is gone from sight.
      try {
        checkThere(id);
      } catch (IllegalArgumentException e) {
        Files.deleteIfExists(mark);
        throw e;
      }
      return () -> release(mark);
    } catch (IOException e) {
      throw failed("hold version (" + id + ")", e);
    }
  }

  private void release(Path mark) {
    try {
      Files.deleteIfExists(mark);
    } catch (IOException e) {
      throw failed("end the hold (" + mark + ")", e);
    }
  }

  @Override
  public synchronized Set<String> retain(int before) {
    if (before < 0) {
      throw new IllegalArgumentException("before (" + before + ") must be >= 0.");
    }
    LivePointer pointer = pointer();
    if (pointer == null) {
      return Set.of();
    }
    try {
      // What ended processes held is nobody's.
      work.sweep();
      Set<String> kept = retention.kept(this, before);
      kept.addAll(work.held());
      // First, so that it never leads to what is gone.
      LivePointer shorter = pointer.keeping(kept);
      if (!shorter.equals(pointer)) {
        point(shorter);
      }
      Set<String> deleted = new TreeSet<>();
      for (String id : versions()) {
        if (!kept.contains(id) && retire(id)) {
          deleted.add(id);
        }
      }
      // Who may delete is the only one to write, so nobody is about to make these visible.
      sweep(unseen -> true);
      return Collections.unmodifiableSet(deleted);
    } catch (IOException e) {
      throw failed("delete what nobody needs", e);
    }
  }

  /** Deletes a version, unless somebody came to hold it. */
  private boolean retire(String id) throws IOException {
    Path json = json(id);
    Durable.move(json, retired(id));
    Durable.sync(versions);
    if (work.held().contains(id)) {
      Durable.move(retired(id), json);
      return false;
    }
    Durable.delete(versions.resolve(id));
    return true;
  }

  /** Deletes directories of versions that nobody sees. */
  private void sweep(Predicate<String> which) throws IOException {
    for (Path directory : VersionFiles.children(versions)) {
      String id = directory.getFileName().toString();
      if (SHA_256.matcher(id).matches() && !Files.exists(json(id)) && which.test(id)) {
        Durable.delete(directory);
      }
    }
  }

  @Override
  public Path newWorkDirectory() {
    try {
      return Files.createDirectory(work.fresh());
    } catch (IOException e) {
      throw failed("make a work directory", e);
    }
  }

  @Override
  public String toString() {
    return "ModelRegistry.directory(" + directory + ")";
  }

  private @Nullable LivePointer pointer() {
    if (!Files.exists(live)) {
      return null;
    }
    try {
      LivePointer pointer = files.read(live, LivePointer.class);
      checkPointer(pointer.live());
      pointer.before().forEach(this::checkPointer);
      return pointer;
    } catch (IOException e) {
      throw failed("read (" + live + ")", e);
    }
  }

  private void checkPointer(String id) {
    if (!SHA_256.matcher(id).matches() || !Files.exists(json(id))) {
      throw new CorruptModelException(live, "id", "a version under " + versions, id);
    }
  }

  private void point(LivePointer pointer) {
    try {
      Durable.replace(live, files.write(pointer), work.fresh());
    } catch (IOException e) {
      throw failed("make version (" + pointer.live() + ") live", e);
    }
  }

  private void checkThere(String id) {
    if (!Files.exists(json(checkId(id)))) {
      throw new IllegalArgumentException(
          "There is no version ("
              + id
              + ") in registry ("
              + directory
              + ").\nMaybe it lies in another one, or was deleted.");
    }
  }

  private Manifest manifest(String id) throws IOException {
    checkThere(id);
    return manifest(id, json(id));
  }

  private Manifest manifest(String id, Path json) throws IOException {
    Manifest manifest = files.read(json, Manifest.class);
    if (!manifest.id().equals(id)) {
      throw new CorruptModelException(json, "id", id, manifest.id());
    }
    String hash = manifest.expectedId();
    if (!hash.equals(id)) {
      throw new CorruptModelException(
          json, "files", "a list with SHA-256 " + id, "one with SHA-256 " + hash);
    }
    return manifest;
  }

  private Path json(String id) {
    return versions.resolve(id + JSON);
  }

  private Path retired(String id) {
    return retired.resolve(id + JSON);
  }

  // Checked before it becomes part of a path.
  private static String checkId(String id) {
    if (!SHA_256.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "Version id (" + id + ") is not a SHA-256 in lower-case hexadecimal digits.");
    }
    return id;
  }

  private RsiException failed(String what, IOException cause) {
    return new RsiException(
        "Registry ("
            + directory
            + ") could not "
            + what
            + ": "
            + cause
            + ".\nMaybe the disk is full, or this user may not read and write there.",
        cause);
  }
}
