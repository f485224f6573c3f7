package dev.rsi.core.gate;

import static java.util.stream.Collectors.joining;

import dev.rsi.api.DriftGate;
import dev.rsi.api.GateDecision;
import dev.rsi.api.GateFinding;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A gate of exact paired tests. Every probe is run on the challenger, on generation 0 and on the
 * incumbent under the same seed, and counted per kind as worse, better or same. Field terms: exact
 * paired test, McNemar.
 *
 * <ul>
 *   <li><b>Safe</b>: a kind is safe against a reference once an exact upper bound on the net share
 *       of its probes that got worse is at most {@link #margin}. PROMOTE needs every kind safe
 *       against both references, so one skill's loss is never paid by another's gain. A challenger
 *       that lost more than the margin on some kind is promoted with probability at most {@link
 *       #level} per decision (intersection-union test: Berger, Technometrics 24 (1982) 295).
 *   <li><b>Gain</b>: PROMOTE also needs a proven gain on at least one kind against the incumbent:
 *       an exact sign test, corrected for the number of kinds and looks.
 *   <li><b>Harm</b>: ROLLBACK once an exact sign test shows a kind worse than a reference,
 *       corrected for kinds, references and looks. A challenger no worse anywhere is rolled back
 *       with probability at most {@link #level} per decision.
 *   <li><b>HOLD</b> otherwise: when the probes are used up, or too many were lost to become safe.
 * </ul>
 *
 * <p>It is sequential: it looks after {@link #firstLook} probes of each kind, then after twice as
 * many, and so on, and last after all; once a gain is proven, kinds that are safe are not probed
 * further. Error is divided evenly over the looks. A look for which there are not the probes
 * planned ends in HOLD. A missing reading counts as worse for safety and gain, and not at all for
 * harm.
 *
 * <p>Its error rates hold for each decision, not over a lineage without end, and for the bank's
 * tasks: an incumbent that was chosen on a bank may look a little better there than on fresh tasks.
 * Giving up early on a kind that lost too much assumes no further gains there; that costs
 * promotions, never safety.
 *
 * <p>Immutable and thread-safe; the setters return changed copies.
 */
public final class PairedGate implements DriftGate {
  /** Largest net loss per kind that counts as safe: one probe in twenty. */
  public static final double DEFAULT_MARGIN = 0.05;

  /** Error probability per decision: the usual one in twenty. */
  public static final double DEFAULT_LEVEL = 0.05;

  /**
   * Probes per kind at the first look: with the default margin, level and three looks, a kind
   * without a single loss is safe after 94.
   */
  public static final int DEFAULT_FIRST_LOOK = 96;

  /** So many findings are named in a reason. */
  private static final int NAMED = 3;

  static final PairedGate DEFAULT =
      new PairedGate(DEFAULT_MARGIN, DEFAULT_LEVEL, DEFAULT_FIRST_LOOK);

  private final double margin;
  private final double level;
  private final int firstLook;

  private PairedGate(double margin, double level, int firstLook) {
    this.margin = margin;
    this.level = level;
    this.firstLook = firstLook;
  }

  @Override
  public String describe() {
    return "paired gate, margin " + margin + ", level " + level + ", first look " + firstLook;
  }

  /**
   * With another margin: the largest net share of a kind's probes that may get worse.
   *
   * @param newMargin in (0, 1); default {@value #DEFAULT_MARGIN}. A kind needs about {@code ln(6 /
   *     level) / margin} probes to be safe without a loss
   */
  public PairedGate margin(double newMargin) {
    return new PairedGate(share("margin", newMargin), level, firstLook);
  }

  /**
   * With another error probability per decision.
   *
   * @param newLevel in (0, 1); default {@value #DEFAULT_LEVEL}
   */
  public PairedGate level(double newLevel) {
    return new PairedGate(margin, share("level", newLevel), firstLook);
  }

  /**
   * With another number of probes per kind before the first look.
   *
   * @param probes 1 or more; default {@value #DEFAULT_FIRST_LOOK}
   */
  public PairedGate firstLook(int probes) {
    if (probes < 1) {
      throw new IllegalArgumentException("firstLook (" + probes + ") must be >= 1.");
    }
    return new PairedGate(margin, level, probes);
  }

  private static double share(String name, double value) {
    if (!(value > 0 && value < 1)) {
      throw new IllegalArgumentException(name + " (" + value + ") must be in (0, 1).");
    }
    return value;
  }

  @Override
  public GateDecision decide(ProbeSource probes) {
    List<SkillEvidence> skills = probes.kinds().stream().map(SkillEvidence::new).toList();
    int looks = looks(probes.kinds());
    if (skills.isEmpty()) {
      return GateDecision.hold("There are no probes to decide on.", List.of());
    }
    double levelPerLook = level / looks;
    GateDecision decision;
    int look = 0;
    do {
      long size = look == looks - 1 ? Long.MAX_VALUE : (long) firstLook << look;
      boolean gained = skills.stream().anyMatch(SkillEvidence::gained);
      for (SkillEvidence skill : skills) {
        if (!(skill.safe() && gained)) {
          skill.pull(probes, size);
          skill.weigh(margin, levelPerLook, skills.size());
        }
      }
      look++;
      String cut = list(skills, SkillEvidence::cut);
      // A look at fewer probes than were planned, whatever cut it short, is not one of those
      // planned.
      decision =
          cut.isEmpty()
              ? decide(skills, look == looks)
              : GateDecision.hold(
                  "Fewer probes than the look needs: " + cut + ".", findings(skills));
    } while (decision == null);
    return decision;
  }

  /** As many as its looks need to prove a challenger safe that lost no probe. */
  @Override
  public List<ProbeKind> fewest(ProbeSource probes) {
    int looks = looks(probes.kinds());
    List<ProbeKind> fewest = new ArrayList<>();
    for (ProbeKind kind : probes.kinds()) {
      int needed = kind.available();
      for (int look = looks - 2; look >= 0; look--) {
        long size = (long) firstLook << look;
        if (size <= kind.available()
            && new PairCount().upperLoss((int) size, level / looks) <= margin) {
          needed = (int) size;
        }
      }
      fewest.add(new ProbeKind(kind.name(), needed));
    }
    return fewest;
  }

  private int looks(List<ProbeKind> kinds) {
    return kinds.stream().mapToInt(kind -> looks(kind.available())).max().orElse(1);
  }

  /**
   * Looks double from the first one on as long as there are probes; the last takes what is left.
   */
  private int looks(int available) {
    int looks = 1;
    while ((long) firstLook << looks <= available) {
      looks++;
    }
    return looks;
  }

  private static @Nullable GateDecision decide(List<SkillEvidence> skills, boolean last) {
    List<GateFinding> findings = findings(skills);
    String harmed = list(skills, SkillEvidence::harm);
    if (!harmed.isEmpty()) {
      return GateDecision.rollback("Proven worse: " + harmed + ".", findings);
    }
    String few = list(skills, SkillEvidence::few);
    if (!few.isEmpty()) {
      return GateDecision.hold(
          "Too few probes to prove even a challenger without a loss safe: "
              + few
              + ".\nMaybe hold out more, or allow a wider margin.",
          findings);
    }
    String lost = list(skills, SkillEvidence::loss);
    if (!lost.isEmpty()) {
      return GateDecision.hold("Lost too much to be proven safe: " + lost + ".", findings);
    }
    String open = list(skills, SkillEvidence::doubt);
    String gained = list(skills, SkillEvidence::gain);
    if (open.isEmpty() && !gained.isEmpty()) {
      return GateDecision.promote("Every kind is safe, and better: " + gained + ".", findings);
    }
    if (!last) {
      return null;
    }
    return GateDecision.hold(
        open.isEmpty()
            ? "Every kind is safe, but none is proven better than the incumbent."
            : "Not proven safe with the probes there are: " + open + ".",
        findings);
  }

  private static List<GateFinding> findings(List<SkillEvidence> skills) {
    return skills.stream().flatMap(SkillEvidence::findings).toList();
  }

  private static String list(
      List<SkillEvidence> skills, Function<SkillEvidence, Stream<String>> which) {
    List<String> found = skills.stream().flatMap(which).toList();
    String named = found.stream().limit(NAMED).collect(joining("; "));
    return found.size() <= NAMED ? named : named + "; and " + (found.size() - NAMED) + " more";
  }
}
