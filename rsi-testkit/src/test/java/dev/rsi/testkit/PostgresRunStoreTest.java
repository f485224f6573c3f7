package dev.rsi.testkit;

import dev.rsi.core.store.RunStore;
import java.nio.file.Path;

class PostgresRunStoreTest extends RunStoreContract {
  @Override
  protected RunStore open(Path home) {
    return RunStore.postgresql(PostgresSchema.of(home).source());
  }
}
