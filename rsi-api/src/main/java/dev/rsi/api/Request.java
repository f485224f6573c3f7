package dev.rsi.api;

import java.util.Objects;

/**
 * One attempt asked for. Field term: prompt with its seed.
 *
 * @param task what to attempt
 * @param seed all the randomness of this attempt; any value
 * @param <T> task
 */
public record Request<T>(T task, long seed) {
  public Request {
    Objects.requireNonNull(task, "task");
  }
}
