package dev.rsi.core.registry;

import dev.rsi.api.CorruptModelException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The files of a version: how they are copied from an artifact, and checked later. */
final class VersionFiles {
  private VersionFiles() {}

  /**
   * Copies an artifact to a directory that is not there yet, durably.
   *
   * @throws IllegalArgumentException if it holds what a version cannot keep
   */
  static List<Manifest.Entry> copy(Path artifact, Path to) throws IOException {
    List<Manifest.Entry> entries = new ArrayList<>();
    stage(artifact, "", to, entries);
    return entries;
  }

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
