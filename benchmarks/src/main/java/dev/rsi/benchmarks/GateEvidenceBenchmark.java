package dev.rsi.benchmarks;

import dev.rsi.api.GateDecision;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import dev.rsi.core.gate.AnchoredGate;
import dev.rsi.core.gate.DriftGates;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time of the gate's own arithmetic per probe and signal, in whole decisions: 18 kinds against two
 * references each, an unchanged challenger, everything proven safe after 120 probes of each kind.
 * Target: at most 1 microsecond; with {@code -prof gc}, what is allocated is the record of the
 * decision.
 *
 * <p>{@code mvn -q -Pbench -Dbench=GateEvidenceBenchmark "-Dbench.args=-f 1 -prof gc"}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class GateEvidenceBenchmark {
  private static final int KINDS = 18;
  private static final int PROBES = 120;

  private final AnchoredGate gate = DriftGates.anchored();
  private final Unchanged probes = new Unchanged();

  /** One decision, divided by its probes and signals. */
  @Benchmark
  @OperationsPerInvocation(KINDS * PROBES * 2)
  public GateDecision decide() {
    probes.given = 0;
    GateDecision decision = gate.decide(probes);
    if (decision.action() != GateDecision.Action.HOLD || probes.given != KINDS * PROBES) {
      throw new IllegalStateException(decision.action() + " after " + probes.given + " probes");
    }
    return decision;
  }

  /** Probes that all read the same; given without allocating anything. */
  private static final class Unchanged implements ProbeSource {
    private final List<ProbeKind> kinds = SimulatedSource.kinds(KINDS, 400);
    private final List<ProbeResult> batch =
        Collections.nCopies(
            8,
            new ProbeResult(
                "probe", Map.of(Role.ANCHOR, 1.0, Role.INCUMBENT, 1.0, Role.CHALLENGER, 1.0)));
    private int given;

    @Override
    public List<ProbeKind> kinds() {
      return kinds;
    }

    @Override
    public long ordinal() {
      return 1;
    }

    @Override
    public List<ProbeResult> pull(String kind, int count, Set<Role> roles) {
      given += count;
      return count == batch.size() ? batch : batch.subList(0, count);
    }
  }
}
