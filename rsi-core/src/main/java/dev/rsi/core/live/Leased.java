package dev.rsi.core.live;

import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A lease, which hands its calls to the session behind it. */
class Leased<T, C> implements LiveModel.Lease<T, C> {

  /** A lease of a session that can score. */
  static final class Scoring<T, C> extends Leased<T, C> implements ScoringSession<T, C> {
    private final ScoringSession<T, C> session;

    Scoring(
        LiveModel<T, C> owner,
        Pool<T, C> pool,
        ScoringSession<T, C> session,
        @Nullable Ticket ticket) {
      super(owner, pool, session, ticket);
      this.session = session;
    }

    @Override
    public synchronized List<Double> score(List<T> tasks, List<C> candidates, RunContext context) {
      checkOpen();
      return session.score(tasks, candidates, context);
    }
  }

  private final LiveModel<T, C> owner;
  private final Pool<T, C> pool;
  private final Generator.Session<T, C> session;
  private final @Nullable Ticket ticket;
  private double success = Double.NaN;
  private boolean closed;

  Leased(
      LiveModel<T, C> owner,
      Pool<T, C> pool,
      Generator.Session<T, C> session,
      @Nullable Ticket ticket) {
    this.owner = owner;
    this.pool = pool;
    this.session = session;
    this.ticket = ticket;
  }

  @Override
  public ModelVersion version() {
    return pool.version;
  }

  @Override
  public synchronized List<Output<C>> generate(List<Request<T>> requests, RunContext context) {
    checkOpen();
    return session.generate(requests, context);
  }

  @Override
  public synchronized void report(double value) {
    checkOpen();
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("success (" + value + ") must be in [0, 1].");
    }
    if (!Double.isNaN(success)) {
      throw new IllegalStateException("success was already told to be (" + success + ").");
    }
    success = value;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      owner.giveBack(pool, session, ticket, success);
    }
  }

  void checkOpen() {
    if (closed) {
      throw new IllegalStateException(
          "The lease of version ("
              + pool.version.shortId()
              + ") is closed.\nMaybe acquire another one.");
    }
  }
}
