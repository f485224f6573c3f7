package dev.rsi.core.internal.training;

import com.google.common.hash.Hashing;
import dev.rsi.api.Calls;
import dev.rsi.api.Cost;
import dev.rsi.api.Reply;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.TrainingContext.Caller;
import dev.rsi.core.internal.calls.Answer;
import dev.rsi.core.internal.calls.Costs;
import dev.rsi.core.internal.calls.Crew;
import dev.rsi.core.internal.spending.Amounts;
import dev.rsi.core.internal.spending.Dimension;
import dev.rsi.core.internal.spending.Ledger;
import dev.rsi.core.internal.spending.WorstTraining;
import dev.rsi.core.internal.steps.Asking;
import dev.rsi.core.internal.steps.Outages;
import dev.rsi.core.internal.steps.Steps;
import dev.rsi.core.report.RunEvent;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** Asks other models for a training. Used by the run's thread alone. */
final class Asks {
  private static final String PART = "model that the trainer asks";

  private final Steps steps;
  private final ThreadFactory threads;

  Asks(Steps steps, ThreadFactory threads) {
    this.steps = steps;
    this.threads = threads;
  }

  /**
   * How a caller says that it is to be called.
   *
   * @param maxMoney the most that one call may be charged for
   */
  record Way(Calls calls, BigDecimal maxMoney) {
    /** The most that one call spends. */
    Amounts each(long maxTokens) {
      return amounts(maxTokens, WorstTraining.units(maxMoney));
    }
  }

  /** What calls use at most: money beside what their tokens cost. */
  static Amounts amounts(long tokens, long money) {
    return Amounts.of(Dimension.TOKENS, tokens).with(Dimension.MONEY, money);
  }

  /** A call used more than it may. */
  static final class OverusedException extends RsiException {
    private static final long serialVersionUID = 1;

    OverusedException(String message) {
      super(message);
    }
  }

  /** Callers are made anew with every list of requests. */
  private record Line() implements AutoCloseable {
    @Override
    public void close() {}
  }

  /**
   * Requests that are asked together, and what is found of them.
   *
   * @param digests SHA-256 of each
   */
  private record Round(
      List<String> requests,
      List<String> digests,
      int maxTokens,
      Caller caller,
      Way way,
      List<RunEvent.@Nullable Replied> found,
      Known known) {}

  /** Asks, but for what is known. */
  List<Reply> ask(List<String> requests, int maxTokens, Caller caller, Way way, Known known) {
    int parallel = way.calls().parallel();
    List<String> digests = requests.stream().map(Asks::digest).toList();
    List<RunEvent.@Nullable Replied> found = new ArrayList<>();
    List<Integer> open = new ArrayList<>();
    for (int i = 0; i < digests.size(); i++) {
      found.add((RunEvent.Replied) known.take(Known.reply(digests.get(i))));
      if (found.get(i) == null) {
        open.add(i);
      }
    }
    Round round = new Round(requests, digests, maxTokens, caller, way, found, known);
    if (!open.isEmpty()) {
      if (steps.isReplay()) {
        // Nobody pays for a replay.
        throw steps.diverged("a request (" + digests.get(open.get(0)) + ") to another model");
      }
      try (Crew<Line> crew = new Crew<>(PART, way.calls(), Line::new, threads)) {
        for (int from = 0; from < open.size(); from += parallel) {
          all(round, open.subList(from, Math.min(open.size(), from + parallel)), crew);
        }
      }
    }
    return found.stream().map(replied -> reply(replied, round)).toList();
  }

  private static String digest(String request) {
    return Hashing.sha256().hashString(request, StandardCharsets.UTF_8).toString();
  }

  private static Reply reply(RunEvent.@Nullable Replied found, Round round) {
    RunEvent.Replied replied = Objects.requireNonNull(found);
    Cost cost = Objects.requireNonNullElse(replied.cost(), Cost.NONE);
    if (cost.tokens() > round.maxTokens() || cost.money().compareTo(round.way().maxMoney()) > 0) {
      throw new OverusedException(
          "A model that the trainer asked used ("
              + cost
              + "), but may use ("
              + round.maxTokens()
              + ") tokens and ("
              + round.way().maxMoney().toPlainString()
              + ") of money.\nMaybe what it reads was left out of maxTokens, or override the"
              + " caller's maxMoney().");
    }
    return new Reply(replied.text(), cost);
  }

  /** Asks as many as may be asked at once, until each has its reply. */
  private void all(Round round, List<Integer> some, Crew<Line> crew) {
    Outages.Outage outage = steps.outages().of(PART);
    List<Integer> open = some;
    while (true) {
      steps.between();
      Amounts most = round.way().each(round.maxTokens()).times(open.size());
      if (!steps.accounts().mayCall(most)) {
        throw new RsiException(
            "The budget has no room for ("
                + most
                + ") more.\nMaybe the training asks otherwise each time that it is done again: it"
                + " has to ask the same at the same answers.");
      }
      List<Answer<Reply>> answers = once(round, open, most, crew);
      List<RunEvent.Replied> made = new ArrayList<>();
      List<Integer> next = new ArrayList<>();
      Answer<Reply> failed = null;
      for (int i = 0; i < answers.size(); i++) {
        int place = open.get(i);
        Reply reply = answers.get(i).value();
        if (reply == null) {
          next.add(place);
          failed = failed == null || passes(failed) ? answers.get(i) : failed;
          continue;
        }
        RunEvent.Replied replied =
            new RunEvent.Replied(
                steps.generation(), round.digests().get(place), reply.text(), reply.cost());
        made.add(replied);
        round.found().set(place, replied);
      }
      // Whatever becomes of the others: it is paid.
      steps.record(made);
      made.forEach(round.known()::made);
      if (failed == null) {
        outage.over();
        return;
      }
      if (!passes(failed)) {
        outage.over();
        throw Objects.requireNonNull(failed.thrown());
      }
      String reason =
          failed.thrown() == null ? "it took too long, and was cut" : "it threw " + failed.thrown();
      outage.await(reason, true, Asking.pause(failed.thrown()), () -> false);
      if (!steps.accounts().mayCall(most)) {
        throw outage.unpaid(reason);
      }
      open = next;
    }
  }

  private static boolean passes(Answer<?> failed) {
    return failed.kind() == Answer.Kind.LATE
        || (failed.thrown() instanceof RsiException rsi && rsi.retryable());
  }

  private List<Answer<Reply>> once(Round round, List<Integer> open, Amounts most, Crew<Line> crew) {
    Ledger.Call spending = steps.accounts().spend(most);
    Amounts spent = most;
    try {
      List<Answer<Reply>> answers =
          crew.make(
              open.size(),
              (line, number, call) -> called(round, open.get(number), call),
              steps.context("asking another model"));
      List<Cost> costs = new ArrayList<>();
      for (Answer<Reply> answer : answers) {
        Reply reply = answer.value();
        // Of a call that failed nobody knows what it used.
        costs.add(
            reply == null
                ? Costs.unknown(round.maxTokens(), round.way().maxMoney())
                : reply.cost());
      }
      spent = steps.accounts().amounts(costs);
      return answers;
    } finally {
      spending.end(spent);
    }
  }

  private static Reply called(Round round, int place, RunContext call) {
    Reply reply = round.caller().call(round.requests().get(place), round.maxTokens(), call);
    if (reply == null) {
      throw new RsiException(
          "A caller gave (null).\nMaybe the model said nothing: then its reply has no text.");
    }
    return reply;
  }
}
