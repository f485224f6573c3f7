package dev.rsi.core.registry;

import com.google.common.hash.Hashing;
import dev.rsi.core.internal.LeftOutIfNull;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code versions/<id>.json}.
 *
 * @param files sorted by path, byte by byte
 * @param place name of the directory beside it that they lie in; null, and not written, if that is
 *     the id, as it is but for content that was stored while the same content was being deleted
 */
record Manifest(
    int format,
    String id,
    Provenance provenance,
    List<Entry> files,
    @LeftOutIfNull @Nullable String place) {
  private static final Comparator<Entry> BY_PATH =
      Comparator.comparing(
          entry -> entry.path().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

  /**
   * One file of a version.
   *
   * @param path relative to the version's directory, with '/'
   */
  record Entry(String path, long size, String sha256) {
    Entry {
      Objects.requireNonNull(path, "path");
      Objects.requireNonNull(sha256, "sha256");
    }
  }

  Manifest {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(provenance, "provenance");
    files = List.copyOf(files);
  }

  static Manifest of(Provenance provenance, List<Entry> files) {
    List<Entry> sorted = files.stream().sorted(BY_PATH).toList();
    return new Manifest(RegistryFiles.FORMAT, id(sorted), provenance, sorted, null);
  }

  /** The same of files that lie elsewhere. */
  Manifest at(String other) {
    return new Manifest(format, id, provenance, files, other);
  }

  /** The id these files should have. */
  String expectedId() {
    return id(files);
  }

  // The text is documented at ModelRegistry.directory.
  private static String id(List<Entry> sorted) {
    StringBuilder text = new StringBuilder();
    for (Entry entry : sorted) {
      text.append(entry.sha256()).append(' ').append(entry.size()).append(' ');
      text.append(entry.path()).append('\n');
    }
    return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString();
  }
}
