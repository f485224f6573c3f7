package dev.rsi.core.store;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;

/** The hashes that chain a run's events, as {@code schema-2.sql} defines them. */
final class Chain {
  /** Bytes of a hash. */
  static final int LENGTH = 32;

  private Chain() {}

  /** What stands for the origin of the run before the first. */
  static byte[] start() {
    return new byte[LENGTH];
  }

  /** The hash that a run begins with, which chains it to the run before it. */
  static byte[] origin(byte[] before, long number, long unchained, byte[] id) {
    return Hashing.sha256()
        .newHasher()
        .putBytes(before)
        .putLong(number)
        .putLong(unchained)
        .putBytes(id)
        .hash()
        .asBytes();
  }

  /** The hash of an event, given that of the one before it. */
  static byte[] next(byte[] before, long seq, long at, long generation, byte[] kind, byte[] body) {
    return Hashing.sha256()
        .newHasher()
        .putBytes(before)
        .putLong(seq)
        .putLong(at)
        .putLong(generation)
        .putLong(kind.length)
        .putBytes(kind)
        .putBytes(body)
        .hash()
        .asBytes();
  }

  /** The same for an event about to be written. */
  static byte[] next(byte[] before, long seq, long at, EventJson.Row row) {
    return next(before, seq, at, row.generation(), bytes(row.kind()), bytes(row.body()));
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
