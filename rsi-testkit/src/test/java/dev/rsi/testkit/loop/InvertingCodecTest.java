package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A codec has to read what it wrote: that is found before anything is spent. */
class InvertingCodecTest {
  @TempDir Path home;

  enum Fault {
    TASK_OTHER,
    TASK_REFUSED,
    TASK_NULL,
    CANDIDATE_OTHER,
    CANDIDATE_REFUSED
  }

  private record Broken(Fault fault, Codec<Sum, Long> codec) implements Codec<Sum, Long> {
    @Override
    public String writeTask(Sum task) {
      return codec.writeTask(task);
    }

    @Override
    public Sum readTask(String text) {
      return switch (fault) {
        case TASK_OTHER -> Sum.of(1, 1);
        case TASK_REFUSED -> throw new IllegalArgumentException("no task: " + text);
        case TASK_NULL -> null;
        default -> codec.readTask(text);
      };
    }

    @Override
    public String writeCandidate(Long candidate) {
      return codec.writeCandidate(candidate);
    }

    @Override
    public Long readCandidate(String text) {
      return switch (fault) {
        case CANDIDATE_OTHER -> codec.readCandidate(text) + 1;
        case CANDIDATE_REFUSED -> throw new IllegalArgumentException("no candidate: " + text);
        default -> codec.readCandidate(text);
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void should_be_found_when_the_loop_is_built(Fault fault) {
    Loops loops = new Loops(home);
    Codec<Sum, Long> codec = new Broken(fault, ToyTasks.codec());
    List<Lesson<Sum, Long>> lessons = Loops.given();
    assertThatIllegalStateException()
        .isThrownBy(() -> loop(loops, codec).lessons(lessons).build())
        .withMessageContaining("a lesson cannot be kept: The codec (")
        .withMessageContaining("Maybe ");
    if (fault.name().startsWith("TASK")) {
      assertThatIllegalStateException()
          .isThrownBy(() -> loop(loops, codec).build())
          .withMessageContaining("probes of kind (level 3) cannot be kept: The codec (");
      assertThatIllegalStateException()
          .isThrownBy(() -> loop(loops, codec).exam(Loops.heldOut(12, 10)).build())
          .withMessageContaining("exam of kind (level 3) cannot be kept: The codec (");
    }
  }

  @Test
  void should_build_where_it_inverts() {
    Loops loops = new Loops(home);
    loop(loops, ToyTasks.codec()).lessons(Loops.given()).build();
  }

  private static ImprovementLoop.Builder<Sum, Long> loop(Loops loops, Codec<Sum, Long> codec) {
    Generator<Sum, Long> inner = loops.learner.generator();
    Generator<Sum, Long> generator =
        new Generator<>() {
          @Override
          public Codec<Sum, Long> codec() {
            return codec;
          }

          @Override
          public Session<Sum, Long> open(ModelVersion version) {
            return inner.open(version);
          }

          @Override
          public void close() {
            inner.close();
          }
        };
    List<Sum> tasks = new ArrayList<>(Loops.heldOut(11, 100).families().get("level 3").tasks());
    return ImprovementLoop.builder(generator)
        .verifier(ToyTasks.verifier())
        .trainer(loops.learner.trainer())
        .gate(DriftGates.paired())
        .probes(ProbeBank.of(ToyTasks.codec(), ToyTasks.verifier(), Map.of("level 3", tasks)))
        .budget(Budget.of(1))
        .store(loops.store)
        .registry(loops.registry);
  }
}
