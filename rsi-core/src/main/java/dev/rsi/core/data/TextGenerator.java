package dev.rsi.core.data;

import dev.rsi.api.CancelledException;
import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** See {@link TextModel#generator}. */
record TextGenerator<T, C>(
    Codec<T, C> codec,
    TextModel.Answering answering,
    String description,
    int maxTokens,
    BigDecimal maxMoney)
    implements Generator<T, C> {

  @Override
  public Session<T, C> open(ModelVersion version) {
    String text = TextModel.read(version);
    return new Session<>() {
      private boolean closed;

      @Override
      public List<Output<C>> generate(List<Request<T>> requests, RunContext context) {
        if (closed) {
          throw new IllegalStateException(
              "The session of version ("
                  + version.shortId()
                  + ") is closed.\nMaybe it was closed too early, or kept too long: open another.");
        }
        List<Output<C>> outputs = new ArrayList<>(requests.size());
        for (Request<T> request : requests) {
          context.checkActive();
          outputs.add(answer(text, request, context));
        }
        return outputs;
      }

      @Override
      public void close() {
        closed = true;
      }
    };
  }

  private Output<C> answer(String text, Request<T> request, RunContext context) {
    String task = codec.writeTask(request.task());
    Output<String> answer;
    try {
      answer = answering.answer(text, task, request.seed(), context);
    } catch (CancelledException e) {
      throw e;
    } catch (RuntimeException e) {
      if (e instanceof RsiException known && known.retryable()) {
        throw e;
      }
      return Output.failed(e.toString(), 0);
    }
    return read(answer);
  }

  private Output<C> read(@Nullable Output<String> answer) {
    if (answer == null) {
      return Output.failed("the model gave null", 0);
    }
    String said = answer.candidate();
    if (said == null) {
      return new Output<>(answer.kind(), null, answer.failure(), answer.cost(), answer.text());
    }
    try {
      return Output.of(codec.readCandidate(said), answer.cost());
    } catch (RuntimeException e) {
      // A codec that calls the JDK's parsers throws what they throw.
      return Output.malformed(said, String.valueOf(e.getMessage()), answer.cost());
    }
  }

  @Override
  public String describe() {
    return "text model, " + description;
  }
}
