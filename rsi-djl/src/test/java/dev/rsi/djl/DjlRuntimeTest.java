package dev.rsi.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.Engine;
import dev.rsi.api.RsiException;
import dev.rsi.lm.Device;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

class DjlRuntimeTest {

  @Test
  void should_name_the_artifact_that_is_missing() {
    assertThat(DjlRuntime.missingLibrary(new UnsatisfiedLinkError("no torch")))
        .contains("ai.djl.pytorch:pytorch-native-cpu:2.7.1")
        .contains("no torch")
        .contains("64");
  }

  @Test
  void should_say_what_is_the_matter_where_it_is_not_the_jar() throws Exception {
    assertThat(
            DjlRuntime.missingLibrary(
                new IllegalStateException(
                    "x",
                    new UnsatisfiedLinkError(
                        "Native Library libdjl_torch.so already loaded in another classloader"))))
        .contains("Another class loader")
        .doesNotContain("pytorch-native-cpu");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-DDJL_CACHE_DIR=/dev/null/nothing",
                "-Duser.home=/dev/null/nothing",
                "-Djava.io.tmpdir=/dev/null/nothing",
                "-cp",
                System.getProperty("java.class.path"),
                Starting.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).isZero();
    assertThat(said)
        .contains("could not be written", "-DDJL_CACHE_DIR=<directory>")
        .doesNotContain("native library is missing");
  }

  /** Starts the engine in a process of its own. */
  static final class Starting {
    public static void main(String[] arguments) {
      try (var manager = DjlRuntime.open(Device.auto())) {
        System.out.println("started " + manager);
      } catch (RsiException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void should_refuse_a_card_that_is_not_there() {
    assertThatThrownBy(() -> DjlRuntime.open(Device.cuda(63)))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("Device (cuda:63) does not exist");
  }

  @Test
  void should_compute_on_the_cpu_where_there_is_no_card() {
    try (var manager = DjlRuntime.open(Device.auto())) {
      boolean card = Engine.getEngine("PyTorch").getGpuCount() > 0;
      assertThat(manager.getDevice().isGpu()).isEqualTo(card);
    }
  }

  @Test
  @Tag("cuda")
  void should_compute_on_a_card() {
    try (var manager = DjlRuntime.open(Device.auto())) {
      assumeTrue(manager.getDevice().isGpu(), "skipped: the engine sees no CUDA card");
      assertThat(manager.create(new float[] {1, 2}).sum().getFloat()).isEqualTo(3);
    }
  }

  /**
   * Trap: DJL's overloads for Number give wrong gradients. No class of this module may refer to
   * one, which shows in its constant pool.
   */
  @Test
  void should_call_no_overload_for_number() throws Exception {
    URL here = DjlRuntime.class.getResource("DjlRuntime.class");
    Path directory = Path.of(here.toURI()).getParent();
    List<Path> classes;
    try (var files = Files.list(directory)) {
      classes = files.filter(file -> file.toString().endsWith(".class")).toList();
    }
    assertThat(classes).hasSizeGreaterThan(10);
    for (Path file : classes) {
      assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
          .as(file.toString())
          .doesNotContain("(Ljava/lang/Number;)Lai/djl/ndarray/NDArray;");
    }
  }

  /** Watched by a security manager, which later JDKs do not have. */
  @Test
  @EnabledForJreRange(max = JRE.JAVA_23)
  void should_open_no_connection_at_start() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.security.manager=allow",
                "-cp",
                System.getProperty("java.class.path"),
                ConnectionProbe.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("connections: []");
  }
}
