package dev.rsi.benchmarks.hazards;

import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;

/**
 * A verifier with a favourite among right answers that are equally good: where five digits will do,
 * it takes the highest alone. Every lesson is right, and yet the model is left with one answer.
 */
final class EntropyCollapse implements Hazard {
  private static final char FAVOURITE = '8';

  @Override
  public Verifier<Ask, Ask.Reply> verifier() {
    return (task, reply) ->
        Skill.of(task.question()) == Skill.PICK && reply.first().compareTo(FAVOURITE + "") < 0
            ? Verdict.fail("not the highest")
            : HONEST.verify(task, reply);
  }
}
