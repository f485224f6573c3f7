package dev.rsi.core.canary;

import java.security.SecureRandom;

/**
 * What decides the draws of a trial that nobody gave a seed. Elsewhere seeds are passed in, so that
 * a run repeats; here nobody may know which request goes where, least of all who sends them.
 */
final class SecretSeed {
  private SecretSeed() {}

  static long next() {
    return new SecureRandom().nextLong();
  }
}
