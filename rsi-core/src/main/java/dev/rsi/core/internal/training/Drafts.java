package dev.rsi.core.internal.training;

import dev.rsi.api.Attempt;
import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.core.internal.Cut;
import dev.rsi.core.internal.practice.PracticeGround;
import dev.rsi.core.internal.steps.Attempts;
import dev.rsi.core.internal.steps.Steps;
import dev.rsi.core.report.RunEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where what a trainer has made by now attempts tasks. Used by the run's thread alone. */
public final class Drafts<T, C> {
  private final Generator<T, C> generator;
  private final Codec<T, C> codec;
  private final int batch;
  private final Attempts<T, C> attempts;
  private final PracticeGround<T, C> ground;
  private final Steps steps;

  /** The one that attempted last: its sessions stay, as it may well attempt again. */
  private @Nullable String open;

  /**
   * Drafts of a run's trainings.
   *
   * @param batch requests per call of the model
   */
  public Drafts(
      Generator<T, C> generator,
      int batch,
      Attempts<T, C> attempts,
      PracticeGround<T, C> ground,
      Steps steps) {
    this.generator = generator;
    this.codec = generator.codec();
    this.batch = batch;
    this.attempts = attempts;
    this.ground = ground;
    this.steps = steps;
  }

  /** The levels of the tasks that a training was given, by how they are written. */
  Map<String, Integer> levels(Training.Given<T, C> given) {
    return inCodec(
        () -> {
          Map<String, Integer> levels = new HashMap<>();
          Stream.concat(
                  given.lessons().stream().map(lesson -> lesson.attempt()),
                  given.attempts().stream())
              .forEach(each -> levels.put(codec.writeTask(each.task()), each.level()));
          return levels;
        });
  }

  private <R> R inCodec(Supplier<R> work) {
    return steps.direct().call("codec", work);
  }

  /**
   * Has a draft attempt tasks, but for what is known.
   *
   * @param base id of the version that the training began with
   * @param levels of the tasks that may be attempted
   * @param allowance how many may be
   */
  List<Attempt<T, C>> attempt(
      ModelVersion draft,
      String base,
      List<Request<T>> requests,
      Map<String, Integer> levels,
      Allowance allowance,
      Known known) {
    List<PracticeGround.Asked<T>> asked = inCodec(() -> asked(requests, levels));
    allowance.take(asked.size());
    List<RunEvent.@Nullable Attempted> found = new ArrayList<>(asked.size());
    List<Integer> open = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      PracticeGround.Asked<T> each = asked.get(i);
      found.add(
          (RunEvent.Attempted)
              known.take(Known.attempt(draft.id(), each.task(), each.request().seed())));
      if (found.get(i) == null) {
        open.add(i);
      }
    }
    for (int from = 0; from < open.size(); ) {
      int to = from + together(open.subList(from, open.size()), asked);
      List<Integer> some = open.subList(from, to);
      List<RunEvent.Attempted> made = tried(draft, base, some.stream().map(asked::get).toList());
      for (int i = 0; i < some.size(); i++) {
        found.set(some.get(i), made.get(i));
        known.made(made.get(i));
      }
      from = to;
    }
    return inCodec(() -> found.stream().map(this::seen).toList());
  }

  private Attempt<T, C> seen(RunEvent.@Nullable Attempted event) {
    return ground.seen(Objects.requireNonNull(event));
  }

  private List<PracticeGround.Asked<T>> asked(
      List<Request<T>> requests, Map<String, Integer> levels) {
    List<PracticeGround.Asked<T>> asked = new ArrayList<>(requests.size());
    for (Request<T> request : requests) {
      String task = codec.writeTask(request.task());
      Integer level = levels.get(task);
      if (level == null) {
        throw new RsiException(
            "Task ("
                + Cut.shown(task)
                + ") is none that the training was given, so it may be held out, as a probe or for"
                + " the exam.\nMaybe try drafts on tasks of the request's lessons() and"
                + " attempts().");
      }
      asked.add(
          new PracticeGround.Asked<>(
              task, new Request<>(codec.readTask(task), request.seed()), level));
    }
    return asked;
  }

  /** How many of the next ones fit into a batch: whole tasks, and always one. */
  private int together(List<Integer> open, List<PracticeGround.Asked<T>> asked) {
    int end = 0;
    for (int size : sizes(open.stream().map(asked::get).toList())) {
      if (end > 0 && end + size > batch) {
        break;
      }
      end += size;
    }
    return end;
  }

  /** How many there are at each task, one task after another. */
  private static <T> List<Integer> sizes(List<PracticeGround.Asked<T>> asked) {
    List<Integer> sizes = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= asked.size(); i++) {
      if (i == asked.size() || !asked.get(i).task().equals(asked.get(from).task())) {
        sizes.add(i - from);
        from = i;
      }
    }
    return sizes;
  }

  private List<RunEvent.Attempted> tried(
      ModelVersion draft, String base, List<PracticeGround.Asked<T>> asked) {
    steps.between();
    if (!steps.accounts().mayCall(steps.accounts().attempts(asked.size()))) {
      throw new RsiException(
          "The budget has no room for ("
              + asked.size()
              + ") attempts of a draft more.\nMaybe the training asks otherwise each time that it is"
              + " done again: it has to ask the same at the same answers.");
    }
    if (!draft.id().equals(base)) {
      open(draft);
    }
    List<RunEvent.Attempted> made = ground.tried(draft.id(), asked, sizes(asked));
    steps.record(made);
    return made;
  }

  private void open(ModelVersion draft) {
    if (draft.id().equals(open)) {
      return;
    }
    close();
    if (attempts.open(draft.id(), () -> generator.open(draft))) {
      open = draft.id();
    }
  }

  /** The training has ended. */
  void close() {
    if (open != null) {
      attempts.close(open);
      open = null;
    }
  }
}
