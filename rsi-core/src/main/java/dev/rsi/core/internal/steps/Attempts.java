package dev.rsi.core.internal.steps;

import dev.rsi.api.Generator;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.calls.JudgeCalls;
import dev.rsi.core.internal.calls.Sessions;
import dev.rsi.core.internal.calls.Watch;
import dev.rsi.core.internal.spending.Amounts;
import dev.rsi.core.internal.spending.Dimension;
import dev.rsi.core.internal.spending.Ledger;
import dev.rsi.core.registry.ModelRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The one place where models are run: opens sessions, takes every attempt out of the budget and
 * closes what it opened.
 */
public final class Attempts<T, C> implements AutoCloseable {
  private static final Logger log = LoopLog.LOG;

  private final Generator<T, C> generator;
  private final ModelRegistry registry;
  private final Steps steps;
  private final ThreadFactory threads;
  private final JudgeCalls judges;
  private final Map<String, Sessions<T, C>> sessions = new HashMap<>();

  /**
   * Attempts with the versions of a registry.
   *
   * @param threads for judges, and where several sessions of a version are at work
   */
  public Attempts(
      Generator<T, C> generator, ModelRegistry registry, Steps steps, ThreadFactory threads) {
    this.generator = generator;
    this.registry = registry;
    this.steps = steps;
    this.threads = threads;
    this.judges = new JudgeCalls(threads);
  }

  /**
   * Has a version attempt a batch.
   *
   * @param step what for, for people
   */
  public List<Output<C>> make(String version, String step, List<Request<T>> requests) {
    Watch context = steps.context(step);
    context.checkActive();
    Amounts most = steps.accounts().generated(requests.size());
    // First of all: also an attempt that came to nothing is spent.
    Ledger.Call spending = steps.accounts().spend(most);
    List<Output<C>> outputs = List.of();
    Flight.Batch flight = new Flight.Batch(steps.run(), step, version, requests.size());
    try {
      outputs = sessions(version).generate(requests, context);
    } finally {
      flight.commit();
      spending.end(spent(requests.size(), outputs, most));
    }
    for (Output<C> output : outputs) {
      if (output.tokens() > generator.maxTokens()) {
        throw new RsiException(
            "The generator produced ("
                + output.tokens()
                + ") tokens in an attempt, but says that it produces at most ("
                + generator.maxTokens()
                + ").\nMaybe its maxTokens() leaves out the token that ends an answer.");
      }
    }
    return outputs;
  }

  /** What a batch spent: the most that it could where nobody says. */
  private static <C> Amounts spent(int asked, List<Output<C>> outputs, Amounts most) {
    if (outputs.size() != asked) {
      return most;
    }
    return Amounts.of(Dimension.ATTEMPTS, asked)
        .with(Dimension.TOKENS, outputs.stream().mapToLong(Output::tokens).sum());
  }

  /**
   * Has a version score candidates; each counts as an attempt.
   *
   * @param step what for, for people
   * @return log-probabilities, NaN where one is missing
   */
  public List<Double> score(String version, String step, List<T> tasks, List<C> candidates) {
    Watch context = steps.context(step);
    context.checkActive();
    Amounts most = Amounts.of(Dimension.ATTEMPTS, tasks.size());
    Ledger.Call spending = steps.accounts().spend(most);
    Flight.Batch flight = new Flight.Batch(steps.run(), step, version, tasks.size());
    try {
      return sessions(version).score(tasks, candidates, context);
    } finally {
      flight.commit();
      spending.end(most);
    }
  }

  private Sessions<T, C> sessions(String version) {
    // Every file is held against its hash before it is loaded.
    return sessions.computeIfAbsent(
        version,
        id -> new Sessions<>(generator, () -> registry.load(id, generator::open), threads));
  }

  /**
   * Closes every session but those of the versions given. An exception of one is logged; an error
   * is thrown when all are closed.
   */
  public void closeAllBut(List<String> kept) {
    List<Sessions<T, C>> closing = new ArrayList<>();
    sessions
        .entrySet()
        .removeIf(
            entry -> {
              boolean close = !kept.contains(entry.getKey());
              if (close) {
                closing.add(entry.getValue());
              }
              return close;
            });
    @Nullable Error error = null;
    for (Sessions<T, C> session : closing) {
      try {
        session.close();
      } catch (RuntimeException e) {
        log.warn("a session failed to close", e);
      } catch (Error e) {
        error = e;
      }
    }
    if (error != null) {
      throw error;
    }
  }

  /** Who has attempts at probes read by judges. */
  public JudgeCalls judges() {
    return judges;
  }

  @Override
  public void close() {
    try (judges) {
      closeAllBut(List.of());
    }
  }
}
