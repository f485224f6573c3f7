package dev.rsi.testkit;

import dev.rsi.core.store.RunStore;
import java.nio.file.Path;

class SqliteRunStoreTest extends RunStoreContract {
  @Override
  protected RunStore open(Path home) {
    return RunStore.sqlite(home.resolve("run.db"));
  }
}
