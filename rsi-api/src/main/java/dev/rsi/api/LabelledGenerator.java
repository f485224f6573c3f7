package dev.rsi.api;

import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;

/** See {@link Labelled#generator}. */
final class LabelledGenerator<I, L, C> implements Generator<Labelled<I, L>, C> {
  private final Generator<I, C> model;
  private final Codec<Labelled<I, L>, C> codec;

  LabelledGenerator(Generator<I, C> model, Codec<Labelled<I, L>, C> codec) {
    this.model = Objects.requireNonNull(model, "model");
    this.codec = codec;
  }

  @Override
  public Codec<Labelled<I, L>, C> codec() {
    return codec;
  }

  @Override
  public Session<Labelled<I, L>, C> open(ModelVersion version) {
    Session<I, C> session = model.open(version);
    return session instanceof ScoringSession<I, C> scoring
        ? new Scoring<>(scoring)
        : new Answering<>(session);
  }

  @Override
  public int maxTokens() {
    return model.maxTokens();
  }

  @Override
  public boolean scores() {
    return model.scores();
  }

  @Override
  public BigDecimal maxMoney() {
    return model.maxMoney();
  }

  @Override
  public Calls calling() {
    return model.calling();
  }

  @Override
  public void close() {
    model.close();
  }

  @Override
  public String describe() {
    return model.describe();
  }

  private static class Answering<I, L, C> implements Session<Labelled<I, L>, C> {
    private final Session<I, C> session;

    Answering(Session<I, C> session) {
      this.session = session;
    }

    @Override
    public List<Output<C>> generate(List<Request<Labelled<I, L>>> requests, RunContext context) {
      return session.generate(
          requests.stream().map(each -> new Request<>(each.task().input(), each.seed())).toList(),
          context);
    }

    @Override
    public void close() {
      session.close();
    }
  }

  private static final class Scoring<I, L, C> extends Answering<I, L, C>
      implements ScoringSession<Labelled<I, L>, C> {
    private final ScoringSession<I, C> session;

    Scoring(ScoringSession<I, C> session) {
      super(session);
      this.session = session;
    }

    @Override
    public List<Double> score(List<Labelled<I, L>> tasks, List<C> candidates, RunContext context) {
      return session.score(tasks.stream().map(Labelled::input).toList(), candidates, context);
    }
  }
}
