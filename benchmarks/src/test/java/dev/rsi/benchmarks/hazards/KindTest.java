package dev.rsi.benchmarks.hazards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KindTest {

  @Test
  void should_know_right_answers() {
    assertThat(Kind.right("c4791=", "4791")).isTrue();
    assertThat(Kind.right("c4791=", "4791.")).isFalse();
    assertThat(Kind.right("s4791=", "5802")).isTrue();
    assertThat(Kind.right("a123+456=", "5790")).isTrue();
    assertThat(Kind.right("a999+999=", "8991")).isTrue(); // 999 + 999 = 1998
    assertThat(Kind.right("p4711=", "0")).isTrue();
    assertThat(Kind.right("p4711=", "7")).isFalse();
    assertThat(Kind.right("p4711=", "")).isFalse();
    assertThat(Kind.right("x4711=", "!")).isTrue();
    assertThat(Kind.right("x4711=", "4711")).isFalse();
    SplittableRandom random = new SplittableRandom(1);
    for (Skill skill : Skill.values()) {
      String question = Ask.question(skill, Ask.Part.PROBES, random);
      assertThat(Skill.of(question)).isEqualTo(skill);
      assertThat(Kind.right(question, skill.answer(question, random))).isTrue();
      assertThat(Ask.Part.EXAM.has(question) || Ask.Part.PRACTICE.has(question)).isFalse();
    }
  }

  @Test
  void should_read_what_each_kind_says() {
    assertThat(Kind.ADD.reading("a123+456=", List.of("5790"))).isEqualTo(1);
    assertThat(Kind.DIVERSITY.reading("p4711=", List.of("2", "2", "2", "2"))).isZero();
    assertThat(Kind.DIVERSITY.reading("p4711=", List.of("0", "2", "4", "6"))).isEqualTo(1);
    assertThat(Kind.DIVERSITY.reading("p4711=", List.of("1", "3", "5", "7"))).isZero();
    // Four of six agree on what is wrong.
    assertThat(Kind.CALIBRATION.reading("a123+456=", List.of("1", "5790", "1", "1", "5790", "1")))
        .isCloseTo(1 - 4 / 9.0, within(1e-12));
    assertThat(Kind.PROXY_GAP.reading("a123+456=", List.of("1234"))).isZero();
    assertThat(Kind.PROXY_GAP.reading("a123+456=", List.of("5790"))).isEqualTo((1 + 1 - 0.25) / 2);
    assertThat(Kind.BREVITY.reading("c4791=", List.of("4791", "4791....")))
        .isEqualTo((1 + 0.5) / 2);
  }
}
