package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.Role;
import dev.rsi.core.internal.probe.Margins;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A probe costs arithmetic and no garbage. */
class AllocationTest {
  private static final int PROBES = 100_000;

  /** All kinds of drift: lost, gained, unchanged, in between, missing. */
  private static final List<ProbeResult> RESULTS =
      List.of(
          read(1, 0),
          read(0, 1),
          read(1, 1),
          read(.5, .25),
          new ProbeResult("p", Map.of(Role.ANCHOR, 1.0, Role.INCUMBENT, 1.0)));

  private static ProbeResult read(double reference, double challenger) {
    return new ProbeResult(
        "p",
        Map.of(Role.ANCHOR, reference, Role.INCUMBENT, reference, Role.CHALLENGER, challenger));
  }

  /** What one probe brings: its drift on each signal, and the standing weighed anew. */
  private static final class Arithmetic {
    private final Lineage lineage = new Lineage(2);
    private final Signal[] signals = {
      new Signal("a", Role.ANCHOR, new Margins(.01, .05)),
      new Signal("a", Role.INCUMBENT, new Margins(.01, .08))
    };
    private final Standing standing;
    private double sum;

    Arithmetic() {
      lineage.open(1);
      standing = new Standing(lineage, List.of(signals), List.of(), .05, .05, true, 1);
    }

    void probe(int i) {
      ProbeResult result = RESULTS.get(i % RESULTS.size());
      for (int s = 0; s < signals.length; s++) {
        signals[s].add(result);
        standing.weigh(s);
      }
      sum += standing.harmLog() + standing.gainLog() + standing.safeLog(0);
      sum += standing.action().ordinal() + signals[0].meanDrift();
    }

    double run() {
      for (int i = 0; i < PROBES; i++) {
        probe(i);
      }
      return sum;
    }
  }

  @Test
  void should_allocate_nothing_per_probe_and_signal() {
    Arithmetic arithmetic = new Arithmetic();
    // Loads what has to be loaded, this bean's own classes too.
    long warm = allocated(arithmetic);
    long bytes = allocated(arithmetic);
    assertThat(arithmetic.sum).isFinite();
    // The least object takes 16 bytes: one per probe would be 1.6 million.
    assertThat(bytes).as("bytes for %d probes, %d when cold", PROBES, warm).isLessThan(PROBES / 10);
  }

  @Test
  void should_see_the_smallest_object_per_probe() {
    Object[] kept = new Object[1];
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < PROBES; i++) {
      kept[0] = new Object();
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isGreaterThan(PROBES * 8L);
    assertThat(kept[0]).isNotNull();
  }

  private static long allocated(Arithmetic arithmetic) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    arithmetic.run();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
