package dev.rsi.benchmarks;

import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One decision on finite banks, drawn in random order without replacement, as the loop does. */
class BankSource implements ProbeSource {
  private final List<ProbeResult[]> banks;
  private final long ordinal;
  private final @Nullable SplittableRandom random;
  private final int[] drawn;

  /**
   * Banks, one per kind.
   *
   * @param random the order of drawing; null to draw in the order of the bank, which no loop does
   */
  BankSource(List<ProbeResult[]> banks, long ordinal, @Nullable SplittableRandom random) {
    this.banks = banks.stream().map(ProbeResult[]::clone).toList();
    this.ordinal = ordinal;
    this.random = random;
    this.drawn = new int[banks.size()];
  }

  @Override
  public List<ProbeKind> kinds() {
    List<ProbeKind> kinds = new ArrayList<>();
    for (int i = 0; i < banks.size(); i++) {
      kinds.add(new ProbeKind("kind " + i, banks.get(i).length));
    }
    return kinds;
  }

  @Override
  public long ordinal() {
    return ordinal;
  }

  @Override
  public List<ProbeResult> pull(String kind, int count, Set<Role> roles) {
    int k = Integer.parseInt(kind.substring("kind ".length()));
    ProbeResult[] bank = banks.get(k);
    List<ProbeResult> results = new ArrayList<>(count);
    while (results.size() < count && drawn[k] < bank.length) {
      int next = drawn[k]++;
      if (random != null) {
        int other = next + random.nextInt(bank.length - next);
        ProbeResult swap = bank[next];
        bank[next] = bank[other];
        bank[other] = swap;
      }
      results.add(bank[next]);
    }
    return results;
  }
}
