package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrtStartTest {
  @TempDir Path temp;

  /** What a process of its own prints; the runtime alone dies of this class path. */
  static final class Start {
    public static void main(String[] args) {
      System.out.println(OrtRuntime.version());
    }
  }

  @Test
  void should_start_in_a_process_with_a_long_command_line() throws Exception {
    String classPath =
        System.getProperty("java.class.path")
            + System.getProperty("path.separator")
            + temp.resolve("x".repeat(20_000));
    Path out = temp.resolve("out.txt");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    classPath,
                    Start.class.getName()))
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    int exit = process.waitFor();
    assertThat(exit).as(Files.readString(out, StandardCharsets.UTF_8)).isZero();
    assertThat(Files.readString(out, StandardCharsets.UTF_8)).contains("ONNX Runtime 1.");
  }

  @Test
  void should_ask_for_a_stack_that_grows_with_the_command_line() {
    assertThat(OrtStart.stackBytes()).isBetween(4L << 20, 4L << 30);
  }
}
