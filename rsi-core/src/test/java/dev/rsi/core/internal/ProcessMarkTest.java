package dev.rsi.core.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ProcessMarkTest {

  @Test
  void should_be_read_back_from_its_text_and_from_nothing_else() {
    ProcessMark self = ProcessMark.self();
    assertThat(ProcessMark.self()).isEqualTo(self);
    assertThat(ProcessMark.parse(self + "\n")).contains(self);
    for (String text :
        List.of("", "a", "a 1", "a b c", "a 1 2 3", "a 1 -2", "a 1 " + "9".repeat(30))) {
      assertThat(ProcessMark.parse(text)).as(text).isEmpty();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void should_tell_a_process_that_runs_or_is_stopped_from_one_that_ended() throws Exception {
    Process child = ChildJvm.start(List.of(), Sayer.class);
    ProcessMark mark = ProcessMark.parse(child.inputReader().readLine()).orElseThrow();
    try {
      assertThat(mark).isNotEqualTo(ProcessMark.self());
      assertThat(mark.state()).isEqualTo(ProcessMark.State.ALIVE);
      new ProcessBuilder("kill", "-STOP", "" + child.pid()).start().waitFor();
      assertThat(mark.state()).isEqualTo(ProcessMark.State.ALIVE);
    } finally {
      child.destroyForcibly().waitFor();
    }
    assertThat(mark.state()).isEqualTo(ProcessMark.State.DEAD);
  }

  /** Says its mark and waits for the end of whoever started it. */
  static final class Sayer {
    public static void main(String[] arguments) throws IOException {
      System.out.println(ProcessMark.self());
      if (System.in.read() >= 0) {
        throw new IllegalStateException("The parent said something.");
      }
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void should_not_take_another_process_of_the_same_number_for_it() {
    ProcessMark self = ProcessMark.self();
    assertThat(self.state()).isEqualTo(ProcessMark.State.ALIVE);
    Thread.currentThread().interrupt();
    try {
      assertThat(ProcessMark.self()).isEqualTo(self);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(new ProcessMark(self.machine(), self.pid(), self.started() + 1).state())
        .isEqualTo(ProcessMark.State.DEAD);
    // After another boot, and in another container.
    assertThat(new ProcessMark("0-0.1", self.pid(), self.started()).state())
        .isEqualTo(ProcessMark.State.UNKNOWN);
    assertThat(new ProcessMark("?", 1, 1).state()).isEqualTo(ProcessMark.State.UNKNOWN);
  }
}
