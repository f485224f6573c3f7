package dev.rsi.examples.docs;

// #region first-service
import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Approval;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.RunHandle;
import dev.rsi.core.canary.Canary;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.live.LiveModel;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.SimulatedLearner;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

public class FirstService {
  private static final SplittableRandom random = new SplittableRandom(7);

  public static void main(String[] args) throws Exception {
    SimulatedLearner model = SimulatedLearner.ofLevels(4); // a model whose skill is known
    ModelRegistry registry = ModelRegistry.directory(Files.createTempDirectory("first-service"));
    var files = model.write(registry.newWorkDirectory(), 0.98, 0.5); // solves 98 % of level 1
    var start = registry.add(files, Provenance.imported());
    registry.promote(start.id());

    // 1. Serve, and report how each request went.
    try (var live = LiveModel.open(model.generator(), registry, 4)) { // 4 requests at once
      for (int i = 0; i < 100; i++) {
        ask(live);
      }
      System.out.println(live.usage().get(0).requests() + " requests");

      // 2. A canary: a tenth of the requests meet a version that is worse, until that is proven.
      var worse =
          registry.add(model.write(registry.newWorkDirectory(), 0.2), Provenance.imported());
      live.canary(worse, Canary.of(0.1));
      while (!live.canary().orElseThrow().harmful()) {
        ask(live);
      }
      System.out.println("withdrawn: " + registry.withdrawn(worse.id()).isPresent());

      // 3. A loop that promotes what the gate and the users' requests both say yes to.
      Canary canary = Canary.of(0.5).tolerated(0.05);
      Approval approval = Approval.of(Duration.ofMinutes(5), Action.PROMOTE).by(live.trial(canary));
      ToyTasks tasks = ToyTasks.ofLevels(4);
      Verifier<Sum, Long> verifier =
          Verifier.named("exact", (sum, answer) -> Verdict.passIf(answer == sum.expected(), "no"));
      var own = new SplittableRandom(7); // so that the probes are the same, however users asked
      var heldOut = Stream.generate(() -> tasks.draw(own.nextInt(1, 5), own)).limit(1000);
      ImprovementLoop<Sum, Long> loop =
          ImprovementLoop.builder(model.generator())
              .verifier(verifier)
              .trainer(model.trainer())
              .gate(DriftGates.anchored())
              .probes(ProbeBank.of(ToyTasks.codec(), verifier, Map.of("sums", heldOut.toList())))
              .budget(Budget.of(6))
              .store(RunStore.inMemory())
              .registry(registry)
              .oversight(Oversight.NONE.approval(approval))
              .listener(live) // serves what the loop promotes
              .build();
      try (RunHandle run = loop.start(start, tasks)) { // on a thread of its own
        while (!run.report().isDone()) {
          ask(live);
        }
        System.out.println(run.await().summary());
      }
    }
  }

  /** A user asks for a sum, and sees whether the answer is right. */
  static void ask(LiveModel<Sum, Long> live) {
    Sum sum = Sum.of(random.nextInt(1000), random.nextInt(1000));
    var request = List.of(new Request<>(sum, random.nextLong()));
    try (var lease = live.acquire()) {
      Long answer = lease.generate(request, RunContext.standalone()).get(0).candidate();
      lease.report(answer != null && answer == sum.expected() ? 1 : 0);
    }
  }
}
// #endregion
