package dev.rsi.core.registry;

import dev.rsi.api.CorruptModelException;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.RsiException;
import dev.rsi.core.internal.DiskUsage;
import dev.rsi.core.internal.RealPaths;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry of {@link ModelRegistry#directory}, where its layout is documented.
 *
 * <p>Any number of these, in any number of processes, may be on one directory. None waits for
 * another: what is live is compared and set ({@link LiveRecords}), and who would use what another
 * one is about to delete, or the other way round, sees the other's mark ({@link Versions}).
 */
final class DirectoryModelRegistry implements ModelRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryModelRegistry.class);

  private final RegistryFiles files = new RegistryFiles();
  private final Path directory;
  private final Path pins;
  private final WorkArea work;
  private final Versions versions;
  private final LiveRecords records;
  private final RunFiles runs;
  private final Retention retention;
  private final Withdrawals withdrawals;
  private final Path trials;

  private DirectoryModelRegistry(Path directory) {
    this.directory = directory;
    this.pins = directory.resolve("pins");
    this.work = new WorkArea(directory.resolve("work"));
    this.versions = new Versions(directory, files, work);
    this.records = new LiveRecords(directory, files, work);
    this.runs = new RunFiles(directory, files, work);
    this.retention = new Retention(this, directory, files, work, versions::isLost);
    this.withdrawals = new Withdrawals(directory, files, work);
    this.trials = directory.resolve("trials");
  }

  static DirectoryModelRegistry open(Path path) {
    DirectoryModelRegistry registry = new DirectoryModelRegistry(RealPaths.of(path));
    try {
      registry.versions.create();
      registry.records.create();
      registry.runs.create();
      Files.createDirectories(registry.pins);
      Files.createDirectories(registry.directory.resolve("work"));
      Durable.sync(registry.directory);
    } catch (IOException e) {
      throw registry.failed("open the registry", e);
    }
    registry.work.sweep();
    try {
      // No others, so that a manifest that was lost can be put back.
      registry.versions.sweep(registry::isNeeded, registry.versions::isRetired);
    } catch (IOException e) {
      LOG.warn("Could not sweep ({}).", registry.directory, e);
    } catch (CorruptModelException e) {
      LOG.warn("Nothing is swept, as nobody can say what is live.", e);
    }
    return registry;
  }

  /** Where it lies. */
  Path home() {
    return directory;
  }

  @Override
  public long bytes() {
    try {
      return DiskUsage.of(directory);
    } catch (IOException e) {
      throw failed("read its size", e);
    }
  }

  // Storing and finding.

  @Override
  public ModelVersion add(
      Path artifact, Provenance provenance, long most, BooleanSupplier cancelled) {
    return add(artifact, provenance, most, cancelled, id -> {});
  }

  /** What is done before a version can be seen. */
  interface Before {
    void accept(String id) throws IOException;
  }

  ModelVersion add(
      Path artifact, Provenance provenance, long most, BooleanSupplier cancelled, Before before) {
    Objects.requireNonNull(provenance, "provenance");
    Objects.requireNonNull(cancelled, "cancelled");
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
        Manifest manifest =
            Manifest.of(provenance, VersionFiles.copy(source, staged, most, cancelled));
        before.accept(manifest.id());
        retention.adding(
            manifest.id(), versions.isRetired(manifest.id()) && !versions.isThere(manifest.id()));
        return versions.publish(staged, manifest);
      } finally {
        Durable.delete(staged);
      }
    } catch (IOException e) {
      throw failed("store artifact (" + artifact + ")", e);
    }
  }

  @Override
  public ModelVersion version(String id) {
    checkId(id);
    try {
      return versions.checked(id);
    } catch (IOException e) {
      throw failed("read version (" + id + ")", e);
    }
  }

  @Override
  public <V> V load(String id, Function<? super ModelVersion, ? extends V> loader) {
    checkId(id);
    try {
      Path base = versions.place(id);
      Snapshot before = Snapshot.of(base);
      settle(before);
      ModelVersion version = versions.checked(id);
      V loaded = loader.apply(version);
      try {
        before.checkUnchanged(Snapshot.of(base));
        return loaded;
      } catch (IOException | RuntimeException | Error e) {
        close(loaded, e);
        throw e;
      }
    } catch (IOException e) {
      throw failed("load version (" + id + ")", e);
    }
  }

  private void settle(Snapshot snapshot) {
    try {
      snapshot.settle(work.fresh());
    } catch (IOException e) {
      LOG.debug(
          "This user may not write to ({}), so changes within a tick look like one.", work, e);
    }
  }

  private static void close(Object loaded, Throwable cause) {
    if (loaded instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        cause.addSuppressed(e);
      }
    }
  }

  @Override
  public Set<String> versions() {
    try {
      return versions.ids();
    } catch (IOException e) {
      throw failed("list its versions", e);
    }
  }

  @Override
  public Provenance provenance(String id) {
    checkId(id);
    try {
      return versions.provenance(id);
    } catch (IOException e) {
      throw failed("read version (" + id + ")", e);
    }
  }

  @Override
  public List<String> lineage(String id) {
    Set<String> lineage = new LinkedHashSet<>();
    String parent = provenance(id).parent();
    lineage.add(id);
    // A version may be stored with any parent, one of its descendants too.
    while (parent != null && versions.isKnown(parent) && lineage.add(parent)) {
      try {
        parent = provenance(parent).parent();
      } catch (CorruptModelException | IllegalArgumentException e) {
        LOG.warn("What version ({}) came from cannot be read.", parent, e);
        break;
      }
    }
    return List.copyOf(lineage);
  }

  // What is live.

  @Override
  public Optional<ModelVersion> live() {
    LiveRecord now = last();
    String id = now.live();
    if (id == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(versions.checked(id));
    } catch (IllegalArgumentException gone) {
      return Optional.of(missing(now, id, gone));
    } catch (IOException e) {
      throw failed("read version (" + id + ")", e);
    }
  }

  /** The live version, where the one that was is not there. */
  private ModelVersion missing(LiveRecord before, String id, IllegalArgumentException gone) {
    try {
      // Whoever would delete it sees this, or did so before it was live last.
      Path mark = work.hold(id);
      try {
        LiveRecord now = last();
        if (now.number() != before.number()) {
          // Another one went live while it was read, and it was deleted.
          return live().orElseThrow(() -> gone);
        }
        versions.showLive(id);
        return versions.checked(id);
      } finally {
        Files.deleteIfExists(mark);
      }
    } catch (IllegalArgumentException lost) {
      throw new CorruptModelException(
          records.path(before),
          "live",
          "a version under " + directory.resolve("versions"),
          id,
          lost);
    } catch (IOException e) {
      throw failed("read version (" + id + ")", e);
    }
  }

  private LiveRecord last() {
    try {
      return records.last();
    } catch (IOException e) {
      throw failed("read what is live", e);
    }
  }

  /** Works out the next record from the one that counts; null if there is nothing to be changed. */
  interface Next {
    @Nullable LiveRecord get() throws IOException;
  }

  @Override
  public void promote(String id) {
    promote(
        id,
        () -> {
          LiveRecords.Sound sound = records.lastSound();
          LiveRecord now = sound.record();
          // Before it goes live: a kill between the two loses the promotion, not the word.
          withdrawals.end(id);
          return id.equals(now.live()) && now.number() + 1 == sound.next()
              ? null
              : now.promote(id).numbered(sound.next());
        });
  }

  /** Makes a version live by a record, worked out anew whenever another came first. */
  ModelVersion promote(String id, Next next) {
    // Whoever deletes versions looks at holds and at what is live when nobody can see it any more.
    Hold held = hold(id);
    try (held) {
      ModelVersion version = version(id);
      LiveRecord record = next.get();
      while (record != null && !records.offer(record)) {
        record = next.get();
      }
      return version;
    } catch (IOException e) {
      throw failed("make version (" + id + ") live", e);
    }
  }

  @Override
  public ModelVersion rollBack() {
    while (true) {
      LiveRecord now = lastSound().record();
      History.Place place = history(now).place(1);
      if (place == null) {
        throw new IllegalStateException(
            "There is no version to roll back to in registry ("
                + directory
                + "): "
                + (now.live() == null
                    ? "none was live yet."
                    : "version (" + now.live() + ") is the first that was live."));
      }
      ModelVersion version = rollBack(now, place);
      if (version != null) {
        return version;
      }
    }
  }

  @Override
  public ModelVersion rollBackTo(String id) {
    checkId(id);
    while (true) {
      LiveRecord now = lastSound().record();
      History history = history(now);
      int index = 0;
      History.Place place = history.place(0);
      while (place != null && !place.id().equals(id)) {
        index++;
        place = history.place(index);
      }
      if (place == null) {
        throw new IllegalArgumentException(
            "Version ("
                + id
                + ") was not live in registry ("
                + directory
                + "), or that was forgotten.\nMaybe see history(), or promote it.");
      }
      ModelVersion version = index == 0 ? version(id) : rollBack(now, place);
      if (index == 0) {
        reinstate(id);
      }
      if (version != null) {
        return version;
      }
    }
  }

  private LiveRecords.Sound lastSound() {
    try {
      return records.lastSound();
    } catch (IOException e) {
      throw failed("read what is live", e);
    }
  }

  /** Rolls back to a place of the history of a record; null if that does not count any more. */
  private @Nullable ModelVersion rollBack(LiveRecord now, History.Place place) {
    boolean[] overtaken = {false};
    ModelVersion version =
        promote(
            place.id(),
            () -> {
              LiveRecords.Sound sound = records.lastSound();
              overtaken[0] = sound.record().number() != now.number();
              if (!overtaken[0]) {
                withdrawals.end(place.id());
              }
              return overtaken[0]
                  ? null
                  : now.rollBackTo(place.record(), place.place()).numbered(sound.next());
            });
    return overtaken[0] ? null : version;
  }

  @Override
  public List<String> history() {
    return history(last());
  }

  private History history(LiveRecord record) {
    return new History(records, record, versions::isThere);
  }

  // Withdrawing.

  @Override
  public void withdraw(String id, String why) {
    Objects.requireNonNull(why, "why");
    if (!versions.isKnown(checkId(id)) && !versions.isLost(id)) {
      throw new IllegalArgumentException(
          "There never was version (" + id + ") in registry (" + directory + ").");
    }
    try {
      withdrawals.withdraw(id, why);
    } catch (IOException e) {
      throw failed("withdraw version (" + id + ")", e);
    }
  }

  @Override
  public Optional<String> withdrawn(String id) {
    return withdrawals.reason(checkId(id));
  }

  @Override
  public void reinstate(String id) {
    try {
      withdrawals.end(checkId(id));
    } catch (IOException e) {
      throw failed("end the withdrawal of version (" + id + ")", e);
    }
  }

  @Override
  public Optional<Path> trials() {
    try {
      Files.createDirectories(trials);
    } catch (IOException e) {
      LOG.debug("Trials are not kept, as ({}) cannot be made.", trials, e);
      return Optional.empty();
    }
    return Files.isWritable(trials) ? Optional.of(trials) : Optional.empty();
  }

  // Driving.

  @Override
  public Driver drive(String store, String run, Instant since) {
    return drive(store, run, since, false);
  }

  @Override
  public Driver takeOver(String store, String run, Instant since) {
    return drive(store, run, since, true);
  }

  private Driver drive(String store, String run, Instant since, boolean again) {
    RunFiles.checkName("Store", store);
    RunFiles.checkName("Run", run);
    try {
      while (true) {
        LiveRecord now = records.last();
        LiveRecord.Driving other = now.driver();
        boolean same = again && other != null && other.isOf(store, run);
        if (other != null && !same && other.claim() != null && work.isAlive(other.claim())) {
          throw new RsiException(
              "Registry ("
                  + directory
                  + ") is driven by "
                  + words(other)
                  + ", so run ("
                  + run
                  + ") cannot be.\nMaybe wait for its end, or use another registry: what one run"
                  + " promotes was never compared with what another one promotes.",
              null,
              true);
        }
        LiveRecord.Driving mine =
            new LiveRecord.Driving(
                store,
                run,
                since.toString(),
                now.number() + 1,
                work.claim(),
                other != null && same ? other.left() : null);
        LiveRecord next = now.drivenBy(mine);
        if (records.offer(next)) {
          return new DirectoryDriver(this, records, runs, next);
        }
      }
    } catch (IOException e) {
      throw failed("be driven", e);
    }
  }

  /** A driver, for people. */
  static String words(LiveRecord.Driving driving) {
    String claim = driving.claim();
    return "run ("
        + driving.run()
        + ") of store ("
        + driving.store()
        + ")"
        + (claim == null
            ? ", which gave it up"
            : ", process ("
                + WorkArea.process(claim).map(process -> "" + process.pid()).orElse(claim)
                + "), since ("
                + driving.since()
                + ")");
  }

  @Override
  public Optional<Recorded> recorded(String store, String run) {
    try {
      return runs.recorded(store, run).map(found -> new Recorded(found.events(), found.head()));
    } catch (IOException e) {
      throw failed("read how far run (" + run + ") was recorded", e);
    }
  }

  // Keeping and deleting.

  @Override
  public void pin(String id) {
    try {
      checkThere(id);
      Path pin = pins.resolve(id);
      try {
        Files.createFile(pin);
      } catch (FileAlreadyExistsException e) {
        return;
      }
      Durable.sync(pins);
      try {
        // Seen by whoever deletes the version after this.
        checkThere(id);
      } catch (IllegalArgumentException e) {
        Files.deleteIfExists(pin);
        throw e;
      }
    } catch (IOException e) {
      throw failed("pin version (" + id + ")", e);
    }
  }

  @Override
  public void unpin(String id) {
    try {
      if (Files.deleteIfExists(pins.resolve(checkId(id)))) {
        Durable.sync(pins);
      }
    } catch (IOException e) {
      throw failed("unpin version (" + id + ")", e);
    }
  }

  @Override
  public Set<String> pinned() {
    try {
      return VersionFiles.children(pins).stream()
          .map(pin -> pin.getFileName().toString())
          .filter(Versions::isId)
          .collect(Collectors.toUnmodifiableSet());
    } catch (IOException e) {
      throw failed("list what is pinned", e);
    }
  }

  @Override
  public Hold hold(String id) {
    try {
      checkThere(id);
      Path mark = work.hold(id);
      // Seen by whoever deletes the version after this, who looks again when it is gone from sight.
      try {
        checkThere(id);
      } catch (IllegalArgumentException e) {
        Files.deleteIfExists(mark);
        throw e;
      }
      return () -> release(mark);
    } catch (IOException e) {
      throw failed("hold version (" + id + ")", e);
    }
  }

  private void release(Path mark) {
    try {
      Files.deleteIfExists(mark);
    } catch (IOException e) {
      throw failed("end the hold (" + mark + ")", e);
    }
  }

  @Override
  public Set<String> retain(int before) {
    if (before < 0) {
      throw new IllegalArgumentException("before (" + before + ") must be >= 0.");
    }
    Set<String> deleted = new TreeSet<>();
    try {
      // What ended processes held is nobody's.
      work.sweep();
      while (!retained(before, deleted)) {
        LOG.debug("Another version went live in ({}) meanwhile: looked at again.", directory);
      }
      return Collections.unmodifiableSet(deleted);
    } catch (IOException e) {
      throw failed("delete what nobody needs", e);
    }
  }

  /** Deletes what is not needed; false if what is live changed meanwhile. */
  private boolean retained(int before, Set<String> deleted) throws IOException {
    // First of all: whoever stores a version that is to stay marks it before it can be seen.
    Set<String> candidates = versions.ids();
    LiveRecord now = records.last();
    String live = now.live();
    if (live == null) {
      return true;
    }
    History history = history(now);
    Set<String> kept = retention.kept(live);
    for (int index = 0; index <= before; index++) {
      History.Place place = history.place(index);
      if (place == null) {
        break;
      }
      kept.add(place.id());
    }
    LiveRecord.Driving driving = now.driver();
    String left = driving == null ? null : driving.left();
    if (left != null && !left.equals(live)) {
      // A person moved the live version: the run that left another one goes on with that.
      kept.add(left);
      kept.addAll(retention.kept(left));
    }
    kept.addAll(pinned());
    kept.addAll(runs.underWay());
    kept.addAll(work.held());
    // Before anything is deleted, so that what is stored again is not of the history again.
    List<String> known = new ArrayList<>(history.subList(1, history.size()));
    List<String> staying = known.stream().filter(kept::contains).toList();
    boolean shorter = staying.size() < known.size();
    LiveRecord counts = shorter ? now.keeping(staying) : now;
    if (shorter && !records.offer(counts)) {
      return false;
    }
    Versions.Needed needed =
        id -> records.lastNumber() != counts.number() || isNeeded(id) || kept.contains(id);
    for (String id : candidates) {
      if (!kept.contains(id) && versions.retire(id, needed)) {
        deleted.add(id);
      }
    }
    versions.sweep(id -> isNeeded(id) || kept.contains(id), unseen -> true);
    return records.lastNumber() == counts.number();
  }

  /** Whether somebody has said so. */
  private boolean isNeeded(String id) throws IOException {
    return id.equals(records.last().live())
        || Files.exists(pins.resolve(id))
        || runs.underWay().contains(id)
        || work.held().contains(id);
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

  private void checkThere(String id) {
    versions.checkThere(checkId(id));
  }

  // Checked before it becomes part of a path.
  private static String checkId(String id) {
    if (!Versions.isId(id)) {
      throw new IllegalArgumentException(
          "Version id (" + id + ") is not a SHA-256 in lower-case hexadecimal digits.");
    }
    return id;
  }

  RsiException failed(String what, IOException cause) {
    return new RsiException(
        "Registry ("
            + directory
            + ") could not "
            + what
            + ": "
            + cause
            + ".\nMaybe the disk is full, has no hard links, or this user may not read and write"
            + " there.",
        cause);
  }
}
