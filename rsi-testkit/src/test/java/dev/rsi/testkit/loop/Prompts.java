package dev.rsi.testkit.loop;

import dev.rsi.api.Attempt;
import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.probe.ProbeBank;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * A help desk in a prompt: a model that does exactly what its prompt says, the same every time, and
 * a trainer that rewrites the prompt by what was wrong.
 */
final class Prompts {
  static final List<String> SUBJECTS =
      List.of("refund", "invoice", "login", "password", "crash", "delivery", "address", "size");

  private static final String FILE = "prompt.txt";
  private static final String FORMAT = "Answer with the name of a queue alone.";

  private Prompts() {}

  static Path write(Path directory, String prompt) {
    try {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve(FILE), prompt);
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(ModelVersion version) {
    try {
      return Files.readString(version.directory().resolve(FILE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Tickets about one subject each. */
  static final TaskSource<String> TICKETS =
      new TaskSource<>() {
        @Override
        public int levels() {
          return 1;
        }

        @Override
        public String draw(int level, RandomGenerator random) {
          return ticket(SUBJECTS.get(random.nextInt(SUBJECTS.size())), random.nextInt(50_000));
        }
      };

  private static String ticket(String subject, int number) {
    return "ticket " + number + " about " + subject;
  }

  static ProbeBank<String, String> heldOut(int size) {
    Set<String> tickets = new LinkedHashSet<>();
    for (int i = 0; i < size; i++) {
      tickets.add(ticket(SUBJECTS.get(i % SUBJECTS.size()), 50_000 + i));
    }
    return ProbeBank.of(Codec.text(), verifier(), Map.of("tickets", new ArrayList<>(tickets)));
  }

  private static String queue(String ticket) {
    return "queue " + (1 + SUBJECTS.indexOf(ticket.substring(ticket.lastIndexOf(' ') + 1)) / 2);
  }

  static Verifier<String, String> verifier() {
    return Verifier.named(
        "the right queue",
        (ticket, answer) ->
            Verdict.passIf(
                answer.equals(queue(ticket)),
                "tickets with ("
                    + ticket.substring(ticket.lastIndexOf(' ') + 1)
                    + ") belong to ("
                    + queue(ticket)
                    + ")"));
  }

  /** Does what a prompt says: no rule, and it guesses; no format, no answer at all. */
  static final class Model implements Generator<String, String> {
    @Override
    public Codec<String, String> codec() {
      return Codec.text();
    }

    @Override
    public Session<String, String> open(ModelVersion version) {
      String prompt = read(version);
      return new Session<>() {
        @Override
        public List<Output<String>> generate(List<Request<String>> requests, RunContext context) {
          return requests.stream().map(request -> answer(prompt, request.task())).toList();
        }

        @Override
        public void close() {}
      };
    }

    private static Output<String> answer(String prompt, String ticket) {
      String queue =
          prompt
              .lines()
              .filter(line -> line.contains(" -> "))
              .filter(line -> ticket.endsWith(" " + line.substring(0, line.indexOf(" -> "))))
              .map(line -> line.substring(line.indexOf(" -> ") + 4))
              .findFirst()
              .orElse("queue 1");
      if (prompt.contains(FORMAT)) {
        return Output.of(queue, 2);
      }
      String text = "I would say that it is for " + queue + ".";
      return Output.malformed(text, "more than a queue: " + text, 9);
    }
  }

  /** Reads what was wrong, and writes no more than so many rules at once into the prompt. */
  record Reflecting(LearnsFrom learnsFrom, int rules, List<TrainingRequest<String, String>> asked)
      implements Trainer<String, String> {
    @Override
    public List<Knob> knobs() {
      return List.of();
    }

    @Override
    public TrainedArtifact train(
        TrainingRequest<String, String> request, TrainingContext<String, String> context) {
      asked.add(request);
      Set<String> lines = new LinkedHashSet<>(read(request.base()).lines().toList());
      int before = lines.size();
      for (Attempt<String, String> attempt : request.attempts()) {
        String text = attempt.output().text();
        if (text != null && attempt.verdict().reason().endsWith(text)) {
          lines.add(FORMAT);
        } else if (!attempt.passed() && lines.size() < before + rules) {
          lines.add(rule(attempt.verdict().reason()));
        }
      }
      Path made = write(request.workDirectory(), String.join("\n", lines) + "\n");
      return new TrainedArtifact(made, 0, Map.of(), Map.of());
    }

    private static String rule(String reason) {
      String subject = reason.substring(reason.indexOf('(') + 1, reason.indexOf(')'));
      String queue = reason.substring(reason.lastIndexOf('(') + 1, reason.lastIndexOf(')'));
      return Objects.requireNonNull(subject) + " -> " + queue;
    }
  }
}
