package dev.rsi.core.internal.training;

import dev.rsi.api.Attempt;
import dev.rsi.api.Calls;
import dev.rsi.api.CancelledException;
import dev.rsi.api.Cost;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.PartException;
import dev.rsi.api.Proposal;
import dev.rsi.api.Recipe;
import dev.rsi.api.Reply;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.core.internal.Cut;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.calls.Answer;
import dev.rsi.core.internal.calls.Crew;
import dev.rsi.core.internal.spending.Amounts;
import dev.rsi.core.internal.spending.Dimension;
import dev.rsi.core.internal.spending.DiskSpace;
import dev.rsi.core.internal.spending.Ledger;
import dev.rsi.core.internal.spending.WorstTraining;
import dev.rsi.core.internal.steps.Accounts;
import dev.rsi.core.internal.steps.Asking;
import dev.rsi.core.internal.steps.LeavingException;
import dev.rsi.core.internal.steps.Outages;
import dev.rsi.core.internal.steps.Part;
import dev.rsi.core.internal.steps.Steps;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Has the trainer make a challenger in a directory of its own, and stores what it made. */
public final class Training<T, C> {
  private static final Logger log = LoopLog.LOG;
  private static final Calls ANY_TIME = Calls.DEFAULT.withoutLimit();

  private final Trainer<T, C> trainer;
  private final Recipe recipe;
  private final int proposals;
  private final ModelRegistry registry;
  private final ModelRegistry.Driver driver;
  private final @Nullable String charter;
  private final DiskSpace disk;
  private final Steps steps;
  private final ThreadFactory threads;
  private final Drafts<T, C> drafts;
  private final Asks asks;
  private final Deque<Proposal> earlier = new ArrayDeque<>();

  /**
   * Trainings of a run.
   *
   * @param driver of the run on the registry
   * @param charter SHA-256 of the run's charter; null if it has none
   */
  public Training(
      Trainer<T, C> trainer,
      Recipe recipe,
      ModelRegistry registry,
      ModelRegistry.Driver driver,
      @Nullable String charter,
      DiskSpace disk,
      Steps steps,
      ThreadFactory threads,
      Drafts<T, C> drafts) {
    this.trainer = trainer;
    this.recipe = recipe;
    this.proposals = WorstTraining.proposals(trainer);
    this.registry = registry;
    this.driver = driver;
    this.charter = charter;
    this.disk = disk;
    this.steps = steps;
    this.threads = threads;
    this.drafts = drafts;
    this.asks = new Asks(steps, threads);
  }

  /**
   * What a training is given.
   *
   * @param parent id of the version to train from
   * @param digest SHA-256 over lessons and attempts
   * @param proposal which of its generation's, from 1
   */
  public record Given<T, C>(
      String parent,
      List<Lesson<T, C>> lessons,
      List<Attempt<T, C>> attempts,
      String digest,
      long seed,
      int proposal) {}

  /** How many trainings a generation has. */
  public int proposals() {
    return proposals;
  }

  /**
   * The most that one of them takes.
   *
   * @param lessons how many each has at most
   * @param made attempts that their generation made at most
   */
  public WorstTraining most(long lessons, long made) {
    return WorstTraining.of(trainer, recipe, lessons, made);
  }

  /** The most that is spent by what takes so much. */
  public Amounts amounts(WorstTraining most) {
    return Accounts.training(most.steps())
        .plus(steps.accounts().attempts(most.attempts()))
        .plus(Asks.amounts(most.tokens(), most.money()));
  }

  /**
   * Trains, unless it was done when the run first came by. What it called by then is known, whether
   * it came to its end or not.
   *
   * @param most what it may take
   */
  public RunEvent.Trained train(Given<T, C> given, WorstTraining most) {
    Known known = new Known();
    steps.over(Known::is, this::spent).forEach(known::add);
    Amounts own = Accounts.training(most.steps());
    RunEvent.Trained trained =
        steps.once(
            RunEvent.Trained.class,
            own,
            made -> Amounts.of(Dimension.TRAINING_STEPS, made.steps()),
            () -> trained(new Task(given, most, known), own));
    Map<String, String> provenance =
        Objects.requireNonNullElse(trained.provenance(), Map.<String, String>of());
    if (earlier.size() == TrainingRequest.MOST_EARLIER) {
      earlier.removeFirst();
    }
    earlier.addLast(new Proposal(trained.generation(), trained.challenger(), provenance, false));
    return trained;
  }

  /** What a call had spent when it was made. */
  private Amounts spent(RunEvent call) {
    if (!(call instanceof RunEvent.Replied replied)) {
      return steps.accounts().attempts(1);
    }
    Cost cost = replied.cost();
    return cost == null ? Amounts.NONE : steps.accounts().amounts(List.of(cost));
  }

  /** One of the last that were made went live. */
  public void promoted(String challenger) {
    List<Proposal> told = new ArrayList<>(earlier);
    for (int i = told.size() - 1; i >= 0; i--) {
      Proposal made = told.get(i);
      if (made.version().equals(challenger)) {
        told.set(i, new Proposal(made.generation(), challenger, made.provenance(), true));
        earlier.clear();
        earlier.addAll(told);
        return;
      }
    }
  }

  /** Of the others of its own generation nothing is known yet. */
  private List<Proposal> earlierGenerations() {
    return earlier.stream().filter(made -> made.generation() < steps.generation()).toList();
  }

  /** A training that is to be done, and what it calls. */
  private final class Task {
    final Given<T, C> given;
    private final Known known;
    private final Map<String, Integer> levels;
    private final Allowance attempts;
    private final Allowance tokens;
    private final Allowance money;
    private volatile Asks.@Nullable OverusedException overused;

    Task(Given<T, C> given, WorstTraining most, Known known) {
      this.given = given;
      this.known = known;
      this.levels = most.attempts() == 0 ? Map.of() : drafts.levels(given);
      this.attempts = new Allowance("attempts of drafts", "maxAttempts", most.attempts());
      this.tokens = new Allowance("tokens of other models", "maxTokens", most.tokens());
      this.money = new Allowance("billionths of other models' money", "maxMoney", most.money());
    }

    /**
     * What a call used beyond its most cannot be undone: no other is made, and it comes to nothing.
     */
    private List<Reply> asked(Supplier<List<Reply>> ask) {
      try {
        return ask.get();
      } catch (Asks.OverusedException e) {
        overused = e;
        throw e;
      }
    }

    /**
     * Whether every call has kept to what it may use.
     *
     * @throws RsiException if one has not
     */
    void checkWord() {
      Asks.OverusedException broken = overused;
      if (broken != null) {
        throw new RsiException("The training made a call that used more than it may.", broken);
      }
    }

    void begin() {
      overused = null;
      known.begin();
      attempts.begin();
      tokens.begin();
      money.begin();
    }

    TrainersContext<T, C> context(
        RunContext call, Orders orders, WorkDirectory work, ModelVersion base) {
      return new TrainersContext<>(
          call,
          new TrainersContext.Counter<>() {
            @Override
            public ModelVersion draft(Path directory) {
              return work.isBase(directory, base) ? base : ModelVersion.of(work.inside(directory));
            }

            @Override
            public List<Attempt<T, C>> attempt(ModelVersion draft, List<Request<T>> requests) {
              return orders.order(
                  () -> drafts.attempt(draft, base.id(), requests, levels, attempts, known));
            }

            @Override
            public List<Reply> ask(
                List<String> requests, int maxTokens, TrainingContext.Caller caller, Asks.Way way) {
              return orders.order(
                  () -> {
                    checkWord();
                    Amounts most = way.each(maxTokens).times(requests.size());
                    // A trainer that says nothing may not ask for nothing either.
                    tokens.take(Math.max(requests.size(), most.get(Dimension.TOKENS)));
                    money.take(most.get(Dimension.MONEY));
                    return asked(() -> asks.ask(requests, maxTokens, caller, way, known));
                  });
            }
          });
    }
  }

  /** Trains until it comes to something: an outage of the trainer is no fault of its own. */
  private RunEvent.Trained trained(Task task, Amounts most) {
    Outages.Outage outage = steps.outages().of("trainer");
    while (true) {
      try {
        task.begin();
        RunEvent.Trained trained = once(task, most);
        outage.over();
        return trained;
      } catch (OutOfReach e) {
        String reason = "it threw " + e.thrown;
        outage.await(reason, true, Asking.pause(e.thrown), () -> false);
        if (!steps.accounts().again(most)) {
          throw outage.unpaid(reason);
        }
      } finally {
        drafts.close();
      }
    }
  }

  /** The trainer threw what says of itself that the same training may succeed later. */
  private static final class OutOfReach extends RuntimeException {
    private static final long serialVersionUID = 1;

    final RsiException thrown;

    OutOfReach(RsiException thrown) {
      super(thrown);
      this.thrown = thrown;
    }
  }

  /** A trainer that does not end has its directory for as long: nobody deletes it under it. */
  private RunEvent.Trained once(Task task, Amounts most) {
    try (Crew<WorkDirectory> crew =
        new Crew<>("trainer", ANY_TIME, () -> WorkDirectory.of(registry), threads)) {
      return trainedBy(crew, task, most);
    }
  }

  private RunEvent.Trained trainedBy(Crew<WorkDirectory> crew, Task task, Amounts most) {
    Given<T, C> given = task.given;
    Ledger.Call spending = steps.accounts().spend(most);
    Amounts spent = most;
    try {
      Made made =
          steps.leavingOn(
              () -> Steps.loaded(registry, given.parent(), parent -> made(crew, parent, task)));
      TrainedArtifact artifact = made.artifact();
      spent = Amounts.of(Dimension.TRAINING_STEPS, artifact.steps());
      checkSteps(artifact.steps(), most);
      String leftOut = artifact.provenance().get(TrainedArtifact.LEFT_OUT);
      if (leftOut != null) {
        log.warn("run {}, generation {}: {}", steps.run(), steps.generation(), Cut.shown(leftOut));
      }
      Path directory = made.work().inside(artifact.directory());
      steps.at(Part.REGISTRY);
      long used = steps.registry(disk::used);
      long room = disk.check(directory, used);
      ModelVersion version =
          steps.registry(
              () -> driver.add(directory, provenance(given, artifact), room, steps::cancelled));
      return new RunEvent.Trained(
          steps.generation(),
          version.id(),
          given.parent(),
          artifact.steps(),
          artifact.metrics(),
          artifact.provenance());
    } catch (OutOfReach e) {
      // It is done again, and paid for then.
      spent = Amounts.NONE;
      throw e;
    } catch (LeavingException e) {
      spent = spent.equals(most) ? Amounts.NONE : spent;
      throw e;
    } finally {
      spending.end(spent);
    }
  }

  /** What a training made, and where. */
  private record Made(WorkDirectory work, TrainedArtifact artifact) {}

  /**
   * Has the trainer train.
   *
   * @throws OutOfReach if it may succeed later
   * @throws LeavingException if there was no room on the disk that it shares with the registry
   */
  private Made made(Crew<WorkDirectory> crew, ModelVersion parent, Task task) {
    Orders orders = new Orders(steps.context("training"));
    Answer<Made> answer;
    try {
      answer =
          crew.<Made>make(
                  List.of((work, context) -> made(work, parent, task, orders, context)), orders)
              .get(0);
    } finally {
      orders.close();
    }
    RuntimeException thrown = answer.thrown();
    if (thrown instanceof LeavingException leaving) {
      throw steps.leave(leaving);
    }
    if (thrown instanceof RsiException rsi && rsi.retryable()) {
      throw new OutOfReach(rsi);
    }
    if (thrown != null) {
      throw thrown;
    }
    task.checkWord();
    return Objects.requireNonNull(answer.value());
  }

  private Made made(
      WorkDirectory work, ModelVersion parent, Task task, Orders orders, RunContext context) {
    Given<T, C> given = task.given;
    TrainedArtifact artifact;
    try {
      artifact =
          trainer.train(
              new TrainingRequest<>(
                  parent,
                  given.lessons(),
                  given.attempts(),
                  recipe,
                  given.seed(),
                  work.path(),
                  earlierGenerations(),
                  given.proposal()),
              task.context(context, orders, work, parent));
    } catch (Throwable e) {
      if (e instanceof CancelledException cancelled && context.cancelled()) {
        throw cancelled;
      }
      RuntimeException broken = PartException.of(e);
      // Looked at before the directory is deleted, by which there would be room again.
      String want = WorkDisk.want(work.path(), broken);
      throw want == null ? broken : new LeavingException(RunReport.End.SURROUNDINGS, want, broken);
    } finally {
      orders.close();
    }
    if (artifact == null) {
      throw new RsiException(
          "The trainer gave (null).\nMaybe it made nothing: then it throws, and says why.");
    }
    return new Made(work, artifact);
  }

  private Provenance provenance(Given<T, C> given, TrainedArtifact artifact) {
    Map<String, String> by = Provenance.madeBy(artifact.provenance());
    if (charter != null) {
      by.put("charter sha-256", charter);
    }
    return new Provenance(
        given.parent(),
        steps.run(),
        steps.generation(),
        given.digest(),
        given.seed(),
        artifact.steps(),
        recipe.values(),
        artifact.metrics(),
        by);
  }

  private static void checkSteps(long taken, Amounts most) {
    long stated = most.get(Dimension.TRAINING_STEPS);
    if (stated > 0 && taken > stated) {
      throw new RsiException(
          "The trainer took ("
              + taken
              + ") steps, but said that it takes at most ("
              + stated
              + ").\nMaybe its maxSteps() counts lessons where it should count epochs.");
    }
  }
}
