package dev.rsi.core.internal.practice;

import dev.rsi.api.Codec;
import dev.rsi.api.RsiException;
import dev.rsi.api.TaskSource;
import dev.rsi.core.internal.RoundTrip;
import dev.rsi.core.internal.Seeds;
import dev.rsi.core.report.GenerationReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The practice tasks of a run: drawn, or from lists, none of them held out. */
public final class Supply<T> {
  /** How often a level may give a held-out task in a row before it is taken to have no others. */
  private static final int MAX_REDRAWS = 1000;

  private final TaskSource<T> source;
  private final Codec<T, ?> codec;
  private final Predicate<? super T> mayPractise;
  private final List<@Nullable ListedTasks<T>> lists = new ArrayList<>();

  /**
   * The tasks of a source. Calls source and codec.
   *
   * @param levels how many levels it has
   * @param mayPractise whether a task is not held out
   */
  public Supply(
      TaskSource<T> source,
      int levels,
      Codec<T, ?> codec,
      Seeds seeds,
      Predicate<? super T> mayPractise) {
    this.source = source;
    this.codec = codec;
    this.mayPractise = mayPractise;
    for (int level = 1; level <= levels; level++) {
      lists.add(ListedTasks.of(source, level, codec, seeds));
    }
  }

  /** The most tasks that a generation can have of a level; many, if any level's are drawn. */
  public static int most(TaskSource<?> source, int levels) {
    int most = 0;
    for (int level = 1; level <= levels; level++) {
      int size = source.list(level).size();
      most = Math.max(most, size == 0 ? Integer.MAX_VALUE : size);
    }
    return most;
  }

  /** SHA-256 over all tasks that are in lists, in whatever order; null if there are none. */
  public static <T> @Nullable String digest(TaskSource<T> source, int levels, Codec<T, ?> codec) {
    return ListedTasks.digest(source, levels, codec);
  }

  /**
   * Up to so many tasks: fewer if a list has no others for this generation.
   *
   * @param random for those that are drawn
   */
  List<RoundTrip.Read<T>> take(int generation, int level, int count, RandomGenerator random) {
    List<RoundTrip.Read<T>> taken = new ArrayList<>(count);
    ListedTasks<T> list = lists.get(level - 1);
    for (int i = 0; i < count; i++) {
      RoundTrip.Read<T> task =
          list == null ? drawn(level, random) : list.next(generation, mayPractise);
      if (task == null) {
        return taken;
      }
      taken.add(task);
    }
    return taken;
  }

  /**
   * Up to so many tasks to try proposals on: those that {@link #take} gives, and where a list has
   * no others for this generation, some that it had. Better tried on what was practised than not.
   */
  List<RoundTrip.Read<T>> toTry(int generation, int level, int count, RandomGenerator random) {
    List<RoundTrip.Read<T>> tried = take(generation, level, count, random);
    ListedTasks<T> list = lists.get(level - 1);
    if (list != null && tried.size() < count) {
      Set<String> texts = tried.stream().map(RoundTrip.Read::text).collect(Collectors.toSet());
      list.had(mayPractise).stream()
          .filter(task -> !texts.contains(task.text()))
          .limit(count - tried.size())
          .forEach(tried::add);
    }
    return tried;
  }

  private RoundTrip.Read<T> drawn(int level, RandomGenerator random) {
    for (int i = 0; i < MAX_REDRAWS; i++) {
      T drawn = source.draw(level, random);
      if (drawn == null) {
        throw new RsiException(
            "The source of tasks drew (null) for level ("
                + level
                + ").\nMaybe it has no task of that level: then levels() says fewer.");
      }
      RoundTrip.Read<T> task = RoundTrip.task(codec, drawn);
      if (mayPractise.test(task.value())) {
        return task;
      }
    }
    throw new RsiException(
        "Level ("
            + level
            + ") gave "
            + MAX_REDRAWS
            + " held-out tasks in a row.\n"
            + "Maybe every task of the level is a probe or an exam task, or near one: hold out"
            + " fewer, or set nearness(1) on the bank where tasks share a long template.");
  }

  /**
   * Where the run stands in its lists.
   *
   * @return null if tasks have levels and are drawn: nobody has anything to say of them
   */
  public GenerationReport.@Nullable Supplied supplied() {
    List<ListedTasks<T>> begun =
        lists.stream().filter(Objects::nonNull).filter(list -> list.passed() > 0).toList();
    if (begun.isEmpty() && lists.size() > 1) {
      return null;
    }
    int tasks = begun.stream().mapToInt(ListedTasks::size).sum();
    long passed = begun.stream().mapToLong(ListedTasks::passed).sum();
    return new GenerationReport.Supplied(
        lists.size(),
        tasks,
        begun.stream().mapToInt(ListedTasks::leftOut).sum(),
        tasks == 0 ? 0 : (double) passed / tasks);
  }
}
