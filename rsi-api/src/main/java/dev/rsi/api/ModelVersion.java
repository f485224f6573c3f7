package dev.rsi.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An immutable stored version of a model. Field term: checkpoint.
 *
 * @param id the SHA-256 of its content, 64 lower-case hexadecimal digits; given by the registry
 * @param directory where its files lie, to be read only
 */
public record ModelVersion(String id, Path directory) {
  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

  public ModelVersion {
    Objects.requireNonNull(directory, "directory");
    if (!SHA_256.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "id (" + id + ") is not a SHA-256 in lower-case hexadecimal digits.");
    }
  }

  /**
   * Files that no registry keeps, under the id that they would have in one: what a training outside
   * a loop begins with, or tries. Reads all of them.
   *
   * @throws RsiException if they cannot be read, there is none, or one is no regular file
   */
  public static ModelVersion of(Path directory) {
    // By path, byte by byte, as ModelRegistry has it.
    Map<byte[], String> lines =
        new TreeMap<>(Comparator.comparing(bytes -> bytes, Arrays::compareUnsigned));
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
          continue;
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          throw new RsiException(
              "("
                  + file
                  + ") is no regular file, and a version is made of such alone.\nMaybe copy what it"
                  + " stands for into the directory.");
        }
        String path = directory.relativize(file).toString().replace('\\', '/');
        lines.put(
            path.getBytes(StandardCharsets.UTF_8),
            sha256(file) + " " + Files.size(file) + " " + path + "\n");
      }
    } catch (IOException | UncheckedIOException e) {
      throw new RsiException(
          "Directory ("
              + directory
              + ") of a model cannot be read: "
              + e
              + "\nMaybe its files lie elsewhere, or were not written yet.",
          e);
    }
    if (lines.isEmpty()) {
      throw new RsiException(
          "Directory ("
              + directory
              + ") has no file of a model.\nMaybe its files lie elsewhere, or were not written yet.");
    }
    MessageDigest digest = sha256();
    lines.values().forEach(line -> digest.update(line.getBytes(StandardCharsets.UTF_8)));
    return new ModelVersion(HexFormat.of().formatHex(digest.digest()), directory);
  }

  private static String sha256(Path file) throws IOException {
    MessageDigest digest = sha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256.", e);
    }
  }

  /** The first twelve digits of the id, for people. */
  public String shortId() {
    return id.substring(0, 12);
  }
}
