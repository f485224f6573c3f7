package dev.rsi.testkit;

import dev.rsi.api.Attempt;
import dev.rsi.api.Calls;
import dev.rsi.api.Codec;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.DriftGate;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Recipe;
import dev.rsi.api.Request;
import dev.rsi.api.Role;
import dev.rsi.api.RsiException;
import dev.rsi.api.Rubric;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.store.RunStore;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The loop of one process: its parts step, break and cannot be reached as their world says. One
 * call comes after another, whatever the parts would allow, so that a seed repeats all of it.
 */
final class SimulatedParts<T, C> {
  private final SimulatedWorld<T, C> world;
  private final SimulatedLoop<T, C> loop;
  private final SimulatedProcess<T, C> process;
  private final StrictGenerator<T, C> generator;

  SimulatedParts(SimulatedWorld<T, C> world, SimulatedProcess<T, C> process) {
    this.world = world;
    this.loop = world.loop().inAnotherProcess();
    this.process = process;
    this.generator = StrictGenerator.of(new Breaking(loop.generator()));
  }

  int openSessions() {
    return generator.openSessions();
  }

  /**
   * The loop.
   *
   * @param store what it records in
   * @param registry what it drives
   */
  ImprovementLoop<T, C> loop(RunStore store, ModelRegistry registry) {
    ImprovementLoop.Builder<T, C> builder =
        ImprovementLoop.builder(generator)
            .verifier(new Ruling(loop.verifier()))
            .trainer(new Teaching(loop.trainer()), loop.recipe())
            .gate(new Deciding(loop.gate()))
            .clock(process.clock())
            .oversight(Oversight.NONE.outages(world.patience()))
            .listener(this::hear)
            .store(store);
    world.settings(builder, registry);
    Critic<T, C> critic = loop.critic();
    if (critic != null) {
      builder.critic(new Grading(critic), loop.rubric());
    }
    return builder.build();
  }

  /** A call of a part, about something. */
  private void reach(String part, String what) {
    process.step();
    if (process.goesOn()) {
      world.outage().call(part);
      if (world.misses(what)) {
        throw new RsiException("the call was lost", null, true);
      }
    }
  }

  private void hear(RunEvent event) {
    process.step();
    if (process.goesOn() && world.listenerFails()) {
      throw new IllegalStateException("the listener broke");
    }
  }

  private static Calls alone(Calls calling) {
    return calling.parallel(1);
  }

  private static boolean isRetryable(RuntimeException thrown) {
    return thrown instanceof RsiException rsi && rsi.retryable();
  }

  /** A verifier of which single rulings break. */
  private final class Ruling implements Verifier<T, C> {
    private final Verifier<T, C> sound;

    Ruling(Verifier<T, C> sound) {
      this.sound = sound;
    }

    @Override
    public String describe() {
      return sound.describe();
    }

    @Override
    public Calls calling() {
      return alone(sound.calling());
    }

    @Override
    public boolean measures() {
      return sound.measures();
    }

    @Override
    public int maxTokens() {
      return sound.maxTokens();
    }

    @Override
    public BigDecimal maxMoney() {
      return sound.maxMoney();
    }

    @Override
    public Verdict verify(T task, C candidate) {
      return sound.verify(task, candidate);
    }

    @Override
    public Verifier.Session<T, C> open() {
      Verifier.Session<T, C> session = sound.open();
      return new Verifier.Session<>() {
        @Override
        public List<Verdict> verify(List<Attempt<T, C>> batch, RunContext context) {
          List<Verdict> verdicts = new ArrayList<>(session.verify(batch, context));
          for (int i = 0; i < verdicts.size(); i++) {
            T task = batch.get(i).task();
            C candidate = Objects.requireNonNull(batch.get(i).candidate());
            try {
              reach("verifier", "verdict on " + loop.words(task, candidate));
              world.breaks("verifier", .01, loop.mark(task, candidate));
            } catch (RuntimeException e) {
              if (isRetryable(e)) {
                throw e;
              }
              verdicts.set(i, Verdict.broken("verifier", e));
            }
          }
          return verdicts;
        }

        @Override
        public void close() {
          session.close();
        }
      };
    }
  }

  /** A critic of which single grades break. */
  private final class Grading implements Critic<T, C> {
    private final Critic<T, C> sound;

    Grading(Critic<T, C> sound) {
      this.sound = sound;
    }

    @Override
    public String describe() {
      return sound.describe();
    }

    @Override
    public Calls calling() {
      return alone(sound.calling());
    }

    @Override
    public boolean asksFailures() {
      return sound.asksFailures();
    }

    @Override
    public int maxTokens() {
      return sound.maxTokens();
    }

    @Override
    public BigDecimal maxMoney() {
      return sound.maxMoney();
    }

    @Override
    public Critique critique(T task, C candidate, Verdict verdict, Rubric rubric) {
      return sound.critique(task, candidate, verdict, rubric);
    }

    @Override
    public Critic.Session<T, C> open() {
      Critic.Session<T, C> session = sound.open();
      return new Critic.Session<>() {
        @Override
        public List<Critique> criticise(
            List<Attempt<T, C>> batch, Rubric rubric, RunContext context) {
          List<Critique> critiques = new ArrayList<>(session.criticise(batch, rubric, context));
          for (int i = 0; i < critiques.size(); i++) {
            T task = batch.get(i).task();
            C candidate = Objects.requireNonNull(batch.get(i).candidate());
            try {
              reach("critic", "critic of " + loop.words(task, candidate));
              world.breaks("critic", .01, loop.mark(task, candidate));
            } catch (RuntimeException e) {
              if (isRetryable(e)) {
                throw e;
              }
              critiques.set(i, Critique.undecided("the critic broke"));
            }
          }
          return critiques;
        }

        @Override
        public void close() {
          session.close();
        }
      };
    }
  }

  /** A gate of which single decisions break. */
  private final class Deciding implements DriftGate {
    private final DriftGate sound;

    Deciding(DriftGate sound) {
      this.sound = sound;
    }

    @Override
    public String describe() {
      return sound.describe();
    }

    @Override
    public Set<Role> roles() {
      return sound.roles();
    }

    @Override
    public List<ProbeKind> fewest(ProbeSource probes) {
      return sound.fewest(probes);
    }

    @Override
    public void answered(boolean wentLive) {
      sound.answered(wentLive);
    }

    @Override
    public GateDecision decide(ProbeSource probes) {
      process.step();
      world.breaks("gate", .03, probes.ordinal());
      return sound.decide(probes);
    }
  }

  /** A generator of which single attempts, batches and openings break. */
  private final class Breaking implements Generator<T, C> {
    private final Generator<T, C> sound;

    Breaking(Generator<T, C> sound) {
      this.sound = sound;
    }

    @Override
    public String describe() {
      return sound.describe();
    }

    @Override
    public Codec<T, C> codec() {
      return sound.codec();
    }

    @Override
    public Calls calling() {
      return alone(sound.calling());
    }

    @Override
    public boolean scores() {
      return sound.scores();
    }

    @Override
    public int maxTokens() {
      return sound.maxTokens();
    }

    @Override
    public BigDecimal maxMoney() {
      return sound.maxMoney();
    }

    @Override
    public Generator.Session<T, C> open(ModelVersion version) {
      process.step();
      world.breaks("open", .02, version.id().hashCode());
      Generator.Session<T, C> session = sound.open(version);
      return session instanceof ScoringSession<T, C> scoring
          ? new Scoring(version.id(), scoring)
          : new Answering(version.id(), session);
    }

    private class Answering implements Generator.Session<T, C> {
      private final String version;
      private final Generator.Session<T, C> session;

      Answering(String version, Generator.Session<T, C> session) {
        this.version = version;
        this.session = session;
      }

      @Override
      public List<Output<C>> generate(List<Request<T>> requests, RunContext context) {
        process.step();
        List<Output<C>> outputs = attempts(version, session, requests, context);
        process.step();
        return outputs;
      }

      @Override
      public void close() {
        session.close();
      }
    }

    private final class Scoring extends Answering implements ScoringSession<T, C> {
      private final ScoringSession<T, C> session;

      Scoring(String version, ScoringSession<T, C> session) {
        super(version, session);
        this.session = session;
      }

      @Override
      public List<Double> score(List<T> tasks, List<C> candidates, RunContext context) {
        process.step();
        return session.score(tasks, candidates, context);
      }
    }

    private List<Output<C>> attempts(
        String version,
        Generator.Session<T, C> session,
        List<Request<T>> requests,
        RunContext context) {
      boolean goesOn = process.goesOn();
      if (goesOn) {
        // One alone would be taken for an attempt that always fails.
        if (requests.size() > 1 && world.outage().isOn("generator") && world.isEarly()) {
          world.outage().misses();
          return requests.stream().map(request -> Output.<C>failed("nobody there", 0)).toList();
        }
        world.outage().call("generator");
      }
      for (Request<T> request : requests) {
        if (process.asksAnew(version + request.seed())) {
          world.asked();
        }
        // One of them breaks the batch: what is asked again may be another batch, which depends on
        // what was lost in passing, but the one is in it.
        world.breaks("batch", .0004, request.seed());
      }
      List<Output<C>> outputs = new ArrayList<>(session.generate(requests, context));
      for (int i = 0; i < outputs.size(); i++) {
        long seed = requests.get(i).seed();
        if (world.isBroken("attempt", .02, seed) || (goesOn && world.misses("attempt " + seed))) {
          outputs.set(i, Output.failed("it was lost", 0));
        }
      }
      return outputs;
    }
  }

  /** A trainer of which trainings break: before anything is made, and after. */
  private final class Teaching implements Trainer<T, C> {
    private final Trainer<T, C> sound;

    Teaching(Trainer<T, C> sound) {
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
    public LearnsFrom learnsFrom() {
      return sound.learnsFrom();
    }

    @Override
    public int proposals() {
      return sound.proposals();
    }

    @Override
    public long maxSteps(Recipe recipe, long lessons) {
      return sound.maxSteps(recipe, lessons);
    }

    @Override
    public long maxAttempts(Recipe recipe, long lessons) {
      return sound.maxAttempts(recipe, lessons);
    }

    @Override
    public long maxTokens(Recipe recipe, long lessons) {
      return sound.maxTokens(recipe, lessons);
    }

    @Override
    public BigDecimal maxMoney(Recipe recipe, long lessons) {
      return sound.maxMoney(recipe, lessons);
    }

    @Override
    public TrainedArtifact train(TrainingRequest<T, C> request, TrainingContext<T, C> context) {
      reach("trainer", "training " + request.seed());
      world.promise(() -> world.watch().lessons(request.lessons()));
      world.breaks("training", .05, request.seed());
      TrainedArtifact made = sound.train(request, context);
      process.step();
      world.breaks("artifact", .03, request.seed());
      return made;
    }
  }
}
