package dev.rsi.examples.docs;

// #region tuned-service
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.RunHandle;
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
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;

public class TunedService {
  public static void main(String[] args) throws Exception {
    Path home = Files.createDirectories(Path.of(args.length > 0 ? args[0] : "tuned-service"));
    SimulatedLearner model = SimulatedLearner.ofLevels(4);
    ModelRegistry registry = ModelRegistry.directory(home.resolve("models"));
    if (registry.history().isEmpty()) { // the first start of all
      var files = model.write(registry.newWorkDirectory(), 0.98, 0.5);
      registry.promote(registry.add(files, Provenance.imported()).id());
    }
    try (LiveModel<Sum, Long> live = LiveModel.open(model.generator(), registry, 4);
        RunStore store = RunStore.sqlite(home.resolve("runs.db"))) {
      ToyTasks tasks = ToyTasks.ofLevels(4);
      ImprovementLoop<Sum, Long> loop = loop(model, tasks, registry, store, live);
      Optional<String> left = loop.unfinished(); // a run that was killed
      System.out.println(left.isPresent() ? "resumes " + left.get() : "begins a run");
      try (RunHandle run = left.isPresent() ? loop.start(left.get(), tasks) : loop.start(tasks)) {
        while (!run.report().isDone()) {
          answer(live, Sum.of(20, 22)); // users are served meanwhile
        }
        System.out.println(run.await().summary());
      }
      System.out.println("20+22+0+0+0=" + answer(live, Sum.of(20, 22, 0, 0, 0)));
    }
  }

  static ImprovementLoop<Sum, Long> loop(
      SimulatedLearner model,
      ToyTasks tasks,
      ModelRegistry registry,
      RunStore store,
      LiveModel<Sum, Long> live) {
    Verifier<Sum, Long> verifier =
        Verifier.named("exact", (sum, answer) -> Verdict.passIf(answer == sum.expected(), "no"));
    var random = new SplittableRandom(7);
    var heldOut = Stream.generate(() -> tasks.draw(random.nextInt(1, 5), random)).limit(1000);
    return ImprovementLoop.builder(model.generator())
        .verifier(verifier)
        .trainer(model.trainer())
        .gate(DriftGates.anchored())
        .probes(ProbeBank.of(ToyTasks.codec(), verifier, Map.of("sums", heldOut.toList())))
        .budget(Budget.of(6))
        .store(store)
        .registry(registry)
        .listener(live) // serves what the loop promotes
        .build();
  }

  static Long answer(LiveModel<Sum, Long> live, Sum sum) {
    try (var lease = live.acquire()) {
      var request = List.of(new Request<>(sum, 7));
      return lease.generate(request, RunContext.standalone()).get(0).candidate();
    }
  }
}
// #endregion
