package dev.rsi.core.gate;

import dev.rsi.api.DriftGate;
import dev.rsi.api.ProbeKind;
import dev.rsi.core.internal.probe.DefaultProbeBank;
import dev.rsi.core.internal.probe.Family;
import dev.rsi.core.internal.probe.Margins;
import dev.rsi.core.probe.ProbeBank;
import java.util.ArrayList;
import java.util.List;

/** Makes drift gates. */
public final class DriftGates {
  private DriftGates() {}

  /**
   * A gate of exact paired tests against generation 0 and the incumbent: see {@link PairedGate} for
   * what it promises and for its settings. For judges that rule right or wrong: a loop with probes
   * whose judge {@linkplain dev.rsi.api.Verifier#measures measures} is not built with it.
   */
  public static PairedGate paired() {
    return PairedGate.DEFAULT;
  }

  /**
   * {@link #anchored()} for a bank of probe families: each family's margins are the gate's, its
   * tripwires are, too, and only skills count as gains.
   */
  public static AnchoredGate anchored(ProbeBank<?, ?> probes) {
    AnchoredGate gate = anchored();
    for (Family<?, ?> family : DefaultProbeBank.of(probes).kinds().values()) {
      Margins margins = family.margins();
      if (family.isTripwire()) {
        gate = gate.tripwires(family.name());
      } else if (margins != null) {
        gate = gate.margins(family.name(), margins.tolerated(), margins.limit());
      }
      if (!family.isSkill()) {
        gate = gate.guards(family.name());
      }
    }
    return gate;
  }

  /**
   * Why a gate could not do on such probes what their families promise, in words: no decision could
   * ever be PROMOTE, a tripwire would be none, a margin would be wider, what is no skill would
   * count as a gain. The loop asks when it is built.
   *
   * @return empty if nothing stands in the way
   */
  public static List<String> misfits(DriftGate gate, ProbeBank<?, ?> probes) {
    List<String> misfits = new ArrayList<>();
    Rules rules = gate instanceof AnchoredGate anchored ? anchored.rules() : null;
    for (Family<?, ?> family : DefaultProbeBank.of(probes).kinds().values()) {
      Margins margins = family.margins();
      boolean kept =
          family.isTripwire()
              ? rules != null && rules.tripwires().contains(family.name())
              : margins == null || (rules != null && rules.keeps(family.name(), margins));
      if (!kept) {
        misfits.add(
            "Kind ("
                + family.name()
                + ") is "
                + (family.isTripwire() ? "a tripwire" : "to be kept within " + margins)
                + ", which the gate does not know.\nMaybe make it by DriftGates.anchored(bank).");
      } else if (gate instanceof PairedGate && family.isGraded()) {
        misfits.add(
            "Kind ("
                + family.name()
                + ") has a judge that measures, but the paired gate counts which probes got better"
                + " and which got worse, and not by how much: a great loss would be worth a small"
                + " gain.\nMaybe make it by DriftGates.anchored(bank), which bets on the mean.");
      } else if (!family.isSkill()
          && rules != null
          && rules.demandsGain()
          && !rules.guards().contains(family.name())) {
        misfits.add(
            "Kind ("
                + family.name()
                + ") is no skill, but the gate would take being better on it for a gain.\nMaybe"
                + " make it by DriftGates.anchored(bank), or name it in guards(...).");
      }
    }
    if (gate instanceof AnchoredGate anchored) {
      misfits.addAll(anchored.misfits(kinds(probes)));
    }
    return misfits;
  }

  /**
   * What a person should know of a gate on such probes, in words, before a loop is run: which kinds
   * have too few probes to be proven safe without a gain on them, and how many would do.
   *
   * @param generations how many decisions there will be at most
   * @return empty if there is nothing to say
   */
  public static List<String> warnings(DriftGate gate, ProbeBank<?, ?> probes, long generations) {
    return gate instanceof AnchoredGate anchored
        ? anchored.warnings(kinds(probes), generations)
        : List.of();
  }

  private static List<ProbeKind> kinds(ProbeBank<?, ?> probes) {
    return probes.families().values().stream()
        .map(family -> new ProbeKind(family.name(), family.size()))
        .toList();
  }

  /**
   * A gate with proof against generation 0 over unlimited generations: see {@link AnchoredGate} for
   * what it promises and for its settings. Every call gives a gate with a lineage of its own.
   */
  public static AnchoredGate anchored() {
    return AnchoredGate.withDefaults();
  }
}
