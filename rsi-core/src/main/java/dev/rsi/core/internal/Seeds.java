package dev.rsi.core.internal;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * The randomness of a run: one root seed, and a stream per name and numbers that depends on nothing
 * else. So a task's seed is the same whatever was done before it, and on whichever thread.
 */
public final class Seeds {
  private final HashFunction hash;

  /** The streams of a root. */
  public Seeds(long root) {
    this.hash = Hashing.sipHash24(root, 0x7273692d73656564L);
  }

  /** The seed of a stream. */
  public long of(String stream, long a, long b, long c) {
    return hash.newHasher()
        .putUnencodedChars(stream)
        .putLong(a)
        .putLong(b)
        .putLong(c)
        .hash()
        .asLong();
  }

  /** The seed of a stream. */
  public long of(String stream, long a) {
    return of(stream, a, 0, 0);
  }

  /** The stream itself. */
  public RandomGenerator random(String stream, long a, long b) {
    return new SplittableRandom(of(stream, a, b, 0));
  }
}
