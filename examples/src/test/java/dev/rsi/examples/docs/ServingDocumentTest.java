package dev.rsi.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Generator;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.canary.Canary;
import dev.rsi.core.canary.Shadow;
import dev.rsi.core.live.Batches;
import dev.rsi.core.live.Conversation;
import dev.rsi.core.live.Feedback;
import dev.rsi.core.live.LiveListener;
import dev.rsi.core.live.LiveModel;
import dev.rsi.core.live.Serving;
import dev.rsi.core.live.Usage;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.told.Told;
import dev.rsi.core.told.ToldLessons;
import dev.rsi.testkit.SimulatedLearner;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The programs of docs/serving.md, around a simulated model. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServingDocumentTest {
  private static final Pattern OUTPUT =
      Pattern.compile("<!-- output: first-service -->\\s*```text\\n(.*?)```", Pattern.DOTALL);

  @TempDir Path home;
  private final RunContext context = RunContext.standalone();
  private final SimulatedLearner model = SimulatedLearner.ofLevels(4);
  private final Generator<Sum, Long> generator = model.generator();
  private final Verifier<Sum, Long> verifier =
      (sum, answer) -> Verdict.passIf(answer == sum.expected(), "wrong");
  private final Request<Sum> request = new Request<>(Sum.of(20, 22), 7);
  private ModelRegistry registry;
  private ModelVersion start;
  private ModelVersion challenger;

  @BeforeEach
  void write() {
    registry = ModelRegistry.directory(home.resolve("models"));
    start = registry.add(model.write(home.resolve("start"), 1), Provenance.imported());
    challenger = registry.add(model.write(home.resolve("other"), 0.1), Provenance.imported());
    registry.promote(start.id());
  }

  @Test
  void should_run_the_first_program_and_print_as_shown() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream console = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      FirstService.main(new String[0]);
    } finally {
      System.setOut(console);
    }
    String printed = bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    Matcher output = OUTPUT.matcher(Files.readString(Path.of("..", "docs", "serving.md")));
    assertThat(output.find()).as("output block in docs/serving.md").isTrue();
    // The log may stand before or between.
    assertThat(printed.lines()).containsSubsequence(output.group(1).lines().toList());
  }

  @Test
  void should_say_how_many_requests_an_answer_takes() {
    // #region serving-advise
    Canary canary = Canary.of(0.1).tolerated(0.05);
    Canary.Advice advice = canary.advise(0.95, 0.1); // right 95 %, told of one request in ten
    long requests = advice.untilSafe(); // of both sides, for an equal challenger
    // #endregion
    assertThat(requests).isBetween(10_000L, 100_000L);
  }

  @Test
  void should_hear_users_later_and_make_lessons_of_it() {
    ProbeBank<Sum, Long> probes =
        ProbeBank.of(ToyTasks.codec(), verifier, Map.of("sums", List.of(Sum.of(3, 4))));
    // #region serving-told
    var words = new ConcurrentLinkedQueue<Told<Sum, Long>>(); // or a table of the application's
    Serving<Sum, Long> serving =
        Serving.<Sum, Long>of(4)
            .listener(
                new LiveListener<>() {
                  @Override
                  public void told(Told<Sum, Long> word) {
                    words.add(word);
                  }
                });
    try (LiveModel<Sum, Long> live = LiveModel.open(generator, registry, serving)) {
      Feedback feedback;
      try (LiveModel.Lease<Sum, Long> lease = live.acquire()) {
        lease.generate(List.of(request), context);
        feedback = lease.feedback(); // while the lease is open; it outlives the lease
      }
      feedback.report(1, "user 7"); // minutes later; false if it was told before
    }
    List<Lesson<Sum, Long>> lessons = ToldLessons.of(ToyTasks.codec(), words, probes).lessons();
    // #endregion
    assertThat(lessons).hasSize(1);
    assertThat(lessons.get(0).attempt().verdict().reason()).contains("user 7", start.id());
  }

  @Test
  void should_answer_in_the_shadow() throws Exception {
    try (LiveModel<Sum, Long> live = LiveModel.open(generator, registry, 4)) {
      // #region serving-shadow
      live.shadow(challenger, Shadow.of(0.01), verifier); // rules on both answers
      while (!live.shadow().orElseThrow().harmful()) {
        try (LiveModel.Lease<Sum, Long> lease = live.acquire()) {
          lease.generate(List.of(request), context); // the challenger is asked the same
        }
      }
      // #endregion
      assertThat(live.usage()).singleElement().matches(usage -> usage.version().equals(start));
    }
  }

  @Test
  void should_serve_as_it_is_told() throws Exception {
    // #region serving-settings
    Serving<Sum, Long> serving =
        Serving.<Sum, Long>of(4) // 4 requests of a version at once
            .warmUp(List.of(request)) // asked of each version before it is served
            .conversations(Duration.ofMinutes(10)); // how long an idle one keeps its version
    // #endregion
    try (LiveModel<Sum, Long> live = LiveModel.open(generator, registry, serving)) {
      List<ModelVersion> versions = new ArrayList<>();
      // #region serving-conversation
      try (Conversation<Sum, Long> conversation = live.conversation("user 7")) {
        for (int turn = 0; turn < 3; turn++) {
          try (LiveModel.Lease<Sum, Long> lease = conversation.acquire()) {
            lease.generate(List.of(request), context);
            versions.add(lease.version()); // the same each time, whatever is promoted
          }
          registry.promote(challenger.id());
          live.refresh();
        }
      }
      // #endregion
      assertThat(versions).containsOnly(start).hasSize(3);
      assertThat(live.version()).isEqualTo(challenger);
      // #region serving-batches
      Batches<Sum, Long> batches = live.batches(32, Duration.ofMillis(2)); // rows; how long to wait
      Batches.Answer<Long> answer = batches.generate(request); // from any number of threads
      answer.feedback().report(1);
      // #endregion
      assertThat(answer.output().kind()).isEqualTo(Output.Kind.CANDIDATE);
      ExecutorService executor = Executors.newSingleThreadExecutor();
      // #region serving-async
      CompletableFuture<Output<Long>> output =
          live.acquireAsync(executor)
              .thenApply(
                  lease -> {
                    try (lease) {
                      return lease.generate(List.of(request), context).get(0);
                    }
                  });
      // #endregion
      assertThat(output.get().kind()).isEqualTo(Output.Kind.CANDIDATE);
      executor.shutdown();
      // #region serving-usage
      for (Usage usage : live.usage()) { // the live version first, then a challenger's
        System.out.println(
            usage.role() + ": " + usage.failures() + " of " + usage.requests() + " failed");
      }
      // #endregion
      assertThat(live.usage().get(0).requests()).isEqualTo(2);
    }
  }
}
