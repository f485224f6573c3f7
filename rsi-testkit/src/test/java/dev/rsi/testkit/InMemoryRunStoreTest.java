package dev.rsi.testkit;

import dev.rsi.core.store.RunStore;
import java.nio.file.Path;

class InMemoryRunStoreTest extends RunStoreContract {
  @Override
  protected RunStore open(Path home) {
    return RunStore.inMemory();
  }

  @Override
  protected boolean durable() {
    return false;
  }
}
