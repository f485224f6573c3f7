package dev.rsi.core.live;

import dev.rsi.api.ModelVersion;
import dev.rsi.api.RsiException;
import dev.rsi.core.Approval;
import dev.rsi.core.canary.Canary;
import dev.rsi.core.registry.ModelRegistry;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Has a canary answer whether a challenger goes live. */
final class Trials<T, C> implements Approval.Approver {
  /** Begins a canary beside a version that must be live. */
  interface Beginning<T, C> {
    Rollout<T, C> begin(ModelVersion version, Canary canary, String parent);
  }

  /** Who answers. */
  private static final String CANARY = "canary";

  /** How often a trial looks for calls that hang, where no requests come. */
  private static final long TICK = TimeUnit.MILLISECONDS.toNanos(100);

  private final Beginning<T, C> beginning;
  private final Desk<T, C> desk;
  private final ModelRegistry registry;
  private final Canary canary;
  private final long told;

  Trials(
      Beginning<T, C> beginning,
      Desk<T, C> desk,
      ModelRegistry registry,
      Canary canary,
      long told) {
    this.beginning = beginning;
    this.desk = desk;
    this.registry = registry;
    this.canary = canary;
    this.told = told;
  }

  @Override
  public Approval.Answer answer(Approval.Question question) throws InterruptedException {
    Optional<String> withdrawn = registry.withdrawn(question.challenger());
    if (withdrawn.isPresent()) {
      return Approval.Answer.no(CANARY, "It was withdrawn: " + withdrawn.get());
    }
    Rollout<T, C> rollout = begin(question);
    boolean yes = false;
    try {
      Rollout.End end = desk.await(rollout, () -> isSafe(rollout), TICK);
      if (end == null && registry.withdrawn(question.challenger()).isPresent()) {
        return Approval.Answer.no(CANARY, "It was withdrawn meanwhile.");
      }
      if (end == null) {
        yes = true;
        desk.settle(rollout);
        return Approval.Answer.yes(CANARY, rollout.trial.report().toString());
      }
      return switch (end) {
        case WITHDRAWN -> {
          rollout.awaitKept();
          yield Approval.Answer.no(CANARY, rollout.why() + " " + rollout.trial.report());
        }
        case ENDED -> Approval.Answer.no(CANARY, rollout.why());
        case PROMOTED, REPLACED, CLOSED ->
            throw new RsiException(
                "The canary of version ("
                    + rollout.challenger.version.shortId()
                    + ") ended before it could tell: "
                    + rollout.why(),
                null,
                true);
      };
    } finally {
      if (!yes) {
        desk.end(rollout, Rollout.End.ENDED, "Nobody waits for its answer any more.");
      }
    }
  }

  private boolean isSafe(Rollout<T, C> rollout) {
    return rollout.trial.safe() && rollout.trial.report().challenger().told() >= told;
  }

  private Rollout<T, C> begin(Approval.Question question) {
    try {
      return beginning.begin(registry.version(question.challenger()), canary, question.parent());
    } catch (IllegalStateException e) {
      throw new RsiException("The canary cannot begin: " + e.getMessage(), e, true);
    }
  }
}
