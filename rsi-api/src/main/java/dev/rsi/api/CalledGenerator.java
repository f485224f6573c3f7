package dev.rsi.api;

import java.math.BigDecimal;
import java.util.Objects;

/** See {@link Generator#with}. */
record CalledGenerator<T, C>(Generator<T, C> generator, Calls calling) implements Generator<T, C> {
  CalledGenerator {
    Objects.requireNonNull(calling, "calls");
  }

  @Override
  public Codec<T, C> codec() {
    return generator.codec();
  }

  @Override
  public Session<T, C> open(ModelVersion version) {
    return generator.open(version);
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
  public void close() {
    generator.close();
  }

  @Override
  public String describe() {
    return generator.describe();
  }
}
