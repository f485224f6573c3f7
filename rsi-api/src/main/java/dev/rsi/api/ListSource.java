package dev.rsi.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;

/** See {@link TaskSource#of} and {@link TaskSource#ofLevels}. */
final class ListSource<T> implements TaskSource<T> {
  private static final int MOST_SHOWN = 200;

  private final List<List<T>> levels;

  ListSource(List<? extends List<? extends T>> levels) {
    List<List<T>> copies = new ArrayList<>(levels.size());
    for (List<? extends T> tasks : levels) {
      copies.add(List.copyOf(tasks));
    }
    this.levels = List.copyOf(copies);
    if (copies.isEmpty()) {
      throw new IllegalArgumentException("There must be a level of tasks, but there is none.");
    }
    Map<T, String> places = new HashMap<>();
    for (int level = 1; level <= copies.size(); level++) {
      check(level, copies.get(level - 1), places);
    }
  }

  private void check(int level, List<T> tasks, Map<T, String> places) {
    String where = levels.size() == 1 ? "" : " of level " + level;
    if (tasks.isEmpty()) {
      throw new IllegalArgumentException(
          "The list of tasks"
              + where
              + " is empty.\nMaybe a file or a filter gave nothing: practice needs a task.");
    }
    for (int i = 0; i < tasks.size(); i++) {
      String here = i + where;
      String before = places.put(tasks.get(i), here);
      if (before != null) {
        throw new IllegalArgumentException(
            "The task ("
                + shown(tasks.get(i))
                + ") stands in the list twice, at ("
                + before
                + ") and ("
                + here
                + "), and would be practised twice as often as others.\n"
                + "Maybe take each once: tasks.stream().distinct().toList().");
      }
    }
  }

  private static String shown(Object task) {
    String text = task.toString();
    return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "...";
  }

  @Override
  public int levels() {
    return levels.size();
  }

  @Override
  public T draw(int level, RandomGenerator random) {
    List<T> tasks = list(level);
    return tasks.get(random.nextInt(tasks.size()));
  }

  @Override
  public List<T> list(int level) {
    return levels.get(Objects.checkIndex(level - 1, levels.size()));
  }

  /** Which tasks they are a loop records by their texts. */
  @Override
  public String describe() {
    return "list of " + levels.stream().map(List::size).toList() + " tasks";
  }
}
