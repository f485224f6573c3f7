package dev.rsi.core.internal;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** The secret order in which a decision draws its probes, and the promise made of it before. */
public final class ProbeOrder {
  private ProbeOrder() {}

  /** The order of a kind's probes in a decision. */
  public static List<Integer> of(long secret, String kind, long decision, int size) {
    List<Integer> indices = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      indices.add(i);
    }
    Collections.shuffle(indices, new Random(new Seeds(secret).of("probe order/" + kind, decision)));
    return indices;
  }

  /**
   * SHA-256 over all that fixes the orders of a decision: whoever knows it before can tell
   * afterwards, from the secret, that none was changed.
   */
  public static String commitment(long secret, long decision, String bankDigest) {
    return Hashing.sha256()
        .newHasher()
        .putLong(secret)
        .putLong(decision)
        .putString(bankDigest, StandardCharsets.UTF_8)
        .hash()
        .toString();
  }
}
