package dev.rsi.core.internal.calls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Calls;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.Rubric;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallsTest {

  @Test
  void should_refuse_what_allows_no_call() {
    assertThatThrownBy(() -> Calls.DEFAULT.parallel(0)).hasMessageContaining("parallel (0)");
    assertThatThrownBy(() -> Calls.DEFAULT.batch(0)).hasMessageContaining("batch (0)");
    assertThatThrownBy(() -> Calls.DEFAULT.limit(Duration.ZERO))
        .hasMessageContaining("limit (PT0S)")
        .hasMessageContaining("withoutLimit()");
  }

  @Test
  void should_allow_what_both_allow() {
    Calls some = new Calls(4, 2, Duration.ofSeconds(3));
    assertThat(some.and(new Calls(3, 8, null))).isEqualTo(new Calls(3, 2, Duration.ofSeconds(3)));
    assertThat(new Calls(3, 8, null).and(some)).isEqualTo(new Calls(3, 2, Duration.ofSeconds(3)));
    assertThat(some.and(some.limit(Duration.ofSeconds(1))).limit()).hasSeconds(1);
    assertThat(some.withoutLimit().and(some.withoutLimit()).limit()).isNull();
  }

  private static final class OwnVerifier implements Verifier<String, Integer> {
    @Override
    public Verdict verify(String task, Integer candidate) {
      return Verdict.pass();
    }

    @Override
    public Session<String, Integer> open() {
      return VERIFIES;
    }

    @Override
    public Calls calling() {
      return Calls.DEFAULT.parallel(7);
    }

    @Override
    public int maxTokens() {
      return 5;
    }

    @Override
    public String describe() {
      return "own";
    }
  }

  private static final class OwnCritic implements Critic<String, Integer> {
    @Override
    public Critique critique(String task, Integer candidate, Verdict verdict, Rubric rubric) {
      return Critique.overall(1, "");
    }

    @Override
    public Session<String, Integer> open() {
      return CRITICISES;
    }

    @Override
    public Calls calling() {
      return Calls.DEFAULT.parallel(7);
    }

    @Override
    public boolean asksFailures() {
      return true;
    }

    @Override
    public int maxTokens() {
      return 5;
    }

    @Override
    public String describe() {
      return "own";
    }
  }

  private static final Verifier.Session<String, Integer> VERIFIES = (batch, context) -> List.of();
  private static final Critic.Session<String, Integer> CRITICISES =
      (batch, rubric, context) -> List.of();

  @Test
  void should_hand_on_all_that_a_wrapped_verifier_says() {
    Verifier<String, Integer> own = new OwnVerifier();
    Verifier<String, Integer> named = Verifier.named("mine", own);
    assertThat(named.describe()).isEqualTo("mine");
    assertThat(named.calling()).isEqualTo(own.calling());
    assertThat(named.maxTokens()).isEqualTo(5);
    assertThat(named.open()).isSameAs(VERIFIES);
    Verifier<String, Integer> called = own.with(Calls.DEFAULT.batch(3));
    assertThat(called.describe()).isEqualTo("own");
    assertThat(called.calling()).isEqualTo(Calls.DEFAULT.batch(3));
    assertThat(called.maxTokens()).isEqualTo(5);
    assertThat(called.open()).isSameAs(VERIFIES);
  }

  @Test
  void should_hand_on_all_that_a_wrapped_critic_says() {
    Critic<String, Integer> own = new OwnCritic();
    Critic<String, Integer> named = Critic.named("mine", own);
    assertThat(named.describe()).isEqualTo("mine");
    assertThat(named.calling()).isEqualTo(own.calling());
    assertThat(named.maxTokens()).isEqualTo(5);
    assertThat(named.asksFailures()).isTrue();
    assertThat(named.open()).isSameAs(CRITICISES);
    Critic<String, Integer> called = own.with(Calls.DEFAULT.batch(3)).askingFailures();
    assertThat(called.describe()).isEqualTo("own");
    assertThat(called.calling()).isEqualTo(Calls.DEFAULT.batch(3));
    assertThat(called.maxTokens()).isEqualTo(5);
    assertThat(called.asksFailures()).isTrue();
    assertThat(called.open()).isSameAs(CRITICISES);
  }
}
