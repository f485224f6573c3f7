package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.rsi.api.Critique;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Verdict;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.Practice;
import dev.rsi.testkit.Sum;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was set twice is named by its setter, whatever it is: a lambda has no name of its own. */
class SetTwiceTest {
  @TempDir Path home;

  @Test
  void should_name_the_setter() {
    Loops loops = new Loops(home);
    Map<String, Consumer<ImprovementLoop.Builder<Sum, Long>>> setters = new LinkedHashMap<>();
    setters.put("verifier", loop -> loop.verifier((task, answer) -> Verdict.pass()));
    setters.put(
        "critic", loop -> loop.critic((task, answer, verdict, rubric) -> Critique.overall(1, "")));
    setters.put("trainer", loop -> loop.trainer(loops.learner.trainer()));
    setters.put("gate", loop -> loop.gate(probes -> GateDecision.hold("", List.of())));
    setters.put("probes", loop -> loop.probes(Loops.heldOut(11, 10)));
    setters.put("exam", loop -> loop.exam(Loops.heldOut(12, 10)));
    setters.put("lessons", loop -> loop.lessons(List.of()));
    setters.put("practice", loop -> loop.practice(Practice.DEFAULT));
    setters.put("budget", loop -> loop.budget(Budget.of(1)));
    setters.put("store", loop -> loop.store(loops.store));
    setters.put("registry", loop -> loop.registry(loops.registry, 3));
    setters.put("listener", loop -> loop.listener(event -> {}));
    setters.put("threads", loop -> loop.threads(task -> new Thread(task)));
    setters.put("oversight", loop -> loop.oversight(Oversight.NONE));
    setters.put("clock", loop -> loop.clock(Clock.systemUTC()));
    setters.put("seed", loop -> loop.seed(1));
    setters.forEach(
        (name, setter) -> {
          ImprovementLoop.Builder<Sum, Long> loop =
              ImprovementLoop.builder(loops.learner.generator());
          setter.accept(loop);
          assertThatIllegalStateException()
              .isThrownBy(() -> setter.accept(loop))
              .withMessage(name + " was already set.");
        });
  }
}
