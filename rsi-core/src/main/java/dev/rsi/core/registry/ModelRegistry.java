package dev.rsi.core.registry;

import dev.rsi.api.CorruptModelException;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.RsiException;
import dev.rsi.core.internal.Cut;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps versions of a model, named by the SHA-256 of their content, and says which one is live.
 * Field terms: model registry, checkpoint store.
 *
 * <p>Versions are immutable. Thread-safe, also between several objects and processes on one
 * registry: whoever changes something changes what is there, and nothing that another did is lost.
 * A loop {@linkplain #drive drives} the registry while it runs, and is the only one that does;
 * people may promote and roll back by hand meanwhile, and anybody may read.
 */
public interface ModelRegistry {

  /**
   * A registry in a directory of its own, which is made if it is not there. Everything in it is
   * plain to see:
   *
   * <pre>
   * versions/&lt;id&gt;/...     the files of a version, never changed again
   * versions/&lt;id&gt;.json    its provenance, and size and SHA-256 of each file; it makes the version visible
   * retired/&lt;id&gt;.json     the same of a version that was deleted, and maybe stored again since
   * live/&lt;n&gt;.json         the version live now, those before it, and who drives: the highest number counts
   * history/&lt;n&gt;.json      the records that counted before; only the last few stay in live/
   * pins/&lt;id&gt;             an empty file for each version that is pinned
   * withdrawn/&lt;id&gt;.json   why a version was withdrawn; gone once a person made it live again
   * trials/&lt;id&gt;.log       what users met while a version was tried, once one was
   * under-way/&lt;id&gt;@...    an empty file for each version that a generation under way made, by store and run
   * runs/&lt;store&gt;@&lt;run&gt;.json  how far the record of a run went, so that one that was lost is noticed
   * lineage.json          where the live version's lineage leads; may be deleted, and is worked out again
   * work/                 directories of trainings under way, and marks of versions in use, by process:
   *                       left-overs of processes that ended are swept when a registry is opened
   * </pre>
   *
   * <p>Everything in it may be read and copied at any time, by this process too. A copy made while
   * somebody writes holds whole versions, as their manifests are written last; it may lack the last
   * promotion. A registry of before there was {@code live/} has a file {@code live.json}, which is
   * read, and taken over by the next promotion.
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
   * <p>Two names of one directory, through links or {@code ..}, give the same registry.
   *
   * @param directory on a disk of this machine, or any other that moves files atomically and has
   *     hard links
   * @throws RsiException if the directory cannot be made or is not a directory
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
   * @param most how many bytes it may have, 0 or more. What it has at first sight is what is
   *     stored: one that grows or changes while it is copied is refused
   * @param cancelled asked now and then while it is copied
   * @return the version, complete and durable
   * @throws IllegalArgumentException if the directory holds what a version cannot keep: a symbolic
   *     link, an empty directory, or a name with control characters or a backslash; if it has more
   *     bytes, or was changed while it was copied
   * @throws dev.rsi.api.CancelledException if it was cancelled; nothing of it is visible then
   * @throws CorruptModelException if there is such a version already, and it is damaged
   * @throws RsiException if it could not be stored; nothing of it is visible then
   */
  ModelVersion add(Path artifact, Provenance provenance, long most, BooleanSupplier cancelled);

  /** The same of any size, to its end. */
  default ModelVersion add(Path artifact, Provenance provenance) {
    return add(artifact, provenance, Long.MAX_VALUE, () -> false);
  }

  /**
   * Finds a version and checks every file of it against its hash.
   *
   * @throws IllegalArgumentException if there is no such version
   * @throws CorruptModelException if a file was changed, is missing or was added
   */
  ModelVersion version(String id);

  /**
   * Has a version loaded, of which no file was changed between the check of its hash and the end of
   * loading: which file it is, its size and the times of its last change must be the same before
   * and after. So bytes that were hashed are the bytes that were loaded, by a loader that has read
   * all it needs when it returns.
   *
   * <p>This finds whatever is written to a file, put in its place or moved away and back. It does
   * not find what a process writes through a mapping of the file into memory that it has had, and
   * written to, since before the check; nor what somebody does who can set the system's clock, or
   * who puts other directories in the place of those above the version's. A copy of the registry by
   * hard links ({@code cp -al}) counts as a change, and should not be made while a version is
   * loaded.
   *
   * @param loader given the version, checked as {@link #version} does
   * @return what it gave
   * @throws IllegalArgumentException if there is no such version
   * @throws CorruptModelException if a file is not as it was stored, or was changed meanwhile; what
   *     was loaded is closed then, if it is an {@link AutoCloseable}
   */
  <V> V load(String id, Function<? super ModelVersion, ? extends V> loader);

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
   * to the first, to one that never was here, or to one whose provenance is damaged. Deleted ones
   * are among them.
   *
   * @throws IllegalArgumentException if there never was such a version
   * @throws CorruptModelException if its own provenance is damaged
   */
  List<String> lineage(String id);

  /**
   * The nearest of a version's lineage that is there and undamaged, the version itself included:
   * what to go on from where the version is refused. Where the live version's lineage is lost, the
   * last sound one that was live before it. Those before it that were {@linkplain #withdraw
   * withdrawn} are passed over. Empty if there is none.
   *
   * @throws IllegalArgumentException if there never was such a version
   */
  default Optional<ModelVersion> soundAncestor(String id) {
    List<String> history = history();
    boolean live = !history.isEmpty() && history.get(0).equals(id);
    List<String> lineage;
    try {
      lineage = lineage(id);
    } catch (CorruptModelException | IllegalArgumentException lost) {
      if (!live) {
        throw lost;
      }
      lineage = List.of();
    }
    for (List<String> candidates : List.of(lineage, live ? history : List.<String>of())) {
      for (String each : candidates) {
        if (!each.equals(id) && withdrawn(each).isPresent()) {
          continue;
        }
        try {
          return Optional.of(version(each));
        } catch (CorruptModelException | IllegalArgumentException damaged) {
          // The next one may be sound.
        }
      }
    }
    return Optional.empty();
  }

  /**
   * The version live now, checked as {@link #version} does; empty before the first {@link
   * #promote}. No other version is looked at.
   *
   * @throws CorruptModelException if it is damaged
   */
  Optional<ModelVersion> live();

  /**
   * Makes a version live, atomically and durably: whoever asks {@link #live} sees the old one or
   * the new one, also after a crash. Promoting the live version changes nothing. Of two who promote
   * at once one comes first, and is live before the other. Where what is live was damaged, this
   * repairs it.
   *
   * <p>This is a person's word: a version that was {@linkplain #withdraw withdrawn} is not any
   * more, nor is one that a person rolls back to. A run promotes through its {@link Driver}.
   *
   * @throws IllegalArgumentException if there is no such version
   * @throws CorruptModelException if it is damaged: the live version stays
   */
  void promote(String id);

  /**
   * Makes the version live that was live before the one live now. Called again it goes back
   * further; a version rolled back from is not returned to, unless it is promoted again. Versions
   * that are gone are passed over.
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
   * first; empty before the first {@link #promote}. Their files are not looked at; those that are
   * gone are left out, but for the live one. Read as far as it is asked, so its beginning costs the
   * same whatever was live before; an exception of {@link RsiException} may come late.
   */
  List<String> history();

  /**
   * Takes a version out of the versions that a run may make live, durably: it did harm. No {@link
   * Driver} promotes it any more, in no run and no process, until a person has said otherwise, by
   * {@link #promote}, {@link #rollBack}, {@link #rollBackTo} or {@link #reinstate}. It stays live
   * if it is. Of two reasons the later one stands. The default, for a registry that cannot keep it,
   * refuses, so that nobody takes it for kept.
   *
   * @param why in words, for people; cut to 4,096 characters
   * @throws IllegalArgumentException if there never was such a version
   * @throws UnsupportedOperationException if the registry keeps no withdrawals
   */
  default void withdraw(String id, String why) {
    throw new UnsupportedOperationException(
        "Registry ("
            + this
            + ") keeps no withdrawals, so version ("
            + id
            + ") is not withdrawn: "
            + Cut.shown(why)
            + "\nMaybe use ModelRegistry.directory(...), or delegate withdraw, withdrawn and"
            + " reinstate to it.");
  }

  /**
   * Why a version was {@linkplain #withdraw withdrawn}; empty if it was not, or a person has said
   * otherwise since. Also of one that {@link #retain} deleted, and of one that was stored again.
   * Default: empty.
   */
  default Optional<String> withdrawn(String id) {
    return Optional.empty();
  }

  /**
   * Ends that, by a person's word. Does nothing if the version is not withdrawn. Default: nothing.
   */
  default void reinstate(String id) {}

  /**
   * The directory for what users met while a version was tried, a file for each trial, so that one
   * goes on where a process ended. It is made when it is asked for. Empty, the default, if the
   * registry has none or this process may not write to it: trials are kept in memory then.
   */
  default Optional<Path> trials() {
    return Optional.empty();
  }

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
   *   <li>what the run that was driven last left live, where a person moved that since, with its
   *       anchor and the first of its lineage: the run goes on with them
   *   <li>what is {@linkplain Driver#add under way} in a run: the challenger of a generation that
   *       has not ended, also of a run that was left and may be resumed
   *   <li>what is pinned, and what anybody holds
   * </ul>
   *
   * <p>Whoever means to promote a version later pins it. Who comes to hold, pin or promote a
   * version while this decides keeps it, or is told that it is gone.
   *
   * <p>Provenances stay, so lineages stay whole. A kill at any instant leaves each version complete
   * or gone; what is left of a deleted one is swept when the registry is opened. Nothing is deleted
   * before the first {@link #promote}. Where the lineage of the live version cannot be read,
   * whatever may be its first stays.
   *
   * @param before how many of the versions live before stay, 0 or more
   * @return the ids of the versions deleted
   */
  Set<String> retain(int before);

  /**
   * Makes the caller the driver of a new run on this registry, the only one to promote for a run
   * until it is closed or its process ends, however it ends.
   *
   * @param store what the store of the run is told by, 1 to 64 characters of {@code
   *     [A-Za-z0-9._-]}: two stores may each have a run of the same id
   * @param run its id there
   * @param since now, for people
   * @throws RsiException if the registry is driven by a process that is alive, with its run, its
   *     process and since when; it is {@linkplain RsiException#retryable retryable}
   */
  Driver drive(String store, String run, Instant since);

  /**
   * The same for a run that is resumed. Whoever drove that run is overtaken, alive or not: the
   * lease of the run's store decides who drives a run, and is to be held.
   *
   * @throws RsiException if another run is driven by a process that is alive
   */
  Driver takeOver(String store, String run, Instant since);

  /** The right to promote for a run. Thread-safe. */
  interface Driver extends AutoCloseable {

    /** Id of the version that was live when the registry came to be driven; empty if none was. */
    Optional<String> live();

    /**
     * Id of the version that the run made live last, by what the registry knows; empty if it made
     * none, or another run was driven since. If another one is live, somebody else promoted that.
     */
    Optional<String> left();

    /**
     * Stores a version as {@link ModelRegistry#add(Path, Provenance, long, BooleanSupplier)} does,
     * that is under way in this run until {@link #settle}: {@link ModelRegistry#retain} keeps it,
     * also when this process is killed.
     */
    ModelVersion add(Path artifact, Provenance provenance, long most, BooleanSupplier cancelled);

    /**
     * Makes a version live as {@link ModelRegistry#promote} does, in the place of one that the
     * caller expects to be live. Does nothing if it is live already.
     *
     * @param expected null if none is to be live yet
     * @throws OvertakenException if another driver has, or had, the registry since
     * @throws MovedException if neither is live: a person made another version live
     * @throws WithdrawnException if it was {@linkplain ModelRegistry#withdraw withdrawn}, and is
     *     not live
     */
    void promote(String id, @Nullable String expected);

    /**
     * A generation or the run ended, and was recorded: nothing of it is under way any more.
     *
     * @param events how many events the record of the run has
     * @param head the hash of the last one, as the store tells it
     * @throws OvertakenException if another driver has, or had, the registry since
     */
    void settle(long events, String head);

    /** Gives it up. Does nothing if it is given up or was taken over. */
    @Override
    void close();
  }

  /** A driver was overtaken: another one drives the registry, or did. Nothing was changed. */
  final class OvertakenException extends RsiException {
    private static final long serialVersionUID = 1;

    public OvertakenException(String message) {
      super(message);
    }
  }

  /** Another version is live than a driver's run made live. Nothing was changed. */
  final class MovedException extends RsiException {
    private static final long serialVersionUID = 1;

    public MovedException(String message) {
      super(message);
    }
  }

  /** A driver may not promote a version, since it was withdrawn. Nothing was changed. */
  final class WithdrawnException extends RsiException {
    private static final long serialVersionUID = 1;

    private final String version;
    private final String why;

    /**
     * Says which.
     *
     * @param version its id
     * @param why it was withdrawn
     */
    public WithdrawnException(String version, String why) {
      super(
          "Version ("
              + version
              + ") was withdrawn, and no run makes it live: "
              + why
              + "\nMaybe train another one; or, if a person finds it harmless, have that person"
              + " call ModelRegistry.promote with its id.");
      this.version = version;
      this.why = why;
    }

    /** Id of the version. */
    public String version() {
      return version;
    }

    /** Why it was withdrawn. */
    public String why() {
      return why;
    }
  }

  /**
   * How far the record of a run went when one of its generations ended last, by what its driver
   * {@linkplain Driver#settle said}: a record that ends before it, or has another hash there, lost
   * something. Empty if the run was never driven here to the end of a generation.
   *
   * @param store as it was given to {@link #drive}
   */
  Optional<Recorded> recorded(String store, String run);

  /**
   * How far a record went.
   *
   * @param events how many events it had
   * @param head the hash of the last of them
   */
  record Recorded(long events, String head) {}

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
