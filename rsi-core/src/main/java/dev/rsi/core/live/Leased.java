package dev.rsi.core.live;

import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A lease, which hands its calls to the session behind it. */
class Leased<T, C> implements LiveModel.Lease<T, C> {
  private static final Logger log = LoggerFactory.getLogger(LiveModel.class);

  /** A lease of a session that can score. */
  static final class Scoring<T, C> extends Leased<T, C> implements ScoringSession<T, C> {
    private final ScoringSession<T, C> session;

    Scoring(
        Desk<T, C> desk, Shadows<T, C> shadows, Served<T, C> served, ScoringSession<T, C> session) {
      super(desk, shadows, served);
      this.session = session;
    }

    @Override
    public List<Double> score(List<T> tasks, List<C> candidates, RunContext context) {
      return call(context, each -> session.score(tasks, candidates, each));
    }
  }

  private final Desk<T, C> desk;
  private final Shadows<T, C> shadows;
  private final Served<T, C> served;
  private final Generator.Session<T, C> session;
  // One call at a time; who closes waits for it, but who revokes does not.
  private final ReentrantLock calling = new ReentrantLock();
  private @Nullable Feedback feedback;
  private double success = Double.NaN;
  private boolean called;
  private boolean failed;
  private long nanos;
  private boolean hangs;
  private boolean closed;

  private Leased(Desk<T, C> desk, Shadows<T, C> shadows, Served<T, C> served) {
    this.desk = desk;
    this.shadows = shadows;
    this.served = served;
    this.session = served.session();
  }

  /** The lease of a request that a session was found for. */
  static <T, C> Leased<T, C> of(Desk<T, C> desk, Shadows<T, C> shadows, Served<T, C> served) {
    Leased<T, C> lease =
        served.session() instanceof ScoringSession<T, C> scoring
            ? new Scoring<>(desk, shadows, served, scoring)
            : new Leased<>(desk, shadows, served);
    desk.begins(served, lease::revoke);
    return lease;
  }

  @Override
  public ModelVersion version() {
    return served.pool().version;
  }

  @Override
  public List<Output<C>> generate(List<Request<T>> requests, RunContext context) {
    List<Output<C>> outputs;
    try {
      outputs = call(context, each -> session.generate(requests, each));
    } catch (RuntimeException | Error e) {
      show(requests, null);
      throw e;
    }
    show(requests, outputs);
    calling.lock();
    try {
      failed |= !requests.isEmpty() && isNoAnswer(outputs);
      served.answered(requests, outputs);
    } finally {
      calling.unlock();
    }
    return outputs;
  }

  private void show(List<Request<T>> requests, @Nullable List<Output<C>> outputs) {
    shadows.show(version(), requests, outputs);
  }

  /** A model may be wrong about its own contract, too. */
  private static boolean isNoAnswer(@Nullable List<? extends @Nullable Output<?>> outputs) {
    return outputs == null
        || outputs.stream().allMatch(each -> each == null || each.kind() == Output.Kind.FAILED);
  }

  <R> R call(RunContext context, Function<RunContext, R> call) {
    calling.lock();
    try {
      checkOpen();
      called = true;
      // Where it works, so that a change of threads is no time of the challenger's.
      long[] took = {-1};
      Function<RunContext, R> timed =
          each -> {
            long began = Clocks.nanos();
            try {
              return call.apply(each);
            } finally {
              took[0] = Clocks.nanos() - began;
            }
          };
      long began = Clocks.nanos();
      served.startsAt(began);
      boolean done = false;
      try {
        R out = served.isTried() ? patiently(context, timed) : timed.apply(context);
        done = true;
        return out;
      } finally {
        nanos += hangs ? Clocks.nanos() - began : Math.max(0, took[0]);
        failed |= !done;
      }
    } finally {
      calling.unlock();
    }
  }

  /** A challenger on trial may hang: its caller does not hang with it. */
  private <R> R patiently(RunContext context, Function<RunContext, R> call) {
    return desk.patient()
        .call(
            "Version (" + version().shortId() + "), which is tried by a canary,",
            desk::patience,
            context,
            call,
            () -> {
              hangs = true;
              desk.hangs(served);
            },
            gave -> desk.released(served, session));
  }

  @Override
  public void report(double value) {
    calling.lock();
    try {
      checkOpen();
      Feedback.checkSuccess(value);
      if (!Double.isNaN(success)) {
        throw new IllegalStateException("success was already told to be (" + success + ").");
      }
      success = value;
    } finally {
      calling.unlock();
    }
  }

  @Override
  public Feedback feedback() {
    calling.lock();
    try {
      checkOpen();
      if (feedback == null) {
        feedback = new Feedback(version());
      }
      return feedback;
    } finally {
      calling.unlock();
    }
  }

  @Override
  public void close() {
    calling.lock();
    try {
      end();
    } finally {
      calling.unlock();
    }
  }

  /** Takes the session back from who has held it for too long, if no call is under way. */
  private void revoke() {
    if (calling.tryLock()) {
      try {
        if (!closed) {
          log.warn("a lease of version {} was held for too long", version().shortId());
        }
        end();
      } finally {
        calling.unlock();
      }
    }
  }

  private void end() {
    if (closed) {
      return;
    }
    closed = true;
    boolean failure = failed && !(success > 0);
    desk.giveBack(
        served, hangs ? null : session, new Course(called, failure, nanos, success), feedback);
  }

  void checkOpen() {
    if (closed) {
      throw new IllegalStateException(
          "The lease of version ("
              + version().shortId()
              + ") is closed.\nMaybe acquire another one: a challenger's is taken back when it is"
              + " held for longer than the canary's patience.");
    }
    if (hangs) {
      throw new IllegalStateException(
          "A call of version ("
              + version().shortId()
              + ") goes on in this lease.\nMaybe close it, and acquire another one.");
    }
  }
}
