package dev.rsi.api;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** See {@link TrainingContext#of(RunContext, Generator, Verifier)}. */
final class StandaloneTraining<T, C> implements TrainingContext<T, C> {
  private final RunContext context;
  private final @Nullable Generator<T, C> generator;
  private final @Nullable Verifier<T, C> verifier;

  // Tasks and candidates are only handed in, so a verifier of wider types rules on them as well.
  @SuppressWarnings("unchecked")
  StandaloneTraining(
      RunContext context,
      @Nullable Generator<T, C> generator,
      @Nullable Verifier<? super T, ? super C> verifier) {
    this.context = Objects.requireNonNull(context, "context");
    this.generator = generator;
    this.verifier = (Verifier<T, C>) verifier;
  }

  @Override
  public boolean cancelled() {
    return context.cancelled();
  }

  @Override
  public void progress(long done, long total) {
    context.progress(done, total);
  }

  @Override
  public List<Attempt<T, C>> attempt(Path draft, List<Request<T>> requests) {
    if (generator == null || verifier == null) {
      throw new IllegalStateException(
          "This context runs no model.\nMaybe give it one, and who rules on its answers:"
              + " TrainingContext.of(context, generator, verifier).");
    }
    context.checkActive();
    List<Attempt<T, C>> attempts = new ArrayList<>(requests.size());
    try (Generator.Session<T, C> model = generator.open(ModelVersion.of(draft));
        Verifier.Session<T, C> rules = verifier.open()) {
      List<Output<C>> outputs = model.generate(List.copyOf(requests), context);
      for (int i = 0; i < requests.size(); i++) {
        Request<T> request = requests.get(i);
        Attempt<T, C> made = Attempt.of(request.task(), outputs.get(i), 1, 0, request.seed());
        attempts.add(made.ruled(verdict(rules, made)));
      }
    }
    return attempts;
  }

  private Verdict verdict(Verifier.Session<T, C> rules, Attempt<T, C> made) {
    Output<C> output = made.output();
    return switch (output.kind()) {
      case CANDIDATE -> rules.verify(List.of(made), context).get(0);
      case MALFORMED -> Verdict.fail("malformed: " + output.failure());
      case FAILED -> Verdict.undecided("no answer: " + output.failure());
    };
  }

  @Override
  public List<Reply> ask(List<String> requests, int maxTokens, Caller caller) {
    List<Reply> replies = new ArrayList<>(requests.size());
    for (String request : requests) {
      context.checkActive();
      replies.add(Objects.requireNonNull(caller.call(request, maxTokens, context), "reply"));
    }
    return replies;
  }
}
