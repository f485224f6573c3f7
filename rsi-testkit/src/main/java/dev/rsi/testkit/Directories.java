package dev.rsi.testkit;

import dev.rsi.api.ModelVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Looks at directories from outside: which files, with which bytes. */
final class Directories {

  private Directories() {}

  /** Everything but directories, links included and not followed, sorted; none if it is missing. */
  static List<Path> files(Path directory) {
    if (!Files.exists(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SHA-256 per file, by path relative to the directory. */
  static Map<String, String> hashes(Path directory) {
    Map<String, String> hashes = new TreeMap<>();
    for (Path file : files(directory)) {
      try {
        String name = directory.relativize(file).toString().replace('\\', '/');
        hashes.put(name, sha256(Files.readAllBytes(file)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return hashes;
  }

  /** A directory as a version, named by its content as a registry would. */
  static ModelVersion version(Path directory) {
    return new ModelVersion(
        sha256(hashes(directory).toString().getBytes(StandardCharsets.UTF_8)), directory);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every JDK has SHA-256.", e);
    }
  }
}
