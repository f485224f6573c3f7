package dev.rsi.lm.spi;

import dev.rsi.api.RsiException;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.lm.CharVocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The lessons and attempts of a training that cannot be taught to the model: too long for it, or
 * with a character that it cannot write. One of them is no reason to teach it none of the others,
 * so they are left out, counted and named. Field term: filtered examples.
 *
 * <p>One training, one thread.
 */
public final class LeftOut {
  /** So many are named with what is the matter. */
  private static final int NAMED = 5;

  private static final int MOST_SHOWN = 80;
  private static final int MOST_REASON = 200;

  private final List<String> named = new ArrayList<>();
  private int count;
  private int taught;

  /** Counts one that can be taught. */
  public void teach() {
    taught++;
  }

  /**
   * Counts one that cannot.
   *
   * @param task what was asked, as the codec writes it
   * @param answer what is to be taught, as the codec writes it
   * @param why its first line is shown
   */
  public void leave(String task, String answer, RuntimeException why) {
    count++;
    if (named.size() < NAMED) {
      String reason = String.valueOf(why.getMessage()).lines().findFirst().orElse("");
      named.add(
          "("
              + shown(task, MOST_SHOWN)
              + ") with ("
              + shown(answer, MOST_SHOWN)
              + "): "
              + shown(reason, MOST_REASON));
    }
  }

  /**
   * An example of a lesson, if the model can be taught it.
   *
   * @return empty if not: it is left out
   */
  List<Example> example(
      CharVocabulary vocabulary, Positions positions, String prompt, String answer, double weight) {
    try {
      Example example = Example.written(vocabulary, prompt, answer, weight);
      positions.offsets(example.tokens(), example.length() - 1, 0);
      teach();
      return List.of(example);
    } catch (IllegalArgumentException e) {
      leave(prompt, answer, e);
      return List.of();
    }
  }

  /**
   * The examples of some lessons, as far as a decoder can be taught them.
   *
   * @param texts of each lesson what the codec writes for task and candidate, in turn
   * @param weights of each lesson
   * @return those that it can
   * @throws RsiException if there are lessons, and none can be taught
   */
  public List<Example> examples(
      CharVocabulary vocabulary, Positions positions, List<String> texts, List<Double> weights) {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      examples.addAll(
          example(vocabulary, positions, texts.get(2 * i), texts.get(2 * i + 1), weights.get(i)));
    }
    checkSomeTaught("Maybe make the model with more positions or characters.");
    return examples;
  }

  /** How many were left out. */
  public int count() {
    return count;
  }

  /**
   * Refuses a training of which nothing is left.
   *
   * @param wayOut what the caller may do about it
   * @throws RsiException if some were left out, and none can be taught
   */
  public void checkSomeTaught(String wayOut) {
    if (count > 0 && taught == 0) {
      throw new RsiException("There is nothing to teach the model: " + words() + "\n" + wayOut);
    }
  }

  /** How many were left out and why, for people. */
  public String words() {
    StringBuilder words =
        new StringBuilder()
            .append(count)
            .append(" of ")
            .append(count + taught)
            .append(" lessons left out: ")
            .append(String.join("; ", named));
    return count > named.size()
        ? words.append("; and ").append(count - named.size()).append(" more.").toString()
        : words.toString();
  }

  /**
   * Says it in what a training reports.
   *
   * @param metrics is told how many, 0 too
   * @param provenance is told which, if any
   */
  public void report(Map<String, Double> metrics, Map<String, String> provenance) {
    metrics.put(TrainedArtifact.LEFT_OUT, (double) count);
    if (count > 0) {
      provenance.put(TrainedArtifact.LEFT_OUT, words());
    }
  }

  /** A text that was cut, and in which every character is seen. */
  private static String shown(String text, int most) {
    StringBuilder shown = new StringBuilder();
    int at = 0;
    while (at < text.length() && shown.length() < most) {
      int c = text.codePointAt(at);
      at += Character.charCount(c);
      switch (Character.getType(c)) {
        case Character.CONTROL,
            Character.FORMAT,
            Character.LINE_SEPARATOR,
            Character.PARAGRAPH_SEPARATOR,
            Character.PRIVATE_USE,
            Character.SURROGATE,
            Character.UNASSIGNED ->
            shown.append("U+").append(Integer.toHexString(c).toUpperCase(Locale.ROOT));
        default -> shown.appendCodePoint(c);
      }
    }
    return at < text.length() ? shown + "... " + text.length() + " characters" : shown.toString();
  }
}
