package dev.rsi.testkit.loop;

import dev.rsi.api.Codec;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.DriftGate;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.Practice;
import dev.rsi.core.RunListener;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.ManualClock;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/** A small loop of honest parts, of which an attack replaces some. */
final class HostileLoop implements AutoCloseable {
  static final ProbeBank<Sum, Long> PROBES = Loops.heldOut(11, 200);
  static final ProbeBank<Sum, Long> EXAM = Loops.heldOut(12, 5);

  final Loops loops;

  /** A model that any gate would promote, and that no training made. */
  final Path tempting;

  final RunStore store;
  final ManualClock clock = ManualClock.create();
  final Budget budget = Budget.of(3).attempts(20_000).wallClock(Duration.ofHours(1));

  /** What the gate said, as it said it. */
  final List<GateDecision> decisions = new ArrayList<>();

  /** How often the attack was made; one that never was shows nothing. */
  final AtomicInteger tries = new AtomicInteger();

  /** What an attack got hold of that it should not have, in words. */
  final List<String> loot = Collections.synchronizedList(new ArrayList<>());

  /** Ends what an attack left running. */
  final List<Runnable> after = new ArrayList<>();

  Generator<Sum, Long> generator;
  Verifier<Sum, Long> verifier = ToyTasks.verifier();
  Critic<Sum, Long> critic = (task, candidate, verdict, rubric) -> Critique.overall(1, "fine");
  Trainer<Sum, Long> trainer;
  TaskSource<Sum> tasks = Loops.TASKS;
  RunListener listener = event -> {};

  private final AtomicInteger calls = new AtomicInteger();

  HostileLoop(Path home) {
    loops = new Loops(home);
    tempting = loops.learner.write(home.resolve("tempting"), 1, 1, 1, 1, 1, 1, 1, 1);
    store = RunStore.sqlite(home.resolve("runs.db"));
    generator = loops.learner.generator();
    trainer = loops.learner.trainer();
  }

  ImprovementLoop<Sum, Long> build() {
    return ImprovementLoop.builder(generator)
        .verifier(verifier)
        .critic(critic)
        .trainer(trainer)
        .gate(heard(DriftGates.paired()))
        .probes(PROBES)
        .exam(EXAM)
        .practice(Practice.DEFAULT.tasks(64).scouts(32).reach(2))
        .budget(budget)
        .store(store)
        .registry(loops.registry)
        .listener(listener)
        .clock(clock)
        .oversight(Oversight.NONE.secret(0x5eed_0f_0fL).outages(Duration.ZERO))
        .build();
  }

  private DriftGate heard(DriftGate gate) {
    return probes -> {
      GateDecision decision = gate.decide(probes);
      decisions.add(decision);
      return decision;
    };
  }

  /** The directory that holds the registry's versions, as whoever is given one can tell. */
  static Path registryOf(ModelVersion version) {
    return version.directory().resolveSibling("..").normalize();
  }

  /** Makes the attack, and counts it. */
  void attack(Runnable attack) {
    tries.incrementAndGet();
    attack.run();
  }

  /** The same for what must not be possible. */
  void expectRefused(Runnable attack) {
    tries.incrementAndGet();
    try {
      attack.run();
      loot.add("what should be refused was done");
    } catch (RuntimeException e) {
      // Refused.
    }
  }

  /** Makes the attack in one call alone: the {@code number}-th of all that ask, from 1. */
  void once(int number, Runnable attack) {
    if (calls.incrementAndGet() == number) {
      attack(attack);
    }
  }

  void attempting(WrappedGenerator.Attempting hostile) {
    generator = new WrappedGenerator(loops.learner.generator(), hostile);
  }

  void writing(Codec<Sum, Long> codec) {
    generator =
        new WrappedGenerator(
            loops.learner.generator(),
            codec,
            (honest, requests, context) -> honest.generate(requests, context));
  }

  /** What a hostile trainer does instead of the honest one. */
  interface Training {
    TrainedArtifact train(
        Trainer<Sum, Long> honest,
        TrainingRequest<Sum, Long> request,
        TrainingContext<Sum, Long> context)
        throws Exception;
  }

  void training(Training hostile) {
    Trainer<Sum, Long> honest = loops.learner.trainer();
    trainer =
        new Trainer<>() {
          @Override
          public List<Knob> knobs() {
            return honest.knobs();
          }

          @Override
          public TrainedArtifact train(
              TrainingRequest<Sum, Long> request, TrainingContext<Sum, Long> context) {
            tries.incrementAndGet();
            try {
              return hostile.train(honest, request, context);
            } catch (Exception e) {
              throw HostileLoop.<RuntimeException>sneak(e);
            }
          }
        };
  }

  /** What a hostile verifier does with the candidates of one task. */
  interface Ruling {
    List<Verdict> rule(Verifier<Sum, Long> honest, Sum task, List<? extends Long> candidates);
  }

  void ruling(Ruling hostile) {
    Verifier<Sum, Long> honest = ToyTasks.verifier();
    verifier =
        new Verifier<>() {
          @Override
          public Verdict verify(Sum task, Long candidate) {
            return honest.verify(task, candidate);
          }

          @Override
          public List<Verdict> verifyAll(Sum task, List<? extends Long> candidates) {
            tries.incrementAndGet();
            return hostile.rule(honest, task, candidates);
          }
        };
  }

  /** What a hostile source draws. */
  interface Drawing {
    Sum draw(int level, RandomGenerator random);
  }

  void drawing(Drawing hostile) {
    tasks =
        new TaskSource<>() {
          @Override
          public int levels() {
            return Loops.LEVELS;
          }

          @Override
          public Sum draw(int level, RandomGenerator random) {
            tries.incrementAndGet();
            return hostile.draw(level, random);
          }
        };
  }

  /** Throws what no signature declares. */
  @SuppressWarnings("unchecked")
  static <E extends Throwable> E sneak(Throwable throwable) throws E {
    throw (E) throwable;
  }

  @Override
  public void close() {
    after.forEach(Runnable::run);
    store.close();
  }
}
