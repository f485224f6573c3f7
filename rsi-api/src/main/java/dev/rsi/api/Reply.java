package dev.rsi.api;

import java.util.Objects;

/**
 * What another model said to a trainer that asked it. Field term: completion.
 *
 * @param text what it said, maybe empty; recorded whole
 * @param cost the tokens that it read and wrote for it
 */
public record Reply(String text, Cost cost) {
  public Reply {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(cost, "cost");
  }
}
