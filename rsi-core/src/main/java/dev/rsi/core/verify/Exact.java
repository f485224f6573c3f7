package dev.rsi.core.verify;

import dev.rsi.api.Described;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import java.util.function.Function;

/** See {@link Verifiers#exact}. */
record Exact<T, C>(Function<? super T, ? extends C> expected) implements Verifier<T, C> {

  @Override
  public String describe() {
    return "exact, expected by " + Described.className(expected) + BY_CLASS;
  }

  @Override
  public Verdict verify(T task, C candidate) {
    C right = expected.apply(task);
    // The trusted side is asked: a candidate may say that it equals anything.
    return right != null && right.equals(candidate)
        ? Verdict.pass()
        : Verdict.fail("expected (" + right + ") but got (" + candidate + ")");
  }
}
