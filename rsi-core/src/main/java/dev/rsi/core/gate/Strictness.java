package dev.rsi.core.gate;

import dev.rsi.api.GateFinding;
import dev.rsi.api.Role;
import dev.rsi.core.internal.probe.Margins;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Which of two gates asks for more. A lineage's gate may become stricter, never looser. */
final class Strictness {
  /** Settings of which more is looser. */
  private static final Set<String> LOOSER_IF_MORE =
      Set.of("error", "gain error", "jump", "tolerated", "limit");

  /** Settings of which less is looser. */
  private static final Set<String> LOOSER_IF_LESS = Set.of("false alarm", "gain demanded");

  /** Settings that mean something else when they change. */
  private static final Set<String> FIXED = Set.of("fraction");

  private Strictness() {}

  /** What is looser in the second than in the first, in words; empty if nothing is. */
  static List<String> looser(Map<String, Double> before, Map<String, Double> after) {
    return before.keySet().stream().flatMap(name -> looser(name, before, after)).toList();
  }

  private static Stream<String> looser(
      String name, Map<String, Double> before, Map<String, Double> after) {
    Double now = after.get(name);
    String setting = name.substring(name.lastIndexOf(':') + 1);
    double change = now == null ? Double.NaN : now - before.getOrDefault(name, Double.NaN);
    boolean kept =
        LOOSER_IF_MORE.contains(setting)
            ? change <= 0
            : LOOSER_IF_LESS.contains(setting) ? change >= 0 : change == 0;
    return kept
        ? Stream.empty()
        : Stream.of(name.replace(":", ": ") + " from (" + before.get(name) + ") to (" + now + ")");
  }

  /** A gate's settings, by name, for the kinds that either gate has margins of its own for. */
  static Map<String, Double> of(Rules rules, Rules other) {
    Map<String, Double> settings = new LinkedHashMap<>();
    settings.put("error", rules.error());
    settings.put("gain error", rules.noGain());
    settings.put("false alarm", rules.falseAlarm());
    settings.put("fraction", rules.fraction() ? 1.0 : 0.0);
    settings.put("gain demanded", rules.demandsGain() ? 1.0 : 0.0);
    settings.put("jump", rules.jump());
    put(settings, "margins against generation 0", rules.toAnchor());
    put(settings, "margins against the incumbent", rules.toIncumbent());
    Set<String> kinds = new TreeSet<>(rules.byKind().keySet());
    kinds.addAll(other.byKind().keySet());
    for (String kind : kinds) {
      put(settings, kind + " against generation 0", rules.margins(kind, Role.ANCHOR));
      put(settings, kind + " against the incumbent", rules.margins(kind, Role.INCUMBENT));
    }
    return settings;
  }

  private static void put(Map<String, Double> settings, String of, Margins margins) {
    settings.put(of + ":tolerated", margins.tolerated());
    settings.put(of + ":limit", margins.limit());
  }

  /** The settings that a decision was made by, by name. */
  static Map<String, Double> of(List<GateFinding> findings) {
    Map<String, Double> settings = new LinkedHashMap<>();
    for (GateFinding finding : findings) {
      finding
          .numbers()
          .forEach(
              (name, value) -> {
                if (LOOSER_IF_MORE.contains(name)
                    || LOOSER_IF_LESS.contains(name)
                    || FIXED.contains(name)) {
                  settings.put(finding.signal() + ":" + name, value);
                }
              });
    }
    return settings;
  }
}
