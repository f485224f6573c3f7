package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.RsiException;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A process that drives the run of a world, from where it was left. Between any two of its steps it
 * may die, or stand still while others take the run over; what it asks of store and registry may
 * fail for a while.
 *
 * <p>Others drive the run within the step between which this one stands still, on the same thread:
 * so one thing happens after another, whatever threads the loop has, and a seed repeats all of it.
 */
final class SimulatedProcess<T, C> {
  private final SimulatedWorld<T, C> world;
  private final RunStore store;
  private final ModelRegistry registry;
  private final SimulatedParts<T, C> parts;

  /** What the system gives up for it when it ends. */
  private final List<ModelRegistry.Driver> drivers = new ArrayList<>();

  private final List<RunStore.Lease> leases = new ArrayList<>();
  private final Set<String> asked = ConcurrentHashMap.newKeySet();
  private RunStore.@Nullable Lease lease;
  private final int acts;
  private SimulatedWorld.Fate fate;
  private int life;
  private int failing;
  private boolean failed;
  private boolean dead;
  private boolean stoodStill;
  private volatile boolean overtaken;
  private boolean left;

  /** When it stepped last. */
  private volatile Instant now;

  /** The thread on which others drive the run; guarded by this. */
  private @Nullable Thread standing;

  /** The end of a process, which no part is to blame for. */
  static final class Death extends VirtualMachineError {
    private static final long serialVersionUID = 1;

    Death() {
      super("the process died");
    }

    @Override
    public Throwable fillInStackTrace() {
      return this;
    }
  }

  SimulatedProcess(SimulatedWorld<T, C> world) {
    this.world = world;
    this.store = world.store().open();
    // It opens the registry anew, and so sweeps what those before it left behind.
    this.registry = world.openRegistry();
    this.parts = new SimulatedParts<>(world, this);
    this.acts = world.person().acts();
    this.fate = world.fate();
    this.life = world.life();
    this.now = world.outage().pass();
  }

  /** Drives the run until it ends or is left, or the process does not go on. */
  void live() {
    SimulatedProcess<T, C> before = world.running(this);
    try {
      drive();
    } catch (Death death) {
      world.promise(() -> assertThat(dead).as("who died").isTrue());
    } catch (RsiException | IllegalStateException e) {
      world.promise(() -> checkThrown(e));
    } finally {
      world.running(before);
    }
    world.promise(
        () -> {
          assertThat(parts.openSessions()).as("sessions left open").isZero();
          world.watch().left(store);
          assertThat(store.audit().fault()).isNull();
        });
    end(before == null);
  }

  private void drive() {
    ImprovementLoop<T, C> loop =
        parts.loop(stepping(RunStore.class, store), stepping(ModelRegistry.class, registry));
    Optional<String> unfinished = loop.unfinished();
    if (world.watch().isFinished()) {
      return; // Others ended it while this one stood still.
    }
    RunReport report =
        unfinished.isPresent()
            ? loop.resume(unfinished.get(), world.loop().tasks())
            : loop.run(
                registry.add(world.writeStart(), Provenance.imported()), world.loop().tasks());
    world.promise(() -> checkLeft(report));
  }

  /** Why it ended the run, or left it. */
  private void checkLeft(RunReport report) {
    if (overtaken) {
      assertThat(left).as("an overtaken driver reports: %s", report).isTrue();
      return;
    }
    switch (report.end()) {
      case OVERRULED -> {
        assertThat(wasOverruled()).as("overruled: %s", report.reason()).isTrue();
        world.person().putBack();
      }
      case SURROUNDINGS -> assertThat(failed).as("surroundings: %s", report.reason()).isTrue();
      case OUTAGE -> {
        assertThat(world.outage().wasMissed()).as("outage: %s", report.reason()).isTrue();
        world.outage().pause();
      }
      default ->
          assertThat(world.watch().isFinished())
              .as("%s: %s", report.end(), report.reason())
              .isTrue();
    }
  }

  /** One that was overtaken, that may not go on, or whose surroundings failed says so. */
  private void checkThrown(RuntimeException thrown) {
    boolean failure = thrown instanceof RsiException;
    if (stoodStill || (failed && failure)) {
      return;
    }
    if (!failure && wasOverruled()) {
      world.person().putBack();
      return;
    }
    throw thrown;
  }

  /** A person moved the live version, and may have put it back by now. */
  private boolean wasOverruled() {
    return world.person().moved() || world.person().acts() > acts;
  }

  private void end(boolean alone) {
    drivers.forEach(ModelRegistry.Driver::close);
    leases.forEach(RunStore.Lease::close);
    if (dead && alone) {
      world.store().killed(store);
    } else {
      world.store().left(store);
    }
  }

  /** Whether an attempt is asked for the first time by this process. */
  boolean asksAnew(String attempt) {
    return asked.add(attempt);
  }

  /**
   * Its clock: it goes from step to step, so that it tells the same whichever of its threads looks
   * at it, and however often.
   */
  Clock clock() {
    return new Clock() {
      @Override
      public Instant instant() {
        return goesOn() ? world.outage().now(now) : now;
      }

      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException();
      }
    };
  }

  /** Whether nobody took the run over from it. */
  boolean goesOn() {
    return !overtaken;
  }

  // Steps.

  /** Between two steps: time passes, a person comes by, and whatever is this process's fate. */
  void step() {
    if (world.isBroken() || dead) {
      throw new Death();
    }
    if (overtaken) {
      return;
    }
    now = world.outage().pass();
    if (world.watch().isFinished() || world.isCalm()) {
      return;
    }
    world.person().passBy();
    if (life-- <= 0 && world.meets(fate)) {
      SimulatedWorld.Fate met = fate;
      fate = world.fate();
      life = world.life();
      meet(met);
    }
  }

  private void meet(SimulatedWorld.Fate met) {
    switch (met) {
      case DIES -> {
        dead = true;
        throw new Death();
      }
      case STANDS_STILL -> standStill();
      case FAILS -> failing = world.failures();
      case MISSES -> world.outage().begin();
      case LIVES -> {}
    }
  }

  /** Others drive the run meanwhile, to its end or until they meet their own fate. */
  private void standStill() {
    if (!world.watch().isOpen()) {
      return;
    }
    stoodStill = true;
    synchronized (this) {
      standing = Thread.currentThread();
    }
    if (lease != null) {
      lease.close();
      overtaken = true;
    }
    world.takeOver();
    synchronized (this) {
      standing = null;
      notifyAll();
    }
  }

  /** Whichever thread stands still, all do. */
  private synchronized void awaitOthers() {
    boolean interrupted = false;
    while (standing != null && standing != Thread.currentThread()) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // Store and registry.

  /** A part whose every call is two steps, before and after what it does, and may fail. */
  private <P> P stepping(Class<P> type, P part) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> called(part, method, arguments)));
  }

  private @Nullable Object called(Object part, Method method, Object @Nullable [] arguments)
      throws Throwable {
    boolean closes = method.getName().equals("close");
    awaitOthers();
    step();
    boolean fails = goesOn() && failing > 0 && !closes && !world.watch().isFinished();
    if (fails) {
      failing--;
      failed = true;
      if (world.isEarly()) {
        throw failure(method);
      }
    }
    if (overtaken && method.getName().equals("append")) {
      throw new RsiException("The lease of the run was lost to another driver.");
    }
    Object result;
    try {
      result = method.invoke(part, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    done(method.getName(), arguments);
    result = kept(result);
    try {
      if (fails) {
        throw failure(method);
      }
      step();
      return result;
    } catch (Death | RsiException lost) {
      if (result instanceof AutoCloseable closeable && !(result instanceof RunStore.Lease)) {
        // Nobody got it; what the system takes of a process is taken when it ends.
        if (!(result instanceof ModelRegistry.Driver)) {
          closeable.close();
        }
      }
      throw lost;
    }
  }

  private static RsiException failure(Method method) {
    return new RsiException(
        "Could not " + method.getName() + ": no space left on device",
        new IOException("no space left on device"));
  }

  /** What is durable is watched before the process can die of it. */
  private void done(String method, Object @Nullable [] arguments) {
    if (arguments == null) {
      return;
    }
    SimulatedWatch<T, C> watch = world.watch();
    switch (method) {
      case "append" -> {
        List<RunEvent> events = events(arguments[2]);
        left |= events.stream().anyMatch(RunEvent.Stopped.class::isInstance);
        world.promise(() -> watch.recorded((String) arguments[0], events, registry));
      }
      case "promote" ->
          world.promise(
              () -> {
                assertThat(world.driver()).as("an overtaken driver promotes").isSameAs(this);
                watch.promoted((String) arguments[0], registry);
              });
      case "retain" -> world.promise(() -> watch.retained((Integer) arguments[0], registry));
      default -> {}
    }
  }

  private @Nullable Object kept(@Nullable Object result) {
    if (result instanceof RunStore.Lease given) {
      leases.add(given);
      lease = given;
      return stepping(RunStore.Lease.class, given);
    }
    if (result instanceof ModelRegistry.Driver given) {
      drivers.add(given);
      world.driver(this);
      return stepping(ModelRegistry.Driver.class, given);
    }
    return result;
  }

  private static List<RunEvent> events(Object argument) {
    List<RunEvent> events = new ArrayList<>();
    for (Object event : (List<?>) argument) {
      events.add((RunEvent) event);
    }
    return events;
  }
}
