package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.api.Codec;
import dev.rsi.api.CorruptModelException;
import dev.rsi.api.Generator.Session;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Recipe;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeadTrainerTest {
  private static final Recipe LONG = Recipe.defaults().with(HeadTrainer.EPOCHS, 2000);

  private static final List<Lesson<String, String>> LESSONS =
      List.of(
          Lesson.given("Where is my parcel?", "delivery", 1),
          Lesson.given("My order has not arrived", "delivery", 1),
          Lesson.given("I want my money back", "refund", 1),
          Lesson.given("Please return what I paid", "refund", 1),
          Lesson.given("I forgot my password", "account", 1),
          Lesson.given("Change my e-mail address", "account", 1));

  @TempDir Path temp;
  private int directories;

  @Test
  void should_route_phrasings_that_it_was_not_taught() throws IOException {
    ModelVersion head = trained(classifier(), LESSONS, Recipe.defaults());
    assertThat(answers(head, 0, "Has my package been shipped?")).containsOnly("delivery");
    assertThat(answers(head, 0, "Reimburse me for this purchase")).containsOnly("refund");
    assertThat(answers(head, 0, "I cannot log in, my password is wrong")).containsOnly("account");
  }

  /** The slopes of both losses, against differences of the losses themselves. */
  @Test
  void should_have_the_right_gradient() {
    for (Head.Kind kind : Head.Kind.values()) {
      List<String> labels = kind == Head.Kind.SOFTMAX ? MiniLm.intents() : List.of();
      Head head = Head.untrained(kind, MiniLm.shared(), labels);
      List<float[]> embeddings = new ArrayList<>();
      LESSONS.forEach(lesson -> embeddings.add(MiniLm.shared().encode(lesson.task())));
      HeadLoss loss =
          new HeadLoss(
              head,
              embeddings,
              new double[] {0, 0, 1, 1, 2, 2},
              new double[] {1, 2, 3, 4, 5, 6},
              0.1);
      SplittableRandom random = new SplittableRandom(1);
      double[] at = random.doubles(head.parameters().length, -1, 1).toArray();
      double[] gradient = new double[at.length];
      loss.valueAndGradient(at, gradient);
      for (int i : new int[] {0, 1, 200, 383, at.length - 1, at.length / 2}) {
        double step = 1e-5;
        double[] moved = at.clone();
        moved[i] = at[i] + step;
        double above = loss.valueAndGradient(moved, new double[at.length]);
        moved[i] = at[i] - step;
        double below = loss.valueAndGradient(moved, new double[at.length]);
        assertThat((above - below) / (2 * step))
            .as("%s, parameter %d", kind, i)
            .isCloseTo(gradient[i], within(1e-8));
      }
    }
  }

  /** The function is convex, so wherever it starts there is one end. */
  @Test
  void should_end_in_one_place_whatever_the_base() throws IOException {
    ModelVersion blank = classifier();
    List<Lesson<String, String>> others = new ArrayList<>(LESSONS.subList(0, 3));
    Collections.reverse(others);
    ModelVersion biased = trained(blank, others, LONG);
    double[] one = head(trained(blank, LESSONS, LONG)).parameters();
    double[] other = head(trained(biased, LESSONS, LONG)).parameters();
    // Biases may move together, since only their differences count.
    for (int i = 0; i < 3 * 384; i++) {
      assertThat(other[i]).isCloseTo(one[i], within(1e-3));
    }
  }

  @Test
  void should_let_heavier_lessons_win() throws IOException {
    ModelVersion base = classifier();
    for (String wins : List.of("refund", "account")) {
      List<Lesson<String, String>> contradiction =
          List.of(
              Lesson.given("The thing", "refund", 1)
                  .withWeight(wins.equals("refund") ? 3e-300 : 1e-300),
              Lesson.given("The thing", "account", 1)
                  .withWeight(wins.equals("account") ? 3e-300 : 1e-300));
      ModelVersion head = trained(base, contradiction, LONG);
      assertThat(answers(head, 0, "The thing")).containsOnly(wins);
      assertThat(Math.exp(score(head, "The thing", wins))).isBetween(0.6, 0.8);
    }
  }

  @Test
  void should_draw_as_often_as_its_probabilities_say() throws IOException {
    ModelVersion head = version(Heads.loud(MiniLm.intents(), 3));
    String task = "Where is my parcel?";
    for (double temperature : new double[] {0.5, 1, 2}) {
      List<String> answers = answers(head, temperature, task);
      double total = 0;
      for (String label : MiniLm.intents()) {
        total += Math.exp(score(head, task, label) / temperature);
      }
      for (String label : MiniLm.intents()) {
        double expected = Math.exp(score(head, task, label) / temperature) / total;
        double share = (double) Collections.frequency(answers, label) / answers.size();
        assertThat(share).as(label + " at " + temperature).isCloseTo(expected, within(0.05));
      }
    }
    assertThat(score(head, task, "no label")).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThatThrownBy(() -> trainer().generator().withTemperature(-1))
        .hasMessageContaining("temperature (-1.0)");
  }

  /** A number that is linear in the embedding is found again, also for texts not seen. */
  @Test
  void should_regress() throws IOException {
    FrozenEncoder encoder = MiniLm.shared();
    float[] axis = encoder.encode("angry complaint");
    Path directory = directory();
    trainer().writeRegression(directory);
    List<Lesson<String, String>> lessons = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      String text = text(i);
      lessons.add(Lesson.given(text, String.valueOf(value(axis, encoder.encode(text))), 1));
    }
    ModelVersion base = version(directory);
    assertThat(answers(base, 0, "anything")).containsOnly("0.0");
    ModelVersion head = trained(base, lessons, LONG.with(HeadTrainer.L2, 0));
    for (int i = 400; i < 410; i++) {
      double expected = value(axis, encoder.encode(text(i)));
      double found = Double.parseDouble(answers(head, 0, text(i)).get(0));
      assertThat(found).isCloseTo(expected, within(0.15));
    }
    try (Session<String, String> session = trainer().generator().open(head)) {
      assertThat(session).isNotInstanceOf(ScoringSession.class);
    }
    for (String number : List.of("NaN", "Infinity", "many")) {
      assertThatThrownBy(
              () -> trained(base, List.of(Lesson.given("a", number, 1)), Recipe.defaults()))
          .isInstanceOf(RsiException.class)
          .hasMessageContaining(number);
    }
    assertThat(
            trained(
                    base,
                    List.of(Lesson.given("a", "many", 1), Lesson.given("a", "2", 1)),
                    Recipe.defaults())
                .directory())
        .as("the other is learnt")
        .isDirectory();
    assertThatThrownBy(
            () ->
                trained(
                    base,
                    List.of(Lesson.given("a", "1e300", 1), Lesson.given("b", "-1e300", 1)),
                    Recipe.defaults()))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("Maybe the lessons' numbers are too large");
  }

  @Test
  void should_refuse_labels_that_it_does_not_know() throws IOException {
    ModelVersion base = classifier();
    assertThatThrownBy(
            () -> trained(base, List.of(Lesson.given("a", "billing", 1)), Recipe.defaults()))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("Candidate (billing) is none of")
        .hasMessageContaining("Maybe begin a head");
    Path directory = directory();
    for (List<String> labels :
        List.of(List.<String>of(), List.of("a"), List.of("a", "a"), List.of("a", "\ud800"))) {
      assertThatThrownBy(() -> trainer().writeClassifier(directory, labels))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void should_refuse_a_head_of_another_encoder_or_kind() throws IOException {
    Path file = classifier().directory().resolve("head.safetensors");
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    String fingerprint = MiniLm.shared().fingerprint();
    refused(file, text.replace(fingerprint, "0".repeat(64)), "encoder");
    refused(file, text.replace("SOFTMAX", "softmax"), "kind");
    refused(file, text.replace("\"label.1\"", "\"label.7\""), "weight.shape");
    refused(
        file, text.replace("\"refund\"", "\"refuse\"").replace("\"account\"", "\"refuse\" "), "");
    byte[] nan = Files.readAllBytes(classifier().directory().resolve("head.safetensors"));
    nan[nan.length - 1] = 0x7f;
    nan[nan.length - 2] = (byte) 0xc0;
    refused(file, new String(nan, StandardCharsets.ISO_8859_1), "finite numbers");
  }

  private void refused(Path file, String content, String reason) throws IOException {
    Files.writeString(file, content, StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> trainer().generator().open(version(file.getParent())).close())
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining(reason);
  }

  private static HeadTrainer<String, String> trainer() {
    return HeadTrainer.of(MiniLm.shared(), Codec.text());
  }

  private static String text(int i) {
    List<String> who = List.of("The driver", "My neighbour", "A clerk", "The shop", "Your app");
    List<String> what =
        List.of("was rude", "helped me", "lost it", "called twice", "is closed", "smiled", "lied");
    List<String> when = List.of("today", "on Monday", "again", "at night", "in May", "once");
    return who.get(i % 5) + " " + what.get(i % 7) + " " + when.get(i % 6) + " " + i % 9;
  }

  private static double value(float[] axis, float[] embedding) {
    double sum = 1;
    for (int i = 0; i < axis.length; i++) {
      sum += 3 * axis[i] * embedding[i];
    }
    return sum;
  }

  private ModelVersion classifier() throws IOException {
    Path directory = directory();
    trainer().writeClassifier(directory, MiniLm.intents());
    return version(directory);
  }

  private ModelVersion trained(
      ModelVersion base, List<Lesson<String, String>> lessons, Recipe recipe) throws IOException {
    TrainedArtifact artifact =
        trainer()
            .train(
                new TrainingRequest<>(base, lessons, recipe, 1, directory()),
                TrainingContext.standalone());
    assertThat(artifact.metrics()).containsKey("loss");
    assertThat(artifact.steps()).isPositive();
    return version(artifact.directory());
  }

  private static Head head(ModelVersion version) {
    return Head.read(version.directory(), MiniLm.shared());
  }

  private ModelVersion version(Head head) throws IOException {
    Path directory = directory();
    head.write(directory);
    return version(directory);
  }

  private static ModelVersion version(Path directory) {
    return new ModelVersion("0".repeat(64), directory);
  }

  private Path directory() throws IOException {
    return Files.createDirectory(temp.resolve("directory-" + directories++));
  }

  private static List<String> answers(ModelVersion version, double temperature, String task) {
    List<Request<String>> requests = new ArrayList<>();
    for (long seed = 0; seed < 2000; seed++) {
      requests.add(new Request<>(task, seed));
    }
    try (Session<String, String> session =
        trainer().generator().withTemperature(temperature).open(version)) {
      return session.generate(requests, RunContext.standalone()).stream()
          .map(Output::candidate)
          .toList();
    }
  }

  private static double score(ModelVersion version, String task, String candidate) {
    try (Session<String, String> session = trainer().generator().open(version)) {
      return ((ScoringSession<String, String>) session)
          .score(List.of(task), List.of(candidate), RunContext.standalone())
          .get(0);
    }
  }
}
