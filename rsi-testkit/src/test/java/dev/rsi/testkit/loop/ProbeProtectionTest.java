package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.DriftGate;
import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.Generator;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.gate.AnchoredGate;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.gate.GateAudit;
import dev.rsi.core.gate.GateReport;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.probe.ProbeFamily;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps the gate's instrument sound over a run, and shows that it was. */
class ProbeProtectionTest {
  @TempDir Path home;

  private Loops loops;

  @BeforeEach
  void start() {
    loops = new Loops(home);
  }

  private static AnchoredGate gate() {
    return DriftGates.anchored().margins(.01, .1).incumbentMargins(.01, .1).errorAsShare();
  }

  private ImprovementLoop.Builder<Sum, Long> loop(ProbeBank<Sum, Long> probes) {
    return loop(probes, gate());
  }

  private ImprovementLoop.Builder<Sum, Long> loop(ProbeBank<Sum, Long> probes, DriftGate gate) {
    return loop(probes, gate, ToyTasks.verifier());
  }

  private ImprovementLoop.Builder<Sum, Long> loop(
      ProbeBank<Sum, Long> probes, DriftGate gate, Verifier<Sum, Long> verifier) {
    return parts(probes, gate, verifier).budget(Budget.of(6));
  }

  private ImprovementLoop.Builder<Sum, Long> parts(
      ProbeBank<Sum, Long> probes, DriftGate gate, Verifier<Sum, Long> verifier) {
    return ImprovementLoop.builder(loops.learner.generator())
        .verifier(verifier)
        .trainer(loops.learner.trainer())
        .gate(gate)
        .probes(probes)
        .store(loops.store)
        .registry(loops.registry);
  }

  private List<RunEvent> events(RunReport report) {
    return loops.store.events(report.run());
  }

  private static <E extends RunEvent> List<E> only(List<RunEvent> events, Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private static List<GateDecision> decisions(List<RunEvent> events) {
    return only(events, RunEvent.Gated.class).stream().map(RunEvent.Gated::decision).toList();
  }

  private static Sum draw(String kind, java.util.random.RandomGenerator random) {
    return Loops.TASKS.draw(Integer.parseInt(kind.substring("level ".length())), random);
  }

  @Test
  void should_renew_a_bank_that_has_answered_enough_and_never_practise_a_probe() {
    Set<Sum> probed = new HashSet<>();
    Set<Sum> practised = new HashSet<>();
    Map<String, List<Sum>> first = new LinkedHashMap<>();
    Loops.heldOut(11, 200).families().forEach((kind, f) -> first.put(kind, f.tasks()));
    Verifier<Sum, Long> judge =
        (sum, answer) -> {
          probed.add(sum);
          return ToyTasks.verifier().verify(sum, answer);
        };
    ProbeBank<Sum, Long> bank =
        ProbeBank.of(ToyTasks.codec(), judge, first).renewed(2, 1, ProbeProtectionTest::draw);
    Verifier<Sum, Long> verifier =
        (sum, answer) -> {
          practised.add(sum);
          return ToyTasks.verifier().verify(sum, answer);
        };
    RunReport report = loop(bank, gate(), verifier).build().run(loops.start, Loops.TASKS);

    List<RunEvent> events = events(report);
    List<RunEvent.ProbesCommitted> commitments = only(events, RunEvent.ProbesCommitted.class);
    assertThat(commitments.stream().map(RunEvent.ProbesCommitted::bank).toList())
        .startsWith(1L, 1L, 2L)
        .isSorted();
    assertThat(commitments.stream().map(RunEvent.ProbesCommitted::digest).distinct().count())
        .isEqualTo(commitments.get(commitments.size() - 1).bank());
    assertThat(decisions(events).stream().map(d -> numbers(d).get("histories")).toList())
        .startsWith(1.0, 2.0, 1.0);
    assertThat(GateAudit.problems(decisions(events))).isEmpty();
    assertThat(report.promotions()).isPositive();
    assertThat(probed).hasSizeGreaterThan(300);
    assertThat(practised).isNotEmpty().doesNotContainAnyElementsOf(probed);
  }

  private static Map<String, Double> numbers(GateDecision decision) {
    return decision.findings().get(0).numbers();
  }

  @Test
  void should_commit_to_every_order_before_and_show_it_after() {
    ImprovementLoop.Builder<Sum, Long> one =
        loop(Loops.heldOut(11, 200)).oversight(Oversight.NONE.secret(77));
    ImprovementLoop.Builder<Sum, Long> other =
        loop(Loops.heldOut(11, 200)).oversight(Oversight.NONE.secret(77)).seed(2);
    List<RunEvent> events = events(one.build().run(loops.start, Loops.TASKS));
    loops.registry.promote(loops.start.id());
    List<RunEvent> again = events(other.build().run(loops.start, Loops.TASKS));
    assertThat(GateAudit.orderProblems(events)).isEmpty();
    assertThat(GateAudit.orderProblems(again)).isEmpty();
    List<RunEvent.ProbesRevealed> revealed = only(events, RunEvent.ProbesRevealed.class);
    assertThat(revealed).singleElement().matches(r -> r.secret() != 77);
    assertThat(only(again, RunEvent.ProbesRevealed.class))
        .as("what the first run showed says nothing of the second")
        .doesNotContainAnyElementsOf(revealed);
    assertThat(events.toString().indexOf("ProbesRevealed"))
        .isGreaterThan(events.toString().lastIndexOf("Gated["));
    assertThat(GateAudit.order(77, "level 3", 2, 200))
        .hasSize(200)
        .doesNotHaveDuplicates()
        .isNotEqualTo(GateAudit.order(77, "level 3", 3, 200))
        .isNotEqualTo(GateAudit.order(78, "level 3", 2, 200));

    List<RunEvent> otherSecret = new ArrayList<>(events);
    otherSecret.replaceAll(
        e ->
            e instanceof RunEvent.ProbesRevealed r
                ? new RunEvent.ProbesRevealed(r.generation(), 78)
                : e);
    assertThat(GateAudit.orderProblems(otherSecret)).hasSameSizeAs(decisions(events));
    List<RunEvent> without = new ArrayList<>(events);
    without.removeIf(RunEvent.ProbesRevealed.class::isInstance);
    assertThat(GateAudit.orderProblems(without)).singleElement().asString().contains("never shown");
    without.removeIf(RunEvent.ProbesCommitted.class::isInstance);
    assertThat(GateAudit.orderProblems(without)).hasSameSizeAs(decisions(events));
  }

  @Test
  void should_hold_when_a_judge_contradicts_a_known_answer() {
    AtomicBoolean tampered = new AtomicBoolean();
    Verifier<Sum, Long> judge =
        (sum, answer) -> tampered.get() ? Verdict.pass() : ToyTasks.verifier().verify(sum, answer);
    Map<String, List<Sum>> tasks = new LinkedHashMap<>();
    Loops.heldOut(11, 200).families().forEach((kind, f) -> tasks.put(kind, f.tasks()));
    ProbeBank<Sum, Long> bank =
        ProbeBank.of(ToyTasks.codec(), judge, tasks)
            .knownAnswer("level 3", Sum.of(1, 2), 3L, 1)
            .knownAnswer("level 3", Sum.of(1, 2), 4L, 0);
    ImprovementLoop<Sum, Long> loop =
        loop(bank)
            .listener(
                event -> {
                  if (event instanceof RunEvent.Promoted) {
                    tampered.set(true);
                  }
                })
            .build();
    RunReport report = loop.run(loops.start, Loops.TASKS);
    List<GateDecision> decisions = decisions(events(report));
    assertThat(report.promotions()).isEqualTo(1);
    assertThat(decisions.subList(1, decisions.size()))
        .isNotEmpty()
        .allSatisfy(
            d -> {
              assertThat(d.action()).isEqualTo(Action.HOLD);
              assertThat(d.reason()).contains("unsound").contains("known answer of (0.0)");
            });
    assertThat(GateAudit.problems(decisions)).isEmpty();
    assertThatThrownBy(() -> loop(bank).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("probes has a judge that is wrong");
  }

  @Test
  void should_hold_when_a_judge_turns_during_the_decision_of_a_gate_that_does_not_ask() {
    AtomicBoolean tampered = new AtomicBoolean();
    Verifier<Sum, Long> judge =
        (sum, answer) -> tampered.get() ? Verdict.pass() : ToyTasks.verifier().verify(sum, answer);
    ProbeBank<Sum, Long> bank =
        ProbeBank.of(ToyTasks.codec(), judge, Map.of("a", List.of(Sum.of(5, 6))))
            .knownAnswer("a", Sum.of(1, 2), 4L, 0);
    DriftGate gate =
        probes -> {
          tampered.set(true);
          return GateDecision.promote("Trust me.", List.of());
        };
    RunReport report = loop(bank, gate).build().run(loops.start, Loops.TASKS);
    assertThat(report.promotions()).isZero();
    assertThat(decisions(events(report)))
        .isNotEmpty()
        .allMatch(d -> d.action() == Action.HOLD && d.reason().contains("unsound"));
  }

  @Test
  void should_measure_the_instrument_at_every_decision() {
    RunReport report = loop(Loops.heldOut(11, 200)).build().run(loops.start, Loops.TASKS);
    GateDecision first = decisions(events(report)).get(0);
    GateReport shown = GateReport.of(List.of(first));
    // The learner solves 30 % of level 4, nothing of level 8: chance rules the one alone.
    assertThat(shown.noise())
        .containsOnlyKeys("level 4", "level 6", "level 8")
        .containsEntry("level 8", 0.0);
    assertThat(shown.noise().get("level 4")).isBetween(.1, 1.0);
    assertThat(shown.toString()).contains("The incumbent against itself: ").contains("level 4 ");
    GateReport next = GateReport.of(List.of(decisions(events(report)).get(1)));
    assertThat(next.noise())
        .as("the others' turn")
        .containsOnlyKeys("level 3", "level 5", "level 7");
    assertThat(only(events(report), RunEvent.Described.class).get(0).numbers())
        .containsOnlyKeys("distinct-1", "distinct-2", "distinct-3")
        .allSatisfy((name, share) -> assertThat(share).isBetween(0.0, 1.0));
  }

  @Test
  void should_answer_on_a_clock_that_does_not_tell_how_many_probes_it_took() {
    List<Long> millis = new ArrayList<>();
    AtomicLong began = new AtomicLong();
    loop(Loops.heldOut(11, 200))
        .oversight(Oversight.NONE.pace(Duration.ofMillis(300)))
        .listener(
            event -> {
              if (event instanceof RunEvent.ProbesCommitted) {
                began.set(System.nanoTime());
              } else if (event instanceof RunEvent.Gated) {
                millis.add((System.nanoTime() - began.get()) / 1_000_000);
              }
            })
        .build()
        .run(loops.start, Loops.TASKS);
    assertThat(millis).isNotEmpty().allMatch(time -> time >= 290);
    assertThatThrownBy(() -> Oversight.NONE.pace(Duration.ZERO))
        .hasMessageContaining("pace (PT0S) must be positive");
  }

  @Test
  void should_bound_the_distance_to_generation_0_where_sessions_score() {
    SplittableRandom random = new SplittableRandom(6);
    Map<Sum, List<Long>> choices = new LinkedHashMap<>();
    for (int i = 0; i < 150; i++) {
      Sum sum = Loops.TASKS.draw(4, random);
      choices.put(sum, List.of(sum.expected(), sum.expected() + 1));
    }
    ProbeBank<Sum, Long> bank =
        ProbeBank.of(ToyTasks.codec(), List.of(ProbeFamily.closeness("choice", choices)));
    AnchoredGate gate = DriftGates.anchored(bank).gain(false);
    RunReport report = loop(bank, gate).build().run(loops.start, Loops.TASKS);
    GateDecision first = decisions(events(report)).get(0);
    // Training moves the learner from 30 % right to most: far from generation 0.
    assertThat(first.action()).isEqualTo(Action.ROLLBACK);
    GateReport.Row row = GateReport.of(List.of(first)).rows().get(0);
    assertThat(row.signal()).isEqualTo("choice against ANCHOR");
    assertThat(row.drift()).isGreaterThan(.05);
    assertThat(row.missing()).isZero();
    assertThat(only(events(report), RunEvent.Described.class).get(0).numbers())
        .containsOnlyKeys("divergence on choice")
        .allSatisfy((name, nats) -> assertThat(nats).isPositive());
    assertThat(GateAudit.problems(decisions(events(report)))).isEmpty();
  }

  @Test
  void should_hold_where_closeness_is_asked_of_sessions_that_cannot_score() {
    ProbeBank<Sum, Long> bank =
        ProbeBank.of(
            ToyTasks.codec(),
            List.of(
                ProbeFamily.<Sum, Long>closeness("choice", Map.of(Sum.of(1, 2), List.of(3L, 4L)))
                    .margins(.1, .99)));
    Generator<Sum, Long> mute =
        new WrappedGenerator(
            loops.learner.generator(),
            (session, requests, context) -> session.generate(requests, context));
    RunReport report =
        ImprovementLoop.builder(mute)
            .verifier(ToyTasks.verifier())
            .trainer(loops.learner.trainer())
            .gate(DriftGates.anchored(bank).gain(false).error(.9))
            .probes(bank)
            .budget(Budget.of(1))
            .store(loops.store)
            .registry(loops.registry)
            .build()
            .run(loops.start, Loops.TASKS);
    assertThat(decisions(events(report)))
        .singleElement()
        .satisfies(d -> assertThat(d.action()).isEqualTo(Action.HOLD))
        .satisfies(d -> assertThat(d.reason()).contains("cannot score").contains("closeness"));
  }

  @Test
  void should_refuse_to_be_built_with_a_gate_that_could_never_promote() {
    ProbeBank<Sum, Long> few =
        ProbeBank.of(
            ToyTasks.codec(),
            ToyTasks.verifier(),
            Map.of("few", List.of(Sum.of(1, 2), Sum.of(3, 4))));
    assertThatThrownBy(() -> loop(few, DriftGates.anchored().tripwires("never")).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("There are no probes of the kinds (never)")
        .hasMessageContaining("Kind (few) has (2) probes, too few")
        .hasMessageContaining("Maybe more probes (96 at least), a wider limit, or a tripwire.");
    assertThatThrownBy(
            () -> loop(Loops.heldOut(11, 200), DriftGates.anchored().probesPerKind(3)).build())
        .hasMessageContaining("Kind (level 8) has (3) probes");
  }

  @Test
  void should_hold_when_no_fresh_bank_can_be_drawn() {
    Map<String, List<Sum>> first = new LinkedHashMap<>();
    Loops.heldOut(11, 200).families().forEach((kind, f) -> first.put(kind, f.tasks()));
    ProbeBank<Sum, Long> bank =
        ProbeBank.of(ToyTasks.codec(), ToyTasks.verifier(), first)
            .renewed(1, 0, (kind, random) -> Sum.of(1, 2));
    RunReport report = loop(bank).build().run(loops.start, Loops.TASKS);
    List<GateDecision> decisions = decisions(events(report));
    assertThat(report.promotions()).isEqualTo(1);
    assertThat(decisions.subList(1, decisions.size()))
        .isNotEmpty()
        .allMatch(d -> d.action() == Action.HOLD)
        .allMatch(d -> d.reason().contains("tasks in a row that cannot be probes"));
    assertThat(GateAudit.problems(decisions)).isEmpty();
    assertThat(GateAudit.orderProblems(events(report))).isEmpty();
  }

  @Test
  void should_refuse_parts_that_could_not_do_what_they_say() {
    ProbeBank<Sum, Long> bank =
        ProbeBank.of(
            ToyTasks.codec(),
            List.of(
                ProbeFamily.tripwire("never", List.of(Sum.of(1, 2)), ToyTasks.verifier()),
                ProbeFamily.<Sum, Long>diversity("diverse", List.of(Sum.of(3, 4)), (a, b) -> 1)));
    assertThatThrownBy(
            () ->
                parts(bank, gate(), ToyTasks.verifier())
                    .exam(bank)
                    .oversight(Oversight.NONE.pace(Duration.ofHours(2)))
                    .budget(Budget.of(1).wallClock(Duration.ofHours(1)))
                    .build())
        .hasMessageContaining("Kind (never) is a tripwire, which the gate does not know")
        .hasMessageContaining("Kind (diverse) is to be kept within")
        .hasMessageContaining("exam has the kind (diverse), which is no skill")
        .hasMessageContaining("pace (PT2H) is longer than the budget's wall clock (PT1H)");
  }

  @Test
  void should_read_families_that_ask_twice() {
    SplittableRandom random = new SplittableRandom(5);
    List<Sum> tasks = new ArrayList<>();
    Map<Sum, Sum> twins = new LinkedHashMap<>();
    for (int i = 0; i < 120; i++) {
      tasks.add(Loops.TASKS.draw(3, random));
      twins.put(Loops.TASKS.draw(4, random), Loops.TASKS.draw(4, random));
    }
    ProbeBank<Sum, Long> bank =
        ProbeBank.of(
            ToyTasks.codec(),
            List.of(
                ProbeFamily.<Sum, Long>diversity("diverse", tasks, (a, b) -> a.equals(b) ? 1 : 0)
                    .margins(.2, .9),
                ProbeFamily.contaminationGap("leak", twins, ToyTasks.verifier())));
    AnchoredGate gate = DriftGates.anchored(bank).errorAsShare().gain(false);
    RunReport report = loop(bank, gate).build().run(loops.start, Loops.TASKS);
    List<GateDecision> decisions = decisions(events(report));
    assertThat(decisions.get(0).findings().stream().map(f -> f.signal()))
        .contains("diverse against ANCHOR", "leak against INCUMBENT");
    assertThat(decisions)
        .anyMatch(
            d ->
                d.findings().stream()
                    .anyMatch(
                        f ->
                            f.signal().startsWith("leak")
                                && f.numbers().getOrDefault("missing", 0.0) == 0));
    assertThat(GateAudit.problems(decisions)).isEmpty();
  }
}
