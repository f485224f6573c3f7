package dev.rsi.core.internal.steps;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.RsiException;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads from a registry, and keeps what is made in a directory that goes when this is closed. */
public final class ReplayRegistry implements ModelRegistry, AutoCloseable {
  private final ModelRegistry kept;
  private final Path directory;
  private final ModelRegistry scratch;

  private ReplayRegistry(ModelRegistry kept, Path directory) {
    this.kept = kept;
    this.directory = directory;
    this.scratch = ModelRegistry.directory(directory.resolve("models"));
  }

  public static ReplayRegistry over(ModelRegistry kept) {
    try {
      return new ReplayRegistry(kept, Files.createTempDirectory("rsi-replay-"));
    } catch (IOException e) {
      throw new RsiException(
          "A temporary directory for the replay could not be made: "
              + e
              + ".\nMaybe name another with -Djava.io.tmpdir=<directory>.",
          e);
    }
  }

  @Override
  public ModelVersion add(
      Path artifact, Provenance provenance, long most, BooleanSupplier cancelled) {
    return scratch.add(artifact, provenance, most, cancelled);
  }

  /** Drives nothing: what is made is kept here, and nothing goes live. */
  public Driver driver() {
    return new Driver() {
      @Override
      public Optional<String> live() {
        return kept.history().stream().findFirst();
      }

      @Override
      public Optional<String> left() {
        return Optional.empty();
      }

      @Override
      public ModelVersion add(
          Path artifact, Provenance provenance, long most, BooleanSupplier cancelled) {
        return scratch.add(artifact, provenance, most, cancelled);
      }

      @Override
      public void promote(String id, @Nullable String expected) {
        throw unchanging();
      }

      @Override
      public void settle(long events, String head) {
        throw unchanging();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public Driver drive(String store, String run, Instant since) {
    throw unchanging();
  }

  @Override
  public Driver takeOver(String store, String run, Instant since) {
    throw unchanging();
  }

  @Override
  public Optional<Recorded> recorded(String store, String run) {
    return kept.recorded(store, run);
  }

  @Override
  public <V> V load(String id, Function<? super ModelVersion, ? extends V> loader) {
    try {
      scratch.version(id);
    } catch (IllegalArgumentException e) {
      return kept.load(id, loader);
    }
    return scratch.load(id, loader);
  }

  /** What the replay made, else what was there. */
  @Override
  public ModelVersion version(String id) {
    try {
      return scratch.version(id);
    } catch (IllegalArgumentException e) {
      return kept.version(id);
    }
  }

  @Override
  public Provenance provenance(String id) {
    return kept.provenance(id);
  }

  @Override
  public Set<String> versions() {
    return kept.versions();
  }

  @Override
  public List<String> lineage(String id) {
    return kept.lineage(id);
  }

  @Override
  public Optional<ModelVersion> live() {
    return kept.live();
  }

  @Override
  public List<String> history() {
    return kept.history();
  }

  @Override
  public Set<String> pinned() {
    return kept.pinned();
  }

  @Override
  public Hold hold(String id) {
    return kept.hold(id);
  }

  @Override
  public Optional<String> withdrawn(String id) {
    return kept.withdrawn(id);
  }

  @Override
  public void withdraw(String id, String why) {
    throw unchanging();
  }

  @Override
  public void reinstate(String id) {
    throw unchanging();
  }

  @Override
  public void promote(String id) {
    throw unchanging();
  }

  @Override
  public ModelVersion rollBack() {
    throw unchanging();
  }

  @Override
  public ModelVersion rollBackTo(String id) {
    throw unchanging();
  }

  @Override
  public void pin(String id) {
    throw unchanging();
  }

  @Override
  public void unpin(String id) {
    throw unchanging();
  }

  @Override
  public Set<String> retain(int before) {
    throw unchanging();
  }

  private static UnsupportedOperationException unchanging() {
    return new UnsupportedOperationException("A replay changes nothing that is kept.");
  }

  @Override
  public Path newWorkDirectory() {
    return scratch.newWorkDirectory();
  }

  @Override
  public void close() {
    try {
      MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
    } catch (IOException e) {
      throw new RsiException("Directory (" + directory + ") of a replay could not be deleted.", e);
    }
  }
}
