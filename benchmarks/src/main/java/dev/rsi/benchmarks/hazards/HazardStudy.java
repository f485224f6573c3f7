package dev.rsi.benchmarks.hazards;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Many runs with each hazard and without one. */
public final class HazardStudy {
  /** The name of runs without a hazard. */
  static final String HEALTHY = "healthy";

  private final PrintStream out;
  private final HazardFiles files;
  private final long seed;
  private final int bases;
  private final int generations;
  private final int examSize;

  /**
   * A study.
   *
   * @param out where the table goes
   * @param directory where raw data go
   * @param seed root of all randomness
   * @param bases how many generations 0 the runs are spread over, 1 or more
   * @param generations of a run, 2 or more; the hazard is in from the first or the second on
   * @param examSize questions per kind that tell what is true
   */
  public HazardStudy(
      PrintStream out, Path directory, long seed, int bases, int generations, int examSize)
      throws IOException {
    this.out = out;
    this.files = new HazardFiles(directory);
    this.seed = seed;
    this.bases = bases;
    this.generations = generations;
    this.examSize = examSize;
  }

  /** The hazards by name. */
  static Map<String, Hazard> hazards() {
    Map<String, Hazard> hazards = new LinkedHashMap<>();
    hazards.put("label noise", new LabelNoise());
    hazards.put("length hack", new LengthHack());
    hazards.put("entropy collapse", new EntropyCollapse());
    hazards.put("tampered verifier", new TamperedVerifier());
    hazards.put("forgotten skill", new ForgottenSkill());
    hazards.put("proxy gaming", new ProxyGaming());
    return hazards;
  }

  /**
   * Runs it all, in turn, so that a study cut short has some of everything.
   *
   * @param runs per hazard
   * @param healthy runs without one
   */
  public HazardResults run(int runs, int healthy) throws IOException {
    Exam exam = new Exam(examSize, seed);
    List<HazardRun> done = new ArrayList<>();
    List<HazardLoop> loops = new ArrayList<>();
    try {
      for (int i = 0; i < bases; i++) {
        long begin = loops.isEmpty() ? seed : loops.get(i - 1).seed() + 1;
        HazardLoop loop = new HazardLoop(begin, generations, exam);
        loops.add(loop);
        out.printf(Locale.ROOT, "generation 0 of seed %d: %s%n", loop.seed(), loop.marks());
      }
      int rounds = Math.max(runs, 1);
      for (int round = 1; round <= rounds; round++) {
        if (round <= runs) {
          for (Map.Entry<String, Hazard> hazard : hazards().entrySet()) {
            done.add(run(loops, hazard.getKey(), hazard.getValue(), round, 1 + round % 2));
          }
        }
        for (int i = healthy * (round - 1) / rounds; i < healthy * round / rounds; i++) {
          done.add(run(loops, HEALTHY, new Hazard() {}, i + 1, 0));
        }
      }
    } finally {
      for (HazardLoop loop : loops) {
        loop.close();
      }
    }
    HazardResults results = new HazardResults(done);
    results.print(out);
    return results;
  }

  private HazardRun run(List<HazardLoop> loops, String name, Hazard hazard, int index, int from)
      throws IOException {
    long begin = System.nanoTime();
    HazardLoop loop = loops.get(index % loops.size());
    long runSeed = seed * 1_000_003 + index;
    List<Step> steps = loop.run(hazard, from == 0 ? Integer.MAX_VALUE : from, runSeed);
    HazardRun run =
        new HazardRun(
            name, index, runSeed, loop.seed(), from, steps, (System.nanoTime() - begin) / 1e9);
    files.add(run);
    return run;
  }
}
