package dev.rsi.examples.docs;

// #region fixed-data-set
import dev.rsi.api.Attempt;
import dev.rsi.api.Codec;
import dev.rsi.api.Labelled;
import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainingRequest;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.data.Datasets;
import dev.rsi.core.data.TextModel;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.store.RunStore;
import dev.rsi.core.verify.Verifiers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

public class FixedDataSet {
  /** The language model: put a call of yours here. This one does what its prompt says. */
  static String answer(String prompt, String ticket) {
    return prompt
        .lines()
        .map(line -> line.split(" -> "))
        .filter(rule -> rule.length == 2 && words(ticket).contains(rule[0]))
        .map(rule -> rule[1])
        .findFirst()
        .orElse("general");
  }

  /** The trainer: more rules, of words that only tickets of one queue have. */
  static String rewrite(String prompt, TrainingRequest<Labelled<String, String>, String> given) {
    Map<String, Set<String>> queues = new TreeMap<>(); // by word
    Map<String, Integer> failed = new TreeMap<>(); // how many tickets with the word
    for (Attempt<Labelled<String, String>, String> attempt : given.attempts()) {
      for (String word : words(attempt.task().input())) {
        queues.computeIfAbsent(word, key -> new TreeSet<>()).add(attempt.task().label());
        failed.merge(word, attempt.passed() ? 0 : 1, Integer::sum);
      }
    }
    return queues.keySet().stream()
        .filter(word -> queues.get(word).size() == 1 && failed.get(word) > 1)
        .sorted(Comparator.comparing(failed::get, Comparator.reverseOrder()))
        .limit(8)
        .map(word -> "\n" + word + " -> " + queues.get(word).iterator().next())
        .collect(Collectors.joining("", prompt, ""));
  }

  static Set<String> words(String ticket) {
    return new TreeSet<>(List.of(ticket.toLowerCase(Locale.ROOT).split("\\W+")));
  }

  public static void main(String[] args) throws Exception {
    List<Labelled<String, String>> tickets =
        Datasets.readJsonl(
            Path.of(args.length == 0 ? "tickets.jsonl" : args[0]),
            line -> new Labelled<>(line.text("ticket"), line.text("queue")));
    var split = Datasets.split(tickets, Labelled::input, Datasets.Shares.of(0.35, 0.55, 0.1));
    System.out.println(split.summary());
    Codec<Labelled<String, String>, String> codec = Labelled.codec(Codec.text(), tickets);
    var model = TextModel.of("scripted", codec, FixedDataSet::answer);
    ModelRegistry registry = ModelRegistry.directory(Files.createTempDirectory("tickets"));
    var loop =
        ImprovementLoop.builder(model.generator())
            .verifier(Verifiers.labels())
            .trainer(model.trainer("eight words", FixedDataSet::rewrite))
            .gate(DriftGates.paired())
            .probes(ProbeBank.of(codec, Verifiers.labels(), Map.of("tickets", split.probes())))
            .exam(ProbeBank.of(codec, Verifiers.labels(), Map.of("tickets", split.exam())))
            .budget(Budget.of(6))
            .store(RunStore.inMemory())
            .registry(registry)
            .build();
    var report = loop.run(model.add(registry, "Name the queue."), TaskSource.of(split.practice()));
    System.out.println(report.summary());
    System.out.println(TextModel.read(registry.live().orElseThrow()));
  }
}
// #endregion
