package dev.rsi.api;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** See {@link Resilience#around(Generator)}. */
record ResilientGenerator<T, C>(Generator<T, C> generator, Resilience resilience)
    implements Generator<T, C> {

  @Override
  public Codec<T, C> codec() {
    return generator.codec();
  }

  @Override
  public Generator.Session<T, C> open(ModelVersion version) {
    ResilientSession<Generator.Session<T, C>> session =
        new ResilientSession<>(() -> generator.open(version), resilience);
    return session.now() instanceof ScoringSession
        ? new Scoring<>(session, resilience)
        : new Session<>(session, resilience);
  }

  @Override
  public int maxTokens() {
    return generator.maxTokens();
  }

  @Override
  public BigDecimal maxMoney() {
    return generator.maxMoney();
  }

  @Override
  public boolean scores() {
    return generator.scores();
  }

  @Override
  public Calls calling() {
    return resilience.calling(generator.calling());
  }

  @Override
  public void close() {
    generator.close();
  }

  @Override
  public String describe() {
    return generator.describe();
  }

  private static class Session<T, C> implements Generator.Session<T, C> {
    final ResilientSession<Generator.Session<T, C>> session;
    private final Resilience resilience;

    Session(ResilientSession<Generator.Session<T, C>> session, Resilience resilience) {
      this.session = session;
      this.resilience = resilience;
    }

    /** Attempts that failed are made again, by themselves. */
    @Override
    public List<Output<C>> generate(List<Request<T>> requests, RunContext context) {
      List<Output<C>> outputs = made(requests, context);
      for (int tries = 0; tries < resilience.retries(); tries++) {
        List<Integer> failed = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
          if (outputs.get(i).kind() == Output.Kind.FAILED) {
            failed.add(i);
          }
        }
        if (failed.isEmpty() || outputs.size() != requests.size()) {
          return outputs;
        }
        resilience.pauses(tries, null, context);
        List<Output<C>> again = made(failed.stream().map(requests::get).toList(), context);
        for (int k = 0; k < Math.min(failed.size(), again.size()); k++) {
          outputs.set(failed.get(k), again.get(k));
        }
      }
      return outputs;
    }

    private List<Output<C>> made(List<Request<T>> requests, RunContext context) {
      return new ArrayList<>(session.call(context, (own, run) -> own.generate(requests, run)));
    }

    @Override
    public void close() {
      session.close();
    }
  }

  private static final class Scoring<T, C> extends Session<T, C> implements ScoringSession<T, C> {
    Scoring(ResilientSession<Generator.Session<T, C>> session, Resilience resilience) {
      super(session, resilience);
    }

    @Override
    public List<Double> score(List<T> tasks, List<C> candidates, RunContext context) {
      return session.call(
          context, (own, run) -> ((ScoringSession<T, C>) own).score(tasks, candidates, run));
    }
  }
}
