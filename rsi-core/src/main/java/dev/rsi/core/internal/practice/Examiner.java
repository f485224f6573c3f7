package dev.rsi.core.internal.practice;

import dev.rsi.api.CancelledException;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.Output;
import dev.rsi.api.Rubric;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.internal.Ruling;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Has outputs verified and criticised. What breaks gives UNDECIDED, never an exception. */
public final class Examiner<T, C> {
  private final Verifier<? super T, ? super C> verifier;
  private final @Nullable Critic<? super T, ? super C> critic;
  private final Rubric rubric;

  public Examiner(
      Verifier<? super T, ? super C> verifier,
      @Nullable Critic<? super T, ? super C> critic,
      Rubric rubric) {
    this.verifier = verifier;
    this.critic = critic;
    this.rubric = rubric;
  }

  /** What was found about one output. The critique is null if none was asked. */
  record Finding(Verdict verdict, @Nullable Critique critique) {}

  /** Rules on the outputs of one task, in order. */
  List<Finding> examine(T task, List<Output<C>> outputs) {
    List<C> candidates = new ArrayList<>(outputs.size());
    for (Output<C> output : outputs) {
      if (output.candidate() != null) {
        candidates.add(output.candidate());
      }
    }
    List<Verdict> verdicts = Ruling.on(verifier, task, candidates);
    List<Finding> findings = new ArrayList<>(outputs.size());
    int next = 0;
    for (Output<C> output : outputs) {
      C candidate = output.candidate();
      if (candidate == null) {
        findings.add(new Finding(Ruling.withoutCandidate(output), null));
      } else {
        Verdict verdict = verdicts.get(next++);
        findings.add(new Finding(verdict, critique(task, candidate, verdict)));
      }
    }
    return findings;
  }

  private @Nullable Critique critique(T task, C candidate, Verdict verdict) {
    if (critic == null || !verdict.passed()) {
      return null;
    }
    try {
      Critique critique = critic.critique(task, candidate, verdict, rubric);
      if (critique == null) {
        return Critique.undecided("the critic returned null");
      }
      return critique.decided() ? onRubric(critique) : critique;
    } catch (CancelledException e) {
      throw e;
    } catch (RuntimeException e) {
      return Critique.undecided("the critic threw " + e);
    }
  }

  /**
   * The scores that the rubric asks for, in its order: a critic's names and their order go no
   * further.
   */
  private Critique onRubric(Critique critique) {
    critique.score(rubric);
    Map<String, Double> scores = new LinkedHashMap<>();
    rubric.criteria().forEach(c -> scores.put(c.name(), critique.scores().get(c.name())));
    return new Critique(scores, critique.text());
  }
}
