package dev.rsi.benchmarks;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator.Session;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Recipe;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.examples.router.MiniLm;
import dev.rsi.examples.router.Shop;
import dev.rsi.onnx.FrozenEncoder;
import dev.rsi.onnx.HeadTrainer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A softmax head on MiniLM: 360 requests for six desks, 60 epochs, judged on wordings that it never
 * saw. Prints the CPU seconds of this thread for embedding and for the head alone, and the share of
 * requests sent to the right desk. Targets: head within 1 CPU second, share of 0.90 or more.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.HeadTable}; an argument is a value of l2
 * to try in place of the default.
 */
public final class HeadTable {
  private static final int LESSONS = 360;
  private static final int UNSEEN = 100;
  private static final List<Long> SEEDS = List.of(1L, 2L, 3L, 4L, 5L);

  private HeadTable() {}

  /** Prints the table. */
  public static void main(String[] args) throws IOException {
    Path home = Files.createTempDirectory("head-table");
    Shop shop = new Shop();
    System.out.println(
        "l2       seed  embed CPU s  texts/CPU s  head CPU s  steps  lessons  unseen");
    for (String l2 : args.length == 0 ? new String[] {""} : args) {
      for (long seed : SEEDS) {
        // A new encoder, as the last one knows the texts already.
        try (FrozenEncoder encoder = MiniLm.open()) {
          System.out.println(row(shop, encoder, l2, seed, home));
        }
      }
    }
  }

  private static String row(Shop shop, FrozenEncoder encoder, String l2, long seed, Path home)
      throws IOException {
    List<Lesson<String, String>> lessons = lessons(shop, seed);
    double start = cpuSeconds();
    lessons.forEach(lesson -> encoder.encode(lesson.task()));
    double embedded = cpuSeconds();
    HeadTrainer<String, String> trainer = HeadTrainer.of(encoder, Codec.text());
    Recipe recipe = Recipe.defaults().with(HeadTrainer.EPOCHS, 60);
    if (!l2.isEmpty()) {
      recipe = recipe.with(HeadTrainer.L2, Double.parseDouble(l2));
    }
    Path base = Files.createTempDirectory(home, "base");
    trainer.writeClassifier(base, shop.desks());
    TrainedArtifact artifact =
        trainer.train(
            new TrainingRequest<>(
                version(base), lessons, recipe, seed, Files.createTempDirectory(home, "head")),
            TrainingContext.standalone());
    double trained = cpuSeconds();
    return String.format(
        Locale.ROOT,
        "%-8s %4d %12.2f %12.0f %11.3f %6d %8.3f %7.3f",
        recipe.value(HeadTrainer.L2),
        seed,
        embedded - start,
        LESSONS / (embedded - start),
        trained - embedded,
        artifact.steps(),
        artifact.metrics().get("accuracy"),
        unseen(shop, trainer, version(artifact.directory()), seed));
  }

  private static List<Lesson<String, String>> lessons(Shop shop, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Lesson<String, String>> lessons = new ArrayList<>();
    while (lessons.size() < LESSONS) {
      int level = 1 + lessons.size() % 2;
      String request = shop.practice().draw(level, random);
      for (String desk : shop.desks()) {
        if (shop.helped(request, desk)) {
          lessons.add(Lesson.given(request, desk, level));
        }
      }
    }
    return lessons;
  }

  private static double unseen(
      Shop shop, HeadTrainer<String, String> trainer, ModelVersion head, long seed) {
    int right = 0;
    int asked = 0;
    try (Session<String, String> session = trainer.generator().open(head)) {
      for (Map<String, List<String>> held :
          List.of(shop.probes(UNSEEN, seed), shop.exam(UNSEEN, seed))) {
        for (List<String> requests : held.values()) {
          List<Output<String>> outputs =
              session.generate(
                  requests.stream().map(request -> new Request<>(request, 1)).toList(),
                  RunContext.standalone());
          for (int i = 0; i < outputs.size(); i++) {
            String desk = outputs.get(i).candidate();
            right += desk != null && shop.helped(requests.get(i), desk) ? 1 : 0;
            asked++;
          }
        }
      }
    }
    return (double) right / asked;
  }

  private static ModelVersion version(Path directory) {
    return new ModelVersion("0".repeat(64), directory);
  }

  private static double cpuSeconds() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
  }
}
