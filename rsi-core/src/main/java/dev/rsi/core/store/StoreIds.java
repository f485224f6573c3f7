package dev.rsi.core.store;

import java.util.UUID;

/** What tells one store from any other. No part of any run's course, so no seed has a say in it. */
final class StoreIds {
  private StoreIds() {}

  /** Thirty-two hexadecimal digits that no other store has. */
  static String fresh() {
    return UUID.randomUUID().toString().replace("-", "");
  }
}
