package dev.rsi.api;

/**
 * Writes tasks and candidates down as text and reads them back: for the run store, for content
 * hashes (which keep practice and probe tasks apart), and for models that read and write text.
 * Field terms: serializer, parser.
 *
 * <p>Both pairs must be inverse to each other: {@code task(task(t)).equals(t)} and {@code
 * candidate(candidate(c)).equals(c)}, and equal values must give equal text. Implementations must
 * be thread-safe; pure functions are.
 *
 * @param <T> task
 * @param <C> candidate
 */
public interface Codec<T, C> {

  /** The task as text, for example {@code "12+30="}. Two tasks are the same iff their texts are. */
  String writeTask(T task);

  /**
   * Reads what {@link #writeTask} wrote.
   *
   * @throws IllegalArgumentException if the text is not a task, naming the text
   */
  T readTask(String text);

  /** The candidate as text, for example {@code "42"}. */
  String writeCandidate(C candidate);

  /**
   * Reads a candidate from what {@link #writeCandidate} wrote or from what a model wrote, which may
   * be anything: treat it as hostile input.
   *
   * @throws IllegalArgumentException if the text is not a candidate, naming the text; during
   *     generation this becomes a malformed {@link Output}, not an error of the batch
   */
  C readCandidate(String text);

  /** The codec of tasks and candidates that are text already. */
  static Codec<String, String> text() {
    return TextCodec.INSTANCE;
  }
}
