package dev.rsi.testkit;

import dev.rsi.api.Calls;
import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A generator that takes its users at their word: a session that is used by two threads at once,
 * used after it was closed, closed twice or closed while it is used throws, and the misuse is kept.
 * It counts its sessions, and else answers as the generator it wraps; they can score where the
 * wrapped ones can. Thread-safe if the wrapped one is.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class StrictGenerator<T, C> implements Generator<T, C> {
  private final Generator<T, C> wrapped;
  private final List<String> misuses = new ArrayList<>();
  private int opened;
  private int closed;
  private int mostOpen;

  private StrictGenerator(Generator<T, C> wrapped) {
    this.wrapped = wrapped;
  }

  /** Wraps a generator. */
  public static <T, C> StrictGenerator<T, C> of(Generator<T, C> wrapped) {
    return new StrictGenerator<>(wrapped);
  }

  /** How many sessions were opened so far. */
  public synchronized int opened() {
    return opened;
  }

  /** How many sessions are open now. */
  public synchronized int openSessions() {
    return opened - closed;
  }

  /** How many sessions were open at once, at most. */
  public synchronized int mostOpenSessions() {
    return mostOpen;
  }

  /** What was done with sessions that must not be done, in words; empty is good. */
  public synchronized List<String> misuses() {
    return List.copyOf(misuses);
  }

  @Override
  public Calls calling() {
    return wrapped.calling();
  }

  @Override
  public String describe() {
    return wrapped.describe();
  }

  @Override
  public Codec<T, C> codec() {
    return wrapped.codec();
  }

  @Override
  public int maxTokens() {
    return wrapped.maxTokens();
  }

  @Override
  public boolean scores() {
    return wrapped.scores();
  }

  @Override
  public BigDecimal maxMoney() {
    return wrapped.maxMoney();
  }

  @Override
  public Session<T, C> open(ModelVersion version) {
    Session<T, C> session = wrapped.open(version);
    synchronized (this) {
      opened++;
      mostOpen = Math.max(mostOpen, opened - closed);
    }
    return session instanceof ScoringSession<T, C> scoring
        ? new Scoring(version, scoring)
        : new Strict(version, session);
  }

  @Override
  public void close() {
    wrapped.close();
  }

  private class Strict implements Session<T, C> {
    private final ModelVersion version;
    private final Session<T, C> session;
    private @Nullable Thread user;
    private boolean ended;

    Strict(ModelVersion version, Session<T, C> session) {
      this.version = version;
      this.session = session;
    }

    @Override
    public List<Output<C>> generate(List<Request<T>> requests, RunContext context) {
      return alone("used", () -> session.generate(requests, context));
    }

    @Override
    public void close() {
      alone(
          "closed",
          () -> {
            ended = true;
            synchronized (StrictGenerator.this) {
              closed++;
            }
            session.close();
            return true;
          });
    }

    final <R> R alone(String how, Supplier<R> work) {
      synchronized (this) {
        if (ended) {
          throw misuse(how + " after it was closed");
        }
        if (user != null) {
          throw misuse(how + " while (" + user.getName() + ") uses it");
        }
        user = Thread.currentThread();
      }
      try {
        return work.get();
      } finally {
        synchronized (this) {
          user = null;
        }
      }
    }

    private IllegalStateException misuse(String what) {
      String words = "A session of version (" + version.shortId() + ") was " + what + ".";
      synchronized (StrictGenerator.this) {
        misuses.add(words);
      }
      return new IllegalStateException(words);
    }
  }

  private final class Scoring extends Strict implements ScoringSession<T, C> {
    private final ScoringSession<T, C> session;

    Scoring(ModelVersion version, ScoringSession<T, C> session) {
      super(version, session);
      this.session = session;
    }

    @Override
    public List<Double> score(List<T> tasks, List<C> candidates, RunContext context) {
      return alone("used", () -> session.score(tasks, candidates, context));
    }
  }
}
