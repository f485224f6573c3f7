package dev.rsi.testkit.loop;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.testkit.Sum;
import java.util.List;

/** A generator whose sessions come between the loop and those of another, which only attempt. */
record WrappedGenerator(Generator<Sum, Long> wrapped, Codec<Sum, Long> codec, Attempting attempting)
    implements Generator<Sum, Long> {

  /** What a session does instead of the one that it wraps. */
  interface Attempting {
    List<Output<Long>> attempt(
        Generator.Session<Sum, Long> wrapped, List<Request<Sum>> requests, RunContext context);
  }

  WrappedGenerator(Generator<Sum, Long> wrapped, Attempting attempting) {
    this(wrapped, wrapped.codec(), attempting);
  }

  @Override
  public Session<Sum, Long> open(ModelVersion version) {
    Session<Sum, Long> session = wrapped.open(version);
    return new Session<>() {
      @Override
      public List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
        return attempting.attempt(session, requests, context);
      }

      @Override
      public void close() {
        session.close();
      }
    };
  }
}
