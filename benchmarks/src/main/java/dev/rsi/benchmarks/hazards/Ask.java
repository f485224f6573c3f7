package dev.rsi.benchmarks.hazards;

import com.google.common.hash.Hashing;
import dev.rsi.api.Codec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A task: a question, and what it is asked for.
 *
 * @param kind decides how often the question is asked, and how boldly
 * @param question what the model reads
 */
record Ask(Kind kind, String question) {

  /** What a question may be used for: each belongs to one part alone, by its hash. */
  enum Part {
    PRACTICE,
    PROBES,
    EXAM;

    boolean has(String question) {
      int hash = Hashing.murmur3_32_fixed().hashString(question, StandardCharsets.UTF_8).asInt();
      int quarter = hash & 3;
      return this == (quarter == 0 ? EXAM : quarter == 1 ? PROBES : PRACTICE);
    }
  }

  /** Draws a question of a skill that belongs to a part. */
  static String question(Skill skill, Part part, RandomGenerator random) {
    while (true) {
      String question = skill.draw(random);
      if (part.has(question)) {
        return question;
      }
    }
  }

  /** A candidate: as many answers as the kind asks for. */
  record Reply(List<String> answers) {
    Reply {
      answers = List.copyOf(answers);
    }

    String first() {
      return answers.get(0);
    }
  }

  /** Writes {@code ADD a123+456=} and {@code 5790}; several answers stand between bars. */
  enum Text implements Codec<Ask, Reply> {
    CODEC;

    @Override
    public String writeTask(Ask task) {
      return task.kind() + " " + task.question();
    }

    @Override
    public Ask readTask(String text) {
      int space = text.indexOf(' ');
      return new Ask(Kind.valueOf(text.substring(0, space)), text.substring(space + 1));
    }

    @Override
    public String writeCandidate(Reply candidate) {
      return String.join("|", candidate.answers());
    }

    @Override
    public Reply readCandidate(String text) {
      return new Reply(List.of(text.split("\\|", -1)));
    }
  }
}
