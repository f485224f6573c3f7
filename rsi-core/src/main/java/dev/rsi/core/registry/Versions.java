package dev.rsi.core.registry;

import dev.rsi.api.CorruptModelException;
import dev.rsi.api.ModelVersion;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The directories {@code versions/} and {@code retired/}: what is stored, shown and taken away.
 *
 * <p>A version is there as long as its manifest is; a link makes that visible, a rename hides it,
 * and either is given to one process alone. A manifest in {@code retired/} counts only where there
 * is none. Who stores, and who is about to delete, puts a mark down first and looks for those of
 * others afterwards: so of two at least one sees the other and makes way, and neither waits.
 */
final class Versions {
  private static final String JSON = ".json";
  private static final int ID_LENGTH = 64;
  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

  // To hide a version, look who needs it and show it again takes a few milliseconds.
  private static final int WAITS = 500;
  private static final long A_MILLISECOND = 1_000_000;

  private final Path home;
  private final Path directory;
  private final Path retired;
  private final RegistryFiles files;
  private final WorkArea work;

  Versions(Path home, RegistryFiles files, WorkArea work) {
    this.home = home;
    this.directory = home.resolve("versions");
    this.retired = home.resolve("retired");
    this.files = files;
    this.work = work;
  }

  static boolean isId(String text) {
    return SHA_256.matcher(text).matches();
  }

  void create() throws IOException {
    Files.createDirectories(directory);
    Files.createDirectories(retired);
  }

  boolean isThere(String id) {
    return isId(id) && Files.exists(json(id));
  }

  /** Whether it is there, or was and is deleted. */
  boolean isKnown(String id) {
    return isId(id) && (Files.exists(json(id)) || Files.exists(retired(id)));
  }

  Set<String> ids() throws IOException {
    Set<String> ids = new TreeSet<>();
    for (Path file : VersionFiles.children(directory)) {
      String name = file.getFileName().toString();
      String id = name.substring(0, Math.min(name.length(), ID_LENGTH));
      if (name.equals(id + JSON) && isId(id)) {
        ids.add(id);
      }
    }
    return Collections.unmodifiableSet(ids);
  }

  void checkThere(String id) {
    for (int wait = 0; wait < WAITS && isHiddenForNow(id); wait++) {
      LockSupport.parkNanos(A_MILLISECOND);
    }
    if (!Files.exists(json(id))) {
      throw new IllegalArgumentException(
          "There is no version ("
              + id
              + ") in registry ("
              + home
              + ").\nMaybe it lies in another one, or was deleted.");
    }
  }

  /** Whether somebody hid it just now, to see whether anybody needs it. */
  private boolean isHiddenForNow(String id) {
    try {
      return !Files.exists(json(id)) && Files.exists(retired(id)) && work.isBusy(id, null);
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Shows a version again, where a process that hid it stands still: it finds that it is live when
   * it goes on, as nobody can promote what is hidden.
   *
   * @param id of the version that is live, by a record that was read since it was held
   */
  void showLive(String id) throws IOException {
    if (isHiddenForNow(id) && isShowable(id, placeOf(id, retired(id)))) {
      show(id, retired(id));
    }
  }

  /** Whether files are those of the manifest that was hidden last. */
  private boolean isShowable(String id, Path base) throws IOException {
    try {
      Manifest manifest = manifest(id, retired(id));
      return place(manifest).equals(base) && isWhole(base, manifest);
    } catch (CorruptModelException | FileNotFoundException e) {
      return false;
    }
  }

  /** A version whose every file was held against its hash. */
  ModelVersion checked(String id) throws IOException {
    Manifest manifest = manifest(id);
    Path base = place(manifest);
    VersionFiles.check(base, manifest);
    return new ModelVersion(id, base);
  }

  /** Where the files of a version lie, which are not looked at. */
  Path place(String id) throws IOException {
    return place(manifest(id));
  }

  private Path place(Manifest manifest) {
    return directory.resolve(manifest.place() == null ? manifest.id() : manifest.place());
  }

  Provenance provenance(String id) throws IOException {
    Path gone = retired(id);
    return (Files.exists(json(id)) || !Files.exists(gone) ? manifest(id) : manifest(id, gone))
        .provenance();
  }

  private Manifest manifest(String id) throws IOException {
    for (int again = 0; ; again++) {
      checkThere(id);
      try {
        return manifest(id, json(id));
      } catch (FileNotFoundException e) {
        // Hidden just now, and maybe shown again; or this user may not read it.
        if (again >= WAITS) {
          throw e;
        }
      }
    }
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
    String place = manifest.place();
    if (place != null && !(place.startsWith(id + "-") && isPlain(place.substring(ID_LENGTH + 1)))) {
      throw new CorruptModelException(json, "place", "a name that begins with the id", place);
    }
    return manifest;
  }

  private static boolean isPlain(String name) {
    return !name.isEmpty() && name.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '-');
  }

  // Storing.

  /**
   * Shows what was copied as a version.
   *
   * @param staged its files; gone afterwards, or the caller's to delete
   * @throws CorruptModelException if there is such a version already, and it is damaged
   */
  ModelVersion publish(Path staged, Manifest manifest) throws IOException {
    String id = manifest.id();
    Path mark = work.hold(id);
    try {
      @Nullable Manifest placed = null;
      while (true) {
        if (Files.exists(json(id))) {
          try {
            return checked(id);
          } catch (IllegalArgumentException hidden) {
            // Somebody was about to delete it, and shows it again or not.
            continue;
          }
        }
        if (placed == null || !Files.exists(place(placed))) {
          placed = put(staged, manifest, mark);
        }
        if (show(placed)) {
          Durable.sync(directory);
          return new ModelVersion(id, place(placed));
        }
      }
    } finally {
      Files.deleteIfExists(mark);
    }
  }

  /** Puts files where those of a version lie, and says where that is. */
  private Manifest put(Path staged, Manifest manifest, Path mark) throws IOException {
    String id = manifest.id();
    Path usual = directory.resolve(id);
    if (work.isBusy(id, null)) {
      work.sweep();
    }
    if (work.isBusy(id, null)) {
      // Somebody deletes the same now, and may take away what lies there.
      return elsewhere(staged, manifest);
    }
    if (Files.exists(usual, LinkOption.NOFOLLOW_LINKS) && !isWhole(usual, manifest)) {
      if (work.isInUse(id, mark)) {
        return elsewhere(staged, manifest);
      }
      // What a crash left, or a disk.
      takeAway(usual);
    }
    // Or another one stored the same just now.
    moved(staged, usual);
    return manifest;
  }

  /** Under a name that nobody had before: whoever takes away what had one may still be at it. */
  private Manifest elsewhere(Path staged, Manifest manifest) throws IOException {
    while (true) {
      String place = manifest.id() + "-" + work.uniqueName();
      if (moved(staged, directory.resolve(place))) {
        return manifest.at(place);
      }
    }
  }

  private static boolean moved(Path staged, Path to) throws IOException {
    if (Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try {
      Durable.move(staged, to);
      return true;
    } catch (FileSystemException e) {
      if (Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
      throw e;
    }
  }

  private static boolean isWhole(Path base, Manifest manifest) throws IOException {
    try {
      VersionFiles.check(base, manifest);
      return true;
    } catch (CorruptModelException e) {
      return false;
    }
  }

  private boolean show(Manifest manifest) throws IOException {
    Path temporary = work.fresh();
    Durable.writeSynced(temporary, files.write(manifest));
    try {
      Files.createLink(json(manifest.id()), temporary);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  // Deleting.

  /**
   * Deletes a version, unless somebody came to need it.
   *
   * @param needed looked at again once nobody can come to need it any more
   * @return whether it was deleted by this call
   */
  boolean retire(String id, Needed needed) throws IOException {
    Path mark = work.busy(id);
    try {
      // Two who may delete the same: one of them at most goes on, as each sees the other or is
      // seen.
      Path hidden = work.isBusy(id, mark) ? null : hide(id);
      if (hidden == null) {
        return false;
      }
      if (needed.test(id)) {
        show(id, hidden);
        Files.deleteIfExists(hidden);
        return false;
      }
      takeAway(placeOf(id, hidden));
      Durable.move(hidden, retired(id));
      Files.deleteIfExists(hidden);
      return true;
    } finally {
      Files.deleteIfExists(mark);
    }
  }

  /**
   * Takes a manifest out of sight; null if another one did. It stays in {@code retired/} too, in
   * case that this process ends.
   */
  private @Nullable Path hide(String id) throws IOException {
    Path hidden = work.fresh();
    try {
      Files.createLink(hidden, json(id));
      Durable.move(hidden, retired(id));
      // To rename one link of a file to another does nothing.
      Files.deleteIfExists(hidden);
      Durable.move(json(id), hidden);
    } catch (NoSuchFileException gone) {
      return null;
    }
    Durable.sync(directory);
    return hidden;
  }

  /** Where the files of a version lie, by a manifest that is not shown. */
  private Path placeOf(String id, Path hidden) throws IOException {
    try {
      return place(manifest(id, hidden));
    } catch (CorruptModelException e) {
      // It does not say.
      return directory.resolve(id);
    }
  }

  /** Whether a version is needed. */
  interface Needed {
    boolean test(String id) throws IOException;
  }

  /** Shows a version again, unless another of its content was stored meanwhile. */
  private void show(String id, Path hidden) throws IOException {
    try {
      Files.createLink(json(id), hidden);
      Durable.sync(directory);
    } catch (FileAlreadyExistsException | NoSuchFileException e) {
      // That one is as good.
    }
  }

  private void takeAway(Path base) throws IOException {
    Path away = work.fresh();
    try {
      // At one instant: nobody finds half of it.
      Durable.move(base, away);
    } catch (NoSuchFileException gone) {
      return;
    }
    Durable.delete(away);
  }

  /**
   * Deletes directories of versions that nobody sees; one that is needed and was hidden by a
   * process that ended just then is shown again.
   */
  void sweep(Needed needed, Predicate<String> which) throws IOException {
    for (Path base : VersionFiles.children(directory)) {
      String name = base.getFileName().toString();
      String id = name.substring(0, Math.min(name.length(), ID_LENGTH));
      if (name.endsWith(JSON) || !isId(id) || !which.test(id)) {
        continue;
      }
      Path mark = work.busy(id);
      try {
        // In this order: who stores holds it until it is shown.
        if (work.isInUse(id, mark) || isPlaceOf(base, id)) {
          continue;
        }
        if (!needed.test(id)) {
          takeAway(base);
        } else if (isShowable(id, base)) {
          show(id, retired(id));
        }
      } finally {
        Files.deleteIfExists(mark);
      }
    }
  }

  private boolean isPlaceOf(Path base, String id) throws IOException {
    if (!Files.exists(json(id))) {
      return false;
    }
    try {
      return place(id).equals(base);
    } catch (CorruptModelException | IllegalArgumentException e) {
      // It says nothing, so it may be.
      return true;
    }
  }

  /** Whether there are files of a version that has no manifest. */
  boolean isLost(String id) {
    return isId(id)
        && !isKnown(id)
        && Files.isDirectory(directory.resolve(id), LinkOption.NOFOLLOW_LINKS);
  }

  /** Whether it was deleted, and maybe stored again since. */
  boolean isRetired(String id) {
    return Files.exists(retired(id));
  }

  private Path json(String id) {
    return directory.resolve(id + JSON);
  }

  private Path retired(String id) {
    return retired.resolve(id + JSON);
  }
}
