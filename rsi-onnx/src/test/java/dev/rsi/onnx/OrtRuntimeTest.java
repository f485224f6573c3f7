package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtEnvironment;
import dev.rsi.api.RsiException;
import dev.rsi.lm.Device;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traps of the runtime, each met before (see docs/onnx.md). */
class OrtRuntimeTest {
  @TempDir Path temp;

  @Test
  void should_say_which_runtime_it_found() {
    assertThat(OrtRuntime.version()).matches("ONNX Runtime 1\\.\\d+\\.\\d+");
  }

  /**
   * Trap: 1.29.0 for Linux sends usage data from its start on, unless the environment forbids it.
   */
  @Test
  void should_run_on_a_library_that_has_no_address_to_report_to() throws Exception {
    String[] libraries = {"linux-x64/libonnxruntime.so", "linux-aarch64/libonnxruntime.so"};
    for (String library : libraries) {
      try (var in = OrtEnvironment.class.getResourceAsStream("native/" + library)) {
        assertThat(in).as(library).isNotNull();
        assertThat(
                new String(in.readAllBytes(), StandardCharsets.ISO_8859_1).contains("OneCollector"))
            .as(library + " knows where to send usage data")
            .isFalse();
      }
    }
  }

  @Test
  void should_name_the_artifact_that_is_missing() {
    assertThat(OrtRuntime.missingLibrary(new UnsatisfiedLinkError("no onnxruntime")))
        .contains("com.microsoft.onnxruntime:onnxruntime:1.28.0")
        .contains("no onnxruntime")
        .contains("64");
  }

  @Test
  void should_say_what_is_the_matter_where_it_is_not_the_jar() throws Exception {
    assertThat(
            OrtRuntime.missingLibrary(
                new IllegalStateException(
                    "x",
                    new UnsatisfiedLinkError(
                        "Native Library libonnxruntime4j_jni.so already loaded in another"
                            + " classloader"))))
        .contains("Another class loader")
        .doesNotContain("onnxruntime:1.28.0");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=/dev/null/nothing",
                "-cp",
                System.getProperty("java.class.path"),
                Starting.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).isZero();
    assertThat(said)
        .contains("could not be written", "-Djava.io.tmpdir=<directory>")
        .doesNotContain("Maybe it is missing");
  }

  /** Starts the runtime in a process of its own. */
  static final class Starting {
    public static void main(String[] arguments) {
      try {
        OrtRuntime.environment();
        System.out.println("started");
      } catch (RsiException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void should_refuse_a_card_that_is_not_there_with_the_reason() {
    assumeTrue(!OrtRuntime.cudaCompiled(), "skipped: the runtime is the one for cards");
    assertThatThrownBy(() -> OrtRuntime.options(Device.cuda(0)))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("Device (cuda:0) cannot be used: ")
        .hasMessageContaining("CUDA")
        .hasMessageContaining("Maybe put com.microsoft.onnxruntime:onnxruntime_gpu");
    OrtRuntime.options(Device.auto()).close();
  }

  @Test
  @Tag("cuda")
  void should_compute_on_a_card() {
    assumeTrue(OrtRuntime.cudaCompiled(), "skipped: the runtime is not the one for cards");
    try (GraphSession session = GraphSession.of(doubling(), Device.cuda(0));
        DirectTensor x = DirectTensor.of(new float[] {1, 2}, 2);
        DirectTensor y = DirectTensor.allocate(ElementType.FLOAT, 2)) {
      session.run(Map.of("x", x), Map.of("y", y));
      assertThat(y.toFloats()).containsExactly(2, 4);
    }
  }

  @Test
  void should_refuse_two_runtimes_on_one_class_path() throws Exception {
    String name = "ai/onnxruntime/OrtEnvironment.class";
    Path other = Files.createDirectories(temp.resolve("ai/onnxruntime"));
    try (var in = OrtEnvironment.class.getResourceAsStream("OrtEnvironment.class")) {
      Files.copy(in, other.resolve("OrtEnvironment.class"));
    }
    ClassLoader both =
        new URLClassLoader(new URL[] {temp.toUri().toURL()}, OrtRuntimeTest.class.getClassLoader());
    assertThatThrownBy(() -> OrtRuntime.requireOne(both))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("2 ONNX Runtimes on the class path")
        .hasMessageContaining(name)
        .hasMessageContaining("Maybe keep");
  }

  @Test
  void should_refuse_a_buffer_of_the_wrong_byte_order_or_size() {
    ByteOrder wrong =
        ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
            ? ByteOrder.BIG_ENDIAN
            : ByteOrder.LITTLE_ENDIAN;
    assertThatThrownBy(
            () ->
                DirectTensor.over(ByteBuffer.allocateDirect(8).order(wrong), ElementType.FLOAT, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("direct and " + wrong);
    assertThatThrownBy(
            () ->
                DirectTensor.over(
                    ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()), ElementType.FLOAT, 2))
        .hasMessageContaining("on the heap");
    assertThatThrownBy(
            () ->
                DirectTensor.over(
                    ByteBuffer.allocateDirect(12).order(ByteOrder.nativeOrder()),
                    ElementType.FLOAT,
                    2))
        .hasMessageContaining("takes 8 bytes, but the buffer has 12");
    assertThatThrownBy(() -> DirectTensor.allocate(ElementType.FLOAT, -1))
        .hasMessageContaining("negative");
    assertThatThrownBy(() -> DirectTensor.allocate(ElementType.FLOAT, 1L << 40))
        .hasMessageContaining("2 GiB");
  }

  @Test
  void should_share_memory_with_the_runtime() {
    try (GraphSession session = GraphSession.of(doubling(), Device.cpu());
        DirectTensor x = DirectTensor.of(new float[] {1, 2, 3}, 3);
        DirectTensor y = DirectTensor.allocate(ElementType.FLOAT, 3);
        DirectTensor head = x.view(2);
        DirectTensor headOut = y.view(2)) {
      session.run(Map.of("x", x), Map.of("y", y));
      assertThat(y.toFloats()).containsExactly(2, 4, 6);
      x.floats().put(0, 10);
      session.run(Map.of("x", head), Map.of("y", headOut));
      assertThat(y.toFloats()).containsExactly(20, 4, 6);
      assertThatThrownBy(x::longs).hasMessageContaining("holds FLOAT, not INT64");
    }
  }

  @Test
  void should_give_the_reason_when_a_model_cannot_be_loaded_or_run() {
    assertThatThrownBy(() -> GraphSession.of(new byte[] {1, 2, 3}, Device.cpu()))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("could not load a model of 3 bytes");
    try (GraphSession session = GraphSession.of(doubling(), Device.cpu());
        DirectTensor x = DirectTensor.of(new float[] {1, 2, 3}, 3);
        DirectTensor wrong = DirectTensor.allocate(ElementType.FLOAT, 2)) {
      assertThatThrownBy(() -> session.run(Map.of("x", x), Map.of("y", wrong)))
          .isInstanceOf(RsiException.class)
          .hasMessageContaining("could not run a model");
      assertThatThrownBy(() -> session.run(Map.of("z", x), Map.of("y", wrong)))
          .isInstanceOf(RsiException.class)
          .hasMessageContaining("z");
      assertThat(session.inputNames()).containsExactly("x");
      assertThat(session.outputNames()).containsExactly("y");
    }
  }

  private static byte[] doubling() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", ElementType.FLOAT, Shape.of(Dim.symbol("n")));
    g.output("y", g.add(x, x));
    return g.build();
  }
}
