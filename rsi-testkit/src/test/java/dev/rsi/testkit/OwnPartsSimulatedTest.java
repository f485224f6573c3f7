package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Codec;
import dev.rsi.api.Critique;
import dev.rsi.api.DriftGate;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.store.RunStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A loop of a user's own in the simulator: sound parts pass, and each kind of fault is found. */
class OwnPartsSimulatedTest {
  /** So many worlds: in each about three processes die. */
  private static final int WORLDS = 12;

  private final SimulatedLearner learner = SimulatedLearner.ofLevels(3).lessonsToLearn(6);
  private final ToyTasks tasks = ToyTasks.ofLevels(3);
  private final AtomicInteger calls = new AtomicInteger();

  @TempDir Path temporary;
  private Path start;

  @BeforeEach
  void writeStart() {
    start = learner.write(temporary.resolve("own start"), .8, .3);
  }

  @Test
  void should_pass_sound_parts() {
    int deaths = 0;
    int promotions = 0;
    for (int world = 0; world < WORLDS; world++) {
      LoopSimulator.Simulation simulation =
          simulated(world, learner.generator(), learner.trainer(), ToyTasks.verifier());
      deaths += simulation.deaths();
      promotions += simulation.promotions();
    }

    assertThat(deaths).isPositive();
    assertThat(promotions).isPositive();
  }

  @Test
  void should_take_a_gate_that_keeps_nothing() {
    ImprovementLoop.Builder<Sum, Long> parts =
        builder(learner.generator(), learner.trainer(), ToyTasks.verifier(), DriftGates.paired());

    assertThat(LoopSimulator.run(2, temporary.resolve("world"), parts::build, start, tasks).steps())
        .isPositive();
  }

  @Test
  void should_refuse_parts_that_outlive_their_process() {
    ImprovementLoop<Sum, Long> loop =
        loop(learner.generator(), learner.trainer(), ToyTasks.verifier());

    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> LoopSimulator.run(1, temporary.resolve("world"), () -> loop, start, tasks))
        .withMessageContaining("the same object")
        .withMessageContaining("Maybe build all of the loop in the supplier");
    assertThat(ModelRegistry.directory(temporary.resolve("own models")).versions()).isEmpty();
  }

  /** It answers by how often it was asked before: a resumed run gets other answers. */
  @Test
  void should_find_a_generator_that_remembers() {
    finds(
        generating(
            (requests, outputs) -> {
              List<Output<Long>> changed = new ArrayList<>(outputs);
              for (int i = 0; i < changed.size(); i++) {
                if (calls.incrementAndGet() % 7 == 0) {
                  changed.set(i, Output.of(-1L, 1));
                }
              }
              return changed;
            }),
        learner.trainer(),
        ToyTasks.verifier());
  }

  /** What is asked again after calls were lost is a smaller batch. */
  @Test
  void should_find_a_generator_whose_outputs_depend_on_the_batch() {
    finds(
        generating(
            (requests, outputs) ->
                requests.size() % 2 == 0
                    ? outputs
                    : outputs.stream().map(output -> Output.of(7L, 1)).toList()),
        learner.trainer(),
        ToyTasks.verifier());
  }

  @Test
  void should_find_a_trainer_that_remembers() {
    Trainer<Sum, Long> sound = learner.trainer();
    finds(
        learner.generator(),
        new Trainer<>() {
          @Override
          public List<Knob> knobs() {
            return sound.knobs();
          }

          @Override
          public String describe() {
            return "a trainer that counts";
          }

          @Override
          public TrainedArtifact train(
              TrainingRequest<Sum, Long> request, TrainingContext<Sum, Long> context) {
            return learner
                .driftPerGeneration(1, .01 * calls.incrementAndGet())
                .trainer()
                .train(request, context);
          }
        },
        ToyTasks.verifier());
  }

  @Test
  void should_find_a_verifier_that_changes_its_mind() {
    finds(
        learner.generator(),
        learner.trainer(),
        Verifier.named(
            "moody",
            (sum, answer) ->
                calls.incrementAndGet() % 5 == 0
                    ? Verdict.fail("in a mood")
                    : Verdict.passIf(answer == sum.expected(), "wrong")));
  }

  @Test
  void should_simulate_a_critic_and_an_exam() {
    Supplier<ImprovementLoop<Sum, Long>> loop =
        () ->
            builder(learner.generator(), learner.trainer(), ToyTasks.verifier())
                .critic((task, candidate, verdict, rubric) -> Critique.overall(.5, "so so"))
                .exam(bank(30, 1))
                .build();

    assertThat(LoopSimulator.run(3, temporary.resolve("world"), loop, start, tasks).steps())
        .isPositive();
  }

  private void finds(
      Generator<Sum, Long> generator, Trainer<Sum, Long> trainer, Verifier<Sum, Long> verifier) {
    assertThatThrownBy(
            () -> {
              for (int world = 0; world < WORLDS; world++) {
                simulated(world, generator, trainer, verifier);
              }
            })
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Simulation with seed (")
        .hasMessageContaining("directory, loop, start, tasks).");
  }

  private LoopSimulator.Simulation simulated(
      int world,
      Generator<Sum, Long> generator,
      Trainer<Sum, Long> trainer,
      Verifier<Sum, Long> verifier) {
    return LoopSimulator.run(
        world,
        temporary.resolve("world " + world),
        () -> loop(generator, trainer, verifier),
        start,
        tasks);
  }

  private ImprovementLoop<Sum, Long> loop(
      Generator<Sum, Long> generator, Trainer<Sum, Long> trainer, Verifier<Sum, Long> verifier) {
    return builder(generator, trainer, verifier).build();
  }

  private ImprovementLoop.Builder<Sum, Long> builder(
      Generator<Sum, Long> generator, Trainer<Sum, Long> trainer, Verifier<Sum, Long> verifier) {
    return builder(generator, trainer, verifier, DriftGates.anchored());
  }

  private ImprovementLoop.Builder<Sum, Long> builder(
      Generator<Sum, Long> generator,
      Trainer<Sum, Long> trainer,
      Verifier<Sum, Long> verifier,
      DriftGate gate) {
    return ImprovementLoop.builder(generator)
        .verifier(verifier)
        .trainer(trainer)
        .gate(gate)
        .probes(bank(200, 0))
        .practice(Practice.DEFAULT.tasks(20).scouts(10).batch(8))
        .budget(Budget.of(2))
        .store(RunStore.inMemory())
        .registry(ModelRegistry.directory(temporary.resolve("own models")));
  }

  private ProbeBank<Sum, Long> bank(int size, int rest) {
    SplittableRandom random = new SplittableRandom(7);
    List<Sum> held =
        Stream.generate(() -> tasks.draw(random.nextInt(1, 4), random))
            .filter(sum -> sum.expected() % 3 == rest)
            .distinct()
            .limit(size)
            .toList();
    return ProbeBank.of(ToyTasks.codec(), ToyTasks.verifier(), Map.of("sums", held));
  }

  /** The learner's answers, changed by a function of the requests. */
  private Generator<Sum, Long> generating(Answers answers) {
    Generator<Sum, Long> sound = learner.generator();
    return new Generator<>() {
      @Override
      public String describe() {
        return "changed answers";
      }

      @Override
      public Codec<Sum, Long> codec() {
        return sound.codec();
      }

      @Override
      public Session<Sum, Long> open(ModelVersion version) {
        Session<Sum, Long> session = sound.open(version);
        return new Session<>() {
          @Override
          public List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
            return answers.of(requests, session.generate(requests, context));
          }

          @Override
          public void close() {
            session.close();
          }
        };
      }
    };
  }

  private interface Answers {
    List<Output<Long>> of(List<Request<Sum>> requests, List<Output<Long>> outputs);
  }
}
