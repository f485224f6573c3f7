package dev.rsi.benchmarks.hazards;

import dev.rsi.api.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;

/** Raw data: a line per run and a line per generation, written as they come. */
final class HazardFiles {
  private final Path runs;
  private final Path generations;

  /** Begins both files anew. */
  HazardFiles(Path directory) throws IOException {
    Files.createDirectories(directory);
    runs = directory.resolve("runs.csv");
    generations = directory.resolve("generations.csv");
    Files.writeString(
        runs,
        "hazard,run,seed,base,from,actions,verdict,harm_generation,harm_action,harm_signal,named,"
            + "harm_kind,harm_drift,harm_of_limit,harm_probes,seconds\n");
    Files.writeString(
        generations,
        "hazard,run,generation,planted,action,signal,probes,worst_kind,against,drift,of_limit\n");
  }

  void add(HazardRun run) throws IOException {
    append(runs, line(run));
    for (Step step : run.steps()) {
      Loss worst = step.worst();
      append(
          generations,
          String.format(
              Locale.ROOT,
              "%s,%d,%d,%s,%s,%s,%d,%s,%s,%.4f,%.3f%n",
              run.hazard(),
              run.index(),
              step.generation(),
              step.planted(),
              step.action(),
              step.signal(),
              step.probes(),
              worst.kind().title(),
              worst.reference() == Role.ANCHOR ? "generation 0" : "incumbent",
              worst.drift(),
              worst.ofLimit()));
    }
  }

  private static String line(HazardRun run) {
    String begin =
        String.format(
            Locale.ROOT,
            "%s,%d,%d,%d,%d,%s,%s,",
            run.hazard(),
            run.index(),
            run.seed(),
            run.base(),
            run.from(),
            run.actions(),
            run.from() > 0 ? run.verdict() : run.falseAlarms() > 0 ? "FALSE_ALARM" : "");
    String harm =
        run.firstHarm()
            .map(
                step ->
                    String.format(
                        Locale.ROOT,
                        "%d,%s,%s,%s,%s,%.4f,%.3f,%d",
                        step.generation(),
                        step.action(),
                        step.signal(),
                        step.named(),
                        step.worst().kind().title(),
                        step.worst().drift(),
                        step.worst().ofLimit(),
                        step.probes()))
            .orElse(",,,,,,,");
    return begin + harm + String.format(Locale.ROOT, ",%.2f%n", run.seconds());
  }

  private static void append(Path file, String text) throws IOException {
    Files.write(file, List.of(text.strip()), StandardOpenOption.APPEND);
  }
}
