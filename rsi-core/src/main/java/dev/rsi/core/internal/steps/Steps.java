package dev.rsi.core.internal.steps;

import dev.rsi.api.CancelledException;
import dev.rsi.api.CorruptModelException;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.PartException;
import dev.rsi.api.RsiException;
import dev.rsi.core.internal.calls.DirectCalls;
import dev.rsi.core.internal.calls.Watch;
import dev.rsi.core.internal.spending.Amounts;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one door of a run for whatever comes from outside and whatever is recorded.
 *
 * <p>A run that is resumed takes the same steps from its beginning. A step that was recorded is
 * recalled, not done again; the first that was not is the first to be done, once the run may go on.
 * What a step records must equal what was recorded then. Who asks here never sees which of the two
 * it is. Used by the run's thread alone, but for {@link #cancelled}.
 */
public final class Steps {
  private final Journal journal;
  private final Accounts accounts;
  private final BooleanSupplier cut;
  private final Outages outages;
  private final DirectCalls direct;
  private Part part = Part.PRACTICE;
  private Flight.@Nullable Phase flight;

  /**
   * The steps of a run.
   *
   * @param outages what is done while a part cannot be reached
   * @param cut whether the run was told to end what is under way
   * @param direct calls parts on the run's thread
   */
  public Steps(
      Journal journal,
      Accounts accounts,
      Outages outages,
      BooleanSupplier cut,
      DirectCalls direct) {
    this.journal = journal;
    this.accounts = accounts;
    this.outages = outages;
    this.cut = cut;
    this.direct = direct;
  }

  /** The run's id. */
  public String run() {
    return journal.run();
  }

  /** The generation under way: 0 before the first one. */
  public int generation() {
    return journal.generation();
  }

  /** What is spent and may be spent. */
  public Accounts accounts() {
    return accounts;
  }

  /** What is done while a part cannot be reached. */
  public Outages outages() {
    return outages;
  }

  /** Whether what is under way should end now. Any thread may ask; nothing is recorded by it. */
  public boolean cancelled() {
    return cut.getAsBoolean() || accounts.isSpent();
  }

  /** What a call of a part may know of the run. */
  public Watch context(String what) {
    return new StepContext(what, this::cancelled, accounts::tick, journal);
  }

  /** Whether a run is done again, and nothing recorded. */
  public boolean isReplay() {
    return journal.isReplay();
  }

  /** How parts are called on the run's thread: each such call goes through here. */
  public DirectCalls direct() {
    return direct;
  }

  // Where the run is.

  /** A generation begins. */
  public void generation(int number) {
    journal.generation(number);
    part = Part.PRACTICE;
  }

  /** A phase of the generation begins, and whatever was before it is over. */
  public void enter(Phase phase, Part who) {
    leave();
    flight = new Flight.Phase(journal.run(), journal.generation(), phase.words());
    part = who;
  }

  /** From now on another part is to be named if something breaks. */
  public void at(Part who) {
    part = who;
  }

  /** The phase under way is over, whether it came to its end or not. */
  public void leave() {
    if (flight != null) {
      flight.commit();
      flight = null;
    }
  }

  // Recalled or done.

  /**
   * A step whose result comes from outside and is recorded as several events.
   *
   * @param count how many events it has
   * @param most what it may spend
   * @param read its result, from what was recorded
   * @param make its result, done now
   * @param write what is recorded of a result, done now or recalled
   * @throws RecalledFault if it broke when the run first came by
   * @throws CancelledException if it is to be done, and the run is to be left
   */
  public <E extends RunEvent, R> R once(
      Class<E> type,
      int count,
      Amounts most,
      Function<List<E>, R> read,
      Supplier<R> make,
      Function<R, List<? extends RunEvent>> write) {
    List<E> then = recalled(type, count, most, events -> most);
    R result = then == null ? make.get() : read.apply(then);
    List<? extends RunEvent> events = write.apply(result);
    journal.record(events);
    events.forEach(accounts::took);
    return result;
  }

  /**
   * A step whose result comes from outside and is one event.
   *
   * @param most what it may spend
   * @param spent what it spent
   * @param make it, done now
   * @throws RecalledFault if it broke when the run first came by
   * @throws CancelledException if it is to be done, and the run is to be left
   */
  public <E extends RunEvent> E once(
      Class<E> type, Amounts most, Function<? super E, Amounts> spent, Supplier<E> make) {
    List<E> then = recalled(type, 1, most, events -> spent.apply(events.get(0)));
    E event = then == null ? make.get() : then.get(0);
    journal.record(event);
    accounts.took(event);
    return event;
  }

  private <E extends RunEvent> @Nullable List<E> recalled(
      Class<E> type, int count, Amounts most, Function<List<E>, Amounts> spent) {
    try {
      List<E> events = journal.recalled(type, count);
      if (events != null) {
        accounts.recall(spent.apply(events));
      }
      return events;
    } catch (RecalledFault e) {
      // Also what broke was spent.
      accounts.recall(most);
      throw e;
    }
  }

  /**
   * What may happen, and is recorded only if it does.
   *
   * @param make it; null if it does not happen
   * @throws RecalledFault if the part at work broke here when the run first came by
   */
  public <E extends RunEvent> @Nullable E perhaps(Class<E> type, Supplier<@Nullable E> make) {
    RunEvent then = journal.next();
    if (then instanceof RunEvent.Faulted fault && fault.part().equals(part.words())) {
      throw new RecalledFault(fault);
    }
    E event = then == null ? make.get() : type.isInstance(then) ? type.cast(then) : null;
    if (event != null) {
      journal.record(event);
    }
    return event;
  }

  /**
   * Something that depends on more than the course, worked out when the run first comes by.
   *
   * @param type the event that tells it, if it is recorded next
   * @param tells what that event tells
   * @param workOut works it out
   */
  public <E extends RunEvent, V extends @Nullable Object> V told(
      Class<E> type, Function<? super E, V> tells, Supplier<V> workOut) {
    RunEvent then = journal.next();
    return type.isInstance(then) ? tells.apply(type.cast(then)) : workOut.get();
  }

  /**
   * The same for what shows in whatever was recorded next.
   *
   * @param shows what it shows
   * @param workOut works it out
   */
  public <V extends @Nullable Object> V shown(Function<RunEvent, V> shows, Supplier<V> workOut) {
    RunEvent then = journal.next();
    return then == null ? workOut.get() : shows.apply(then);
  }

  /**
   * Goes over events that come next, as they were recorded: what they came to is known already.
   *
   * @param some which of them, up to the first that is none
   * @param spent what each spent
   */
  public List<RunEvent> over(
      Predicate<? super RunEvent> some, Function<? super RunEvent, Amounts> spent) {
    List<RunEvent> over = new ArrayList<>();
    for (RunEvent then = journal.next(); then != null && some.test(then); then = journal.next()) {
      accounts.recall(spent.apply(then));
      journal.record(then);
      accounts.took(then);
      over.add(then);
    }
    return over;
  }

  /**
   * What is to be done now is not what was done: to be thrown.
   *
   * @param now what it is, in words
   */
  public JournalException diverged(String now) {
    return journal.diverged(String.valueOf(journal.next()), now);
  }

  /** Does what the record does not hold; not where the run only goes over what it did before. */
  public void outside(Runnable effect) {
    if (journal.isLive()) {
      effect.run();
    }
  }

  // The record.

  /**
   * Begins the record of a run, or goes over its beginning.
   *
   * @param differing in what the run began otherwise, in words, by how it began
   * @param resumed what is recorded of a run that goes on
   * @throws IllegalArgumentException if it began otherwise
   */
  public void begin(
      RunEvent.RunStarted begins,
      Function<RunEvent.RunStarted, List<String>> differing,
      RunEvent.Resumed resumed) {
    if (!(journal.next() instanceof RunEvent.RunStarted began)) {
      journal.begin(begins);
      return;
    }
    // What a replay does otherwise comes out as the event that differs.
    List<String> differences = journal.isReplay() ? List.of() : differing.apply(began);
    if (!differences.isEmpty()) {
      throw new IllegalArgumentException(
          "Run ("
              + journal.run()
              + ") began with another loop: "
              + String.join("; ", differences)
              + ".\n"
              + "Maybe build the loop as it was, and resume; only its budget and its surroundings"
              + " (store, registry, listener, threads, clock, stop file) may differ. Or begin a new"
              + " run from the live version.");
    }
    journal.record(began);
    journal.record(resumed);
  }

  /** Records what the loop found by itself. */
  public void record(RunEvent event) {
    checkFault(part);
    journal.record(event);
  }

  /** Records several events at once. */
  public void record(List<? extends RunEvent> events) {
    journal.record(events);
    events.forEach(accounts::took);
  }

  /** Tells what the run's course has of a kind so far, in order and one by one. */
  public <E extends RunEvent> void forEach(Class<E> type, Consumer<? super E> each) {
    journal.forEach(type, each);
  }

  /** Waits for the run to be allowed to go on. */
  public void between() {
    journal.between();
  }

  /**
   * Waits until something is there.
   *
   * @throws CancelledException if the run is to be left
   */
  public void waitFor(BooleanSupplier something) {
    journal.waitFor(something);
  }

  // The surroundings.

  /**
   * Asks the registry. What it cannot do for its surroundings' sake (a full disk, a server that is
   * gone) is no fault of the step: the run is left open. What it refuses is thrown on.
   *
   * @throws LeavingException if it cannot be read or written
   */
  public <R extends @Nullable Object> R registry(Supplier<R> ask) {
    return leavingOn(() -> asked(ask));
  }

  /** The same on any thread; the run is left where its own thread hears of it. */
  public static <R extends @Nullable Object> R asked(Supplier<R> registry) {
    try {
      return registry.get();
    } catch (CancelledException | CorruptModelException | JournalException e) {
      throw e;
    } catch (RsiException | UncheckedIOException e) {
      throw surroundings(e);
    }
  }

  /**
   * Asks the registry about a version that the run knows to be there. Where there is none, somebody
   * took it away, or the disk that it lies on.
   */
  public <R extends @Nullable Object> R knownVersion(Supplier<R> ask) {
    return leavingOn(() -> askedOfKnown(ask));
  }

  /** The same on any thread. */
  static <R extends @Nullable Object> R askedOfKnown(Supplier<R> registry) {
    try {
      return asked(registry);
    } catch (IllegalArgumentException e) {
      throw surroundings(e);
    }
  }

  /**
   * Has a version loaded that the run knows to be there; on any thread.
   *
   * @param loader loads it; what it throws is its own
   */
  public static <V> V loaded(
      ModelRegistry registry, String id, Function<? super ModelVersion, ? extends V> loader) {
    try {
      return askedOfKnown(
          () ->
              registry.load(
                  id,
                  version -> {
                    try {
                      return loader.apply(version);
                    } catch (RuntimeException e) {
                      throw new LoaderException(e);
                    }
                  }));
    } catch (LoaderException e) {
      throw e.thrown;
    }
  }

  /** Who loads a version broke, and not the registry. */
  private static final class LoaderException extends RuntimeException {
    private static final long serialVersionUID = 1;

    final RuntimeException thrown;

    LoaderException(RuntimeException thrown) {
      super(thrown);
      this.thrown = thrown;
    }
  }

  /** Reads the store; what keeps it from that leaves the run open. */
  public <R> R read(Supplier<R> reading) {
    return journal.read(reading);
  }

  /** Does something, and has the run left if it may not go on: nobody can swallow that. */
  public <R extends @Nullable Object> R leavingOn(Supplier<R> work) {
    try {
      return work.get();
    } catch (LeavingException e) {
      throw journal.leave(e);
    }
  }

  /** Has the run left open; to be thrown. */
  public LeavingException leave(LeavingException why) {
    return journal.leave(why);
  }

  /** What keeps the registry from its work. */
  private static LeavingException surroundings(Exception cause) {
    String words = cause.getMessage();
    return new LeavingException(
        RunReport.End.SURROUNDINGS, words == null ? String.valueOf(cause) : words, cause);
  }

  /** The run is being left: from now on only what tells of that can be recorded. */
  public void leaving() {
    journal.leaving();
  }

  // What breaks.

  /**
   * Does something that may break and be done without. What breaks is recorded; a run that is to be
   * left, or whose record cannot be kept, breaks nothing.
   *
   * @param who broke, if it does
   * @param work what may break
   * @param otherwise what is done without it
   */
  public <R extends @Nullable Object> R guarded(
      Part who, Supplier<R> work, Function<RuntimeException, R> otherwise) {
    try {
      return work.get();
    } catch (CancelledException | JournalException e) {
      throw e;
    } catch (Throwable e) {
      RuntimeException broken = PartException.of(e);
      if (e instanceof RecalledFault fault && isOfAnother(fault.event(), who)) {
        // Whoever broke then is around this one.
        throw broken;
      }
      checkLasts(who, broken);
      journal.fault(journal.generation(), who, broken);
      return otherwise.apply(broken);
    }
  }

  private boolean isOfAnother(RunEvent.Faulted fault, Part who) {
    return fault == journal.next() && !fault.part().equals(who.words());
  }

  /**
   * Breaks where a part broke when the run first came by, though it does not now: it may have been
   * the time that was up.
   *
   * @throws RecalledFault if it did
   */
  public void checkFault(Part who) {
    if (journal.recalls()
        && journal.next() instanceof RunEvent.Faulted fault
        && fault.part().equals(who.words())) {
      throw new RecalledFault(fault);
    }
  }

  /** Does something that may break. What breaks is recorded here, and thrown on. */
  public <R> R orFault(Part who, Supplier<R> work) {
    return guarded(
        who,
        work,
        e -> {
          throw e;
        });
  }

  /**
   * The same for the part that is at work when it breaks.
   *
   * @return what broke; null if nothing did
   */
  public RunEvent.@Nullable Faulted guarded(Runnable work) {
    try {
      work.run();
      return null;
    } catch (CancelledException | JournalException e) {
      throw e;
    } catch (Throwable e) {
      RuntimeException broken = PartException.of(e);
      checkLasts(part, broken);
      return journal.fault(journal.generation(), part, broken);
    }
  }

  /** What may succeed later without a change is no fault: the run is left, and does it then. */
  private void checkLasts(Part who, RuntimeException thrown) {
    if (thrown instanceof RsiException rsi && rsi.retryable()) {
      throw journal.leave(
          RunReport.End.OUTAGE,
          "The "
              + who.words()
              + " could not be done now: "
              + thrown
              + "\nMaybe resume the run later.",
          thrown);
    }
  }

  /** What is recorded of the part at work where the budget cuts it short. */
  public RunEvent.Faulted cutShort(CancelledException cause) {
    return new RunEvent.Faulted(journal.generation(), part.words(), String.valueOf(cause));
  }
}
