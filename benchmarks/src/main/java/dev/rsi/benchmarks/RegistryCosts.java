package dev.rsi.benchmarks;

import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * What calls of a registry cost by how many versions were ever live in it: the median of each in
 * microseconds, and its ratio to that of ten times fewer.
 *
 * <p>Arguments: a directory that is not there yet, and how many versions at most (2000).
 */
public final class RegistryCosts {
  private static final int FEWEST = 200;
  private static final int TIMES = 101;

  private RegistryCosts() {}

  /** See the class. */
  public static void main(String[] arguments) throws IOException {
    Path home = Path.of(arguments[0]);
    int most = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2_000;
    Map<String, Double> before = Map.of();
    for (boolean retains : new boolean[] {false, true}) {
      System.out.println(retains ? "with retain(1) after each promotion" : "every version kept");
      ModelRegistry registry = ModelRegistry.directory(home.resolve("models-" + retains));
      int made = 0;
      for (int size = FEWEST; size <= most; size *= 10) {
        for (; made < size; made++) {
          promote(registry, made, retains);
        }
        Map<String, Double> costs = measured(registry, size * 1_000, retains);
        made += TIMES;
        for (Map.Entry<String, Double> cost : costs.entrySet()) {
          Double fewer = size == FEWEST ? null : before.get(cost.getKey());
          System.out.printf(
              Locale.ROOT,
              "%8d %-24s %10.0f us%s%n",
              size,
              cost.getKey(),
              cost.getValue(),
              fewer == null ? "" : String.format(Locale.ROOT, "  x %.2f", cost.getValue() / fewer));
        }
        before = costs;
      }
    }
  }

  private static Map<String, Double> measured(ModelRegistry registry, int from, boolean retains)
      throws IOException {
    Map<String, double[]> taken = new LinkedHashMap<>();
    for (int i = 0; i < TIMES; i++) {
      String id = add(registry, from + i);
      time(taken, "promote", i, () -> registry.promote(id));
      time(taken, "live", i, () -> Objects.requireNonNull(registry.live()));
      time(taken, "history, first of", i, () -> Objects.requireNonNull(registry.history().get(0)));
      if (retains) {
        time(taken, "retain(1)", i, () -> registry.retain(1));
      }
    }
    Map<String, Double> medians = new LinkedHashMap<>();
    taken.forEach(
        (name, times) -> {
          Arrays.sort(times);
          medians.put(name, times[TIMES / 2]);
        });
    return medians;
  }

  private static void time(Map<String, double[]> taken, String name, int i, Runnable call) {
    long begun = System.nanoTime();
    call.run();
    taken.computeIfAbsent(name, unmeasured -> new double[TIMES])[i] =
        (System.nanoTime() - begun) / 1e3;
  }

  private static void promote(ModelRegistry registry, int number, boolean retains)
      throws IOException {
    registry.promote(add(registry, number));
    if (retains) {
      registry.retain(1);
    }
  }

  private static String add(ModelRegistry registry, int number) throws IOException {
    Path work = registry.newWorkDirectory();
    Files.writeString(work.resolve("weights"), "" + number);
    String parent = registry.history().isEmpty() ? null : registry.history().get(0);
    String id =
        registry
            .add(work, new Provenance(parent, "run", 1, null, 0, 0, Map.of(), Map.of(), Map.of()))
            .id();
    Files.delete(work.resolve("weights"));
    Files.delete(work);
    return id;
  }
}
