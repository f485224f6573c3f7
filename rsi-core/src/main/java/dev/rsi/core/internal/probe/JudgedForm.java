package dev.rsi.core.internal.probe;

import dev.rsi.api.Calls;
import dev.rsi.api.Verifier;
import java.math.BigDecimal;

/** A form that one judge reads: it is called, costs and is known as its judge is. */
interface JudgedForm<T, C> extends Form<T, C> {
  Verifier<? super T, ? super C> judge();

  @Override
  default Calls calling() {
    return judge().calling();
  }

  @Override
  default int maxTokens() {
    return judge().maxTokens();
  }

  @Override
  default BigDecimal maxMoney() {
    return judge().maxMoney();
  }

  @Override
  default String reader() {
    return judge().describe();
  }
}
