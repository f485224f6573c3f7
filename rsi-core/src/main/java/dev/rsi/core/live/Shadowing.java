package dev.rsi.core.live;

import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.PartException;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.canary.Shadow;
import dev.rsi.core.canary.ShadowTrial;
import dev.rsi.core.internal.Ruling;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a challenger answer what the live version answered, on a thread of its own, and a verifier
 * rule on both. Who comes while it is busy is not compared: that does not depend on any answer.
 */
final class Shadowing<T, C> {
  private static final Logger log = LoggerFactory.getLogger(Shadowing.class);

  /** Calls that may wait to be answered again. */
  private static final int WAITING = 64;

  /** So many calls without an answer in time, and it is withdrawn. */
  private static final int MOST_HANGING = 4;

  final ModelVersion challenger;
  private final ModelVersion parent;
  private final ShadowTrial trial;
  private final Verifier<? super T, ? super C> verifier;
  private final Versions<T, C> versions;
  private final Desk<T, C> desk;
  private final Events<T, C> events;
  private final BlockingQueue<Shown<T, C>> waiting = new ArrayBlockingQueue<>(WAITING);
  private final Thread thread;

  private volatile boolean ended;
  private volatile String why = "";

  /** What the live version was asked, and answered; null if it threw. */
  private record Shown<T, C>(List<Request<T>> requests, @Nullable List<Output<C>> outputs) {}

  Shadowing(
      ModelVersion challenger,
      ModelVersion parent,
      Shadow shadow,
      Verifier<? super T, ? super C> verifier,
      Versions<T, C> versions,
      Desk<T, C> desk,
      Events<T, C> events) {
    this.challenger = challenger;
    this.parent = parent;
    this.trial = ShadowTrial.begin(shadow);
    this.verifier = verifier;
    this.versions = versions;
    this.desk = desk;
    this.events = events;
    Pool<T, C> pool = versions.load(challenger, 1);
    this.thread = new Thread(() -> work(pool), "rsi live shadow " + challenger.shortId());
    thread.setDaemon(true);
    thread.start();
  }

  ShadowTrial trial() {
    return trial;
  }

  boolean isEnded() {
    return ended;
  }

  /** Why it was withdrawn, in words; empty if it was not. */
  String why() {
    return why;
  }

  /** A version was asked, and has answered. */
  void show(ModelVersion version, List<Request<T>> requests, @Nullable List<Output<C>> outputs) {
    if (!ended && version.id().equals(parent.id())) {
      var unused = waiting.offer(new Shown<>(List.copyOf(requests), outputs));
    }
  }

  /** Ends it: what waits is not compared any more. */
  void end() {
    ended = true;
    thread.interrupt();
  }

  private void work(Pool<T, C> pool) {
    Generator.Session<T, C> session = taken(pool);
    int hanging = 0;
    try {
      while (!ended) {
        Shown<T, C> shown = waiting.take();
        List<ShadowTrial.Pair> pairs = shown.requests().stream().map(each -> trial.open()).toList();
        Answered<C> answered = answered(session, shown.requests());
        if (answered.lost()) {
          hanging++;
          session = hanging < MOST_HANGING ? versions.open(challenger) : null;
        }
        compare(shown, answered.outputs(), pairs);
        withdrawIfHarmful(hanging);
        if (session == null) {
          return;
        }
      }
    } catch (InterruptedException e) {
      // It was ended.
    } catch (RuntimeException | Error e) {
      log.warn("the shadow of version {} ended", challenger.shortId(), e);
    } finally {
      ended = true;
      if (session != null) {
        Versions.close(session);
      }
      versions.letGo(pool);
    }
  }

  private static <T, C> Generator.Session<T, C> taken(Pool<T, C> pool) {
    return pool.retire().get(0);
  }

  /** What the challenger answered, null if it threw; and whether its session is lost in a call. */
  private record Answered<C>(@Nullable List<Output<C>> outputs, boolean lost) {}

  private Answered<C> answered(Generator.Session<T, C> session, List<Request<T>> requests) {
    boolean[] lost = {false};
    try {
      List<Output<C>> outputs =
          desk.patient()
              .call(
                  "Version (" + challenger.shortId() + "), which is in the shadow,",
                  desk::patience,
                  RunContext.standalone(),
                  context -> session.generate(requests, context),
                  () -> lost[0] = true,
                  gave -> Versions.close(session));
      return new Answered<>(outputs.size() == requests.size() ? outputs : null, false);
    } catch (Throwable e) {
      log.debug("version {} failed in the shadow", challenger.shortId(), PartException.of(e));
      return new Answered<>(null, lost[0]);
    }
  }

  private void compare(
      Shown<T, C> shown, @Nullable List<Output<C>> outputs, List<ShadowTrial.Pair> pairs) {
    for (int i = 0; i < pairs.size(); i++) {
      ShadowTrial.Pair pair = pairs.get(i);
      T task = shown.requests().get(i).task();
      Output<C> ofLive = at(shown.outputs(), i);
      Output<C> ofChallenger = at(outputs, i);
      pair.over(isFailed(ofLive), isFailed(ofChallenger));
      Double live = success(task, ofLive);
      Double tried = success(task, ofChallenger);
      if (live != null && tried != null) {
        pair.tell(live, tried);
      }
    }
  }

  private static <C> @Nullable Output<C> at(@Nullable List<Output<C>> outputs, int i) {
    return outputs == null || i >= outputs.size() ? null : outputs.get(i);
  }

  private static boolean isFailed(@Nullable Output<?> output) {
    return output == null || output.kind() == Output.Kind.FAILED;
  }

  /** How well an answer did, as the verifier rules; null if it does not. */
  private @Nullable Double success(T task, @Nullable Output<C> output) {
    if (output == null || isFailed(output)) {
      return 0.0;
    }
    try {
      Verdict verdict = Ruling.on(verifier, task, output);
      return verdict.decided() ? Double.valueOf(verdict.score()) : null;
    } catch (Throwable e) {
      log.warn("the verifier of a shadow failed", PartException.of(e));
      return null;
    }
  }

  private void withdrawIfHarmful(int hanging) {
    if (trial.harmful()) {
      why = trial.report().why();
    } else if (hanging >= MOST_HANGING) {
      why = hanging + " of its calls did not answer in time.";
    } else {
      return;
    }
    ended = true;
    events.withdrawn(challenger, why);
  }
}
