package dev.rsi.core.registry;

import dev.rsi.api.CorruptModelException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which versions stay for the sake of the live one's lineage, as {@link ModelRegistry#retain} says.
 * Keeps in the file {@code lineage.json} where that led the last time, so that a lineage of any
 * length is walked once and not after each generation.
 */
final class Retention {
  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

  private final ModelRegistry registry;
  private final Path file;
  private final RegistryFiles files;
  private final WorkArea work;
  private final Predicate<String> lost;

  /**
   * Retention in a registry.
   *
   * @param lost whether there are files of a version whose manifest is not there
   */
  Retention(
      ModelRegistry registry,
      Path home,
      RegistryFiles files,
      WorkArea work,
      Predicate<String> lost) {
    this.lost = lost;
    this.registry = registry;
    this.file = home.resolve("lineage.json");
    this.files = files;
    this.work = work;
  }

  /**
   * Where a lineage leads.
   *
   * @param of the version whose lineage it is
   * @param run that the version is of
   * @param anchor the version that this run began with
   * @param first of the lineage
   * @param beyond parent of the first, which is not there; null if it has none
   */
  record Ends(
      int format,
      String of,
      @Nullable String run,
      String anchor,
      String first,
      @Nullable String beyond) {
    Ends {
      Objects.requireNonNull(of, "of");
      Objects.requireNonNull(anchor, "anchor");
      Objects.requireNonNull(first, "first");
    }
  }

  /** What stays of the lineage of the version that is live. */
  Set<String> kept(String live) throws IOException {
    Set<String> kept = new HashSet<>();
    try {
      Ends ends = ends(live);
      kept.add(ends.first);
      kept.add(ends.anchor);
    } catch (CorruptModelException | IllegalArgumentException e) {
      LOG.warn("The lineage of version ({}) is broken: whatever may begin one is kept.", live, e);
      kept.addAll(beginnings());
    }
    return kept;
  }

  /** What nobody can say is not the first of the lineage. */
  private Set<String> beginnings() {
    Set<String> beginnings = new HashSet<>();
    for (String id : registry.versions()) {
      try {
        if (registry.provenance(id).generation() == 0) {
          beginnings.add(id);
        }
      } catch (CorruptModelException | IllegalArgumentException e) {
        beginnings.add(id);
      }
    }
    return beginnings;
  }

  /**
   * A version is to be stored.
   *
   * @param again whether it had been deleted, and so may have another parent now
   */
  void adding(String id, boolean again) throws IOException {
    Ends last = last();
    if (last != null && (again || id.equals(last.beyond))) {
      Files.deleteIfExists(file);
    }
  }

  private @Nullable Ends last() throws IOException {
    try {
      return Files.exists(file) ? files.read(file, Ends.class) : null;
    } catch (CorruptModelException | FileNotFoundException e) {
      return null;
    }
  }

  private Ends ends(String live) throws IOException {
    Ends known = last();
    if (known != null && known.of.equals(live)) {
      return known;
    }
    Provenance own = registry.provenance(live);
    Ends ends;
    if (known != null && known.of.equals(own.parent())) {
      String anchor = anchor(own.run(), live, known);
      ends = new Ends(RegistryFiles.FORMAT, live, own.run(), anchor, known.first, known.beyond);
    } else {
      List<String> lineage = registry.lineage(live);
      String first = lineage.get(lineage.size() - 1);
      String beyond = registry.provenance(first).parent();
      if (beyond != null && lost.test(beyond)) {
        throw new IllegalArgumentException("The manifest of (" + beyond + ") is lost.");
      }
      ends = new Ends(RegistryFiles.FORMAT, live, own.run(), anchor(lineage), first, beyond);
      if (beyond != null && lineage.contains(beyond)) {
        // One that leads back into itself has no first to be kept.
        return ends;
      }
    }
    // Not durable, as it can be worked out again.
    Path temporary = work.fresh();
    Durable.write(temporary, files.write(ends));
    Durable.move(temporary, file);
    return ends;
  }

  private static String anchor(@Nullable String run, String live, Ends parent) {
    if (run == null) {
      return live;
    }
    return Objects.equals(run, parent.run) ? parent.anchor : parent.of;
  }

  /** The version that the run of the first of a lineage began with. */
  private String anchor(List<String> lineage) {
    String run = registry.provenance(lineage.get(0)).run();
    for (String id : lineage) {
      String other = registry.provenance(id).run();
      if (run == null || !run.equals(other)) {
        return id;
      }
    }
    return lineage.get(lineage.size() - 1);
  }
}
