package dev.rsi.core.registry;

import dev.rsi.api.ModelVersion;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Keeps versions of a model, named by the SHA-256 of their content, and says which one is live.
 *
 * <p>Versions are immutable. Thread-safe within one process; one process at a time may write.
 */
public interface ModelRegistry {

  /**
   * Stores a directory of model files as a version. The directory itself is left as it is. Storing
   * the same content again gives the version there is already, with the provenance it has.
   *
   * @param artifact a directory with at least one regular file, without symbolic links
   * @param provenance where it comes from
   * @return the version, complete and durable
   * @throws IllegalArgumentException if the directory holds no file or holds a symbolic link
   */
  ModelVersion add(Path artifact, Provenance provenance);

  /**
   * Finds a version and checks every file of it against its hash.
   *
   * @throws IllegalArgumentException if there is no such version
   * @throws dev.rsi.api.CorruptModelException if a file was changed, is missing or was added
   */
  ModelVersion version(String id);

  /**
   * Where a version comes from.
   *
   * @throws IllegalArgumentException if there is no such version
   */
  Provenance provenance(String id);

  /** The version live now; empty before the first {@link #promote}. */
  Optional<ModelVersion> live();

  /**
   * Makes a version live, atomically and durably: whoever asks {@link #live} sees the old one or
   * the new one, also after a crash.
   *
   * @throws IllegalArgumentException if there is no such version
   */
  void promote(String id);

  /**
   * Makes the version live that was live before the one live now.
   *
   * @return the version live from now on
   * @throws IllegalStateException if there was none
   */
  ModelVersion rollBack();

  /** A fresh empty directory on the registry's disk, for a training to work in. */
  Path newWorkDirectory();
}
