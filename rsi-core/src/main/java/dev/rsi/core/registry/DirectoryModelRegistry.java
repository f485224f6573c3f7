package dev.rsi.core.registry;

import dev.rsi.api.CorruptModelException;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.RsiException;
import dev.rsi.core.internal.DiskUsage;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The registry of {@link ModelRegistry#directory}, where its layout is documented. */
final class DirectoryModelRegistry implements ModelRegistry {
  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

  private final RegistryFiles files = new RegistryFiles();
  private final Path directory;
  private final Path versions;
  private final Path live;
  private final WorkArea work;

  private DirectoryModelRegistry(Path directory) {
    this.directory = directory;
    this.versions = directory.resolve("versions");
    this.live = directory.resolve("live.json");
    this.work = new WorkArea(directory.resolve("work"));
  }

  static DirectoryModelRegistry open(Path path) {
    Path directory = path.toAbsolutePath().normalize();
    DirectoryModelRegistry registry = new DirectoryModelRegistry(directory);
    try {
      Files.createDirectories(registry.versions);
      Files.createDirectories(directory.resolve("work"));
      Durable.sync(directory);
    } catch (IOException e) {
      throw registry.failed("open the registry", e);
    }
    registry.work.sweep();
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
        List<Manifest.Entry> entries = new ArrayList<>();
        stage(source, "", staged, entries);
        return publish(staged, Manifest.of(provenance, entries));
      } finally {
        Durable.delete(staged);
      }
    } catch (IOException e) {
      throw failed("store artifact (" + artifact + ")", e);
    }
  }

  /** Copies a directory into the work area, durably. */
  private static void stage(Path from, String prefix, Path to, List<Manifest.Entry> entries)
      throws IOException {
    List<Path> children = children(from);
    if (children.isEmpty()) {
      throw new IllegalArgumentException(
          "Directory ("
              + from
              + ") is empty, and a version is made of files alone.\nMaybe the trainer wrote its"
              + " files elsewhere, or the directory can be removed.");
    }
    Files.createDirectory(to);
    for (Path child : children) {
      String name = child.getFileName().toString();
      checkName(name, child);
      BasicFileAttributes attributes = attributes(child);
      if (attributes.isDirectory()) {
        stage(child, prefix + name + "/", to.resolve(name), entries);
      } else if (attributes.isRegularFile()) {
        entries.add(Durable.copy(child, to.resolve(name), prefix + name));
      } else {
        throw new IllegalArgumentException(
            "("
                + child
                + ") is a "
                + kind(attributes)
                + ", and a version is made of regular files.\nMaybe copy what it stands for into the"
                + " directory (cp -rL).");
      }
    }
    Durable.sync(to);
  }

  // One line of the id's text is one file, and '/' alone parts names, on every system.
  private static void checkName(String name, Path file) {
    if (name.chars().anyMatch(c -> Character.isISOControl(c) || c == '\\' || c == '\uFFFD')) {
      throw new IllegalArgumentException(
          "The name of file ("
              + file
              + ") has a control character, a backslash or bytes that are no text.\nMaybe rename"
              + " it.");
    }
  }

  private synchronized ModelVersion publish(Path staged, Manifest manifest) throws IOException {
    Path target = versions.resolve(manifest.id());
    Path json = json(manifest.id());
    if (Files.exists(json)) {
      return version(manifest.id());
    }
    // A crash between the two moves leaves a directory that nobody sees.
    Durable.delete(target);
    Durable.move(staged, target);
    Durable.replace(json, files.write(manifest), work.fresh());
    return new ModelVersion(manifest.id(), target);
  }

  @Override
  public ModelVersion version(String id) {
    Path base = versions.resolve(checkId(id));
    try {
      Map<String, Path> found = new TreeMap<>();
      Manifest manifest = manifest(id);
      if (Files.isDirectory(base, LinkOption.NOFOLLOW_LINKS)) {
        list(base, "", found);
      }
      for (Manifest.Entry expected : manifest.files()) {
        check(base, expected, found.remove(expected.path()));
      }
      for (Path surplus : found.values()) {
        throw new CorruptModelException(surplus, "file", "nothing of this name", "a file");
      }
      return new ModelVersion(id, base);
    } catch (IOException e) {
      throw failed("read version (" + id + ")", e);
    }
  }

  private static void check(Path base, Manifest.Entry expected, @Nullable Path file)
      throws IOException {
    if (file == null) {
      throw new CorruptModelException(
          base.resolve(expected.path()),
          "file",
          "a regular file of " + expected.size() + " bytes",
          "nothing");
    }
    // A file that was cut short need not be read to be refused.
    long size = Files.size(file);
    if (size != expected.size()) {
      throw new CorruptModelException(file, "size", expected.size() + " bytes", size + " bytes");
    }
    String sha256 = Durable.describe(file, expected.path()).sha256();
    if (!sha256.equals(expected.sha256())) {
      throw new CorruptModelException(file, "sha256", expected.sha256(), sha256);
    }
  }

  /** Finds the files of a version. */
  private static void list(Path base, String prefix, Map<String, Path> found) throws IOException {
    for (Path child : children(base)) {
      String name = child.getFileName().toString();
      BasicFileAttributes attributes = attributes(child);
      if (attributes.isDirectory()) {
        list(child, prefix + name + "/", found);
      } else if (attributes.isRegularFile()) {
        found.put(prefix + name, child);
      } else {
        throw new CorruptModelException(child, "file", "a regular file", "a " + kind(attributes));
      }
    }
  }

  @Override
  public Provenance provenance(String id) {
    checkId(id);
    try {
      return manifest(id).provenance();
    } catch (IOException e) {
      throw failed("read version (" + id + ")", e);
    }
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
    LivePointer back = pointer.rollBack();
    ModelVersion version = version(back.live());
    point(back);
    return version;
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

  private Manifest manifest(String id) throws IOException {
    Path json = json(id);
    if (!Files.exists(json)) {
      throw new IllegalArgumentException(
          "There is no version ("
              + id
              + ") in registry ("
              + directory
              + ").\nMaybe it lies in another one.");
    }
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
    return versions.resolve(id + ".json");
  }

  // Checked before it becomes part of a path.
  private static String checkId(String id) {
    if (!SHA_256.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "Version id (" + id + ") is not a SHA-256 in lower-case hexadecimal digits.");
    }
    return id;
  }

  private static List<Path> children(Path directory) throws IOException {
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      List<Path> children = new ArrayList<>();
      stream.forEach(children::add);
      return children;
    }
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static String kind(BasicFileAttributes attributes) {
    return attributes.isSymbolicLink() ? "symbolic link" : "special file";
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
