package dev.rsi.testkit;

import dev.rsi.api.Codec;
import dev.rsi.api.Critique;
import dev.rsi.api.DriftGate;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.store.RunStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The world of one simulated run, drawn from a seed. Which parts break depends on what they are
 * asked alone, so that a run repeats itself whenever its process dies; when it dies does not.
 */
final class SimulatedWorld {
  /** So often a process dies; then one is left to end the run. */
  private static final int DEATHS = 6;

  final LoopSimulator.Watch watch;
  private final long seed;
  private final boolean deadly;
  private final SplittableRandom chance;
  private final ManualClock clock = ManualClock.create();
  private final int levels;
  private final double[] skills;
  private final ToyTasks tasks;
  private final SimulatedLearner learner;
  private final ProbeBank<Sum, Long> probes;
  private final @Nullable ProbeBank<Sum, Long> exam;
  private final Practice practice;
  private final Budget budget;
  private final boolean anchored;
  private final int earlierLessons;
  private final boolean critic;
  private final boolean partsBreak;
  private final boolean listenerBreaks;
  private @Nullable StrictGenerator<Sum, Long> generator;
  private @Nullable RunStore store;
  private @Nullable ModelRegistry registry;
  private RunStore.@Nullable Lease lease;
  private ModelRegistry.@Nullable Driver driver;
  private long asked;
  private int deaths;
  private int life;
  private boolean dead;

  /** The end of a process, which no part is to blame for. */
  static final class Death extends VirtualMachineError {
    private static final long serialVersionUID = 1;

    Death() {
      super("the process died");
    }

    @Override
    public Throwable fillInStackTrace() {
      return this;
    }
  }

  SimulatedWorld(long seed, boolean deadly) {
    this.seed = seed;
    this.deadly = deadly;
    this.chance = new SplittableRandom(seed ^ 0xD1E5L);
    SplittableRandom random = new SplittableRandom(seed);
    levels = random.nextInt(2, 6);
    skills = new double[levels];
    skills[0] = random.nextDouble(.3, .9);
    skills[1] = random.nextDouble(0, .5);
    tasks = ToyTasks.ofLevels(levels);
    learner =
        SimulatedLearner.ofLevels(levels)
            .lessonsToLearn(6)
            .noise(random.nextDouble(.03))
            .churn(random.nextDouble(.2))
            .malformed(random.nextInt(3) == 0 ? .05 : 0);
    if (random.nextInt(4) == 0) {
      learner.driftPerGeneration(random.nextInt(1, levels + 1), random.nextDouble(.4));
    }
    anchored = random.nextInt(8) == 0;
    probes = bank(random, anchored ? 120 : random.nextInt(40, 80), 0);
    exam = random.nextBoolean() ? bank(random, random.nextInt(3, 10), 1) : null;
    practice =
        Practice.DEFAULT
            .tasks(random.nextInt(8, 30))
            .scouts(random.nextInt(4, 16))
            .samples(random.nextInt(1, 3))
            .reach(random.nextInt(1, 4))
            .batch(random.nextInt(4, 64))
            .patience(random.nextInt(1, 4));
    Budget generations = Budget.of(random.nextInt(1, 4));
    budget =
        random.nextInt(3) == 0 ? generations.attempts(random.nextInt(2000, 4000)) : generations;
    earlierLessons = random.nextInt(3) == 0 ? random.nextInt(20) : 1000;
    critic = random.nextBoolean();
    partsBreak = random.nextInt(3) > 0;
    listenerBreaks = random.nextInt(4) == 0;
    watch = new LoopSimulator.Watch(this, budget.attempts());
  }

  /** Tasks whose answer leaves a rest of 0 or 1 by 3: the rest 2 is for practice alone. */
  private ProbeBank<Sum, Long> bank(SplittableRandom random, int perLevel, int rest) {
    Map<String, List<Sum>> kinds = new LinkedHashMap<>();
    for (int level = 1; level <= levels; level++) {
      Set<Sum> held = new LinkedHashSet<>();
      while (held.size() < perLevel) {
        Sum task = tasks.draw(level, random);
        if (task.expected() % 3 == rest) {
          held.add(task);
        }
      }
      kinds.put("level " + level, List.copyOf(held));
    }
    return ProbeBank.of(ToyTasks.codec(), ToyTasks.verifier(), kinds);
  }

  void requirePractice(String text) {
    Sum task = ToyTasks.codec().readTask(text);
    if (probes.contains(task) || (exam != null && exam.contains(task))) {
      throw new AssertionError("Task (" + text + ") is held out, and was practised.");
    }
  }

  /** Not where it happens, as what a part throws is no more than its failure. */
  void requireWithinBudget() {
    if (asked > budget.attempts()) {
      throw new AssertionError(asked + " attempts were asked for, of " + budget.attempts());
    }
  }

  ToyTasks tasks() {
    return tasks;
  }

  Path writeStart(Path directory) {
    return learner.write(directory, skills);
  }

  int deaths() {
    return deaths;
  }

  /** Whether a ceiling may end the run earlier than without deaths: what a death lost was spent. */
  boolean isBounded() {
    return budget.attempts() < Long.MAX_VALUE;
  }

  int openSessions() {
    return generator == null ? 0 : generator.openSessions();
  }

  void beginWith(RunStore kept) {
    store = kept;
  }

  /** A process begins, with a registry of its own. */
  void bornWith(ModelRegistry opened) {
    registry = opened;
    dead = false;
    // Half of all deaths come early, and some hardly ever.
    life = chance.nextInt(1 << chance.nextInt(1, 10));
  }

  /** What the system gives up for a process that died. */
  void buried() {
    if (lease != null) {
      lease.close();
    }
    if (driver != null) {
      driver.close();
    }
  }

  /** Between two steps: time passes, and the process may die. */
  private void step() {
    boolean jumps = chance.nextInt(2_000) == 0;
    clock.advance(
        jumps
            ? Duration.ofHours(chance.nextInt(-24, 48))
            : Duration.ofMillis(chance.nextInt(-5, 100)));
    if (watch.isFinished()) {
      return;
    }
    if (dead) {
      throw new Death();
    }
    if (deadly && deaths < DEATHS && life-- <= 0) {
      deaths++;
      dead = true;
      throw new Death();
    }
  }

  /** Whether a part breaks that is asked this; the same whenever it is asked. */
  private boolean breaks(String part, double share, long asked) {
    return partsBreak
        && new SplittableRandom(seed * 31 + part.hashCode() + asked * 0x9E3779B97F4A7C15L)
                .nextDouble()
            < share;
  }

  /** The loop of a new process. */
  ImprovementLoop<Sum, Long> loop() {
    StrictGenerator<Sum, Long> strict = StrictGenerator.of(new Breaking());
    generator = strict;
    DriftGate gate = anchored ? DriftGates.anchored() : DriftGates.paired();
    ImprovementLoop.Builder<Sum, Long> builder =
        ImprovementLoop.builder(strict)
            .verifier(this::verdict)
            .trainer(new Teaching(learner.trainer()))
            .gate(
                source -> {
                  step();
                  if (breaks("gate", .03, source.ordinal())) {
                    throw new IllegalStateException("the gate broke");
                  }
                  return gate.decide(source);
                })
            .probes(probes)
            .practice(practice.memory(earlierLessons))
            .budget(budget)
            .clock(clock)
            .seed(seed)
            .listener(this::hear)
            .store(steppingStore())
            .registry(stepping(ModelRegistry.class, Objects.requireNonNull(registry)));
    if (exam != null) {
      builder.exam(exam);
    }
    if (critic) {
      builder.critic(
          (task, candidate, verdict, rubric) -> {
            step();
            if (breaks("critic", .03, candidate)) {
              throw new IllegalStateException("the critic broke");
            }
            return Critique.overall(candidate % 10 / 9.0, "by the last digit");
          });
    }
    return builder.build();
  }

  private Verdict verdict(Sum task, Long candidate) {
    step();
    if (breaks("verifier", .03, candidate * 31 + task.hashCode())) {
      throw new IllegalStateException("the verifier broke");
    }
    return ToyTasks.verifier().verify(task, candidate);
  }

  private void hear(RunEvent event) {
    step();
    if (listenerBreaks && chance.nextInt(10) == 0) {
      throw new IllegalStateException("the listener broke");
    }
  }

  /** A part whose every call is two steps, before and after what it does. */
  private <P> P stepping(Class<P> type, P part) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              step();
              try {
                Object result = method.invoke(part, arguments);
                if (result instanceof ModelRegistry.Driver given) {
                  driver = given;
                  result = stepping(ModelRegistry.Driver.class, given);
                }
                try {
                  step();
                } catch (Death death) {
                  if (result instanceof Generator.Session<?, ?> loaded) {
                    // The system takes what a dead process had; nobody got it.
                    loaded.close();
                  }
                  throw death;
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  /** The store, in which what is durable is watched before the process can die of it. */
  private RunStore steppingStore() {
    RunStore kept = Objects.requireNonNull(store);
    ModelRegistry models = Objects.requireNonNull(registry);
    return (RunStore)
        Proxy.newProxyInstance(
            RunStore.class.getClassLoader(),
            new Class<?>[] {RunStore.class},
            (proxy, method, arguments) -> {
              step();
              try {
                Object result = method.invoke(kept, arguments);
                if (result instanceof RunStore.Lease given) {
                  lease = given;
                } else if (method.getName().equals("append")) {
                  watch.recorded(events(arguments[2]), models);
                }
                step();
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static List<RunEvent> events(Object argument) {
    List<RunEvent> events = new ArrayList<>();
    for (Object event : (List<?>) argument) {
      events.add((RunEvent) event);
    }
    return events;
  }

  /** The learner's generator, of which single attempts, batches and openings break. */
  private final class Breaking implements Generator<Sum, Long> {
    private final Generator<Sum, Long> sound = learner.generator();

    @Override
    public String describe() {
      return sound.describe();
    }

    @Override
    public Codec<Sum, Long> codec() {
      return sound.codec();
    }

    @Override
    public Session<Sum, Long> open(ModelVersion version) {
      step();
      if (breaks("open", .02, version.id().hashCode())) {
        throw new RsiException("the model could not be opened");
      }
      Session<Sum, Long> session = sound.open(version);
      return new Session<>() {
        @Override
        public List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
          step();
          asked += requests.size();
          if (!requests.isEmpty() && breaks("batch", .004, requests.get(0).seed())) {
            throw new RsiException("the batch failed");
          }
          List<Output<Long>> outputs = new ArrayList<>(session.generate(requests, context));
          for (int i = 0; i < outputs.size(); i++) {
            if (breaks("attempt", .02, requests.get(i).seed())) {
              outputs.set(i, Output.failed("it was lost", 0));
            }
          }
          step();
          return outputs;
        }

        @Override
        public void close() {
          session.close();
        }
      };
    }
  }

  /** The learner's trainer, of which trainings break: before anything is made, and after. */
  private final class Teaching implements Trainer<Sum, Long> {
    private final Trainer<Sum, Long> sound;

    Teaching(Trainer<Sum, Long> sound) {
      this.sound = sound;
    }

    @Override
    public String describe() {
      return sound.describe();
    }

    @Override
    public List<Knob> knobs() {
      return sound.knobs();
    }

    @Override
    public TrainedArtifact train(TrainingRequest<Sum, Long> request, RunContext context) {
      step();
      watch.lessons(request.lessons());
      if (breaks("training", .05, request.seed())) {
        throw new RsiException("the training failed");
      }
      TrainedArtifact made = sound.train(request, context);
      step();
      if (breaks("artifact", .03, request.seed())) {
        throw new RsiException("the artifact was lost");
      }
      return made;
    }
  }
}
