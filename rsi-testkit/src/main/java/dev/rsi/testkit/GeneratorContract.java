package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rsi.api.CancelledException;
import dev.rsi.api.Codec;
import dev.rsi.api.CorruptModelException;
import dev.rsi.api.Generator;
import dev.rsi.api.Generator.Session;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every {@link Generator} must do. Extend it, give it a generator, a sound version and a few
 * tasks, and all its tests run.
 *
 * @param <T> task
 * @param <C> candidate
 */
public abstract class GeneratorContract<T, C> {
  private static final int SEEDS = 3;

  @TempDir Path temporary;
  private Generator<T, C> generator;
  private Path directory;
  private ModelVersion version;

  /** For subclasses. */
  @SuppressWarnings("NullAway.Init") // Set before each test.
  protected GeneratorContract() {}

  /** A fresh generator. The suite closes it. */
  protected abstract Generator<T, C> generator();

  /**
   * Writes a sound version, the same every time.
   *
   * @param directory empty
   * @throws Exception to fail the test
   */
  protected abstract void writeVersion(Path directory) throws Exception;

  /** Tasks for that version, different from each other: 3 or more. */
  protected abstract List<T> tasks();

  /**
   * A task to which the version never gives a candidate: its answer is malformed, or the attempt
   * fails. Null, the default, where there is none.
   */
  protected @Nullable T failingTask() {
    return null;
  }

  /**
   * Whether an output is the same bit for bit in every batch. True by default; a backend that
   * computes in floating point and documents that batches differ in the last bits says false. The
   * same batch must still give the same outputs.
   */
  protected boolean supportsBatchIndependence() {
    return true;
  }

  /**
   * The files without which, cut short or overwritten, the version must not open. By default all;
   * leave out those that no model is made of, such as a readme.
   *
   * @param versionDirectory a version written by {@link #writeVersion}
   */
  protected List<Path> modelFiles(Path versionDirectory) {
    return Directories.files(versionDirectory);
  }

  /**
   * Whether a file that is cut short or overwritten can be told from a whole one by what is in it.
   * True by default. Text that means something wherever it ends, such as a prompt, cannot: say
   * false for its file, and it must only be there and not be empty. A {@link
   * dev.rsi.core.registry.ModelRegistry} knows each file by its hash, and refuses it all the same.
   *
   * @param modelFile one of the {@link #modelFiles}
   */
  protected boolean supportsDamage(Path modelFile) {
    return true;
  }

  @BeforeEach
  void writeAndCreate() throws Exception {
    directory = Files.createDirectory(temporary.resolve("version"));
    writeVersion(directory);
    version = Directories.version(directory);
    generator = generator();
  }

  @AfterEach
  void closeGenerator() {
    generator.close();
  }

  @Test
  void should_give_one_output_per_request_in_the_same_order() {
    List<Request<T>> requests = requests();
    try (Session<T, C> session = generator.open(version)) {
      List<String> outputs = outputs(session, requests);

      assertThat(outputs).hasSameSizeAs(requests);
      assumeTrue(supportsBatchIndependence(), "batches of this generator differ in the last bits");
      List<Request<T>> reversed = new ArrayList<>(requests);
      Collections.reverse(reversed);
      List<String> backwards = new ArrayList<>(outputs(session, reversed));
      Collections.reverse(backwards);
      assertThat(backwards).as("the batch in reverse, turned round").isEqualTo(outputs);
    }
  }

  @Test
  void should_produce_no_more_tokens_than_it_says() {
    int most = generator.maxTokens();
    assertThat(most).isNotNegative().isEqualTo(generator.maxTokens());
    BigDecimal money = generator.maxMoney();
    assertThat(money).isNotNegative().isEqualByComparingTo(generator.maxMoney());
    try (Session<T, C> session = generator.open(version)) {
      assertThat(session.generate(requests(), RunContext.standalone()))
          .allMatch(output -> output.cost().tokens() <= most)
          .allMatch(output -> output.cost().money().compareTo(money) <= 0);
    }
  }

  @Test
  void should_answer_alike_whatever_else_is_in_the_batch() {
    assumeTrue(supportsBatchIndependence(), "batches of this generator differ in the last bits");
    List<Request<T>> requests = requests();
    try (Session<T, C> session = generator.open(version)) {
      List<String> alone = new ArrayList<>();
      for (Request<T> request : requests) {
        alone.addAll(outputs(session, List.of(request)));
      }
      assertThat(outputs(session, requests)).as("as one batch").isEqualTo(alone);
      List<Request<T>> twice = new ArrayList<>(requests);
      twice.addAll(requests);
      assertThat(outputs(session, twice).subList(requests.size(), twice.size()))
          .as("a second time in the same batch")
          .isEqualTo(alone);
    }
  }

  @Test
  void should_answer_alike_whatever_was_asked_before() {
    List<Request<T>> requests = requests();
    List<String> first;
    try (Session<T, C> session = generator.open(version)) {
      first = outputs(session, requests);
      assertThat(outputs(session, requests)).as("the same call again").isEqualTo(first);
      outputs(session, List.of(new Request<>(tasks().get(0), 99)));
      assertThat(outputs(session, requests)).as("after another call").isEqualTo(first);
    }
    try (Session<T, C> session = generator.open(version)) {
      assertThat(outputs(session, requests)).as("in a new session").isEqualTo(first);
    }
    try (Generator<T, C> other = generator();
        Session<T, C> session = other.open(version)) {
      assertThat(outputs(session, requests)).as("with a new generator").isEqualTo(first);
    }
  }

  @Test
  void should_take_every_seed() {
    List<Request<T>> requests = new ArrayList<>();
    for (long seed : new long[] {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE}) {
      requests.add(new Request<>(tasks().get(0), seed));
    }
    try (Session<T, C> session = generator.open(version)) {
      assertThat(outputs(session, requests)).hasSameSizeAs(requests);
    }
  }

  @Test
  void should_give_no_outputs_for_no_requests() {
    try (Session<T, C> session = generator.open(version)) {
      assertThat(session.generate(List.of(), RunContext.standalone())).isEmpty();
    }
  }

  @Test
  void should_report_a_failed_item_without_failing_the_batch() {
    T failing =
        Objects.requireNonNullElseGet(
            failingTask(), () -> abort("there is no task that this generator always fails on"));
    T task = tasks().get(0);
    try (Session<T, C> session = generator.open(version)) {
      List<Output<C>> outputs =
          session.generate(
              List.of(new Request<>(task, 1), new Request<>(failing, 2), new Request<>(task, 1)),
              RunContext.standalone());

      assertThat(outputs).hasSize(3);
      assertThat(outputs.get(1).failure()).as("why the attempt failed").isNotBlank();
      assertThat(text(outputs.get(2))).isEqualTo(text(outputs.get(0)));
      assertThat(outputs.get(0).failure()).as("failure of a sound task").isNull();
    }
  }

  @Test
  void should_take_a_second_close() {
    Session<T, C> session = generator.open(version);
    session.close();
    assertThatCode(session::close).as("second close of a session").doesNotThrowAnyException();
    generator.close();
    assertThatCode(generator::close).as("second close of a generator").doesNotThrowAnyException();
  }

  @Test
  void should_refuse_a_closed_session() {
    Session<T, C> session = generator.open(version);
    session.close();

    assertThatThrownBy(() -> session.generate(requests(), RunContext.standalone()))
        .as("use after close")
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void should_keep_open_sessions_usable_when_another_session_or_the_generator_closes() {
    List<Request<T>> requests = requests();
    try (Session<T, C> session = generator.open(version)) {
      List<String> before = outputs(session, requests);
      generator.open(version).close();
      assertThat(outputs(session, requests)).as("after another closed").isEqualTo(before);
      generator.close();
      assertThat(outputs(session, requests)).as("after the generator closed").isEqualTo(before);
    }
  }

  @Test
  void should_run_two_sessions_on_two_threads() throws Exception {
    List<Request<T>> one = requests();
    // Never the same request at the same time: what sessions share by mistake would not show.
    List<Request<T>> other = new ArrayList<>(one);
    Collections.rotate(other, one.size() / 2);
    List<List<Request<T>>> batches = List.of(one, other);
    List<List<String>> expected = new ArrayList<>();
    try (Session<T, C> session = generator.open(version)) {
      batches.forEach(batch -> expected.add(outputs(session, batch)));
    }
    List<Callable<List<List<String>>>> jobs = new ArrayList<>();
    batches.forEach(batch -> jobs.add(() -> repeated(batch)));
    List<List<List<String>>> results = Threads.together(jobs);
    for (int thread = 0; thread < 2; thread++) {
      assertThat(results.get(thread))
          .as("thread %d", thread + 1)
          .containsOnly(expected.get(thread));
    }
  }

  @Test
  void should_stop_when_cancelled_and_stay_usable() {
    List<Request<T>> requests = requests();
    try (Session<T, C> session = generator.open(version)) {
      List<String> expected = outputs(session, requests);

      assertThatThrownBy(() -> session.generate(requests, ManualContext.create().cancel()))
          .as("cancelled before it began")
          .isInstanceOf(CancelledException.class);
      assertThat(outputs(session, requests)).as("afterwards").isEqualTo(expected);

      ManualContext counting = ManualContext.create();
      session.generate(requests, counting);
      ManualContext later = ManualContext.create().cancelAtCheck(counting.checks());
      assertThatThrownBy(() -> session.generate(requests, later))
          .as("cancelled at the last of %d checks", counting.checks())
          .isInstanceOf(CancelledException.class);
      assertThat(outputs(session, requests)).as("afterwards").isEqualTo(expected);
    }
  }

  @Test
  void should_stop_when_interrupted() {
    try (Session<T, C> session = generator.open(version)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> session.generate(requests(), RunContext.standalone()))
          .isInstanceOf(CancelledException.class);
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void should_refuse_a_corrupt_version() throws Exception {
    refused("an empty directory", Files.createDirectory(temporary.resolve("empty")));
    int number = 0;
    for (Path file : modelFiles(directory)) {
      String name = directory.relativize(file).toString();
      byte[] sound = Files.readAllBytes(file);
      refused(name + " missing", damaged(name, ++number, null));
      refused(name + " empty", damaged(name, ++number, new byte[0]));
      if (!supportsDamage(file)) {
        continue;
      }
      refused(
          name + " cut to half", damaged(name, ++number, Arrays.copyOf(sound, sound.length / 2)));
      refused(
          name + " without its last byte but one",
          damaged(name, ++number, Arrays.copyOf(sound, Math.max(0, sound.length - 2))));
      refused(
          name + " of another kind",
          damaged(name, ++number, "no model\n".getBytes(StandardCharsets.UTF_8)));
    }
    try (Session<T, C> session = generator.open(version)) {
      assertThat(outputs(session, requests())).as("a sound version after all those").isNotEmpty();
    }
  }

  @Test
  void should_leave_the_version_as_it_is() {
    Map<String, String> before = Directories.hashes(directory);
    try (Session<T, C> session = generator.open(version)) {
      outputs(session, requests());
    }
    assertThat(Directories.hashes(directory)).isEqualTo(before);
  }

  @Test
  void should_write_down_and_read_back_tasks_and_candidates() {
    Codec<T, C> codec = generator.codec();
    assertThat(generator.codec()).as("the codec").isSameAs(codec);
    for (T task : tasks()) {
      assertThat(codec.readTask(codec.writeTask(task))).isEqualTo(task);
    }
    assertThat(tasks().stream().map(codec::writeTask)).doesNotHaveDuplicates();
    try (Session<T, C> session = generator.open(version)) {
      for (Output<C> output : session.generate(requests(), RunContext.standalone())) {
        C candidate = output.candidate();
        if (candidate != null) {
          C read = codec.readCandidate(codec.writeCandidate(candidate));
          assertThat(read).isEqualTo(candidate);
          assertThat(codec.writeCandidate(read)).isEqualTo(codec.writeCandidate(candidate));
        }
      }
    }
  }

  @Test
  void should_read_hostile_text_as_a_candidate_or_refuse_it_with_its_name() {
    Codec<T, C> codec = generator.codec();
    for (String text : HostileText.all()) {
      try {
        assertThat(codec.readCandidate(text)).isNotNull();
      } catch (IllegalArgumentException e) {
        assertThat(e)
            .as("refusal of %s", HostileText.shown(text))
            .hasMessageMatching("(?s).*\\S.*");
      }
    }
  }

  private List<List<String>> repeated(List<Request<T>> requests) {
    List<List<String>> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      try (Session<T, C> session = generator.open(version)) {
        all.add(outputs(session, requests));
        all.add(outputs(session, requests));
      }
    }
    return all;
  }

  private void refused(String damage, Path corrupt) {
    // Deliberately not closed where it opens: the test has failed then.
    assertThatThrownBy(() -> generator.open(Directories.version(corrupt)))
        .as("a version with %s", damage)
        .isInstanceOfSatisfying(
            CorruptModelException.class,
            e -> assertThat(e.file()).as("the file at fault").startsWithRaw(corrupt));
  }

  /** A copy of the version in which one file is missing or has other bytes. */
  private Path damaged(String file, int number, byte @Nullable [] bytes) throws IOException {
    Path copy = temporary.resolve("damaged-" + number);
    for (Path source : Directories.files(directory)) {
      Path target = copy.resolve(directory.relativize(source).toString());
      Files.createDirectories(target.getParent());
      Files.copy(source, target);
    }
    if (bytes == null) {
      Files.delete(copy.resolve(file));
    } else {
      Files.write(copy.resolve(file), bytes);
    }
    return copy;
  }

  private List<Request<T>> requests() {
    List<Request<T>> requests = new ArrayList<>();
    for (T task : tasks()) {
      for (long seed = 1; seed <= SEEDS; seed++) {
        requests.add(new Request<>(task, seed));
      }
    }
    return requests;
  }

  private List<String> outputs(Session<T, C> session, List<Request<T>> requests) {
    return session.generate(List.copyOf(requests), RunContext.standalone()).stream()
        .map(this::text)
        .toList();
  }

  /** An output in words, so that candidates need no equals. */
  private String text(Output<C> output) {
    C candidate = output.candidate();
    return output.kind()
        + " "
        + (candidate == null ? output.failure() : generator.codec().writeCandidate(candidate))
        + ", tokens "
        + output.tokens();
  }
}
