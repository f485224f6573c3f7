package dev.rsi.testkit.loop;

import dev.rsi.api.Attempt;
import dev.rsi.api.Calls;
import dev.rsi.api.Codec;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.DriftGate;
import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.Request;
import dev.rsi.api.Role;
import dev.rsi.api.Rubric;
import dev.rsi.api.RunContext;
import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Approval;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.Practice;
import dev.rsi.core.RunListener;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.probe.ProbeFamily;
import dev.rsi.core.report.RunEvent;
import dev.rsi.testkit.ManualClock;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/** A small loop in which any one part that the application hands in does something else, once. */
final class DisturbedLoop {

  /** What the application hands in, call by call. */
  enum Place {
    VERIFIER(5),
    VERIFIER_SESSION(5),
    VERIFIER_OPENS(1),
    VERIFIER_CLOSES(1),
    CRITIC(5),
    CRITIC_SESSION(5),
    CRITIC_OPENS(1),
    CRITIC_CLOSES(1),
    JUDGE(5),
    GENERATOR(3),
    GENERATOR_OPENS(2),
    GENERATOR_CLOSES(1),
    TRAINER(1),
    PROGRESS(1),
    APPROVER(1),
    CODEC_WRITES_CANDIDATE(5),
    GATE(1),
    TASKS(5),
    CODEC_WRITES_TASK(400),
    LISTENER(9);

    /** In which of its calls it does something else. */
    final int number;

    Place(int number) {
      this.number = number;
    }

    /** Whether it is called on the run's own thread. */
    boolean isDirect() {
      return ordinal() >= GATE.ordinal();
    }
  }

  private static final Duration LONG = Duration.ofSeconds(20);

  final Loops loops;
  final ManualClock clock = ManualClock.create();
  final AtomicInteger calls = new AtomicInteger();
  private final Place place;
  private final Runnable deed;
  private final Duration limit;

  DisturbedLoop(Path home, Place place, Runnable deed, Duration limit) {
    this.loops = new Loops(home);
    this.place = place;
    this.deed = deed;
    this.limit = limit;
  }

  DisturbedLoop(Path home, Place place, Runnable deed) {
    this(home, place, deed, LONG);
  }

  private void at(Place called) {
    if (called == place && calls.incrementAndGet() == place.number) {
      deed.run();
    }
  }

  ImprovementLoop<Sum, Long> build() {
    Oversight oversight = Oversight.NONE.limit(limit);
    if (place == Place.APPROVER) {
      oversight =
          oversight.approval(
              Approval.of(Duration.ofHours(2), Action.PROMOTE, Action.HOLD)
                  .byPerson(this::approve));
    }
    return ImprovementLoop.builder(generator().with(Calls.DEFAULT.limit(limit)))
        .verifier(verifier().with(Calls.DEFAULT.parallel(2).limit(limit)))
        .critic(critic().with(Calls.DEFAULT.limit(limit)))
        .trainer(trainer())
        .gate(gate())
        .probes(bank(1, 24))
        .exam(Loops.heldOut(2, 4))
        .practice(Practice.DEFAULT.tasks(16).scouts(8).reach(2))
        .budget(Budget.of(2).wallClock(Duration.ofHours(1)))
        .store(loops.store)
        .registry(loops.registry)
        .listener(listener())
        .oversight(oversight)
        .clock(clock)
        .build();
  }

  TaskSource<Sum> tasks() {
    return new TaskSource<>() {
      @Override
      public int levels() {
        return Loops.LEVELS;
      }

      @Override
      public Sum draw(int level, RandomGenerator random) {
        at(Place.TASKS);
        return Loops.TASKS.draw(level, random);
      }
    };
  }

  private Approval.Answer approve(Approval.Question question) {
    at(Place.APPROVER);
    return Approval.Answer.yes("the test", "as you like it");
  }

  private Codec<Sum, Long> codec() {
    Codec<Sum, Long> sound = ToyTasks.codec();
    return new Codec<>() {
      @Override
      public String writeTask(Sum task) {
        at(Place.CODEC_WRITES_TASK);
        return sound.writeTask(task);
      }

      @Override
      public Sum readTask(String text) {
        return sound.readTask(text);
      }

      @Override
      public String writeCandidate(Long candidate) {
        at(Place.CODEC_WRITES_CANDIDATE);
        return sound.writeCandidate(candidate);
      }

      @Override
      public Long readCandidate(String text) {
        return sound.readCandidate(text);
      }
    };
  }

  private Generator<Sum, Long> generator() {
    Generator<Sum, Long> sound = loops.learner.generator();
    Codec<Sum, Long> codec = codec();
    return new Generator<>() {
      @Override
      public Codec<Sum, Long> codec() {
        return codec;
      }

      @Override
      public Session<Sum, Long> open(ModelVersion version) {
        at(Place.GENERATOR_OPENS);
        Session<Sum, Long> session = sound.open(version);
        return new Session<>() {
          @Override
          public List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
            at(Place.GENERATOR);
            return session.generate(requests, context);
          }

          @Override
          public void close() {
            at(Place.GENERATOR_CLOSES);
            session.close();
          }
        };
      }
    };
  }

  private Verifier<Sum, Long> verifier() {
    Verifier<Sum, Long> sound = ToyTasks.verifier();
    if (place == Place.VERIFIER) {
      return (task, candidate) -> {
        at(Place.VERIFIER);
        return sound.verify(task, candidate);
      };
    }
    return Verifier.<Sum, Long>ofSessions(
        "sums in sessions",
        () -> {
          at(Place.VERIFIER_OPENS);
          Verifier.Session<Sum, Long> session = sound.open();
          return new Verifier.Session<Sum, Long>() {
            @Override
            public List<Verdict> verify(List<Attempt<Sum, Long>> batch, RunContext context) {
              at(Place.VERIFIER_SESSION);
              return session.verify(batch, context);
            }

            @Override
            public void close() {
              at(Place.VERIFIER_CLOSES);
              session.close();
            }
          };
        });
  }

  private Critic<Sum, Long> critic() {
    Critic<Sum, Long> sound =
        (task, candidate, verdict, rubric) -> {
          at(Place.CRITIC);
          return Critique.overall(1, "fine");
        };
    if (place == Place.CRITIC) {
      return sound;
    }
    return new Critic<>() {
      @Override
      public Critique critique(Sum task, Long candidate, Verdict verdict, Rubric rubric) {
        return sound.critique(task, candidate, verdict, rubric);
      }

      @Override
      public Session<Sum, Long> open() {
        at(Place.CRITIC_OPENS);
        Session<Sum, Long> session = sound.open();
        return new Session<>() {
          @Override
          public List<Critique> criticise(
              List<Attempt<Sum, Long>> batch, Rubric rubric, RunContext context) {
            at(Place.CRITIC_SESSION);
            return session.criticise(batch, rubric, context);
          }

          @Override
          public void close() {
            at(Place.CRITIC_CLOSES);
            session.close();
          }
        };
      }
    };
  }

  private Trainer<Sum, Long> trainer() {
    Trainer<Sum, Long> sound = loops.learner.trainer();
    return new Trainer<>() {
      @Override
      public List<Knob> knobs() {
        return sound.knobs();
      }

      @Override
      public TrainedArtifact train(
          TrainingRequest<Sum, Long> request, TrainingContext<Sum, Long> context) {
        at(Place.TRAINER);
        context.progress(1, 2);
        return sound.train(request, context);
      }
    };
  }

  private DriftGate gate() {
    return probes -> {
      at(Place.GATE);
      for (ProbeKind kind : probes.kinds()) {
        probes.pull(kind.name(), kind.available(), EnumSet.allOf(Role.class));
      }
      return GateDecision.promote("whatever it reads", List.of());
    };
  }

  /** Of a skill with a judge. */
  private ProbeBank<Sum, Long> bank(int rest, int perKind) {
    Verifier<Sum, Long> judge =
        Verifier.<Sum, Long>named(
                "judged sums",
                (task, candidate) -> {
                  at(Place.JUDGE);
                  return ToyTasks.verifier().verify(task, candidate);
                })
            .with(Calls.DEFAULT.limit(limit));
    List<Sum> sums = Loops.heldOut(rest, perKind).families().get("level 3").tasks();
    return ProbeBank.of(codec(), List.of(ProbeFamily.skill("skill", sums, judge)));
  }

  private RunListener listener() {
    return new RunListener() {
      @Override
      public void on(RunEvent event) {
        at(Place.LISTENER);
      }

      @Override
      public void progress(String step, long done, long total) {
        at(Place.PROGRESS);
      }
    };
  }
}
