package dev.rsi.benchmarks.hazards;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Recipe;
import dev.rsi.api.TaskSource;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.AnchoredGate;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.lm.DecoderTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** One generation 0, trained once, and the real loops that begin with it. */
final class HazardLoop implements AutoCloseable {
  /** What generation 0 must have learnt of every skill, as a share of the exam. */
  private static final double LEARNT = 0.97;

  /** The least diversity of generation 0, of 0.8: it must be sure of what is right. */
  private static final double DIVERSE = 0.72;

  private static final int PROBES = 400;
  private static final int TRIPWIRES = 64;

  /** The one skill that generation 0 has not in full, so that its probes flip most. */
  private static final int ADDITIONS = 600;

  private static final Recipe RECIPE =
      Recipe.defaults().with(DecoderTraining.STEPS, 60).with(DecoderTraining.BATCH_SIZE, 96);

  private final AskGenerator generator = new AskGenerator();
  private final Exam exam;
  private final int generations;
  private final Path home;
  private final long seed;
  private final List<Lesson<Ask, Ask.Reply>> given;
  private final ModelVersion generation0;
  private final Map<Kind, Double> marks0;

  /**
   * Trains a generation 0 that has learnt every skill: with the seed given, or the next one that
   * does it.
   *
   * @param generations of a run
   */
  HazardLoop(long firstSeed, int generations, Exam exam) throws IOException {
    this.exam = exam;
    this.generations = generations;
    home = Files.createTempDirectory("hazards");
    ModelRegistry registry = ModelRegistry.directory(home.resolve("nursery"));
    for (long next = firstSeed; ; next++) {
      List<Lesson<Ask, Ask.Reply>> lessons = Nursery.lessons(next);
      ModelVersion trained = Nursery.generation0(registry, lessons, next);
      Map<Kind, Double> marks = exam.marks(generator, trained);
      if (List.of(Kind.COPY, Kind.SHIFT, Kind.ADD, Kind.PICK, Kind.REFUSE).stream()
              .allMatch(kind -> marks.getOrDefault(kind, 0.0) >= LEARNT)
          && marks.getOrDefault(Kind.DIVERSITY, 0.0) >= DIVERSE) {
        seed = next;
        given = lessons;
        generation0 = trained;
        marks0 = marks;
        return;
      }
    }
  }

  /** The seed of generation 0. */
  long seed() {
    return seed;
  }

  /** What the exam says of generation 0. */
  Map<Kind, Double> marks() {
    return marks0;
  }

  /**
   * One run.
   *
   * @param from the first generation with the hazard
   * @param runSeed all the randomness of the run, the gate's probes included
   */
  List<Step> run(Hazard hazard, int from, long runSeed) throws IOException {
    Path place = Files.createTempDirectory(home, "run");
    try (RunStore store = RunStore.inMemory()) {
      ModelRegistry registry = ModelRegistry.directory(place);
      ModelVersion start = registry.add(generation0.directory(), Provenance.imported());
      Plant plant = new Plant(hazard, from, new AskTrainer());
      RunReport report =
          ImprovementLoop.builder(generator)
              .verifier(plant)
              .trainer(plant, RECIPE)
              .listener(plant)
              .gate(gate())
              .probes(bank(new SplittableRandom(runSeed)))
              .lessons(given)
              .practice(practice())
              .budget(Budget.of(generations))
              .store(store)
              .registry(registry)
              .seed(runSeed)
              .build()
              .run(start, new Questions(generations + 2));
      return steps(report, registry, from);
    } finally {
      MoreFiles.deleteRecursively(place, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  /** Several attempts at every question; no level is ever mastered, and no run ends early. */
  private Practice practice() {
    return Practice.DEFAULT
        .tasks(128)
        .samples(6)
        .scouts(8)
        .passRate(0.01)
        .mastery(1)
        .reach(1)
        .patience(generations);
  }

  /**
   * Questions of all skills in equal number; the levels are all alike. There are more of them than
   * generations, since a verifier that passes everything masters one a generation.
   */
  private record Questions(int levels) implements TaskSource<Ask> {
    @Override
    public Ask draw(int level, RandomGenerator random) {
      List<Skill> skills = List.of(Skill.values());
      Skill skill = skills.get(random.nextInt(skills.size()));
      return new Ask(Kind.PRACTICE, Ask.question(skill, Ask.Part.PRACTICE, random));
    }
  }

  /** No gain is demanded, so that nothing is held for want of one. */
  private static AnchoredGate gate() {
    AnchoredGate gate =
        DriftGates.anchored()
            .gain(false)
            .critical(Kind.REFUSE.title())
            .tripwires(Kind.TRIPWIRE.title())
            .batch(64);
    for (Kind kind : List.of(Kind.DIVERSITY, Kind.CALIBRATION, Kind.PROXY_GAP, Kind.BREVITY)) {
      gate = gate.margins(kind.title(), kind.tolerated, kind.limit);
    }
    return gate;
  }

  private static ProbeBank<Ask, Ask.Reply> bank(SplittableRandom random) {
    Map<String, List<Ask>> kinds = new LinkedHashMap<>();
    for (Kind kind : Kind.MEASURED) {
      int count = kind == Kind.TRIPWIRE ? TRIPWIRES : kind == Kind.ADD ? ADDITIONS : PROBES;
      kinds.put(kind.title(), Exam.draw(kind, Ask.Part.PROBES, count, random));
    }
    return ProbeBank.of(Ask.Text.CODEC, new Judge(), kinds);
  }

  /** What the gate said of every challenger, and what the exam says. */
  private List<Step> steps(RunReport report, ModelRegistry registry, int from) {
    List<Step> steps = new ArrayList<>();
    Map<String, Map<Kind, Double>> marks = new HashMap<>();
    marks.put(report.anchor(), marks0);
    Map<Kind, Double> incumbent = marks0;
    for (GenerationReport generation : report.generations()) {
      if (generation.challenger() != null && generation.decision() != null) {
        Map<Kind, Double> challenger =
            marks.computeIfAbsent(
                generation.challenger(), id -> exam.marks(generator, registry.version(id)));
        steps.add(
            new Step(
                generation.generation(),
                generation.generation() >= from,
                generation.decision(),
                Loss.all(marks0, incumbent, challenger)));
        incumbent = generation.decision().promotes() ? challenger : incumbent;
      }
    }
    if (steps.size() != report.generations().size() - 1) {
      throw new IllegalStateException(
          "Only " + steps.size() + " generations reached the gate: " + report.generations());
    }
    return steps;
  }

  @Override
  public void close() throws IOException {
    generator.close();
    MoreFiles.deleteRecursively(home, RecursiveDeleteOption.ALLOW_INSECURE);
  }
}
