package dev.rsi.examples.docs;

// #region choosing-probes
import dev.rsi.api.ProbeKind;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.gate.GateAdvice;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;

public class ChoosingProbes {
  public static void main(String[] args) {
    for (int probes : List.of(50, 100, 300)) {
      List<ProbeKind> kinds =
          List.of(
              new ProbeKind("refunds", probes),
              new ProbeKind("deliveries", probes),
              new ProbeKind("manners", probes));
      // One probe in fifty flips for no reason; the first decision; a true gain of ten points.
      GateAdvice advice = DriftGates.anchored().advise(kinds, 0.02, 1, 0.10);
      System.out.println(advice);
      System.out.println(
          "A decision takes "
              + advice.onOne().time(Duration.ofSeconds(1), 8).toSeconds()
              + " s and costs "
              + advice.onOne().money(new BigDecimal("0.002"))
              + ".");
    }
  }
}
// #endregion
