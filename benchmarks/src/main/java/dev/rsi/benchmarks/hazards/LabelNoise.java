package dev.rsi.benchmarks.hazards;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ListMultimap;
import dev.rsi.api.Lesson;
import java.util.List;
import java.util.random.RandomGenerator;

/** Somebody mixed up the files: many lessons have the answer of another question. */
final class LabelNoise implements Hazard {
  static final double SHARE = 0.5;

  @Override
  public List<Lesson<Ask, Ask.Reply>> lessons(
      List<Lesson<Ask, Ask.Reply>> chosen, RandomGenerator random) {
    ListMultimap<Skill, Ask.Reply> answers = ArrayListMultimap.create();
    chosen.forEach(lesson -> answers.put(skill(lesson), lesson.candidate()));
    return chosen.stream()
        .map(
            lesson -> {
              List<Ask.Reply> same = answers.get(skill(lesson));
              return random.nextDouble() < SHARE
                  ? answered(lesson, same.get(random.nextInt(same.size())))
                  : lesson;
            })
        .toList();
  }

  private static Skill skill(Lesson<Ask, Ask.Reply> lesson) {
    return Skill.of(lesson.task().question());
  }

  private static Lesson<Ask, Ask.Reply> answered(Lesson<Ask, Ask.Reply> lesson, Ask.Reply reply) {
    return Lesson.given(lesson.task(), reply, lesson.level()).withWeight(lesson.weight());
  }
}
