package dev.rsi.core.gate;

import com.google.common.collect.Sets;
import dev.rsi.api.GateFinding;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What {@link PairedGate} knows about one kind of probes. */
final class SkillEvidence {
  private static final Set<Role> ALL =
      Sets.immutableEnumSet(Role.ANCHOR, Role.INCUMBENT, Role.CHALLENGER);

  private final ProbeKind kind;
  private final Map<Role, Reference> references = new EnumMap<>(Role.class);
  private boolean tooFew;
  private int lacking;

  SkillEvidence(ProbeKind kind) {
    this.kind = kind;
    references.put(Role.ANCHOR, new Reference());
    references.put(Role.INCUMBENT, new Reference());
  }

  /** Pulls probes until there are {@code size} pairs, or the kind is used up. */
  void pull(ProbeSource probes, long size) {
    int have = of(Role.INCUMBENT).count.pairs();
    int wanted = (int) Math.min(size, kind.available()) - have;
    if (wanted > 0) {
      List<ProbeResult> results = probes.pull(kind.name(), wanted, ALL);
      lacking = wanted - results.size();
      references.forEach(
          (role, reference) -> results.forEach(result -> reference.count.add(result, role)));
    }
  }

  /** Weighs what was pulled. {@code kinds} is how many kinds the errors are shared among. */
  void weigh(double margin, double level, int kinds) {
    references.values().forEach(reference -> reference.weigh(margin, level, kinds));
    tooFew = new PairCount().upperLoss(kind.available(), level) > margin;
  }

  boolean safe() {
    return references.values().stream().allMatch(r -> r.safe);
  }

  boolean gained() {
    return of(Role.INCUMBENT).gained;
  }

  /** Where the challenger is proven worse, in words; empty if nowhere. So are the next four. */
  Stream<String> harm() {
    return words(r -> r.harmed);
  }

  /** Whether there are too few probes for safety, whatever they say. */
  Stream<String> few() {
    return tooFew ? Stream.of(kind.name() + " (" + kind.available() + ")") : Stream.of();
  }

  /** Whether it got fewer probes than it asked for, though there are more. */
  Stream<String> cut() {
    int have = of(Role.INCUMBENT).count.pairs();
    return lacking > 0
        ? Stream.of(kind.name() + " (" + have + " of " + (have + lacking) + ")")
        : Stream.of();
  }

  /** Where too much was lost to become safe. */
  Stream<String> loss() {
    return words(r -> r.lost && !r.harmed);
  }

  /** Where safety is not proven yet. */
  Stream<String> doubt() {
    return words(r -> !r.safe);
  }

  /** What is proven better than the incumbent. */
  Stream<String> gain() {
    return gained()
        ? Stream.of(kind.name() + " (" + of(Role.INCUMBENT).words() + ")")
        : Stream.of();
  }

  Stream<GateFinding> findings() {
    return references.entrySet().stream()
        .map(e -> e.getValue().finding(kind.name() + " against " + e.getKey()));
  }

  private Stream<String> words(Predicate<Reference> which) {
    return references.entrySet().stream()
        .filter(e -> which.test(e.getValue()))
        .map(
            e ->
                kind.name()
                    + " against "
                    + (e.getKey() == Role.ANCHOR ? "generation 0" : "the incumbent")
                    + " ("
                    + e.getValue().words()
                    + ")");
  }

  private Reference of(Role role) {
    Reference reference = references.get(role);
    if (reference == null) {
      throw new IllegalArgumentException(role + " is no reference");
    }
    return reference;
  }

  /** The pairs with one reference version, and what they say. */
  private final class Reference {
    private final PairCount count = new PairCount();
    private double upperLoss = 1;
    private boolean safe;
    private boolean harmed;
    private boolean lost;
    private boolean gained;

    void weigh(double margin, double level, int kinds) {
      upperLoss = count.upperLoss(level);
      safe = upperLoss <= margin;
      lost = count.upperLoss(kind.available(), level) > margin;
      harmed = count.harm() <= level / (2 * kinds);
      gained = count.gain() <= level / kinds;
    }

    String words() {
      return count.worse()
          + " worse, "
          + count.better()
          + " better"
          + (count.missing() == 0 ? "" : ", " + count.missing() + " missing")
          + " of "
          + count.pairs();
    }

    GateFinding finding(String signal) {
      Map<String, Double> numbers = new LinkedHashMap<>();
      numbers.put("pairs", (double) count.pairs());
      numbers.put("worse", (double) count.worse());
      numbers.put("better", (double) count.better());
      numbers.put("missing", (double) count.missing());
      numbers.put("upper bound on loss", upperLoss);
      numbers.put("p of harm", count.harm());
      numbers.put("p of gain", count.gain());
      String verdict =
          harmed ? "worse" : lost ? "lost" : safe ? gained ? "better" : "safe" : "open";
      return new GateFinding(signal, verdict, numbers);
    }
  }
}
