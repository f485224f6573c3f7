package dev.rsi.testkit.loop;

import dev.rsi.api.Attempt;
import dev.rsi.api.Codec;
import dev.rsi.api.Cost;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Recipe;
import dev.rsi.api.Reply;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A help desk in a prompt whose trainer tries the prompt on a few tickets, asks another model what
 * is wrong with it, and keeps what is better on those tickets.
 */
final class Reflection {
  static final int TRIED = 6;
  static final int ASKED = 3;
  static final int TOKENS = 60;

  private Reflection() {}

  /** What another model says: of a subject, its queue. It counts and keeps what it was asked. */
  static class Oracle implements TrainingContext.Caller {
    final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    final AtomicLong tokens = new AtomicLong();

    @Override
    public Reply call(String request, int maxTokens, RunContext context) {
      asked.add(request);
      int known = Prompts.SUBJECTS.indexOf(request.substring(request.lastIndexOf(' ') + 1));
      Cost cost = new Cost(request.length(), 7);
      tokens.addAndGet(cost.tokens());
      return new Reply("queue " + (1 + known / 2), cost);
    }
  }

  /** The model of a help desk, which says how many tokens it takes, and counts. */
  static final class Counted implements Generator<String, String> {
    final Generator<String, String> wrapped = new Prompts.Model();
    final AtomicLong attempts = new AtomicLong();
    final AtomicLong tokens = new AtomicLong();

    @Override
    public Codec<String, String> codec() {
      return wrapped.codec();
    }

    @Override
    public int maxTokens() {
      return 9;
    }

    @Override
    public Session<String, String> open(ModelVersion version) {
      Session<String, String> session = wrapped.open(version);
      return new Session<>() {
        @Override
        public List<Output<String>> generate(List<Request<String>> requests, RunContext context) {
          List<Output<String>> outputs = session.generate(requests, context);
          attempts.addAndGet(requests.size());
          outputs.forEach(output -> tokens.addAndGet(output.cost().tokens()));
          return outputs;
        }

        @Override
        public void close() {
          session.close();
        }
      };
    }
  }

  static String prompt(Path directory) {
    try {
      return Files.readString(directory.resolve("prompt.txt"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Request<String>> minibatch(TrainingRequest<String, String> request) {
    Set<String> tasks = new LinkedHashSet<>();
    request.attempts().forEach(attempt -> tasks.add(attempt.task()));
    return tasks.stream().limit(TRIED).map(task -> new Request<>(task, request.seed())).toList();
  }

  static long passed(List<Attempt<String, String>> attempts) {
    return attempts.stream().filter(Attempt::passed).count();
  }

  /** Which subjects a prompt has no rule for, and a question about each. */
  static List<String> questions(String prompt, int most) {
    return Prompts.SUBJECTS.stream()
        .filter(subject -> !prompt.contains(subject + " -> "))
        .limit(most)
        .map(subject -> "Which queue takes tickets about " + subject)
        .toList();
  }

  /** Reflects as it is told to, or as a sound one does. */
  static class Reflecting implements Trainer<String, String> {
    final List<TrainingRequest<String, String>> requests =
        Collections.synchronizedList(new ArrayList<>());
    final TrainingContext.Caller caller;

    Reflecting(TrainingContext.Caller caller) {
      this.caller = caller;
    }

    @Override
    public List<Knob> knobs() {
      return List.of();
    }

    @Override
    public String describe() {
      return "reflecting";
    }

    @Override
    public LearnsFrom learnsFrom() {
      return LearnsFrom.ATTEMPTS;
    }

    @Override
    public long maxSteps(Recipe recipe, long lessons) {
      return 1;
    }

    @Override
    public long maxAttempts(Recipe recipe, long lessons) {
      return 2 * TRIED;
    }

    @Override
    public long maxTokens(Recipe recipe, long lessons) {
      return ASKED * TOKENS;
    }

    List<Reply> ask(
        List<String> questions,
        TrainingRequest<String, String> request,
        TrainingContext<String, String> context) {
      return context.ask(questions, TOKENS, caller);
    }

    @Override
    public TrainedArtifact train(
        TrainingRequest<String, String> request, TrainingContext<String, String> context) {
      requests.add(request);
      String before = prompt(request.base().directory());
      List<Request<String>> few = minibatch(request);
      long passed = passed(context.attempt(request.base().directory(), few));
      List<String> questions = questions(before, ASKED);
      List<Reply> replies = ask(questions, request, context);
      StringBuilder after = new StringBuilder(before);
      for (int i = 0; i < replies.size(); i++) {
        String question = questions.get(i);
        after.append(question.substring(question.lastIndexOf(' ') + 1));
        after.append(" -> ").append(replies.get(i).text()).append('\n');
      }
      Path draft = Prompts.write(request.workDirectory().resolve("draft"), after.toString());
      long now = passed(context.attempt(draft, few));
      return new TrainedArtifact(
          draft,
          1,
          Map.of("before", (double) passed, "after", (double) now),
          Map.of("asked", String.join("; ", questions)));
    }
  }
}
