package dev.rsi.core.verify;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.Multiset;
import dev.rsi.api.Described;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiPredicate;

/** See {@link Verifiers#majority}. */
final class MajorityVote<T, C> implements Verifier<T, C> {
  private final int needed;
  private final BiPredicate<? super T, ? super C> wellFormed;

  MajorityVote(int needed, BiPredicate<? super T, ? super C> wellFormed) {
    if (needed < 2) {
      throw new IllegalArgumentException(
          "needed (" + needed + ") must be >= 2.\nMaybe one candidate was meant to rule alone.");
    }
    this.needed = needed;
    this.wellFormed = Objects.requireNonNull(wellFormed, "wellFormed");
  }

  @Override
  public String describe() {
    return "majority of "
        + needed
        + ", well-formed by "
        + Described.className(wellFormed)
        + Described.BY_CLASS;
  }

  @Override
  public Verdict verify(T task, C candidate) {
    return wellFormed.test(task, candidate)
        ? Verdict.undecided("one candidate is no vote")
        : Verdict.fail("malformed");
  }

  @Override
  public List<Verdict> verifyAll(T task, List<? extends C> candidates) {
    Multiset<C> votes = HashMultiset.create();
    List<Boolean> formed = new ArrayList<>(candidates.size());
    for (C candidate : candidates) {
      boolean ok = wellFormed.test(task, candidate);
      formed.add(ok);
      if (ok) {
        votes.add(candidate);
      }
    }
    boolean carried =
        votes.entrySet().stream().anyMatch(e -> carries(e.getCount(), candidates.size()));
    List<Verdict> verdicts = new ArrayList<>(candidates.size());
    for (int i = 0; i < candidates.size(); i++) {
      verdicts.add(
          formed.get(i)
              ? rule(votes.count(candidates.get(i)), candidates.size(), carried)
              : Verdict.fail("malformed"));
    }
    return verdicts;
  }

  private boolean carries(int votes, int voters) {
    return votes >= needed && 2 * votes > voters;
  }

  private Verdict rule(int votes, int voters, boolean carried) {
    String count = votes + " of " + voters + " agree";
    if (carries(votes, voters)) {
      return new Verdict(Verdict.Outcome.PASS, (double) votes / voters, count);
    }
    return carried ? Verdict.fail("outvoted: " + count) : Verdict.undecided(count);
  }
}
