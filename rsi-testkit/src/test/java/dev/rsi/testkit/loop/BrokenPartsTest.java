package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.CancelledException;
import dev.rsi.api.RsiException;
import dev.rsi.api.Verdict;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.report.RunReport.End;
import dev.rsi.testkit.loop.DisturbedLoop.Place;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a part throws is data: the run goes on without what it did not give. */
@Timeout(60)
class BrokenPartsTest {
  @TempDir Path home;

  /** What a part throws. */
  enum Thrown {
    ASSERTION {
      @Override
      Throwable made() {
        return new AssertionError("not as it should be");
      }
    },
    LINKAGE {
      @Override
      Throwable made() {
        return new NoClassDefFoundError("dev/rsi/Gone");
      }
    },
    INITIALIZER {
      @Override
      Throwable made() {
        return new ExceptionInInitializerError(new Ugly("cause"));
      }
    },
    STACK {
      @Override
      Throwable made() {
        return deep(0) > 0 ? new StackOverflowError() : new AssertionError();
      }

      private int deep(int depth) {
        return deep(depth + 1) + 1;
      }
    },
    CHECKED {
      @Override
      Throwable made() {
        return new IOException("undeclared");
      }
    },
    INTERRUPTED {
      @Override
      Throwable made() {
        return new InterruptedException("nobody did");
      }
    },
    CANCELLED {
      @Override
      Throwable made() {
        return new CancelledException("nobody did");
      }
    },
    FAILED {
      @Override
      Throwable made() {
        return new RsiException("broken", new Ugly("cause"));
      }
    },
    BARE {
      @Override
      Throwable made() {
        return new Throwable();
      }
    },
    NAMELESS {
      @Override
      Throwable made() {
        return new Nameless();
      }
    },
    UGLY {
      @Override
      Throwable made() {
        return new Ugly("toString");
      }
    },
    RING {
      @Override
      Throwable made() {
        return new Ring();
      }
    };

    abstract Throwable made();
  }

  /** Every word of it throws. */
  private static final class Ugly extends RuntimeException {
    private static final long serialVersionUID = 1;

    Ugly(String message) {
      super(message);
    }

    @Override
    public String getMessage() {
      throw new IllegalStateException("no words");
    }

    @Override
    public synchronized Throwable getCause() {
      throw new AssertionError("no cause");
    }

    @Override
    public StackTraceElement[] getStackTrace() {
      throw new StackOverflowError();
    }
  }

  /** It says nothing at all. */
  private static final class Nameless extends Error {
    private static final long serialVersionUID = 1;

    @Override
    @SuppressWarnings("OverrideThrowableToString")
    public String toString() {
      return null;
    }

    @Override
    public StackTraceElement[] getStackTrace() {
      return null;
    }
  }

  /** It is its own cause. */
  private static final class Ring extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public synchronized Throwable getCause() {
      return this;
    }
  }

  private static List<Arguments> all() {
    List<Arguments> all = new ArrayList<>();
    for (Place place : Place.values()) {
      for (Thrown thrown : Thrown.values()) {
        all.add(Arguments.of(place, thrown));
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("all")
  @Tag("nightly")
  void should_go_on_without_what_threw(Place place, Thrown thrown) {
    check(place, thrown);
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void should_go_on_without_what_threw(Place place) {
    check(place, Thrown.values()[place.ordinal() % Thrown.values().length]);
  }

  @ParameterizedTest
  @EnumSource(Thrown.class)
  void should_leave_undecided_what_a_verifier_threw_on(Thrown thrown) {
    DisturbedLoop loop = check(Place.VERIFIER, thrown);
    assertThat(attempted(loop))
        .filteredOn(attempt -> attempt.outcome() == Verdict.Outcome.UNDECIDED)
        .singleElement()
        .extracting(RunEvent.Attempted::reason)
        .asString()
        .startsWith("the verifier threw ");
  }

  @Test
  void should_be_left_open_where_the_machine_is_at_its_end() {
    OutOfMemoryError error = new OutOfMemoryError("not true");
    for (Place place : List.of(Place.VERIFIER, Place.GATE, Place.TRAINER)) {
      DisturbedLoop loop = new DisturbedLoop(home.resolve(place.name()), place, () -> sneak(error));
      try {
        loop.build().run(loop.loops.start, loop.tasks());
        assertThat(place).as("threw").isNull();
      } catch (OutOfMemoryError e) {
        assertThat(e).isSameAs(error);
      }
      RunReport report = loop.build().resume("run-1", loop.tasks());
      assertThat(report.end()).isEqualTo(End.BUDGET_SPENT);
      assertThat(loop.loops.store.audit().sound()).isTrue();
    }
  }

  private DisturbedLoop check(Place place, Thrown thrown) {
    DisturbedLoop loop = new DisturbedLoop(home, place, () -> sneak(thrown.made()));
    RunReport report = loop.build().run(loop.loops.start, loop.tasks());
    assertThat(loop.calls).hasValueGreaterThanOrEqualTo(place.number);
    assertThat(report.end()).isEqualTo(End.BUDGET_SPENT);
    assertThat(report.generations()).hasSize(3);
    assertThat(loop.loops.store.audit().sound()).isTrue();
    return loop;
  }

  private static List<RunEvent.Attempted> attempted(DisturbedLoop loop) {
    return loop.loops.store.events("run-1").stream()
        .filter(RunEvent.Attempted.class::isInstance)
        .map(RunEvent.Attempted.class::cast)
        .toList();
  }

  private static void sneak(Throwable thrown) {
    try {
      throw thrown;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw HostileLoop.<RuntimeException>sneak(e);
    }
  }
}
