package dev.rsi.benchmarks;

import dev.rsi.api.ModelVersion;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Holds one version in name only, and touches no disk but for empty work directories. */
final class InstantRegistry implements ModelRegistry {
  private final ModelVersion only = new ModelVersion("0".repeat(64), Path.of("none"));

  @Override
  public ModelVersion add(
      Path artifact, Provenance provenance, long most, BooleanSupplier cancelled) {
    return only;
  }

  @Override
  public <V> V load(String id, Function<? super ModelVersion, ? extends V> loader) {
    return loader.apply(only);
  }

  @Override
  public Driver drive(String store, String run, Instant since) {
    return new Driver() {
      @Override
      public Optional<String> live() {
        return Optional.of(only.id());
      }

      @Override
      public Optional<String> left() {
        return Optional.empty();
      }

      @Override
      public ModelVersion add(
          Path artifact, Provenance provenance, long most, BooleanSupplier cancelled) {
        return only;
      }

      @Override
      public void promote(String id, @Nullable String expected) {}

      @Override
      public void settle(long events, String head) {}

      @Override
      public void close() {}
    };
  }

  @Override
  public Driver takeOver(String store, String run, Instant since) {
    return drive(store, run, since);
  }

  @Override
  public Optional<Recorded> recorded(String store, String run) {
    return Optional.empty();
  }

  @Override
  public ModelVersion version(String id) {
    return only;
  }

  @Override
  public Set<String> versions() {
    return Set.of(only.id());
  }

  @Override
  public List<String> lineage(String id) {
    return List.of(only.id());
  }

  @Override
  public Provenance provenance(String id) {
    return Provenance.imported();
  }

  @Override
  public Optional<ModelVersion> live() {
    return Optional.of(only);
  }

  @Override
  public void promote(String id) {}

  @Override
  public ModelVersion rollBack() {
    return only;
  }

  @Override
  public ModelVersion rollBackTo(String id) {
    return only;
  }

  @Override
  public List<String> history() {
    return List.of(only.id());
  }

  @Override
  public void pin(String id) {}

  @Override
  public void unpin(String id) {}

  @Override
  public Set<String> pinned() {
    return Set.of();
  }

  @Override
  public Hold hold(String id) {
    return () -> {};
  }

  @Override
  public Set<String> retain(int before) {
    return Set.of();
  }

  @Override
  public Path newWorkDirectory() {
    try {
      return Files.createTempDirectory("rsi-benchmark");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
