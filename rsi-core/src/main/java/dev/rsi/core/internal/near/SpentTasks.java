package dev.rsi.core.internal.near;

import java.util.ArrayList;
import java.util.List;

/**
 * The tasks that no bank to come may have: those of earlier banks, and whatever is near one that
 * the model may have been trained on. Kept as hashes, so that a fresh bank costs the same however
 * long the run is: a task is 24 bytes at most, and one of {@value Runs#LEAST_WORDS} words or more
 * some 20 a word beside them; the same task again is nothing.
 *
 * <p>What is near is found as by {@link NearDuplicates}. An index cannot grow, as it ranks what it
 * holds: so there are several, each larger than the next, and two become one when the newer has
 * grown half as large as the other (the logarithmic method: Bentley and Saxe, Decomposable
 * searching problems, 1980). Used by one thread at a time.
 */
public final class SpentTasks {
  private final double nearness;
  private final LongIds probed = new LongIds();
  private final LongIds trained = new LongIds();
  private final List<NearIndex> indices = new ArrayList<>();
  private final List<long[]> unindexed = new ArrayList<>();

  /**
   * None yet.
   *
   * @param nearness share of runs of words in common that makes two tasks near each other
   */
  public SpentTasks(double nearness) {
    this.nearness = nearness;
  }

  /** The model may have been trained on a task of this text. */
  public void trained(String text) {
    Runs runs = Runs.of(text);
    int known = trained.size();
    trained.add(runs.text());
    if (trained.size() > known && runs.runs().length > 0) {
      unindexed.add(runs.runs());
    }
  }

  /** A task of this text was a probe. */
  public void probed(String text) {
    probed.add(Runs.hash(text));
  }

  /** Whether a task of this text may be a probe yet. */
  public boolean mayProbe(String text) {
    if (probed.contains(Runs.hash(text))) {
      return false;
    }
    Runs runs = Runs.of(text);
    if (trained.contains(runs.text())) {
      return false;
    }
    if (runs.runs().length == 0) {
      return true;
    }
    index();
    return indices.stream().noneMatch(index -> index.near(runs.runs()));
  }

  private void index() {
    if (unindexed.isEmpty()) {
      return;
    }
    List<long[]> sets = new ArrayList<>(unindexed);
    unindexed.clear();
    while (!indices.isEmpty() && indices.get(indices.size() - 1).size() <= 2 * sets.size()) {
      sets.addAll(indices.remove(indices.size() - 1).sets());
    }
    indices.add(new NearIndex(sets, nearness));
  }
}
