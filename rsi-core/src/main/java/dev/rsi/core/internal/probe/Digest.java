package dev.rsi.core.internal.probe;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;

/** SHA-256 over texts and numbers, each told from what stands beside it. */
final class Digest {
  private final Hasher hasher = Hashing.sha256().newHasher();

  void put(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    hasher.putInt(bytes.length).putBytes(bytes);
  }

  void put(int number) {
    hasher.putInt(number);
  }

  void put(double number) {
    hasher.putDouble(number);
  }

  /** What all that was put comes to, in hexadecimal digits; nothing can be put after it. */
  String hex() {
    return hasher.hash().toString();
  }
}
