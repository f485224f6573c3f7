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
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.store.RunStore;
import java.util.ArrayList;
import java.util.List;

/** The loop of one process: its parts step, break and cannot be reached as their world says. */
final class SimulatedParts {
  private final SimulatedWorld world;
  private final SimulatedProcess process;
  private final StrictGenerator<Sum, Long> generator;

  SimulatedParts(SimulatedWorld world, SimulatedProcess process) {
    this.world = world;
    this.process = process;
    this.generator = StrictGenerator.of(new Breaking());
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
  ImprovementLoop<Sum, Long> loop(RunStore store, ModelRegistry registry) {
    DriftGate gate = world.gate();
    ImprovementLoop.Builder<Sum, Long> builder =
        ImprovementLoop.builder(generator)
            .verifier(this::verdict)
            .trainer(new Teaching(world.learner().trainer()))
            .gate(
                source -> {
                  process.step();
                  world.breaks("gate", .03, source.ordinal());
                  return gate.decide(source);
                })
            .clock(process.clock())
            .oversight(Oversight.NONE.outages(world.patience()))
            .listener(this::hear)
            .store(store);
    world.settings(builder, registry);
    if (world.hasCritic()) {
      builder.critic(
          (task, candidate, verdict, rubric) -> {
            reach("critic", "critic of " + task + candidate);
            world.breaks("critic", .01, candidate);
            return Critique.overall(candidate % 10 / 9.0, "by the last digit");
          });
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

  private Verdict verdict(Sum task, Long candidate) {
    reach("verifier", "verdict on " + task + candidate);
    world.breaks("verifier", .01, candidate * 31 + task.hashCode());
    return ToyTasks.verifier().verify(task, candidate);
  }

  private void hear(RunEvent event) {
    process.step();
    if (process.goesOn() && world.listenerFails()) {
      throw new IllegalStateException("the listener broke");
    }
  }

  /** The learner's generator, of which single attempts, batches and openings break. */
  private final class Breaking implements Generator<Sum, Long> {
    private final Generator<Sum, Long> sound = world.learner().generator();

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
      process.step();
      world.breaks("open", .02, version.id().hashCode());
      Session<Sum, Long> session = sound.open(version);
      return new Session<>() {
        @Override
        public List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
          process.step();
          List<Output<Long>> outputs = attempts(version.id(), session, requests, context);
          process.step();
          return outputs;
        }

        @Override
        public void close() {
          session.close();
        }
      };
    }

    private List<Output<Long>> attempts(
        String version,
        Session<Sum, Long> session,
        List<Request<Sum>> requests,
        RunContext context) {
      boolean goesOn = process.goesOn();
      if (goesOn) {
        // One alone would be taken for an attempt that always fails.
        if (requests.size() > 1 && world.outage().isOn("generator") && world.isEarly()) {
          world.outage().misses();
          return requests.stream().map(request -> Output.<Long>failed("nobody there", 0)).toList();
        }
        world.outage().call("generator");
      }
      boolean again = true;
      for (Request<Sum> request : requests) {
        if (process.asksAnew(version + request.seed())) {
          again = false;
          world.asked();
        }
      }
      // What is asked again is another batch, which depends on what was lost in passing.
      if (!again) {
        world.breaks("batch", .004, requests.get(0).seed());
      }
      List<Output<Long>> outputs = new ArrayList<>(session.generate(requests, context));
      for (int i = 0; i < outputs.size(); i++) {
        long seed = requests.get(i).seed();
        if (world.isBroken("attempt", .02, seed) || (goesOn && world.misses("attempt " + seed))) {
          outputs.set(i, Output.failed("it was lost", 0));
        }
      }
      return outputs;
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
    public TrainedArtifact train(
        TrainingRequest<Sum, Long> request, TrainingContext<Sum, Long> context) {
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
