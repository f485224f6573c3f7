package dev.rsi.core.internal.calls;

import dev.rsi.api.Calls;
import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import dev.rsi.core.internal.RoundTrip;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one version of a model, which share the requests of a batch. Each output stands
 * at its request's place, whichever session made it; as it depends on the version, the task and the
 * seed alone, several sessions give what one would. A session gets tasks that nobody else has, and
 * of its candidates only what the codec reads back is handed on.
 *
 * <p>Sessions work on threads of a crew, while the calling thread looks after the run. A session
 * that broke is not used again. Used by one thread at a time.
 */
public final class Sessions<T, C> implements AutoCloseable {
  private final Codec<T, C> codec;
  private final int parallel;
  private final Crew<Generator.Session<T, C>> crew;

  /**
   * No session yet: they are opened when there is something to do.
   *
   * @param open opens a session of the version, whose files are checked; asked on any thread
   */
  public Sessions(
      Generator<T, C> generator, Supplier<Generator.Session<T, C>> open, ThreadFactory threads) {
    this.codec = generator.codec();
    Calls calls = generator.calling();
    this.parallel = calls.parallel();
    this.crew = new Crew<>("generator", calls, open, threads);
  }

  /**
   * Has the version attempt every request.
   *
   * @return for each request, in order, an output; or why its call gave none, where that is
   *     nobody's fault
   * @throws RsiException if sessions gave anything else
   */
  public List<Answer<Output<C>>> generate(List<Request<T>> requests, Watch watch) {
    return each(
        requests.size(),
        (session, from, to, call) ->
            readBack(session.generate(own(requests.subList(from, to)), call)),
        watch,
        "outputs for",
        "requests.\nMaybe it drops failed items: a failed item is an Output of its own.");
  }

  /** The same requests with tasks of their own: what a session does to one is seen nowhere else. */
  private List<Request<T>> own(List<Request<T>> requests) {
    return requests.stream()
        .map(request -> new Request<>(RoundTrip.copy(codec, request.task()), request.seed()))
        .toList();
  }

  /** What the codec makes of what a session gave, which nobody can change any more. */
  private List<Output<C>> readBack(List<Output<C>> given) {
    List<Output<C>> copy = Lists.copy(given);
    if (copy == null || copy.contains(null)) {
      // Refused where the batch is put together.
      return given;
    }
    copy.replaceAll(output -> RoundTrip.output(codec, output));
    return copy;
  }

  /**
   * Has the version score candidates.
   *
   * @return log-probabilities in order, NaN where one is missing; or why a call gave none, where
   *     that is nobody's fault
   * @throws RsiException if sessions cannot score, or gave anything else
   */
  public List<Answer<Double>> score(List<T> tasks, List<C> candidates, Watch watch) {
    return each(
        tasks.size(),
        (session, from, to, call) ->
            scoring(session)
                .score(
                    tasks.subList(from, to).stream().map(t -> RoundTrip.copy(codec, t)).toList(),
                    candidates.subList(from, to).stream()
                        .map(c -> RoundTrip.candidate(codec, c).value())
                        .toList(),
                    call),
        watch,
        "scores for",
        "candidates.\nMaybe it drops what it cannot score: that is NaN.");
  }

  private ScoringSession<T, C> scoring(Generator.Session<T, C> session) {
    if (session instanceof ScoringSession<T, C> scoring) {
      return scoring;
    }
    throw new RsiException(
        "Sessions of ("
            + session.getClass().getName()
            + ") cannot score.\nMaybe leave out probes of closeness to generation 0.");
  }

  /** What a session does with some of the requests of a batch. */
  private interface Share<T, C, E> {
    List<E> of(Generator.Session<T, C> session, int from, int to, RunContext context);
  }

  /** Splits a batch evenly, and puts together what came of it. */
  private <E> List<Answer<E>> each(
      int count, Share<T, C, E> share, Watch watch, String what, String asked) {
    // Also a batch of nothing is put to a session.
    int parts = Math.max(1, Math.min(parallel, count));
    List<Crew.Call<Generator.Session<T, C>, List<E>>> calls = new ArrayList<>(parts);
    for (int part = 0; part < parts; part++) {
      int from = start(part, parts, count);
      int to = start(part + 1, parts, count);
      calls.add((session, call) -> Lists.copy(share.of(session, from, to, call)));
    }
    List<Answer<List<E>>> answers = crew.make(calls, watch);
    List<Answer<E>> all = new ArrayList<>(count);
    for (int part = 0; part < parts; part++) {
      int size = start(part + 1, parts, count) - start(part, parts, count);
      Answer<List<E>> answer = answers.get(part);
      switch (answer.kind()) {
        case GIVEN ->
            whole(answer.value(), size, what, asked).forEach(e -> all.add(Answer.given(e)));
        case LATE -> all.addAll(Collections.nCopies(size, Answer.late()));
        case THREW -> all.addAll(Collections.nCopies(size, Answer.threw(curable(answer.thrown()))));
      }
    }
    return all;
  }

  /** What may succeed later without a change; anything else is thrown. */
  private static RuntimeException curable(@Nullable RuntimeException thrown) {
    if (thrown instanceof RsiException rsi && rsi.retryable()) {
      return rsi;
    }
    throw Objects.requireNonNull(thrown);
  }

  private static int start(int part, int parts, int count) {
    return (int) ((long) part * count / parts);
  }

  private static <E> List<E> whole(@Nullable List<E> given, int count, String what, String asked) {
    if (given == null || given.size() != count || given.contains(null)) {
      long some = given == null ? 0 : given.stream().filter(Objects::nonNull).count();
      throw new RsiException("The generator gave " + some + " " + what + " " + count + " " + asked);
    }
    return given;
  }

  /** Who is called, to be closed with others. */
  public Crew<?> crew() {
    return crew;
  }

  @Override
  public void close() {
    crew.close();
  }
}
