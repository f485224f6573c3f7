package dev.rsi.core.internal.near;

import java.util.ArrayList;
import java.util.List;

/**
 * Puts texts together that are near each other, or near one that is near, and so on: connected by
 * nearness as {@link NearDuplicates} has it (field terms: single linkage, connected components).
 */
public final class NearClusters {
  private final int[] parents;

  private NearClusters(int size) {
    this.parents = new int[size];
    for (int i = 0; i < size; i++) {
      parents[i] = i;
    }
  }

  /**
   * For each text the place of the first one that it is together with, its own if there is none
   * before it.
   *
   * @param nearness share of runs in common that makes two long texts near, in (0, 1]
   */
  public static int[] of(List<String> texts, double nearness) {
    NearClusters clusters = new NearClusters(texts.size());
    LongIds spelled = new LongIds();
    List<Integer> firsts = new ArrayList<>();
    List<long[]> sets = new ArrayList<>();
    // Which text each set is of.
    int[] ofSets = new int[texts.size()];
    for (int i = 0; i < texts.size(); i++) {
      Runs runs = Runs.of(texts.get(i));
      int id = spelled.add(runs.text());
      if (id < firsts.size()) {
        clusters.join(i, firsts.get(id));
        continue;
      }
      firsts.add(i);
      if (runs.runs().length > 0) {
        ofSets[sets.size()] = i;
        sets.add(runs.runs());
      }
    }
    NearIndex index = new NearIndex(sets, nearness);
    for (int i = 0; i < sets.size(); i++) {
      int own = ofSets[i];
      index.forEachNear(
          sets.get(i),
          other -> clusters.root(ofSets[other]) != clusters.root(own),
          other -> clusters.join(own, ofSets[other]));
    }
    int[] roots = new int[texts.size()];
    for (int i = 0; i < roots.length; i++) {
      roots[i] = clusters.root(i);
    }
    return roots;
  }

  private int root(int text) {
    int at = text;
    while (parents[at] != at) {
      parents[at] = parents[parents[at]];
      at = parents[at];
    }
    return at;
  }

  private void join(int one, int other) {
    int first = root(one);
    int second = root(other);
    parents[Math.max(first, second)] = Math.min(first, second);
  }
}
