package dev.rsi.api;

import java.math.BigDecimal;
import java.util.Objects;

/** A caller that is called in another way. */
record CalledCaller(TrainingContext.Caller wrapped, Calls calling)
    implements TrainingContext.Caller {
  CalledCaller {
    Objects.requireNonNull(calling, "calls");
  }

  @Override
  public Reply call(String request, int maxTokens, RunContext context) {
    return wrapped.call(request, maxTokens, context);
  }

  @Override
  public BigDecimal maxMoney() {
    return wrapped.maxMoney();
  }

  @Override
  public TrainingContext.Caller with(Calls calls) {
    return wrapped.with(calls);
  }
}
