package dev.rsi.core;

import dev.rsi.api.CancelledException;
import dev.rsi.api.Generator;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.ScoringSession;
import dev.rsi.core.registry.ModelRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where models are run: opens sessions, takes every attempt out of the budget and
 * closes what it opened.
 */
final class Attempts<T, C> implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ImprovementLoop.class);

  private final Generator<T, C> generator;
  private final ModelRegistry registry;
  private final Accounts accounts;
  private final BooleanSupplier cancelled;
  private final Journal journal;
  private final Map<String, Generator.Session<T, C>> sessions = new HashMap<>();

  Attempts(
      Generator<T, C> generator,
      ModelRegistry registry,
      Accounts accounts,
      BooleanSupplier cancelled,
      Journal journal) {
    this.generator = generator;
    this.registry = registry;
    this.accounts = accounts;
    this.cancelled = cancelled;
    this.journal = journal;
  }

  /**
   * Has a version attempt a batch.
   *
   * @param step what for, for people
   */
  List<Output<C>> make(String version, String step, List<Request<T>> requests) {
    StepContext context = new StepContext(step, cancelled, journal);
    context.checkActive();
    Amounts most = accounts.attempts(requests.size());
    // First of all: also an attempt that came to nothing is spent.
    Ledger.Call spending = accounts.spend(most);
    List<Output<C>> outputs = List.of();
    try {
      Generator.Session<T, C> session = session(version);
      // Copies both ways: what is ruled on is what was asked for, and stays what was given.
      List<Output<C>> given =
          using(
              session,
              new Flight.Batch(journal.run(), step, version, requests.size()),
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

  /** Takes attempts out of the budget that were made when the run first came by. */
  void recall(int count) {
    accounts.recall(accounts.attempts(count));
  }

  /**
   * Has a version score candidates; each counts as an attempt.
   *
   * @param step what for, for people
   * @return log-probabilities, NaN where one is missing
   */
  List<Double> score(String version, String step, List<T> tasks, List<C> candidates) {
    StepContext context = new StepContext(step, cancelled, journal);
    context.checkActive();
    Amounts most = Amounts.of(Dimension.ATTEMPTS, tasks.size());
    Ledger.Call spending = accounts.spend(most);
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
              new Flight.Batch(journal.run(), step, version, tasks.size()),
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
  void closeAllBut(List<String> kept) {
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
