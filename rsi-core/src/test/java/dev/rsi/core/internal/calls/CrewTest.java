package dev.rsi.core.internal.calls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.rsi.api.Calls;
import dev.rsi.api.CancelledException;
import dev.rsi.api.PartException;
import dev.rsi.api.RsiException;
import dev.rsi.core.internal.calls.Answer.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CrewTest {
  private static final Calls SHORT = Calls.DEFAULT.limit(Duration.ofMillis(40));

  /** What all sessions and threads of a test did. */
  private final List<Session> sessions = Collections.synchronizedList(new ArrayList<>());

  private final List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger ticks = new AtomicInteger();
  private final AtomicBoolean cancelled = new AtomicBoolean();
  private final AtomicBoolean leaving = new AtomicBoolean();
  private final CountDownLatch release = new CountDownLatch(1);
  private final ThreadFactory factory =
      work -> {
        Thread thread = new Thread(work);
        threads.add(thread);
        return thread;
      };
  private final Watch context =
      new Watch() {
        @Override
        public boolean cancelled() {
          return cancelled.get();
        }

        @Override
        public boolean leaving() {
          return leaving.get();
        }

        @Override
        public void progress(long done, long total) {}

        @Override
        public void tick() {
          ticks.incrementAndGet();
        }
      };

  /** A session that finds out whether it is used by two threads, or after it was closed. */
  private static class Session implements AutoCloseable {
    final AtomicInteger calls = new AtomicInteger();
    private Thread owner = Thread.currentThread();
    volatile int closed;

    void use() {
      assertThat(Thread.currentThread()).isSameAs(owner);
      assertThat(closed).isZero();
      calls.incrementAndGet();
    }

    @Override
    public void close() {
      assertThat(Thread.currentThread()).isSameAs(owner);
      assertThat(Thread.interrupted()).isFalse();
      closed++;
    }
  }

  @AfterEach
  void let() {
    release.countDown();
  }

  private Crew<Session> crew(Calls calls) {
    return new Crew<>(
        "verifier",
        calls,
        () -> {
          Session session = new Session();
          sessions.add(session);
          return session;
        },
        factory);
  }

  private static Crew.Call<Session, Integer> giving(int value) {
    return (session, call) -> {
      session.use();
      return value;
    };
  }

  private static List<Crew.Call<Session, Integer>> numbers(int count) {
    return IntStream.range(0, count).mapToObj(CrewTest::giving).toList();
  }

  private static List<Integer> values(List<Answer<Integer>> answers) {
    return answers.stream().map(Answer::value).toList();
  }

  private static List<Kind> kinds(List<? extends Answer<?>> answers) {
    return answers.stream().<Kind>map(Answer::kind).toList();
  }

  private void joinAll() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(30));
      assertThat(thread.isAlive()).isFalse();
    }
  }

  @Test
  void should_answer_in_the_order_of_the_calls() throws Exception {
    try (Crew<Session> crew = crew(Calls.DEFAULT.parallel(4))) {
      for (int batch = 0; batch < 50; batch++) {
        List<Answer<Integer>> answers = crew.make(numbers(batch), context);
        assertThat(values(answers)).isEqualTo(IntStream.range(0, batch).boxed().toList());
        assertThat(kinds(answers)).allMatch(kind -> kind == Kind.GIVEN);
      }
    }
    joinAll();
    assertThat(sessions).hasSizeLessThanOrEqualTo(4).allMatch(session -> session.closed == 1);
    assertThat(sessions.stream().mapToInt(session -> session.calls.get()).sum())
        .isEqualTo(49 * 50 / 2);
  }

  @Test
  void should_keep_one_session_from_batch_to_batch_and_name_its_thread() throws Exception {
    try (Crew<Session> crew = crew(Calls.DEFAULT)) {
      crew.make(numbers(10), context);
      crew.make(numbers(10), context);
      assertThat(sessions).hasSize(1);
      assertThat(sessions.get(0).calls).hasValue(20);
      assertThat(sessions.get(0).closed).isZero();
      assertThat(threads).hasSize(1).allMatch(Thread::isDaemon);
      assertThat(threads.get(0).getName()).isEqualTo("verifier 1");
    }
    joinAll();
    assertThat(sessions.get(0).closed).isOne();
  }

  @Test
  void should_open_nothing_before_the_first_call() {
    try (Crew<Session> crew = crew(Calls.DEFAULT)) {
      assertThat(crew.make(List.of(), context)).isEmpty();
    }
    assertThat(sessions).isEmpty();
    assertThat(threads).isEmpty();
  }

  @Test
  void should_have_as_many_calls_under_way_as_it_has_workers() {
    CyclicBarrier all = new CyclicBarrier(8);
    Crew.Call<Session, Integer> together = (session, call) -> await(all);
    try (Crew<Session> crew = crew(Calls.DEFAULT.parallel(8))) {
      assertThat(kinds(crew.make(Collections.nCopies(64, together), context)))
          .containsOnly(Kind.GIVEN)
          .hasSize(64);
    }
    assertThat(sessions).hasSize(8);
  }

  private static int await(CyclicBarrier barrier) {
    try {
      return barrier.await();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void should_make_what_a_call_throws_its_answer_and_use_its_session_no_more() throws Exception {
    RuntimeException broken = new IllegalStateException("broken");
    Crew.Call<Session, Integer> throwing =
        (session, call) -> {
          throw broken;
        };
    try (Crew<Session> crew = crew(Calls.DEFAULT)) {
      List<Answer<Integer>> answers =
          crew.make(List.of(giving(1), throwing, giving(3), (s, c) -> null), context);
      assertThat(kinds(answers)).containsExactly(Kind.GIVEN, Kind.THREW, Kind.GIVEN, Kind.GIVEN);
      assertThat(answers.get(1).thrown()).isSameAs(broken);
      assertThat(values(answers)).containsExactly(1, null, 3, null);
    }
    joinAll();
    assertThat(sessions).hasSize(2).allMatch(session -> session.closed == 1);
  }

  @Test
  void should_make_the_answer_of_a_session_that_cannot_be_opened_what_opening_threw() {
    AtomicInteger opened = new AtomicInteger();
    try (Crew<Session> crew =
        new Crew<>(
            "verifier",
            Calls.DEFAULT,
            () -> {
              if (opened.getAndIncrement() == 0) {
                throw new RsiException("no room");
              }
              return new Session();
            },
            factory)) {
      assertThat(kinds(crew.make(numbers(3), context)))
          .containsExactly(Kind.THREW, Kind.GIVEN, Kind.GIVEN);
    }
    assertThat(opened).hasValue(2);
  }

  @Test
  void should_cut_a_call_at_its_limit_and_go_on_with_the_others() throws Exception {
    List<Boolean> told = Collections.synchronizedList(new ArrayList<>());
    Crew.Call<Session, Integer> hanging =
        (session, call) -> {
          session.use();
          told.add(call.cancelled());
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            told.add(call.cancelled());
          }
          return 7;
        };
    try (Crew<Session> crew = crew(SHORT)) {
      List<Answer<Integer>> answers = crew.make(List.of(giving(1), hanging, giving(3)), context);
      assertThat(kinds(answers)).containsExactly(Kind.GIVEN, Kind.LATE, Kind.GIVEN);
      assertThat(values(answers)).containsExactly(1, null, 3);
      // Eight in the limit, and as many as the call took to begin.
      assertThat(ticks).hasValueGreaterThanOrEqualTo(8);
      assertThat(kinds(crew.make(List.of(hanging, giving(2)), context)))
          .containsExactly(Kind.LATE, Kind.GIVEN);
    }
    joinAll();
    assertThat(told).containsExactly(false, true, false, true);
    assertThat(sessions).hasSize(3).allMatch(session -> session.closed == 1);
  }

  @Test
  void should_not_cut_a_call_before_its_limit() {
    Crew.Call<Session, Integer> slow =
        (session, call) -> {
          long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(30);
          while (System.nanoTime() < end) {
            Thread.onSpinWait();
          }
          return 1;
        };
    try (Crew<Session> crew = crew(Calls.DEFAULT.limit(Duration.ofMillis(2_000)))) {
      assertThat(kinds(crew.make(Collections.nCopies(20, slow), context)))
          .containsOnly(Kind.GIVEN)
          .hasSize(20);
    }
  }

  @Test
  void should_do_without_a_worker_that_stays_deaf() throws Exception {
    Crew.Call<Session, Integer> deaf = (session, call) -> deaf();
    try (Crew<Session> crew = crew(SHORT)) {
      List<Answer<Integer>> answers = crew.make(List.of(deaf, giving(2)), context);
      assertThat(kinds(answers)).containsExactly(Kind.LATE, Kind.GIVEN);
      assertThat(kinds(crew.make(numbers(2), context))).containsOnly(Kind.GIVEN);
      assertThat(sessions).hasSize(2);
      assertThat(sessions.get(0).closed).isZero();
      release.countDown();
    }
    joinAll();
    assertThat(sessions).allMatch(session -> session.closed == 1);
  }

  @Test
  void should_give_up_where_too_many_calls_stay_deaf() throws Exception {
    Crew.Call<Session, Integer> deaf = (session, call) -> deaf();
    try (Crew<Session> crew = crew(Calls.DEFAULT.parallel(50).limit(Duration.ofMillis(5)))) {
      assertThatThrownBy(() -> crew.make(Collections.nCopies(200, deaf), context))
          .isInstanceOf(RsiException.class)
          .hasMessageContaining("calls of the verifier")
          .hasMessageContaining("Maybe");
      assertThat(threads).hasSizeLessThan(150);
      release.countDown();
    }
    joinAll();
  }

  @Test
  void should_throw_an_error_of_the_machine_as_it_is_and_cut_the_other_calls() throws Exception {
    Error error = new OutOfMemoryError("not true");
    CountDownLatch hangs = new CountDownLatch(1);
    Crew.Call<Session, Integer> hanging =
        (session, call) -> {
          hangs.countDown();
          return hang();
        };
    Crew.Call<Session, Integer> failing =
        (session, call) -> {
          awaits(hangs);
          throw error;
        };
    AtomicInteger later = new AtomicInteger();
    Crew.Call<Session, Integer> next = (session, call) -> later.incrementAndGet();
    try (Crew<Session> crew = crew(Calls.DEFAULT.parallel(2))) {
      assertThatThrownBy(() -> crew.make(List.of(hanging, failing, next), context)).isSameAs(error);
      assertThat(values(crew.make(numbers(3), context))).containsExactly(0, 1, 2);
    }
    joinAll();
    assertThat(later).hasValue(0);
    assertThat(sessions).allMatch(session -> session.closed == 1);
  }

  /** No interrupt ends it. */
  private int deaf() {
    Uninterruptibles.awaitUninterruptibly(release);
    return 0;
  }

  private static void awaits(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static int hang() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return 0;
  }

  @Test
  void should_make_whatever_a_call_throws_its_answer() throws Exception {
    List<Throwable> thrown =
        List.of(
            new IOException("secret"),
            new AssertionError("wrong"),
            new NoClassDefFoundError("dev/rsi/Gone"),
            new StackOverflowError(),
            new CancelledException("not true"));
    List<Crew.Call<Session, Integer>> calls =
        thrown.stream().<Crew.Call<Session, Integer>>map(each -> (s, c) -> sneak(each)).toList();
    try (Crew<Session> crew = crew(Calls.DEFAULT)) {
      List<Answer<Integer>> answers = crew.make(calls, context);
      assertThat(kinds(answers)).containsOnly(Kind.THREW);
      for (int i = 0; i < thrown.size(); i++) {
        assertThat(answers.get(i).thrown())
            .isInstanceOf(PartException.class)
            .hasToString(thrown.get(i).toString());
      }
    }
    joinAll();
    assertThat(sessions).hasSameSizeAs(thrown).allMatch(session -> session.closed == 1);
  }

  @SuppressWarnings("unchecked")
  private static <X extends Throwable> int sneak(Throwable cause) throws X {
    throw (X) cause;
  }

  @Test
  void should_leave_a_batch_that_lasts_after_the_time_of_one_call() throws Exception {
    Crew.Call<Session, Integer> hanging = (session, call) -> hang();
    AtomicInteger begun = new AtomicInteger();
    Crew.Call<Session, Integer> first =
        (session, call) -> {
          begun.incrementAndGet();
          leaving.set(true);
          return hang();
        };
    Crew.Call<Session, Integer> last = (session, call) -> begun.incrementAndGet();
    List<Crew.Call<Session, Integer>> calls = new ArrayList<>(List.of(first));
    calls.addAll(Collections.nCopies(20, hanging));
    calls.add(last);
    try (Crew<Session> crew = crew(SHORT)) {
      assertThatThrownBy(() -> crew.make(calls, context))
          .isInstanceOf(CancelledException.class)
          .hasMessageContaining("to be left");
      assertThat(values(crew.make(numbers(4), context))).containsExactly(0, 1, 2, 3);
    }
    joinAll();
    assertThat(begun).hasValue(1);
    assertThat(sessions).allMatch(session -> session.closed == 1);
  }

  @Test
  void should_end_a_batch_that_is_over_in_the_time_of_one_call_though_the_run_is_to_be_left() {
    leaving.set(true);
    try (Crew<Session> crew = crew(Calls.DEFAULT)) {
      assertThat(values(crew.make(numbers(4), context))).containsExactly(0, 1, 2, 3);
    }
  }

  @Test
  void should_cut_all_calls_when_the_run_is_cancelled() throws Exception {
    Crew.Call<Session, Integer> hanging =
        (session, call) -> {
          cancelled.set(true);
          return hang();
        };
    try (Crew<Session> crew = crew(Calls.DEFAULT.withoutLimit().parallel(3))) {
      assertThatThrownBy(() -> crew.make(Collections.nCopies(5, hanging), context))
          .isInstanceOf(CancelledException.class);
      // All have ended by now.
      assertThat(sessions).isNotEmpty().allMatch(session -> session.closed == 1);
      cancelled.set(false);
      assertThat(values(crew.make(numbers(4), context))).containsExactly(0, 1, 2, 3);
    }
    joinAll();
    assertThat(sessions).allMatch(session -> session.closed == 1);
  }

  @Test
  void should_cut_all_calls_when_its_caller_is_interrupted_and_leave_it_so() throws Exception {
    Thread caller = Thread.currentThread();
    Crew.Call<Session, Integer> hanging =
        (session, call) -> {
          caller.interrupt();
          return hang();
        };
    try (Crew<Session> crew = crew(Calls.DEFAULT.withoutLimit())) {
      assertThatThrownBy(() -> crew.make(List.of(hanging, giving(2)), context))
          .isInstanceOf(CancelledException.class)
          .hasMessageContaining("interrupted");
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    joinAll();
    assertThat(sessions).hasSize(1).allMatch(session -> session.closed == 1);
  }

  @Test
  void should_hand_on_what_a_tick_throws() throws Exception {
    Watch broken =
        new Watch() {
          @Override
          public boolean cancelled() {
            return false;
          }

          @Override
          public boolean leaving() {
            return false;
          }

          @Override
          public void progress(long done, long total) {}

          @Override
          public void tick() {
            throw new IllegalStateException("no record");
          }
        };
    try (Crew<Session> crew = crew(SHORT)) {
      assertThatThrownBy(() -> crew.make(List.of((session, call) -> hang()), broken))
          .hasMessage("no record");
    }
    joinAll();
    assertThat(sessions).allMatch(session -> session.closed == 1);
  }

  @Test
  void should_not_let_an_interrupt_of_one_call_reach_the_next() {
    Crew.Call<Session, Integer> interrupting =
        (session, call) -> {
          Thread.currentThread().interrupt();
          return 1;
        };
    Crew.Call<Session, Integer> asking =
        (session, call) -> Thread.currentThread().isInterrupted() ? 0 : 2;
    try (Crew<Session> crew = crew(Calls.DEFAULT)) {
      assertThat(values(crew.make(List.of(interrupting, asking), context))).containsExactly(1, 2);
    }
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void should_close_every_session_though_one_fails() throws Exception {
    AtomicInteger closed = new AtomicInteger();
    CyclicBarrier both = new CyclicBarrier(2);
    LinkageError error = new LinkageError("free");
    Crew<AutoCloseable> crew =
        new Crew<>(
            "generator",
            Calls.DEFAULT.parallel(2),
            () ->
                () -> {
                  if (closed.getAndIncrement() == 0) {
                    throw error;
                  }
                  throw new IllegalStateException("busy");
                },
            factory);
    Crew.Call<AutoCloseable, Integer> together = (session, call) -> await(both);
    crew.make(List.of(together, together), context);
    crew.close();
    crew.close();
    joinAll();
    assertThat(closed).hasValue(2);
    assertThatThrownBy(() -> crew.make(List.of(together), context))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void should_settle_every_call_once_whatever_the_calls_do() throws Exception {
    long seed = Long.getLong("rsi.seed", System.nanoTime());
    System.out.println("CrewTest: repeat with -Drsi.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 8; round++) {
      schedule(random.split(), "seed " + seed + ", round " + round);
    }
    release.countDown();
    joinAll();
    assertThat(sessions).allMatch(session -> session.closed == 1);
  }

  private enum Deed {
    GIVE,
    SPIN,
    THROW,
    HANG,
    DEAF
  }

  private void schedule(SplittableRandom random, String name) {
    int parallel = 1 + random.nextInt(6);
    Set<Integer> made = ConcurrentHashMap.newKeySet();
    try (Crew<Session> crew =
        crew(Calls.DEFAULT.parallel(parallel).limit(Duration.ofMillis(300)))) {
      for (int batch = 0; batch < 3; batch++) {
        made.clear();
        List<Deed> deeds = new ArrayList<>();
        List<Crew.Call<Session, Integer>> calls = new ArrayList<>();
        for (int i = random.nextInt(40); i > 0; i--) {
          int at = calls.size();
          int draw = random.nextInt(200);
          Deed deed =
              draw < 2 ? Deed.values()[3 + draw] : draw < 20 ? Deed.THROW : Deed.values()[draw % 2];
          deeds.add(deed);
          calls.add(
              (session, call) -> {
                session.use();
                assertThat(made.add(at)).isTrue();
                return done(deed, at);
              });
        }
        List<Answer<Integer>> answers = crew.make(calls, context);
        assertThat(answers).as(name).hasSameSizeAs(calls);
        for (int i = 0; i < calls.size(); i++) {
          Deed deed = deeds.get(i);
          Kind expected =
              deed == Deed.THROW
                  ? Kind.THREW
                  : deed == Deed.HANG || deed == Deed.DEAF ? Kind.LATE : Kind.GIVEN;
          assertThat(answers.get(i).kind()).as(name + ", " + deed).isEqualTo(expected);
          if (expected == Kind.GIVEN) {
            assertThat(answers.get(i).value()).as(name).isEqualTo(i);
          }
        }
      }
    }
  }

  private int done(Deed deed, int at) {
    switch (deed) {
      case GIVE -> {}
      case SPIN -> IntStream.range(0, 1000).forEach(i -> Thread.onSpinWait());
      case THROW -> throw new IllegalStateException("at " + at);
      case HANG -> hang();
      case DEAF -> deaf();
    }
    return at;
  }
}
