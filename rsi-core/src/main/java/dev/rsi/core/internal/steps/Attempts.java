package dev.rsi.core.internal.steps;

import dev.rsi.api.CancelledException;
import dev.rsi.api.Generator;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.spending.Amounts;
import dev.rsi.core.internal.spending.Dimension;
import dev.rsi.core.internal.spending.Ledger;
import dev.rsi.core.registry.ModelRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
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
  private final Map<String, Generator.Session<T, C>> sessions = new HashMap<>();

  /** Attempts with the versions of a registry. */
  public Attempts(Generator<T, C> generator, ModelRegistry registry, Steps steps) {
    this.generator = generator;
    this.registry = registry;
    this.steps = steps;
  }

  /**
   * Has a version attempt a batch.
   *
   * @param step what for, for people
   */
  public List<Output<C>> make(String version, String step, List<Request<T>> requests) {
    RunContext context = steps.context(step);
    context.checkActive();
    Amounts most = steps.accounts().attempts(requests.size());
    // First of all: also an attempt that came to nothing is spent.
    Ledger.Call spending = steps.accounts().spend(most);
    List<Output<C>> outputs = List.of();
    try {
      Generator.Session<T, C> session = session(version);
      // Copies both ways: what is ruled on is what was asked for, and stays what was given.
      List<Output<C>> given =
          using(
              session,
              new Flight.Batch(steps.run(), step, version, requests.size()),
              () -> session.generate(List.copyOf(requests), context));
      outputs = given == null ? List.of() : new ArrayList<>(given);
    } finally {
      spending.end(spent(requests.size(), outputs, most));
    }
    if (outputs.size() != requests.size() || outputs.contains(null)) {
      throw new RsiException(
          "The generator gave "
              + outputs.stream().filter(Objects::nonNull).count()
              + " outputs for "
              + requests.size()
              + " requests.\nMaybe it drops failed items: a failed item is an Output of its own.");
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
    if (outputs.size() != asked || outputs.contains(null)) {
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
    RunContext context = steps.context(step);
    context.checkActive();
    Amounts most = Amounts.of(Dimension.ATTEMPTS, tasks.size());
    Ledger.Call spending = steps.accounts().spend(most);
    List<Double> scores = List.of();
    try {
      Generator.Session<T, C> session = session(version);
      if (!(session instanceof ScoringSession<T, C> scoring)) {
        throw new RsiException(
            "Sessions of ("
                + session.getClass().getName()
                + ") cannot score.\nMaybe leave out probes of closeness to generation 0.");
      }
      List<Double> given =
          using(
              session,
              new Flight.Batch(steps.run(), step, version, tasks.size()),
              () -> scoring.score(List.copyOf(tasks), List.copyOf(candidates), context));
      scores = given == null ? List.of() : new ArrayList<>(given);
    } finally {
      spending.end(most);
    }
    if (scores.size() != tasks.size() || scores.contains(null)) {
      throw new RsiException(
          "The generator gave "
              + scores.stream().filter(Objects::nonNull).count()
              + " scores for "
              + tasks.size()
              + " candidates.\nMaybe it drops what it cannot score: that is NaN.");
    }
    return scores;
  }

  private Generator.Session<T, C> session(String version) {
    Generator.Session<T, C> session = sessions.get(version);
    if (session == null) {
      // Every file is held against its hash before it is loaded.
      session = generator.open(registry.version(version));
      sessions.put(version, session);
    }
    return session;
  }

  /** A session that broke is not used again: the next batch opens a fresh one. */
  private <R> R using(Generator.Session<T, C> session, Flight.Batch batch, Supplier<R> call) {
    try {
      return call.get();
    } catch (CancelledException e) {
      throw e;
    } catch (RuntimeException e) {
      sessions.remove(batch.version);
      try (session) {
        throw e;
      }
    } finally {
      batch.commit();
    }
  }

  /**
   * Closes every session but those of the versions given. An exception of one is logged; an error
   * is thrown when all are closed.
   */
  public void closeAllBut(List<String> kept) {
    List<Generator.Session<T, C>> closing = new ArrayList<>();
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
    for (Generator.Session<T, C> session : closing) {
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

  @Override
  public void close() {
    closeAllBut(List.of());
  }
}
