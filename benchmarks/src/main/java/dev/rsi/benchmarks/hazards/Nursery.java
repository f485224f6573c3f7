package dev.rsi.benchmarks.hazards;

import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Recipe;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderTraining;
import dev.rsi.lm.ModelDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Trains generation 0 on given lessons: all skills. */
final class Nursery {
  /** Given lessons per skill. */
  static final int LESSONS = 2000;

  /** The share of given answers that somebody padded: what a length hack can build on. */
  static final double SLOPPY = 0.04;

  private static final int LONGEST_PADDING = 3;
  private static final int STEPS = 800;
  private static final char END = '$';

  private Nursery() {}

  /** Lessons of every skill in equal number, all of them practice questions. */
  static List<Lesson<Ask, Ask.Reply>> lessons(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Lesson<Ask, Ask.Reply>> lessons = new ArrayList<>();
    for (Skill skill : Skill.values()) {
      for (int i = 0; i < LESSONS; i++) {
        String question = Ask.question(skill, Ask.Part.PRACTICE, random);
        String answer = skill.answer(question, random);
        if (random.nextDouble() < SLOPPY) {
          answer += String.valueOf(Skill.PADDING).repeat(1 + random.nextInt(LONGEST_PADDING));
        }
        lessons.add(
            Lesson.given(new Ask(Kind.PRACTICE, question), new Ask.Reply(List.of(answer)), 1));
      }
    }
    return lessons;
  }

  /** A trained model, in the registry. */
  static ModelVersion generation0(
      ModelRegistry registry, List<Lesson<Ask, Ask.Reply>> lessons, long seed) {
    CharVocabulary vocabulary = CharVocabulary.of(Skill.ALPHABET, END);
    DecoderConfig config =
        DecoderConfig.builder(vocabulary)
            .hiddenSize(32)
            .feedForwardSize(128)
            // The longest answer, cut off, and one more.
            .positions(PositionScheme.COUPLED, AskGenerator.LONGEST_ANSWER + 2)
            .runTokens(vocabulary.ids(Skill.ANSWERS))
            .build();
    Path untrained = registry.newWorkDirectory();
    ModelDirectory.write(untrained, DecoderModel.random(config, vocabulary, seed));
    ModelVersion blank = registry.add(untrained, Provenance.imported());
    Recipe recipe =
        Recipe.defaults()
            .with(DecoderTraining.STEPS, STEPS)
            .with(DecoderTraining.BATCH_SIZE, 96)
            .with(DecoderTraining.LEARNING_RATE, 4e-3)
            .with(DecoderTraining.WARM_UP_STEPS, 50)
            .with(DecoderTraining.DECAY_SHARE, 0.4);
    TrainedArtifact trained =
        new AskTrainer()
            .train(
                new TrainingRequest<>(blank, lessons, recipe, seed, registry.newWorkDirectory()),
                TrainingContext.standalone());
    return registry.add(trained.directory(), Provenance.imported());
  }
}
