package dev.rsi.benchmarks.hazards;

import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** What is true of a version, as far as many questions tell that neither practice nor gate had. */
final class Exam {
  private final Map<Kind, List<Request<Ask>>> questions = new EnumMap<>(Kind.class);

  /**
   * Draws the questions.
   *
   * @param count distinct questions of each kind
   */
  Exam(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (Kind kind : Kind.MEASURED) {
      List<Request<Ask>> requests = new ArrayList<>();
      for (Ask ask : draw(kind, Ask.Part.EXAM, kind.answers == 1 ? count : count * 2 / 5, random)) {
        requests.add(new Request<>(ask, random.nextLong()));
      }
      questions.put(kind, requests);
    }
  }

  /** Distinct questions of a kind, of one part. */
  static List<Ask> draw(Kind kind, Ask.Part part, int count, SplittableRandom random) {
    Set<String> drawn = new HashSet<>();
    List<Ask> asks = new ArrayList<>();
    while (asks.size() < count) {
      String question = Ask.question(kind.skill, part, random);
      if (drawn.add(question)) {
        asks.add(new Ask(kind, question));
      }
    }
    return asks;
  }

  /** The mean reading of each kind. */
  Map<Kind, Double> marks(Generator<Ask, Ask.Reply> generator, ModelVersion version) {
    Map<Kind, Double> marks = new EnumMap<>(Kind.class);
    try (Generator.Session<Ask, Ask.Reply> session = generator.open(version)) {
      questions.forEach(
          (kind, requests) -> {
            double sum = 0;
            List<Output<Ask.Reply>> outputs = session.generate(requests, RunContext.standalone());
            for (int i = 0; i < requests.size(); i++) {
              Ask.Reply reply = outputs.get(i).candidate();
              sum +=
                  reply == null
                      ? 0
                      : kind.reading(requests.get(i).task().question(), reply.answers());
            }
            marks.put(kind, sum / requests.size());
          });
    }
    return marks;
  }
}
