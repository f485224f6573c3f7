package dev.rsi.core.registry;

import dev.rsi.api.CancelledException;
import dev.rsi.api.CorruptModelException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The files of a version: how they are copied from an artifact, and checked later. */
final class VersionFiles {
  private VersionFiles() {}

  /**
   * Copies an artifact to a directory that is not there yet, durably: what it has at first sight,
   * and no byte more.
   *
   * @param most how many bytes it may have
   * @param cancelled asked now and then, and ends it
   * @throws IllegalArgumentException if it holds what a version cannot keep, is larger, or is
   *     changed meanwhile
   * @throws CancelledException if it was cancelled
   */
  static List<Manifest.Entry> copy(Path artifact, Path to, long most, BooleanSupplier cancelled)
      throws IOException {
    Map<Path, BasicFileAttributes> seen = new LinkedHashMap<>();
    long size = look(artifact, seen, cancelled);
    if (size > most) {
      throw new IllegalArgumentException(
          "Artifact ("
              + artifact
              + ") has ("
              + size
              + ") bytes, and ("
              + most
              + ") are the most that may be stored.\nMaybe the trainer left files in it that are not"
              + " the model's.");
    }
    List<Manifest.Entry> entries = new ArrayList<>();
    Files.createDirectory(to);
    for (Map.Entry<Path, BasicFileAttributes> file : seen.entrySet()) {
      Path from = file.getKey();
      Path target = to.resolve(artifact.relativize(from).toString());
      if (file.getValue().isDirectory()) {
        Files.createDirectory(target);
      } else {
        String path = artifact.relativize(from).toString().replace('\\', '/');
        entries.add(copy(from, file.getValue(), target, path, cancelled));
      }
    }
    for (Map.Entry<Path, BasicFileAttributes> file : seen.entrySet()) {
      if (file.getValue().isDirectory()) {
        Durable.sync(to.resolve(artifact.relativize(file.getKey()).toString()));
      }
    }
    Durable.sync(to);
    return entries;
  }

  private static Manifest.Entry copy(
      Path from, BasicFileAttributes seen, Path to, String path, BooleanSupplier cancelled)
      throws IOException {
    if (!isSame(seen, attributes(from))) {
      throw changed(from);
    }
    Manifest.Entry entry = Durable.copy(from, to, path, seen.size(), cancelled);
    if (entry.size() != seen.size() || !isSame(seen, attributes(from))) {
      throw changed(from);
    }
    return entry;
  }

  private static boolean isSame(BasicFileAttributes then, BasicFileAttributes now) {
    return now.isRegularFile()
        && then.size() == now.size()
        && then.lastModifiedTime().equals(now.lastModifiedTime())
        && Objects.equals(then.fileKey(), now.fileKey());
  }

  private static IllegalArgumentException changed(Path file) {
    return new IllegalArgumentException(
        "File ("
            + file
            + ") was changed while it was copied.\nMaybe the trainer left a thread or a process behind"
            + " that still writes.");
  }

  /** Finds what is in a directory, and how many bytes that has. */
  private static long look(
      Path directory, Map<Path, BasicFileAttributes> seen, BooleanSupplier cancelled)
      throws IOException {
    List<Path> children = children(directory);
    if (children.isEmpty()) {
      throw new IllegalArgumentException(
          "Directory ("
              + directory
              + ") is empty, and a version is made of files alone.\nMaybe the trainer wrote its"
              + " files elsewhere, or the directory can be removed.");
    }
    long size = 0;
    for (Path child : children) {
      checkGoesOn(cancelled);
      checkName(child.getFileName().toString(), child);
      BasicFileAttributes attributes = attributes(child);
      seen.put(child, attributes);
      if (attributes.isDirectory()) {
        size += look(child, seen, cancelled);
      } else if (attributes.isRegularFile()) {
        size += attributes.size();
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
    return size;
  }

  static void checkGoesOn(BooleanSupplier cancelled) {
    if (cancelled.getAsBoolean()) {
      throw new CancelledException("Storing an artifact was cancelled.");
    }
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

  /**
   * Checks every file of a version.
   *
   * @throws CorruptModelException if one was changed, is missing or was added
   */
  static void check(Path base, Manifest manifest) throws IOException {
    Map<String, Path> found = new TreeMap<>();
    if (Files.isDirectory(base, LinkOption.NOFOLLOW_LINKS)) {
      list(base, "", found);
    }
    for (Manifest.Entry expected : manifest.files()) {
      check(base, expected, found.remove(expected.path()));
    }
    for (Path surplus : found.values()) {
      throw new CorruptModelException(surplus, "file", "nothing of this name", "a file");
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

  /** What is in a directory. */
  static List<Path> children(Path directory) throws IOException {
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
}
