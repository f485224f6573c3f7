package dev.rsi.core.internal.training;

import dev.rsi.api.Attempt;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Reply;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.TrainingContext;
import java.nio.file.Path;
import java.util.List;

/** What a trainer is handed of its run: the two things that it may order. */
final class TrainersContext<T, C> implements TrainingContext<T, C> {
  private final RunContext call;
  private final Counter<T, C> counter;

  /** What is ordered, checked, and done by the run's thread. */
  interface Counter<T, C> {
    ModelVersion draft(Path directory);

    List<Attempt<T, C>> attempt(ModelVersion draft, List<Request<T>> requests);

    List<Reply> ask(List<String> requests, int maxTokens, Caller caller, Asks.Way way);
  }

  TrainersContext(RunContext call, Counter<T, C> counter) {
    this.call = call;
    this.counter = counter;
  }

  @Override
  public boolean cancelled() {
    return call.cancelled();
  }

  @Override
  public void progress(long done, long total) {
    call.progress(done, total);
  }

  @Override
  public List<Attempt<T, C>> attempt(Path draft, List<Request<T>> requests) {
    List<Request<T>> asked = List.copyOf(requests);
    checkActive();
    return counter.attempt(counter.draft(draft), asked);
  }

  @Override
  public List<Reply> ask(List<String> requests, int maxTokens, Caller caller) {
    List<String> asked = List.copyOf(requests);
    if (maxTokens < 0) {
      throw new IllegalArgumentException("maxTokens (" + maxTokens + ") must be >= 0.");
    }
    checkActive();
    Asks.Way way = new Asks.Way(caller.calling(), caller.maxMoney());
    return counter.ask(asked, maxTokens, caller, way);
  }
}
