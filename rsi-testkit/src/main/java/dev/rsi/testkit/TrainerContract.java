package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rsi.api.Attempt;
import dev.rsi.api.CancelledException;
import dev.rsi.api.Codec;
import dev.rsi.api.Critique;
import dev.rsi.api.Generator;
import dev.rsi.api.Generator.Session;
import dev.rsi.api.Knob;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Recipe;
import dev.rsi.api.Reply;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.Trainer.LearnsFrom;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every {@link Trainer} must do. Extend it, give it a trainer, a generator that opens what it
 * makes, a base version and lessons that take it seconds at most, and all its tests run.
 *
 * @param <T> task
 * @param <C> candidate
 */
public abstract class TrainerContract<T, C> {
  private static final long SEED = 17;

  @TempDir Path temporary;
  private Trainer<T, C> trainer;
  private ModelVersion base;
  private final Map<String, List<Reply>> replies = new ConcurrentHashMap<>();

  /** For subclasses. */
  @SuppressWarnings("NullAway.Init") // Set before each test.
  protected TrainerContract() {}

  /** A fresh trainer. */
  protected abstract Trainer<T, C> trainer();

  /** A fresh generator that opens what the trainer makes. The suite closes it. */
  protected abstract Generator<T, C> generator();

  /**
   * Writes the version to train from, the same every time.
   *
   * @param directory empty
   * @throws Exception to fail the test
   */
  protected abstract void writeBase(Path directory) throws Exception;

  /**
   * What to learn from: two lessons or more, all of verdict PASS, on tasks that the base mostly
   * fails on.
   */
  protected abstract List<Lesson<T, C>> lessons();

  /**
   * What to learn from beside the lessons, for a trainer that {@linkplain Trainer#learnsFrom learns
   * from} contrasts or from all attempts; never asked for another. By default every lesson beside a
   * failed attempt at its task, which gave another lesson's candidate; and for one that learns from
   * all attempts, a malformed answer to it.
   */
  protected List<Attempt<T, C>> attempts() {
    try (Generator<T, C> generator = generator()) {
      List<Attempt<T, C>> attempts = new ArrayList<>();
      for (Lesson<T, C> lesson : lessons()) {
        attempts.add(lesson.attempt());
        String right = generator.codec().writeCandidate(lesson.candidate());
        lessons().stream()
            .map(Lesson::candidate)
            .filter(other -> !generator.codec().writeCandidate(other).equals(right))
            .findFirst()
            .ifPresent(
                wrong ->
                    attempts.add(
                        attempt(lesson, Output.of(wrong, 1), Verdict.fail("not this one"))
                            .criticised(Critique.overall(0.5, "half way there"))));
        if (trainer.learnsFrom() == LearnsFrom.ATTEMPTS) {
          Output<C> malformed = Output.malformed("well, let me see", "it names no answer", 1);
          attempts.add(attempt(lesson, malformed, Verdict.fail("malformed: it names no answer")));
        }
      }
      return attempts;
    }
  }

  private static <T, C> Attempt<T, C> attempt(
      Lesson<T, C> lesson, Output<C> output, Verdict verdict) {
    return Attempt.of(lesson.task(), output, lesson.level(), 1, 1).ruled(verdict);
  }

  /**
   * Rules on what drafts of the trainer answer, for one that {@linkplain Trainer#maxAttempts tries}
   * them; never asked for another. By default what gives a lesson's candidate passes.
   */
  protected Verifier<T, C> verifier() {
    try (Generator<T, C> generator = generator()) {
      Codec<T, C> codec = generator.codec();
      Set<String> right =
          lessons().stream()
              .map(lesson -> written(codec, lesson.task(), lesson.candidate()))
              .collect(Collectors.toSet());
      return (task, candidate) ->
          Verdict.passIf(right.contains(written(codec, task, candidate)), "no lesson has it");
    }
  }

  private static <T, C> String written(Codec<T, C> codec, T task, C candidate) {
    String text = codec.writeTask(task);
    return text.length() + ":" + text + codec.writeCandidate(candidate);
  }

  /** How to train. By default {@link Recipe#defaults()}; choose one that takes seconds at most. */
  protected Recipe recipe() {
    return Recipe.defaults();
  }

  /**
   * Whether the same request gives the same artifact bit for bit. True by default; a backend that
   * cannot promise it, and says so, says false.
   */
  protected boolean supportsExactRepeat() {
    return true;
  }

  /**
   * Whether a training by {@link #recipe()} on {@link #lessons()} must make the model answer more
   * of them as the lessons do. True by default; say false where a training of seconds cannot.
   */
  protected boolean supportsLearning() {
    return true;
  }

  @BeforeEach
  void writeAndCreate() throws Exception {
    Path directory = Files.createDirectory(temporary.resolve("base"));
    writeBase(directory);
    base = Directories.version(directory);
    trainer = trainer();
  }

  @Test
  void should_have_distinct_knobs_the_same_every_time() {
    List<Knob> knobs = trainer.knobs();

    assertThat(knobs.stream().map(Knob::name)).doesNotHaveDuplicates();
    assertThat(trainer.knobs()).as("the second time").isEqualTo(knobs);
    assertThat(trainer().knobs()).as("of another trainer").isEqualTo(knobs);
    assertThat(trainer.learnsFrom())
        .as("what it learns from")
        .isNotNull()
        .isEqualTo(trainer().learnsFrom());
    assertThat(trainer.proposals())
        .as("how many challengers it proposes")
        .isPositive()
        .isEqualTo(trainer().proposals());
    assertThat(recipe().values().keySet())
        .as("values of the recipe without a knob")
        .isSubsetOf(knobs.stream().map(Knob::name).toList());
  }

  @Test
  void should_make_an_artifact_in_its_work_directory_that_the_generator_opens() throws Exception {
    Path work = work("work");
    TrainedArtifact artifact = train(request(work));

    assertThat(artifact.directory().toAbsolutePath().normalize()).startsWith(work);
    assertThat(Directories.files(artifact.directory()))
        .as("files of the artifact")
        .isNotEmpty()
        .allMatch(Files::isReadable)
        .noneMatch(Files::isSymbolicLink);
    assertThat(artifact.metrics().values()).as("metrics").allMatch(Double::isFinite);
    assertOpens(artifact);
  }

  private void assertOpens(TrainedArtifact artifact) {
    try (Generator<T, C> generator = generator();
        Session<T, C> session = generator.open(Directories.version(artifact.directory()))) {
      T task = lessons().get(0).task();
      assertThat(session.generate(List.of(new Request<>(task, 1)), RunContext.standalone()))
          .hasSize(1);
    }
  }

  @Test
  void should_write_nowhere_but_into_its_work_directory() throws Exception {
    Map<String, String> before = Directories.hashes(temporary);
    train(request(work("work")));

    Map<String, String> after = Directories.hashes(temporary);
    after.keySet().removeIf(file -> file.startsWith("work/"));
    assertThat(after).as("the base and all beside the work directory").isEqualTo(before);
  }

  @Test
  void should_answer_more_lessons_rightly_after_training() throws Exception {
    assumeTrue(supportsLearning(), "a training of this size need not show");
    TrainedArtifact artifact = train(request(work("work")));

    int asked = 20 * lessons().size();
    int before = hits(base);
    int after = hits(Directories.version(artifact.directory()));
    assertThat(after)
        .as("of %d attempts at the lessons' tasks, right before %d, and after", asked, before)
        .isGreaterThan(before);
  }

  @Test
  void should_train_where_nothing_passed() throws Exception {
    assumeTrue(trainer.learnsFrom() == LearnsFrom.ATTEMPTS, "this trainer needs what passed");
    List<Attempt<T, C>> failed = attempts().stream().filter(attempt -> !attempt.passed()).toList();
    List<Attempt<T, C>> malformed =
        failed.stream().filter(attempt -> attempt.candidate() == null).toList();
    assertOpens(train(request(List.of(), failed, SEED, work("failed"))));
    if (!malformed.isEmpty()) {
      assertOpens(train(request(List.of(), malformed, SEED, work("malformed"))));
    }
  }

  @Test
  void should_train_on_lessons_alone() throws Exception {
    assumeTrue(trainer.learnsFrom() != LearnsFrom.CONTRASTS, "this trainer needs contrasts");
    assertOpens(train(request(lessons(), List.of(), SEED, work("work"))));
  }

  @Test
  void should_train_on_contrasts_alone() throws Exception {
    assumeTrue(trainer.learnsFrom() != LearnsFrom.LESSONS, "this trainer needs lessons");
    assertOpens(train(request(List.of(), learnt(), SEED, work("work"))));
  }

  @Test
  void should_make_the_same_bytes_of_the_same_request() throws Exception {
    assumeTrue(supportsExactRepeat(), "this trainer does not promise bit-identical repeats");
    Map<String, String> first = bytes(train(request(work("first"))));
    assertThat(bytes(train(request(work("second"))))).as("the second time").isEqualTo(first);

    List<Lesson<T, C>> fewer = lessons().subList(0, 1);
    train(request(fewer, learnt(), SEED + 1, work("other")));
    assertThat(bytes(train(request(work("third"))))).as("after another").isEqualTo(first);

    TrainingRequest<T, C> fourth = request(work("fourth"));
    TrainedArtifact elsewhere = trainer().train(fourth, context(fourth, RunContext.standalone()));
    assertThat(bytes(elsewhere)).as("by a fresh trainer").isEqualTo(first);
  }

  @Test
  void should_train_twice_at_once() throws Exception {
    TrainingRequest<T, C> one = request(work("one"));
    TrainingRequest<T, C> two = request(work("two"));
    List<TrainedArtifact> artifacts = Threads.together(List.of(() -> train(one), () -> train(two)));
    Map<String, String> first = bytes(artifacts.get(0));
    Map<String, String> second = bytes(artifacts.get(1));
    assertThat(second.keySet()).as("files of the second").isEqualTo(first.keySet());
    if (supportsExactRepeat()) {
      assertThat(second).as("the second").isEqualTo(first);
    }
  }

  @Test
  void should_take_no_more_steps_than_it_says() throws Exception {
    TrainingRequest<T, C> request = request(work("work"));
    long lessons = (long) request.lessons().size() + request.attempts().size();
    long most = trainer.maxSteps(recipe(), lessons);
    assertThat(train(request).steps()).isLessThanOrEqualTo(most);
    assertThat(trainer.maxSteps(recipe(), lessons + 1)).isGreaterThanOrEqualTo(most);
  }

  @Test
  void should_call_no_more_than_it_says() throws Exception {
    TrainingRequest<T, C> request = request(work("work"));
    long lessons = (long) request.lessons().size() + request.attempts().size();
    MeteredTraining<T, C> context = context(request, RunContext.standalone());
    trainer.train(request, context);

    Recipe recipe = recipe();
    long attempts = trainer.maxAttempts(recipe, lessons);
    long tokens = trainer.maxTokens(recipe, lessons);
    assertThat(context.attempts()).as("attempts of drafts").isLessThanOrEqualTo(attempts);
    assertThat(context.tokens()).as("tokens of other models").isLessThanOrEqualTo(tokens);
    assertThat(context.money())
        .as("money of other models")
        .isLessThanOrEqualTo(trainer.maxMoney(recipe, lessons));
    assertThat(trainer.maxAttempts(recipe, lessons + 1)).isGreaterThanOrEqualTo(attempts);
    assertThat(trainer.maxTokens(recipe, lessons + 1)).isGreaterThanOrEqualTo(tokens);
    assertThat(context.strange()).as("tasks that it was not given").isEmpty();
  }

  @Test
  void should_report_progress_within_its_total() throws Exception {
    ManualContext context = ManualContext.create();
    train(request(work("work")), context);

    assertThat(context.checks()).as("how often it asked whether to stop").isPositive();
    assertThat(context.done()).as("done at the end").isEqualTo(context.total());
  }

  @Test
  void should_keep_nothing_when_cancelled() throws Exception {
    ManualContext counting = ManualContext.create();
    train(request(work("whole")), counting);
    long last = counting.checks();
    for (long check : new TreeSet<>(List.of(1L, Math.max(1, last / 2), Math.max(1, last)))) {
      // What was answered before is not asked again, and would be fewer checks.
      replies.clear();
      Path work = work("cancelled-at-" + check);
      ManualContext context = ManualContext.create().cancelAtCheck(check);
      assertThatThrownBy(() -> train(request(work), context))
          .as("training cancelled at check %d of %d", check, last)
          .isInstanceOf(CancelledException.class);
      assertThat(Directories.files(work)).as("what is left of it").isEmpty();
    }
  }

  @Test
  void should_train_as_ever_after_a_cancelled_training() throws Exception {
    assumeTrue(supportsExactRepeat(), "this trainer does not promise bit-identical repeats");
    Map<String, String> expected = bytes(train(request(work("first"))));
    ManualContext cancelled = ManualContext.create().cancel();
    assertThatThrownBy(() -> train(request(work("cancelled")), cancelled))
        .isInstanceOf(CancelledException.class);

    assertThat(bytes(train(request(work("second"))))).isEqualTo(expected);
  }

  @Test
  void should_stop_when_interrupted() throws Exception {
    TrainingRequest<T, C> request = request(work("work"));
    try {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> train(request)).isInstanceOf(CancelledException.class);
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void should_refuse_a_corrupt_base_and_keep_nothing() throws Exception {
    Path empty = Files.createDirectory(temporary.resolve("empty"));
    Path work = work("work");
    assertThatThrownBy(
            () ->
                train(
                    new TrainingRequest<>(
                        Directories.version(empty), lessons(), learnt(), recipe(), SEED, work)))
        .isInstanceOf(RsiException.class);
    assertThat(Directories.files(work)).as("what is left of it").isEmpty();
  }

  @Test
  void should_never_be_given_a_lesson_that_did_not_pass() throws Exception {
    Path work = work("work");
    Attempt<T, C> good = lessons().get(0).attempt();
    for (Verdict verdict : List.of(Verdict.fail("wrong"), Verdict.undecided("cannot tell"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Lesson<>(good.ruled(verdict), 1))
          .withMessageContaining(verdict.reason());
    }
    Attempt<T, C> undecided = good.ruled(Verdict.undecided("cannot tell"));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new TrainingRequest<>(base, lessons(), List.of(undecided), recipe(), SEED, work));
  }

  /** How many attempts at the lessons' tasks give the lessons' candidates. */
  private int hits(ModelVersion version) {
    int hits = 0;
    try (Generator<T, C> generator = generator();
        Session<T, C> session = generator.open(version)) {
      List<Request<T>> requests = new ArrayList<>();
      List<String> expected = new ArrayList<>();
      for (Lesson<T, C> lesson : lessons()) {
        for (long seed = 1; seed <= 20; seed++) {
          requests.add(new Request<>(lesson.task(), seed));
          expected.add(generator.codec().writeCandidate(lesson.candidate()));
        }
      }
      List<Output<C>> outputs = session.generate(requests, RunContext.standalone());
      for (int i = 0; i < outputs.size(); i++) {
        C candidate = outputs.get(i).candidate();
        if (candidate != null
            && generator.codec().writeCandidate(candidate).equals(expected.get(i))) {
          hits++;
        }
      }
    }
    return hits;
  }

  private static Map<String, String> bytes(TrainedArtifact artifact) {
    return Directories.hashes(artifact.directory());
  }

  private TrainedArtifact train(TrainingRequest<T, C> request) {
    return train(request, RunContext.standalone());
  }

  private TrainedArtifact train(TrainingRequest<T, C> request, RunContext context) {
    return trainer.train(request, context(request, context));
  }

  /** What a training may call: who asks the same again gets the same answers. */
  private MeteredTraining<T, C> context(TrainingRequest<T, C> request, RunContext context) {
    return new MeteredTraining<>(request, context, this::generator, this::verifier, replies);
  }

  private TrainingRequest<T, C> request(Path work) {
    return request(lessons(), learnt(), SEED, work);
  }

  private TrainingRequest<T, C> request(
      List<Lesson<T, C>> lessons, List<Attempt<T, C>> attempts, long seed, Path work) {
    return new TrainingRequest<>(base, lessons, attempts, recipe(), seed, work);
  }

  /** The attempts that a loop would give it. */
  private List<Attempt<T, C>> learnt() {
    return trainer.learnsFrom() == LearnsFrom.LESSONS ? List.of() : attempts();
  }

  private Path work(String name) throws Exception {
    return Files.createDirectory(temporary.resolve(name)).toAbsolutePath().normalize();
  }
}
