package dev.rsi.benchmarks;

import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One decision on the items of a {@link PowerWorld}, drawn without replacement as the loop does.
 */
final class PowerSource implements ProbeSource {
  private final PowerWorld world;
  private final long ordinal;
  private final int[][] order;
  private final int[] drawn;
  private int given;

  PowerSource(PowerWorld world, long ordinal) {
    this.world = world;
    this.ordinal = ordinal;
    this.order = new int[world.kinds()][];
    this.drawn = new int[world.kinds()];
    for (int k = 0; k < order.length; k++) {
      order[k] = shuffled(world);
    }
  }

  /** All items in an order drawn at random. */
  static int[] shuffled(PowerWorld world) {
    int[] order = new int[world.items()];
    for (int i = 0; i < order.length; i++) {
      int other = world.random().nextInt(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    return order;
  }

  /** How many probes were pulled. */
  int given() {
    return given;
  }

  @Override
  public List<ProbeKind> kinds() {
    List<ProbeKind> kinds = new ArrayList<>();
    for (int k = 0; k < world.kinds(); k++) {
      kinds.add(new ProbeKind("kind " + k, world.items()));
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
    List<ProbeResult> results = new ArrayList<>(count);
    while (results.size() < count && drawn[k] < order[k].length) {
      int item = order[k][drawn[k]++];
      Map<Role, Double> readings = new EnumMap<>(Role.class);
      readings.put(Role.ANCHOR, world.anchor[k][item]);
      readings.put(Role.INCUMBENT, world.incumbent[k][item]);
      readings.put(Role.CHALLENGER, world.challenger[k][item]);
      results.add(new ProbeResult("probe", readings));
      given++;
    }
    return results;
  }
}
