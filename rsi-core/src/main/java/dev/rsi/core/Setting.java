package dev.rsi.core;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** What a loop was built from, by name: for people, and to tell another loop by. */
final class Setting {
  private Setting() {}

  /** The setting of a loop and of its tasks. */
  static Map<String, String> of(ImprovementLoop<?, ?> loop, int levels) {
    Map<String, String> setting = new TreeMap<>();
    setting.put("practice", loop.practice.toString());
    setting.put("recipe", loop.recipe.toString());
    setting.put("budget", loop.budget.toString());
    setting.put("worst case", WorstCase.of(loop, levels).summary());
    setting.put("gate", className(loop.gate));
    setting.put("trainer", className(loop.trainer));
    setting.put("generator", className(loop.generator));
    setting.put("probes", String.valueOf(loop.probes.size()));
    setting.put("probes sha-256", loop.probes.digest());
    setting.put("rubric sha-256", sha256(loop.rubric.toString()));
    setting.put("lessons", String.valueOf(loop.given.size()));
    setting.put("earlier lessons", String.valueOf(loop.earlierLessons));
    setting.put("levels", String.valueOf(levels));
    if (loop.approval != null) {
      setting.put("approval", loop.approval.toString());
    }
    if (loop.charter != null) {
      setting.put("charter", loop.charter.text());
      setting.put("charter sha-256", loop.charter.digest());
    }
    return setting;
  }

  /**
   * A class by a name that it has in every process: a lambda's own ends in a number of this one.
   */
  private static String className(Object part) {
    String name = part.getClass().getName();
    int lambda = name.indexOf("$$Lambda");
    return lambda < 0 ? name : name.substring(0, lambda) + "$$Lambda";
  }

  private static String sha256(String text) {
    return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString();
  }
}
