package dev.rsi.core.registry;

import dev.rsi.api.CorruptModelException;
import dev.rsi.api.ModelVersion;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps versions of a model, named by the SHA-256 of their content, and says which one is live.
 * Field terms: model registry, checkpoint store.
 *
 * <p>Versions are immutable. Thread-safe within one process; one process at a time may write.
 */
public interface ModelRegistry {

  /**
   * A registry in a directory of its own, which is made if it is not there. Everything in it is
   * plain to see:
   *
   * <pre>
   * versions/&lt;id&gt;/...     the files of a version, never changed again
   * versions/&lt;id&gt;.json    its provenance, and size and SHA-256 of each file; it makes the version visible
   * live.json             the version live now, and those that were live before it
   * pins/&lt;id&gt;             an empty file for each version that is pinned
   * retired/&lt;id&gt;.json     the same of a version that was deleted
   * work/                 directories of trainings under way; left-overs are swept when a registry is opened
   * </pre>
   *
   * <p>The id of a version is the SHA-256 of this text in UTF-8: one line {@code <SHA-256 in
   * lower-case hexadecimal> <size in bytes> <path>} for each file, ended by one line feed each, the
   * path relative with {@code /} between names, the lines in the order of their paths compared byte
   * by byte. With a shell, from inside a version's directory:
   *
   * <pre>
   * find . -type f -printf '%P\n' | LC_ALL=C sort | while IFS= read -r path; do
   *   echo "$(sha256sum &lt; "$path" | cut -c -64) $(stat -c %s "$path") $path"; done | sha256sum
   * </pre>
   *
   * <p>Any number of processes may read; see {@link ModelRegistry} for writing.
   *
   * @param directory on a disk of this machine, or any other that moves files atomically
   * @throws dev.rsi.api.RsiException if the directory cannot be made or is not a directory
   */
  static ModelRegistry directory(Path directory) {
    return DirectoryModelRegistry.open(directory);
  }

  /**
   * Stores a directory of model files as a version. The directory itself is left as it is. Storing
   * the same content again gives the version there is already, with the provenance it has.
   *
   * @param artifact a directory of regular files, at least one, in directories of any depth
   * @param provenance where it comes from
   * @return the version, complete and durable
   * @throws IllegalArgumentException if the directory holds what a version cannot keep: a symbolic
   *     link, an empty directory, or a name with control characters or a backslash
   * @throws CorruptModelException if there is such a version already, and it is damaged
   * @throws dev.rsi.api.RsiException if it could not be stored; nothing of it is visible then
   */
  ModelVersion add(Path artifact, Provenance provenance);

  /**
   * Finds a version and checks every file of it against its hash.
   *
   * @throws IllegalArgumentException if there is no such version
   * @throws CorruptModelException if a file was changed, is missing or was added
   */
  ModelVersion version(String id);

  /** The ids of all versions that are there, damaged ones too. */
  Set<String> versions();

  /**
   * Where a version comes from; also of one that {@link #retain} deleted.
   *
   * @throws IllegalArgumentException if there never was such a version
   */
  Provenance provenance(String id);

  /**
   * A version and what it comes from: its own id, its parent's and so on, as their provenances say,
   * to the first or to one that never was here. Deleted ones are among them.
   *
   * @throws IllegalArgumentException if there never was such a version
   */
  List<String> lineage(String id);

  /**
   * The nearest of a version's lineage that is there and undamaged, the version itself included:
   * what to go on from where the version is refused. Empty if there is none.
   *
   * @throws IllegalArgumentException if there never was such a version
   */
  default Optional<ModelVersion> soundAncestor(String id) {
    Set<String> there = versions();
    for (String each : lineage(id)) {
      if (there.contains(each)) {
        try {
          return Optional.of(version(each));
        } catch (CorruptModelException damaged) {
          // The next one may be sound.
        }
      }
    }
    return Optional.empty();
  }

  /**
   * The version live now, checked as {@link #version} does; empty before the first {@link
   * #promote}.
   *
   * @throws CorruptModelException if it is damaged
   */
  Optional<ModelVersion> live();

  /**
   * Makes a version live, atomically and durably: whoever asks {@link #live} sees the old one or
   * the new one, also after a crash. Promoting the live version changes nothing.
   *
   * @throws IllegalArgumentException if there is no such version
   * @throws CorruptModelException if it is damaged: the live version stays
   */
  void promote(String id);

  /**
   * Makes the version live that was live before the one live now. Called again it goes back
   * further; a version rolled back from is not returned to, unless it is promoted again.
   *
   * @return the version live from now on
   * @throws IllegalStateException if there was none
   * @throws CorruptModelException if it is damaged: the live version stays
   */
  ModelVersion rollBack();

  /**
   * The same back to any version of the {@link #history}, at one step; past damaged ones too.
   *
   * @return the version live from now on
   * @throws IllegalArgumentException if it is not of the history
   * @throws CorruptModelException if it is damaged: the live version stays
   */
  ModelVersion rollBackTo(String id);

  /**
   * The ids of the version live now and of those before it that a rollback can lead to, the latest
   * first; empty before the first {@link #promote}. Their files are not looked at.
   */
  List<String> history();

  /**
   * Keeps a version until it is unpinned, whatever is retained.
   *
   * @throws IllegalArgumentException if there is no such version
   */
  void pin(String id);

  /** Ends that. Does nothing if the version is not pinned. */
  void unpin(String id);

  /** The ids of the versions that are pinned. */
  Set<String> pinned();

  /**
   * Keeps a version as long as it is used: until the hold is closed, or the process ends, however
   * it ends.
   *
   * @throws IllegalArgumentException if there is no such version
   */
  Hold hold(String id);

  /** The use of a version. Thread-safe; closing it twice does nothing. */
  interface Hold extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Deletes the files of versions that nobody needs any more. What stays:
   *
   * <ul>
   *   <li>the live version, and as many as are told of those that were live before it; the history
   *       forgets the others
   *   <li>the anchor of the live version, which is the one that its run began with, and the first
   *       of its lineage
   *   <li>every version whose parent is the live one: its challengers, which may yet be promoted
   *   <li>what is pinned, and what anybody holds
   * </ul>
   *
   * <p>Provenances stay, so lineages stay whole. A kill at any instant leaves each version complete
   * or gone; what is left of a deleted one is swept when the registry is opened. Nothing is deleted
   * before the first {@link #promote}.
   *
   * @param before how many of the versions live before stay, 0 or more
   * @return the ids of the versions deleted
   */
  Set<String> retain(int before);

  /**
   * A fresh empty directory on the registry's disk, for a training to work in. Who asked for it may
   * delete it; else it lies there until the first registry is opened after this process ended.
   */
  Path newWorkDirectory();

  /**
   * How many bytes the registry takes on this machine's disk now, trainings under way included; 0,
   * the default, if none.
   */
  default long bytes() {
    return 0;
  }
}
