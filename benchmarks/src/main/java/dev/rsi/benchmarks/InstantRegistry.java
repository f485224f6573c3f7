package dev.rsi.benchmarks;

import dev.rsi.api.ModelVersion;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Holds one version in name only, and touches no disk but for empty work directories. */
final class InstantRegistry implements ModelRegistry {
  private final ModelVersion only = new ModelVersion("0".repeat(64), Path.of("none"));

  @Override
  public ModelVersion add(Path artifact, Provenance provenance) {
    return only;
  }

  @Override
  public ModelVersion version(String id) {
    return only;
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
  public Path newWorkDirectory() {
    try {
      return Files.createTempDirectory("rsi-benchmark");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
