package dev.rsi.examples.docs;

// #region failures-that-teach
import dev.rsi.api.Codec;
import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.data.Datasets;
import dev.rsi.core.data.TextModel;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.store.RunStore;
import java.nio.file.Files;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

public class FailuresThatTeach {
  static final DateTimeFormatter WRITTEN = DateTimeFormatter.ofPattern("d/M/uuuu");

  /** Dates as people write them, and the model's answers to them. */
  static class Dates implements Codec<String, LocalDate> {
    public String writeTask(String task) {
      return task;
    }

    public String readTask(String text) {
      return text;
    }

    public String writeCandidate(LocalDate date) {
      return date.toString();
    }

    public LocalDate readCandidate(String text) {
      if (!text.matches("\\d{4}-\\d\\d-\\d\\d")) {
        throw new IllegalArgumentException("Answer with a date such as 2026-04-03 alone.");
      }
      return LocalDate.parse(text);
    }
  }

  /** The language model: put a call of yours here. This one does what its prompt says. */
  static String answer(String prompt, String task) {
    LocalDate date = LocalDate.parse(task, WRITTEN);
    boolean swaps = date.getDayOfMonth() <= 12 && !prompt.contains("day comes first");
    LocalDate read = // month first, as in the United States, if that is a date
        swaps ? LocalDate.of(date.getYear(), date.getDayOfMonth(), date.getMonthValue()) : date;
    return prompt.contains("such as 2026-04-03") ? read.toString() : "I would say " + read + ".";
  }

  static Verdict verify(String task, LocalDate answer) {
    return Verdict.passIf(
        answer.equals(LocalDate.parse(task, WRITTEN)), "The day comes first: 3/4 is in April.");
  }

  /** The trainer: whatever was wrong becomes a line of the prompt, once. */
  static String rewrite(String prompt, TrainingRequest<String, LocalDate> given) {
    return given.attempts().stream()
        .filter(attempt -> !attempt.passed())
        .map(attempt -> "\n" + attempt.verdict().reason().replace("malformed: ", ""))
        .distinct()
        .filter(line -> !prompt.contains(line))
        .collect(Collectors.joining("", prompt, ""));
  }

  public static void main(String[] args) throws Exception {
    List<String> tasks =
        Stream.iterate(LocalDate.of(2026, 1, 1), date -> date.plusDays(1))
            .limit(500)
            .map(WRITTEN::format)
            .toList();
    var split = Datasets.split(tasks, task -> task, Datasets.Shares.of(0.6, 0.4, 0));
    Verifier<String, LocalDate> verifier =
        Verifier.named("the same date", FailuresThatTeach::verify);
    var model = TextModel.of("scripted", new Dates(), FailuresThatTeach::answer);
    ModelRegistry registry = ModelRegistry.directory(Files.createTempDirectory("dates"));
    var loop =
        ImprovementLoop.builder(model.generator())
            .verifier(verifier)
            .trainer(model.trainer("reasons", FailuresThatTeach::rewrite))
            .gate(DriftGates.paired())
            .probes(ProbeBank.of(new Dates(), verifier, Map.of("dates", split.probes())))
            .budget(Budget.of(5))
            .store(RunStore.inMemory())
            .registry(registry)
            .build();
    var report = loop.run(model.add(registry, "Which date?"), TaskSource.of(split.practice()));
    System.out.println(report.summary());
    System.out.println(TextModel.read(registry.live().orElseThrow()));
  }
}
// #endregion
