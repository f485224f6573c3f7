package dev.rsi.testkit;

import dev.rsi.api.Attempt;
import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.Reply;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verifier;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Does what a trainer orders, outside a loop, and counts it. Who asks the same as a training before
 * it gets the same replies, as in a loop. Thread-safe.
 */
final class MeteredTraining<T, C> implements TrainingContext<T, C> {
  private final TrainingRequest<T, C> request;
  private final RunContext context;
  private final Supplier<Generator<T, C>> generator;
  private final Supplier<Verifier<T, C>> verifier;
  private final Map<String, List<Reply>> known;
  private final Map<String, Integer> taken = new HashMap<>();
  private final List<String> strange = new ArrayList<>();
  private long attempts;
  private long tokens;
  private BigDecimal money = BigDecimal.ZERO;

  /**
   * Nothing is counted yet.
   *
   * @param generator opens drafts, and is closed after each order
   * @param known replies of trainings before it, by what was asked
   */
  MeteredTraining(
      TrainingRequest<T, C> request,
      RunContext context,
      Supplier<Generator<T, C>> generator,
      Supplier<Verifier<T, C>> verifier,
      Map<String, List<Reply>> known) {
    this.request = request;
    this.context = context;
    this.generator = generator;
    this.verifier = verifier;
    this.known = known;
  }

  synchronized long attempts() {
    return attempts;
  }

  /** What calls could use at most. */
  synchronized long tokens() {
    return tokens;
  }

  synchronized BigDecimal money() {
    return money;
  }

  /** Tasks that a loop would refuse. */
  synchronized List<String> strange() {
    return List.copyOf(strange);
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
  public synchronized List<Attempt<T, C>> attempt(Path draft, List<Request<T>> requests) {
    attempts += requests.size();
    try (Generator<T, C> opens = generator.get()) {
      Codec<T, C> codec = opens.codec();
      Set<String> given = new HashSet<>();
      request.lessons().forEach(lesson -> given.add(codec.writeTask(lesson.task())));
      request.attempts().forEach(each -> given.add(codec.writeTask(each.task())));
      for (Request<T> each : requests) {
        String task = codec.writeTask(each.task());
        if (!given.contains(task)) {
          strange.add(task);
        }
      }
      return TrainingContext.of(context, opens, verifier.get()).attempt(draft, requests);
    }
  }

  @Override
  public synchronized List<Reply> ask(List<String> requests, int maxTokens, Caller caller) {
    List<Reply> replies = new ArrayList<>(requests.size());
    for (String asked : requests) {
      context.checkActive();
      tokens += maxTokens;
      money = money.add(caller.maxMoney());
      int place = taken.merge(asked, 1, Integer::sum) - 1;
      List<Reply> own = known.computeIfAbsent(asked, key -> new ArrayList<>());
      synchronized (own) {
        if (place >= own.size()) {
          own.add(caller.call(asked, maxTokens, context));
        }
        replies.add(own.get(place));
      }
    }
    return replies;
  }
}
