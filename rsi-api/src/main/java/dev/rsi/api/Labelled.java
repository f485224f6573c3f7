package dev.rsi.api;

import java.util.Collection;
import java.util.Objects;

/**
 * A task with its answer key beside it. The key is for verifiers; what a model reads, what a run
 * records and what tells one task from another is the input alone, if the codec is that of {@link
 * #codec}. Field terms: labelled example, ground truth, reference answer.
 *
 * <p>A generator and a trainer of inputs know nothing of keys: {@link #generator} and {@link
 * #trainer} give them to a loop, and never hand them a key.
 *
 * @param input what is asked
 * @param label the key: the right answer, or whatever tells right from wrong
 * @param <I> input
 * @param <L> label
 */
public record Labelled<I, L>(I input, L label) {

  public Labelled {
    Objects.requireNonNull(input, "input");
    Objects.requireNonNull(label, "label");
  }

  /**
   * A codec that writes inputs alone. It knows the data set, so that a task that is read back has
   * its key again: also in another process, which resumes a run with the same data.
   *
   * <p>A data set whose keys have changed is another one, and a run of the first is not resumed
   * with it. That is told from keys that are text, numbers, booleans or constants of an enum; of
   * other keys a loop that resumes a run asks the verifier again, if that has no name.
   *
   * @param inputs how inputs and candidates are written
   * @param data every task that a loop may meet: practice, probes and exam
   * @throws IllegalArgumentException if there is none, or one input has two keys, naming it
   */
  public static <I, L, C> Codec<Labelled<I, L>, C> codec(
      Codec<I, C> inputs, Collection<Labelled<I, L>> data) {
    return new LabelledCodec<>(inputs, data);
  }

  /**
   * A model that reads inputs, as a model that a loop gives labelled tasks. It gets no keys.
   *
   * @param model the caller closes it
   * @param data as for {@link #codec}
   * @throws IllegalArgumentException as {@link #codec}
   */
  public static <I, L, C> Generator<Labelled<I, L>, C> generator(
      Generator<I, C> model, Collection<Labelled<I, L>> data) {
    return new LabelledGenerator<>(model, codec(model.codec(), data));
  }

  /** A trainer on inputs, as one that a loop gives labelled lessons. It gets no keys. */
  public static <I, L, C> Trainer<Labelled<I, L>, C> trainer(Trainer<I, C> trainer) {
    return new LabelledTrainer<>(trainer);
  }
}
