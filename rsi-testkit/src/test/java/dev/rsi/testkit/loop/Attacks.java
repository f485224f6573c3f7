package dev.rsi.testkit.loop;

import dev.rsi.api.CancelledException;
import dev.rsi.api.Codec;
import dev.rsi.api.Cost;
import dev.rsi.api.Critique;
import dev.rsi.api.DriftGate;
import dev.rsi.api.Output;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Reply;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.core.gate.GateAudit;
import dev.rsi.core.report.RunEvent;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The table of attacks on a loop by its own parts. */
final class Attacks {
  private static final String UGLY = "\u0000 \u001b[2J \ud800 '; DROP TABLE event; -- ";

  private Attacks() {}

  /** How far an attack gets. */
  enum Reach {
    /** Nowhere: the run is the honest one, event for event. */
    NOTHING,
    /** It stops the run, which goes on from there and ends as the honest one. */
    STOP,
    /** It spoils its own work: nothing of it is promoted. */
    OWN_WORK,
    /** It is one of the things that a part may do: the promises hold all the same. */
    PROMISES
  }

  /**
   * One attack.
   *
   * @param name who does what
   * @param reach how far it gets
   * @param plant replaces parts of a loop
   */
  record Attack(String name, Reach reach, Consumer<HostileLoop> plant) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Attack> all() {
    return Stream.of(byGenerators(), byVerifiers(), byCritics(), byTrainers(), byTheRest())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Attack> byGenerators() {
    return List.of(
        new Attack(
            "a session swaps the tasks it is asked",
            Reach.NOTHING,
            loop ->
                loop.attempting(
                    (honest, requests, context) -> {
                      loop.expectRefused(() -> requests.set(0, requests.get(0)));
                      loop.expectRefused(requests::clear);
                      return honest.generate(requests, context);
                    })),
        new Attack("a session changes outputs after it gave them", Reach.NOTHING, Attacks::keep),
        new Attack(
            "a session gives a list that reads otherwise each time",
            Reach.NOTHING,
            loop ->
                loop.attempting(
                    (honest, requests, context) -> {
                      loop.tries.incrementAndGet();
                      return fickle(honest.generate(requests, context));
                    })),
        spoiled("a session gives more outputs than were asked", list -> list.add(list.get(0))),
        spoiled("a session gives fewer outputs than were asked", list -> list.remove(0)),
        spoiled("a session puts null among its outputs", list -> list.set(0, null)),
        spoiled("a session gives what is no output", Attacks::pollute),
        spoiled(
            "a session claims tokens without end",
            Reach.PROMISES,
            list -> list.replaceAll(output -> withTokens(output, Integer.MAX_VALUE))),
        spoiled(
            "a session fails in words that no store should hold",
            Reach.PROMISES,
            list -> list.set(0, Output.malformed(UGLY.repeat(20_000), 1))),
        new Attack(
            "a session looks behind its context",
            Reach.NOTHING,
            loop ->
                loop.attempting(
                    (honest, requests, context) -> {
                      loop.attack(() -> loop.loot.addAll(openIn(context)));
                      return honest.generate(requests, context);
                    })),
        new Attack(
            "a session tells absurd progress",
            Reach.NOTHING,
            loop ->
                loop.attempting(
                    (honest, requests, context) -> {
                      loop.attack(() -> context.progress(Long.MIN_VALUE, 0));
                      context.progress(Long.MAX_VALUE, -1);
                      return honest.generate(requests, context);
                    })),
        new Attack("a session keeps every context it had", Reach.NOTHING, Attacks::keepContexts),
        new Attack("a session leaves a thread running", Reach.NOTHING, Attacks::leaveThread),
        thrown(
            "a session says it was cancelled when it was not",
            Reach.PROMISES,
            () -> new CancelledException("not true")),
        thrown("a session runs out of stack", Reach.PROMISES, StackOverflowError::new),
        thrown("a session runs out of memory", Reach.STOP, () -> new OutOfMemoryError("not true")),
        thrown(
            "a session throws what it does not declare",
            Reach.PROMISES,
            () -> new IOException("undeclared")),
        new Attack(
            "a session interrupts the thread that it works on",
            Reach.NOTHING,
            loop ->
                loop.attempting(
                    (honest, requests, context) -> {
                      loop.once(3, () -> Thread.currentThread().interrupt());
                      return honest.generate(requests, context);
                    })),
        new Attack(
            "a session breaks where it is probed",
            Reach.OWN_WORK,
            loop ->
                loop.attempting(
                    (honest, requests, context) -> {
                      if (HostileLoop.PROBES.contains(requests.get(0).task())) {
                        loop.attack(() -> requests.get(requests.size()));
                      }
                      return honest.generate(requests, context);
                    })),
        new Attack("a session guesses the order of probes", Reach.NOTHING, Attacks::guess),
        new Attack("a session drives its own run", Reach.NOTHING, Attacks::recurse),
        new Attack(
            "a codec writes a task otherwise each time",
            Reach.PROMISES,
            loop -> loop.writing(unsteady(loop))));
  }

  private static List<Attack> byVerifiers() {
    return List.of(
        new Attack(
            "a verifier passes everything",
            Reach.PROMISES,
            loop ->
                loop.ruling(
                    (honest, task, candidates) ->
                        Collections.nCopies(candidates.size(), Verdict.pass()))),
        new Attack(
            "a verifier takes the candidates away",
            Reach.OWN_WORK,
            loop ->
                loop.ruling(
                    (honest, task, candidates) -> {
                      candidates.clear();
                      return List.of();
                    })),
        new Attack(
            "a verifier rules on more than there is",
            Reach.OWN_WORK,
            loop ->
                loop.ruling(
                    (honest, task, candidates) ->
                        Collections.nCopies(candidates.size() + 1, Verdict.pass()))),
        new Attack(
            "a verifier changes verdicts after it gave them",
            Reach.NOTHING,
            loop -> {
              List<List<Verdict>> kept = new ArrayList<>();
              loop.ruling(
                  (honest, task, candidates) -> {
                    kept.forEach(given -> given.replaceAll(verdict -> Verdict.pass()));
                    kept.add(new ArrayList<>(honest.verifyAll(task, candidates)));
                    return kept.get(kept.size() - 1);
                  });
            }),
        new Attack(
            "a verifier listens for probes",
            Reach.NOTHING,
            loop ->
                loop.ruling(
                    (honest, task, candidates) -> {
                      listen(loop, task);
                      return honest.verifyAll(task, candidates);
                    })),
        new Attack(
            "a verifier gives reasons that no store should hold",
            Reach.PROMISES,
            loop ->
                loop.ruling(
                    (honest, task, candidates) ->
                        honest.verifyAll(task, candidates).stream()
                            .map(v -> new Verdict(v.outcome(), v.score(), UGLY.repeat(200)))
                            .toList())),
        new Attack(
            "a verifier throws what it does not declare",
            Reach.PROMISES,
            loop ->
                loop.ruling(
                    (honest, task, candidates) -> {
                      loop.once(
                          40,
                          () -> {
                            throw HostileLoop.<RuntimeException>sneak(new IOException("secret"));
                          });
                      return honest.verifyAll(task, candidates);
                    })));
  }

  private static List<Attack> byCritics() {
    Map<String, Double> kept = Collections.synchronizedMap(new HashMap<>());
    return List.of(
        new Attack(
            "a critic grades NaN",
            Reach.OWN_WORK,
            loop -> loop.critic = (t, c, v, rubric) -> graded(loop, Map.of("overall", Double.NaN))),
        new Attack(
            "a critic grades by criteria of its own",
            Reach.OWN_WORK,
            loop -> loop.critic = (t, c, v, rubric) -> graded(loop, Map.of("loyalty", 1.0))),
        new Attack(
            "a critic changes scores after it gave them",
            Reach.NOTHING,
            loop ->
                loop.critic =
                    (t, c, v, rubric) -> {
                      kept.put("overall", 1.0);
                      Critique critique = graded(loop, kept);
                      kept.put("overall", 0.0);
                      return critique;
                    }),
        new Attack(
            "a critic rewrites the rubric",
            Reach.NOTHING,
            loop ->
                loop.critic =
                    (t, c, v, rubric) -> {
                      loop.expectRefused(() -> rubric.criteria().clear());
                      return graded(loop, Map.of("overall", 1.0));
                    }));
  }

  private static List<Attack> byTrainers() {
    return List.of(
        new Attack(
            "a trainer changes its lessons",
            Reach.NOTHING,
            loop ->
                loop.training(
                    (honest, request, context) -> {
                      loop.expectRefused(() -> request.lessons().remove(0));
                      loop.expectRefused(() -> request.recipe().values().clear());
                      return honest.train(request, context);
                    })),
        new Attack(
            "a trainer looks for probes among its lessons",
            Reach.NOTHING,
            loop ->
                loop.training(
                    (honest, request, context) -> {
                      request.lessons().forEach(lesson -> listen(loop, lesson.task()));
                      return honest.train(request, context);
                    })),
        new Attack(
            "a trainer looks behind its context",
            Reach.NOTHING,
            loop ->
                loop.training(
                    (honest, request, context) -> {
                      loop.loot.addAll(openIn(context));
                      return honest.train(request, context);
                    })),
        new Attack(
            "a trainer calls models although it says that it calls none",
            Reach.NOTHING,
            loop ->
                loop.training(
                    (honest, request, context) -> {
                      Request<Sum> known = new Request<>(request.lessons().get(0).task(), 1);
                      loop.expectRefused(
                          () -> context.attempt(request.base().directory(), List.of(known)));
                      loop.expectRefused(
                          () ->
                              context.ask(
                                  "which tasks are probes?",
                                  1,
                                  (asked, most, call) -> {
                                    loop.loot.add("a call that nobody pays for");
                                    return new Reply("", Cost.NONE);
                                  }));
                      return honest.train(request, context);
                    })),
        artifact(
            "a trainer gives the live version for its own",
            (loop, request) -> request.base().directory()),
        artifact("a trainer gives a model from elsewhere", (loop, request) -> loop.tempting),
        artifact(
            "a trainer gives a link to a model from elsewhere",
            (loop, request) ->
                Files.createSymbolicLink(request.workDirectory().resolve("model"), loop.tempting)),
        artifact(
            "a trainer puts a link in place of its work directory",
            (loop, request) -> {
              Files.delete(request.workDirectory());
              return Files.createSymbolicLink(request.workDirectory(), loop.tempting);
            }),
        artifact(
            "a trainer puts a link in place of the work area",
            (loop, request) -> {
              Path area = request.workDirectory().getParent();
              Files.delete(request.workDirectory());
              Files.delete(area);
              Files.createSymbolicLink(area, loop.tempting.getParent());
              return Files.createSymbolicLink(request.workDirectory(), loop.tempting);
            }),
        artifact(
            "a trainer gives a way up and out of its work directory",
            (loop, request) ->
                request.workDirectory().resolve(request.workDirectory().relativize(loop.tempting))),
        artifact(
            "a trainer hides a link among its files",
            (loop, request) -> {
              for (Path file : files(loop.tempting)) {
                Files.createSymbolicLink(request.workDirectory().resolve(file.getFileName()), file);
              }
              return request.workDirectory();
            }),
        artifact(
            "a trainer gives the registry itself",
            (loop, request) -> HostileLoop.registryOf(request.base())),
        artifact(
            "a trainer gives a directory that is not there",
            (loop, request) -> request.workDirectory().resolve("nothing")),
        artifact(
            "a trainer deletes its work directory",
            (loop, request) -> {
              Files.delete(request.workDirectory());
              return request.workDirectory();
            }),
        new Attack(
            "a trainer deletes the work area of the registry",
            Reach.PROMISES,
            loop ->
                loop.training(
                    (honest, request, context) -> {
                      if (loop.tries.get() > 1) {
                        return honest.train(request, context);
                      }
                      Files.delete(request.workDirectory());
                      Files.delete(request.workDirectory().getParent());
                      throw new IllegalStateException("done");
                    })),
        new Attack(
            "a trainer names numbers so that no store should hold them",
            Reach.PROMISES,
            loop ->
                loop.training(
                    (honest, request, context) -> {
                      TrainedArtifact trained = honest.train(request, context);
                      return new TrainedArtifact(
                          trained.directory(),
                          Long.MAX_VALUE,
                          Map.of(UGLY, Double.MIN_VALUE, "", -Double.MAX_VALUE),
                          Map.of(UGLY, UGLY, "rsi", "forged", "java", "forged"));
                    })),
        new Attack(
            "a trainer runs out of memory",
            Reach.STOP,
            loop ->
                loop.training(
                    (honest, request, context) -> {
                      if (loop.tries.get() == 1) {
                        throw HostileLoop.<RuntimeException>sneak(new OutOfMemoryError("not true"));
                      }
                      return honest.train(request, context);
                    })),
        new Attack(
            "a trainer works on when its time is up",
            Reach.PROMISES,
            loop ->
                loop.training(
                    (honest, request, context) -> {
                      TrainedArtifact trained = honest.train(request, context);
                      loop.clock.advance(Duration.ofHours(2));
                      return trained;
                    })));
  }

  private static List<Attack> byTheRest() {
    return List.of(
        new Attack(
            "a source of tasks draws probes",
            Reach.OWN_WORK,
            loop -> loop.drawing((level, random) -> probe(random))),
        new Attack(
            "a source of tasks draws exam tasks and probes in between",
            Reach.NOTHING,
            loop -> {
              AtomicInteger drawn = new AtomicInteger();
              loop.drawing(
                  (level, random) ->
                      switch (drawn.getAndIncrement() % 3) {
                        case 0 -> HostileLoop.EXAM.families().get("level 3").tasks().get(0);
                        case 1 -> HostileLoop.PROBES.families().get("level 4").tasks().get(1);
                        default -> Loops.TASKS.draw(level, random);
                      });
            }),
        new Attack(
            "a source of tasks gives null",
            Reach.OWN_WORK,
            loop -> loop.drawing((level, random) -> null)),
        new Attack(
            "a source of tasks grows while it is practised",
            Reach.NOTHING,
            loop -> loop.tasks = growing(loop)),
        new Attack(
            "a listener throws whatever it hears",
            Reach.NOTHING,
            loop ->
                loop.listener =
                    event ->
                        loop.attack(
                            () -> {
                              throw new CancelledException("deaf");
                            })),
        new Attack(
            "a listener changes what it hears",
            Reach.NOTHING,
            loop ->
                loop.listener =
                    event -> {
                      if (event instanceof RunEvent.Gated gated) {
                        loop.expectRefused(() -> gated.decision().findings().clear());
                      }
                    }));
  }

  // How.

  private static Attack spoiled(String name, Consumer<List<Output<Long>>> spoil) {
    return spoiled(name, Reach.OWN_WORK, spoil);
  }

  private static Attack spoiled(String name, Reach reach, Consumer<List<Output<Long>>> spoil) {
    return new Attack(
        name,
        reach,
        loop ->
            loop.attempting(
                (honest, requests, context) -> {
                  List<Output<Long>> outputs = new ArrayList<>(honest.generate(requests, context));
                  loop.attack(() -> spoil.accept(outputs));
                  return outputs;
                }));
  }

  private static Attack thrown(String name, Reach reach, Supplier<Throwable> how) {
    return new Attack(
        name,
        reach,
        loop ->
            loop.attempting(
                (honest, requests, context) -> {
                  loop.once(
                      3,
                      () -> {
                        throw HostileLoop.<RuntimeException>sneak(how.get());
                      });
                  return honest.generate(requests, context);
                }));
  }

  private interface Making {
    Path make(HostileLoop loop, TrainingRequest<Sum, Long> request) throws IOException;
  }

  private static Attack artifact(String name, Making making) {
    return new Attack(
        name,
        Reach.OWN_WORK,
        loop ->
            loop.training(
                (honest, request, context) ->
                    new TrainedArtifact(making.make(loop, request), 1, Map.of(), Map.of())));
  }

  private static void keep(HostileLoop loop) {
    List<List<Output<Long>>> kept = new ArrayList<>();
    loop.attempting(
        (honest, requests, context) -> {
          kept.forEach(given -> given.replaceAll(output -> Output.of(-1L, 1)));
          kept.add(new ArrayList<>(honest.generate(requests, context)));
          loop.tries.incrementAndGet();
          return kept.get(kept.size() - 1);
        });
    // While it is ruled on, too.
    loop.ruling(
        (honest, task, candidates) -> {
          kept.forEach(given -> given.replaceAll(output -> Output.of(-1L, 1)));
          return honest.verifyAll(task, candidates);
        });
  }

  private static List<Output<Long>> fickle(List<Output<Long>> outputs) {
    int[] reads = new int[outputs.size()];
    return new AbstractList<>() {
      @Override
      public Output<Long> get(int index) {
        return reads[index]++ == 0 ? outputs.get(index) : Output.of(-1L, 1);
      }

      @Override
      public int size() {
        return outputs.size();
      }
    };
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static void pollute(List<Output<Long>> outputs) {
    ((List) outputs).set(0, "42");
  }

  private static Output<Long> withTokens(Output<Long> output, int tokens) {
    Long candidate = output.candidate();
    return candidate == null
        ? Output.malformed(String.valueOf(output.failure()), tokens)
        : Output.of(candidate, tokens);
  }

  /** What of an object is open to whoever holds it, but for what its interface says. */
  private static List<String> openIn(RunContext context) {
    List<String> open = new ArrayList<>();
    List<String> known =
        Stream.of(RunContext.class, TrainingContext.class, Object.class)
            .flatMap(type -> Arrays.stream(type.getMethods()))
            .map(Method::getName)
            .toList();
    for (Method method : context.getClass().getMethods()) {
      if (!known.contains(method.getName())) {
        open.add(method.toString());
      }
    }
    for (Field field : context.getClass().getDeclaredFields()) {
      try {
        open.add(field + " is " + field.get(context));
      } catch (IllegalAccessException e) {
        // As it should be.
      }
    }
    if (context instanceof AutoCloseable
        || context instanceof DriftGate
        || context instanceof ProbeSource) {
      open.add(context + " is more than a context");
    }
    return open;
  }

  private static void keepContexts(HostileLoop loop) {
    List<RunContext> kept = new ArrayList<>();
    loop.attempting(
        (honest, requests, context) -> {
          kept.add(context);
          loop.attack(() -> kept.forEach(old -> old.progress(1, 1)));
          return honest.generate(requests, context);
        });
    loop.after.add(() -> kept.forEach(old -> old.progress(1, 1)));
  }

  private static void leaveThread(HostileLoop loop) {
    AtomicBoolean stop = new AtomicBoolean();
    AtomicReference<RunContext> latest = new AtomicReference<>(RunContext.standalone());
    CompletableFuture<Void> left =
        CompletableFuture.runAsync(
            () -> {
              while (!stop.get()) {
                latest.get().progress(-1, -1);
                latest.get().cancelled();
                Thread.yield();
              }
            });
    loop.attempting(
        (honest, requests, context) -> {
          loop.attack(() -> latest.set(context));
          return honest.generate(requests, context);
        });
    loop.after.add(
        () -> {
          stop.set(true);
          left.join();
        });
  }

  /** Holds what was committed to against everything it ever saw, and all small numbers. */
  private static void guess(HostileLoop loop) {
    Set<Long> guesses = new HashSet<>();
    List<RunEvent> committed = new ArrayList<>();
    LongStream.range(0, 10_000).forEach(guesses::add);
    loop.attempting(
        (honest, requests, context) -> {
          loop.attack(() -> requests.forEach(request -> guesses.add(request.seed())));
          return honest.generate(requests, context);
        });
    loop.listener =
        event -> {
          if (event instanceof RunEvent.ProbesCommitted && committed.isEmpty()) {
            committed.add(event);
          } else if (event instanceof RunEvent.RunFinished) {
            guesses.stream()
                .map(guess -> new RunEvent.ProbesRevealed(1, guess))
                .filter(
                    guess -> GateAudit.orderProblems(List.of(committed.get(0), guess)).isEmpty())
                .forEach(guess -> loop.loot.add("the order of probes"));
          }
        };
  }

  private static void recurse(HostileLoop loop) {
    loop.attempting(
        (honest, requests, context) -> {
          List<String> runs = loop.store.runs();
          loop.expectRefused(() -> loop.build().resume(runs.get(runs.size() - 1), Loops.TASKS));
          return honest.generate(requests, context);
        });
  }

  private static Codec<Sum, Long> unsteady(HostileLoop loop) {
    Codec<Sum, Long> honest = ToyTasks.codec();
    return new Codec<>() {
      private boolean begun;

      @Override
      public String writeTask(Sum task) {
        // While the loop is built it is honest, or it would be refused.
        begun = begun || loop.store.runs().size() > 1;
        int blanks = begun ? loop.tries.getAndIncrement() % 7 : 0;
        return honest.writeTask(task) + " ".repeat(blanks);
      }

      @Override
      public Sum readTask(String text) {
        return honest.readTask(text.strip());
      }

      @Override
      public String writeCandidate(Long candidate) {
        return honest.writeCandidate(candidate);
      }

      @Override
      public Long readCandidate(String text) {
        return honest.readCandidate(text);
      }
    };
  }

  private static void listen(HostileLoop loop, Sum task) {
    loop.tries.incrementAndGet();
    if (HostileLoop.PROBES.contains(task) || HostileLoop.EXAM.contains(task)) {
      loop.loot.add("the probe " + task);
    }
  }

  private static Critique graded(HostileLoop loop, Map<String, Double> scores) {
    loop.tries.incrementAndGet();
    return new Critique(scores, "fine");
  }

  private static Sum probe(RandomGenerator random) {
    List<Sum> probes = HostileLoop.PROBES.families().get("level 3").tasks();
    return probes.get(random.nextInt(probes.size()));
  }

  private static TaskSource<Sum> growing(HostileLoop loop) {
    return new TaskSource<>() {
      @Override
      public int levels() {
        return Loops.LEVELS + 100 * loop.tries.getAndIncrement();
      }

      @Override
      public Sum draw(int level, RandomGenerator random) {
        return Loops.TASKS.draw(level, random);
      }
    };
  }

  static List<Path> files(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
