package dev.rsi.testkit;

import dev.rsi.core.registry.ModelRegistry;
import java.nio.file.Path;

class DirectoryModelRegistryTest extends ModelRegistryContract {
  @Override
  protected ModelRegistry open(Path home) {
    return ModelRegistry.directory(home);
  }
}
