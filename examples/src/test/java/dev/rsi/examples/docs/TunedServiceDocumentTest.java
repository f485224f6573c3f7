package dev.rsi.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.core.registry.ModelRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program of docs/guides/serving-and-restarting.md: started, killed, and started again. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TunedServiceDocumentTest {
  private static final Pattern OUTPUT =
      Pattern.compile("<!-- output: tuned-service -->\\s*```text\\n(.*?)```", Pattern.DOTALL);

  @TempDir Path home;

  @Test
  void should_print_as_shown() throws Exception {
    Process first = start(home.resolve("calm"));
    assertThat(said(first)).containsSubsequence(shown());
  }

  /** Killed once something went live: the next start resumes, and the one after begins from it. */
  @Test
  void should_resume_after_a_kill_and_take_nothing_back() throws Exception {
    // GIVEN
    Path directory = home.resolve("killed");
    Process killed = start(directory);
    Path models = directory.resolve("models");
    while (killed.isAlive() && (!Files.isDirectory(models) || lives(models) < 2)) {
      Thread.onSpinWait();
    }
    killed.destroyForcibly().waitFor();
    String live = ModelRegistry.directory(models).history().get(0);
    boolean open = lives(models) < 4;

    // WHEN
    List<String> resumed = said(start(directory));
    List<String> again = said(start(directory));

    // THEN
    if (open) {
      assertThat(resumed).contains("resumes run-1");
    }
    assertThat(resumed).contains("20+22+0+0+0=42");
    assertThat(ModelRegistry.directory(models).history()).contains(live);
    assertThat(again).contains("begins a run", "20+22+0+0+0=42");
    assertThat(again.get(again.size() - 2)).startsWith("MASTERED");
  }

  /** How many versions were live; 0 while the registry is being made. */
  private static int lives(Path models) {
    try {
      return ModelRegistry.directory(models).history().size();
    } catch (RuntimeException e) {
      return 0;
    }
  }

  private Process start(Path directory) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            TunedService.class.getName(),
            directory.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static List<String> said(Process process) throws Exception {
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said.lines().toList();
  }

  private static List<String> shown() throws IOException {
    Matcher output =
        OUTPUT.matcher(
            Files.readString(Path.of("..", "docs", "guides", "serving-and-restarting.md")));
    assertThat(output.find()).as("output block").isTrue();
    return output.group(1).lines().toList();
  }
}
