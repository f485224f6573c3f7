package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Codec;
import dev.rsi.api.Cost;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.Rubric;
import dev.rsi.api.RunContext;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.Price;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.report.RunReport.Spender;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Generator, verifier, critic and judges of probes say what they read, found in a cache, wrote and
 * were charged. What each said is counted here, beside the loop.
 */
class CostsTest {
  private static final BigDecimal CHARGED = new BigDecimal("0.004");
  private static final Price PRICE =
      Price.FREE
          .perThousandRead(new BigDecimal("0.3"))
          .perThousandCached(new BigDecimal("0.03"))
          .perThousandWritten(new BigDecimal("1.2"));

  @TempDir Path home;

  /** What parts said so far, with what it costs at the price. */
  private static final class Said {
    private final Map<Spender, Cost> costs = new EnumMap<>(Spender.class);
    // A run is under way on several threads.
    private final AtomicLong calls = new AtomicLong();

    synchronized Cost say(Spender who, Cost cost) {
      calls.incrementAndGet();
      costs.merge(who, reckoned(cost), Cost::plus);
      return cost;
    }

    synchronized Cost all() {
      return costs.values().stream().reduce(Cost.NONE, Cost::plus);
    }
  }

  private static Cost reckoned(Cost cost) {
    BigDecimal money =
        cost.money().signum() > 0
            ? cost.money()
            : thousandth("0.3", cost.tokensIn() - cost.tokensCached())
                .add(thousandth("0.03", cost.tokensCached()))
                .add(thousandth("1.2", cost.tokensOut()));
    return new Cost(cost.tokensIn(), cost.tokensOut(), cost.tokensCached(), money);
  }

  private static BigDecimal thousandth(String price, long tokens) {
    return new BigDecimal(price).multiply(BigDecimal.valueOf(tokens)).movePointLeft(3);
  }

  /** Any cost of at most 100 tokens; of three one says what it was charged. */
  private static Cost random(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long in = random.nextLong(80);
    long cached = random.nextLong(in + 1);
    long out = random.nextLong(20);
    BigDecimal money = BigDecimal.valueOf(random.nextLong(4_000_001), 9);
    return new Cost(in, out, cached, random.nextInt(3) == 0 ? money : BigDecimal.ZERO);
  }

  private record Model(Generator<Sum, Long> learner, Said said, boolean isCached)
      implements Generator<Sum, Long> {
    @Override
    public Codec<Sum, Long> codec() {
      return learner.codec();
    }

    @Override
    public int maxTokens() {
      return 100;
    }

    @Override
    public BigDecimal maxMoney() {
      return CHARGED;
    }

    @Override
    public Session<Sum, Long> open(ModelVersion version) {
      Session<Sum, Long> session = learner.open(version);
      return new Session<>() {
        @Override
        public List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
          List<Output<Long>> outputs = new ArrayList<>();
          for (Output<Long> output : session.generate(requests, context)) {
            Request<Sum> request = requests.get(outputs.size());
            Cost cost =
                said.say(
                    Spender.PRACTICE,
                    isCached ? cached(random(request.seed())) : random(request.seed()));
            Long candidate = output.candidate();
            outputs.add(
                candidate == null ? Output.malformed("none", cost) : Output.of(candidate, cost));
          }
          return outputs;
        }

        @Override
        public void close() {
          session.close();
        }
      };
    }
  }

  /** The same on a day on which all lay in the cache, and was charged so. */
  private static Cost cached(Cost cost) {
    return new Cost(cost.tokensIn(), cost.tokensOut(), cost.tokensIn(), new BigDecimal("0.0001"));
  }

  private record Judge(Spender who, Said said) implements Verifier<Sum, Long> {
    @Override
    public Verdict verify(Sum task, Long candidate) {
      return ToyTasks.verifier()
          .verify(task, candidate)
          .withCost(said.say(who, random(31 * task.hashCode() + candidate)));
    }

    @Override
    public int maxTokens() {
      return 100;
    }

    @Override
    public BigDecimal maxMoney() {
      return CHARGED;
    }

    @Override
    public String describe() {
      return "judge of " + who;
    }
  }

  private record Grader(Said said) implements Critic<Sum, Long> {
    @Override
    public Critique critique(Sum task, Long candidate, Verdict verdict, Rubric rubric) {
      return Critique.overall(.5, "so so")
          .withCost(said.say(Spender.CRITIC, random(17 * task.hashCode() + candidate)));
    }

    @Override
    public int maxTokens() {
      return 100;
    }

    @Override
    public BigDecimal maxMoney() {
      return CHARGED;
    }
  }

  private static ProbeBank<Sum, Long> judged(long seed, int perLevel, Said said) {
    Map<String, List<Sum>> kinds = new LinkedHashMap<>();
    Loops.heldOut(seed, perLevel)
        .families()
        .forEach((kind, family) -> kinds.put(kind, family.tasks()));
    return ProbeBank.of(ToyTasks.codec(), new Judge(Spender.JUDGES, said), kinds);
  }

  private static ImprovementLoop<Sum, Long> loop(
      Loops loops, RunStore store, Said said, Budget budget) {
    Generator<Sum, Long> model = new Model(loops.learner.generator(), said, false);
    return parts(ImprovementLoop.builder(model), loops, store, said, budget);
  }

  private static ImprovementLoop<Sum, Long> parts(
      ImprovementLoop.Builder<Sum, Long> builder,
      Loops loops,
      RunStore store,
      Said said,
      Budget budget) {
    return builder
        .verifier(new Judge(Spender.VERIFIER, said))
        .critic(new Grader(said))
        .trainer(loops.learner.trainer())
        .gate(DriftGates.paired())
        .probes(judged(11, 120, said))
        .exam(judged(12, 20, said))
        .practice(Practice.DEFAULT.tasks(48).scouts(16).batch(16))
        .budget(budget.price(PRICE))
        .store(store)
        .registry(loops.registry)
        .build();
  }

  private static Cost sum(RunReport report) {
    return report.costs().values().stream().reduce(Cost.NONE, Cost::plus);
  }

  @Test
  void should_split_by_part_all_that_was_said_and_nothing_else() {
    // GIVEN
    Loops loops = new Loops(home);
    Said said = new Said();
    // WHEN
    RunReport report = loop(loops, loops.store, said, Budget.of(2)).run(loops.start, Loops.TASKS);
    // THEN
    assertThat(report.promotions()).isPositive();
    assertThat(report.costs().get(Spender.VERIFIER)).isEqualTo(said.costs.get(Spender.VERIFIER));
    assertThat(report.costs().get(Spender.CRITIC)).isEqualTo(said.costs.get(Spender.CRITIC));
    assertThat(report.costs().get(Spender.JUDGES)).isEqualTo(said.costs.get(Spender.JUDGES));
    Cost model =
        report
            .costs()
            .get(Spender.PRACTICE)
            .plus(report.costs().get(Spender.PROBES))
            .plus(report.costs().get(Spender.EXAM));
    assertThat(model).isEqualTo(said.costs.get(Spender.PRACTICE));
    assertThat(report.costs().values().stream().filter(c -> !c.equals(Cost.NONE))).hasSize(6);
    assertThat(report.costs()).containsEntry(Spender.TRAINER, Cost.NONE);
    assertThat(sum(report).tokens()).isEqualTo(report.spending().tokens());
    assertThat(sum(report).money()).isEqualByComparingTo(report.spending().money());
    assertThat(report.summary().lines().filter(line -> line.startsWith("practice ")))
        .singleElement()
        .asString()
        .contains(" tokens in (", " cached)", " tokens out", " of money", "; judges ");
    assertThat(RunReport.of(loops.store, report.run())).isEqualTo(report);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void should_have_the_same_split_wherever_it_was_killed(boolean sqlite) {
    // GIVEN
    Loops whole = new Loops(home.resolve("whole"));
    RunReport expected =
        loop(whole, whole.store, new Said(), Budget.of(2)).run(whole.start, Loops.TASKS);
    int killed = 0;
    for (int appends = 5; appends < 150; appends += sqlite ? 13 : 7) {
      Loops cut = new Loops(home.resolve(sqlite + " " + appends));
      Said said = new Said();
      try (RunStore store =
          sqlite ? RunStore.sqlite(home.resolve(appends + ".db")) : RunStore.inMemory()) {
        // WHEN
        try {
          loop(cut, new BreakingStore(store, appends, true), said, Budget.of(2))
              .run(cut.start, Loops.TASKS);
          break;
        } catch (RsiException e) {
          killed++;
        }
        ImprovementLoop<Sum, Long> again = loop(cut, store, said, Budget.of(2));
        if (again.unfinished().isEmpty()) {
          break;
        }
        RunReport report = again.resume(again.unfinished().orElseThrow(), Loops.TASKS);
        // THEN
        assertThat(report.costs()).as("killed at %d", appends).isEqualTo(expected.costs());
        assertThat(Loops.course(store, report.run()))
            .isEqualTo(Loops.course(whole.store, expected.run()));
        // What was said before and after counts; and what the killed process may have said.
        assertThat(report.spending().tokens()).isGreaterThanOrEqualTo(said.all().tokens());
        assertThat(report.spending().money()).isGreaterThanOrEqualTo(said.all().money());
        assertThat(RunReport.of(store, report.run())).isEqualTo(report);
      }
    }
    assertThat(killed).isGreaterThan(3);
  }

  @Test
  void should_never_pass_a_ceiling_on_tokens_or_money_of_all_parts_together() {
    long seed = System.nanoTime();
    System.out.println("CostsTest: seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    int stopped = 0;
    for (int trial = 0; trial < 6; trial++) {
      // GIVEN
      Loops loops = new Loops(home.resolve("trial " + trial));
      Said said = new Said();
      long tokens = random.nextLong(1_200_000, 2_000_000);
      BigDecimal money = BigDecimal.valueOf(random.nextLong(900, 2_400));
      Budget budget = trial % 2 == 0 ? Budget.of(20).tokens(tokens) : Budget.of(20).money(money);
      // WHEN
      RunReport report = loop(loops, loops.store, said, budget).run(loops.start, Loops.TASKS);
      // THEN
      if (trial % 2 == 0) {
        assertThat(said.all().tokens()).as("seed " + seed).isLessThanOrEqualTo(tokens);
      } else {
        assertThat(said.all().money()).as("seed " + seed).isLessThanOrEqualTo(money);
      }
      assertThat(sum(report).tokens()).isEqualTo(said.all().tokens());
      assertThat(report.spending().tokens()).isEqualTo(said.all().tokens());
      assertThat(report.spending().money()).isEqualByComparingTo(said.all().money());
      stopped += report.end() == RunReport.End.BUDGET_SPENT ? 1 : 0;
    }
    System.out.println("CostsTest: " + stopped + " of 6 runs ended by their ceiling");
  }

  @Test
  void should_replay_what_was_charged_otherwise_that_day() {
    // GIVEN
    Loops loops = new Loops(home);
    RunReport report =
        loop(loops, loops.store, new Said(), Budget.of(1)).run(loops.start, Loops.TASKS);
    // WHEN
    Generator<Sum, Long> cached = new Model(loops.learner.generator(), new Said(), true);
    ImprovementLoop<Sum, Long> again =
        parts(ImprovementLoop.builder(cached), loops, loops.store, new Said(), Budget.of(1));
    // THEN
    assertThat(again.replay(report.run(), Loops.TASKS).verify(1).difference()).isNull();
  }

  @ParameterizedTest
  @CsvSource({"generator", "verifier", "critic", "judge of probes of kind"})
  void should_name_the_part_that_is_charged_more_than_it_says(String who) {
    // GIVEN
    Loops loops = new Loops(home);
    Cost dear = new Cost(1, 1, 0, new BigDecimal("0.5"));
    Verifier<Sum, Long> right = ToyTasks.verifier();
    Verifier<Sum, Long> wrong = (task, candidate) -> right.verify(task, candidate).withCost(dear);
    Critic<Sum, Long> critic =
        (task, candidate, verdict, rubric) ->
            Critique.overall(1, "").withCost(who.equals("critic") ? dear : Cost.NONE);
    Verifier<Sum, Long> judge = who.startsWith("judge") ? saying(wrong) : right;
    Map<String, List<Sum>> kinds = new LinkedHashMap<>();
    Loops.heldOut(11, 60).families().forEach((kind, f) -> kinds.put(kind, f.tasks()));
    // WHEN
    RunReport report =
        ImprovementLoop.builder(
                who.equals("generator")
                    ? new Dear(loops.learner.generator(), dear)
                    : loops.learner.generator())
            .verifier(who.equals("verifier") ? saying(wrong) : right)
            .critic(new Saying(critic))
            .trainer(loops.learner.trainer())
            .gate(DriftGates.paired())
            .probes(ProbeBank.of(ToyTasks.codec(), judge, kinds))
            .practice(Practice.DEFAULT.tasks(32).scouts(16))
            .budget(Budget.of(1))
            .store(loops.store)
            .registry(loops.registry)
            .build()
            .run(loops.start, Loops.TASKS);
    // THEN
    assertThat(report.faults())
        .first()
        .asString()
        .contains("The " + who, "0.5 of money", "at most (0) of money", "maxMoney()");
    assertThat(report.promotions()).isZero();
  }

  /** Says how many tokens it needs, and nothing of money. */
  private static Verifier<Sum, Long> saying(Verifier<Sum, Long> verifier) {
    return new Verifier<>() {
      @Override
      public Verdict verify(Sum task, Long candidate) {
        return verifier.verify(task, candidate);
      }

      @Override
      public int maxTokens() {
        return 10;
      }
    };
  }

  private record Saying(Critic<Sum, Long> critic) implements Critic<Sum, Long> {
    @Override
    public Critique critique(Sum task, Long candidate, Verdict verdict, Rubric rubric) {
      return critic.critique(task, candidate, verdict, rubric);
    }

    @Override
    public int maxTokens() {
      return 10;
    }
  }

  private record Dear(Generator<Sum, Long> learner, Cost cost) implements Generator<Sum, Long> {
    @Override
    public Codec<Sum, Long> codec() {
      return learner.codec();
    }

    @Override
    public Session<Sum, Long> open(ModelVersion version) {
      return new Session<>() {
        @Override
        public List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
          return requests.stream().map(each -> Output.of(each.task().expected(), cost)).toList();
        }

        @Override
        public void close() {}
      };
    }
  }

  @Test
  void should_refuse_a_ceiling_on_money_where_nobody_says_what_is_charged() {
    Loops loops = new Loops(home);
    assertThatThrownBy(() -> loops.whole(Budget.of(1).money(BigDecimal.TEN)).build())
        .hasMessageContainingAll("10 money", "nothing costs any", "maxMoney()");
    Generator<Sum, Long> charged = new Model(loops.learner.generator(), new Said(), false);
    ImprovementLoop.Builder<Sum, Long> little =
        ImprovementLoop.builder(charged)
            .verifier(ToyTasks.verifier())
            .trainer(loops.learner.trainer())
            .gate(DriftGates.paired())
            .probes(Loops.heldOut(11, 60))
            .budget(Budget.of(1).money(CHARGED))
            .store(loops.store)
            .registry(loops.registry);
    assertThatThrownBy(little::build)
        .hasMessageContainingAll("0.004 money", "one generation may need at least");
  }
}
