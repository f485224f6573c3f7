package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtEnvironment;
import dev.rsi.api.RsiException;
import dev.rsi.lm.Device;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Traps of the runtime that are closed by never going near them; docs/onnx.md has the list. */
class RuntimeTrapsTest {
  @TempDir Path temp;

  /**
   * OrtTrainingSession.setSeed takes the JVM down where training is off; addInitializer takes a
   * misspelt name without a word, and what it was given is a copy that later changes do not reach.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "OrtTrainingSession",
        "addInitializer",
        "addExternalInitializers",
        "disable_prepacking"
      })
  void should_never_name_in_its_classes(String trap) throws Exception {
    Path classes =
        Path.of(
            URI.create(
                OnnxTrainer.class.getProtectionDomain().getCodeSource().getLocation().toString()));
    int seen = 0;
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
        String constants = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        assertThat(constants.contains(trap)).as("%s in %s", trap, file).isFalse();
        seen += constants.contains("ai/onnxruntime/") ? 1 : 0;
      }
    }
    assertThat(seen).as("classes that name the runtime").isGreaterThan(5);
  }

  /** Loads what cannot be loaded, and runs what can. */
  static final class Run {
    public static void main(String[] args) {
      try {
        GraphSession.of(new byte[] {1, 2, 3}, Device.cpu());
      } catch (RsiException e) {
        System.out.println("refused");
      }
      GraphBuilder g = new GraphBuilder();
      Value x = g.input("x", ElementType.FLOAT, Shape.of(2));
      g.output("y", g.add(x, x));
      try (GraphSession session = GraphSession.of(g.build(), Device.cpu());
          DirectTensor in = DirectTensor.of(new float[] {1, 2}, 2);
          DirectTensor out = DirectTensor.allocate(ElementType.FLOAT, 2)) {
        session.run(Map.of("x", in), Map.of("y", out));
        System.out.println(out.toFloats()[1]);
      }
    }
  }

  @Test
  void should_write_nothing_on_the_console() throws Exception {
    ChildJvm child = ChildJvm.run(temp, Run.class, List.of());
    assertThat(child.err()).doesNotContain("onnxruntime").doesNotContain("\u001b[");
    assertThat(child.out()).endsWith("refused\n4.0\n");
  }

  /** The way to leave nothing of 28 MB behind in the temporary folder when the JVM is killed. */
  @Test
  void should_start_from_unpacked_libraries() throws Exception {
    assumeTrue(
        System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux"),
        "skipped: the libraries have other names elsewhere");
    String arch = System.getProperty("os.arch").contains("64") ? "x64" : "aarch64";
    if (System.getProperty("os.arch").equals("aarch64")) {
      arch = "aarch64";
    }
    Path natives = Files.createDirectory(temp.resolve("natives"));
    for (String library : List.of("libonnxruntime.so", "libonnxruntime4j_jni.so")) {
      String resource = "native/linux-" + arch + "/" + library;
      try (InputStream in = OrtEnvironment.class.getResourceAsStream(resource)) {
        Files.copy(in, natives.resolve(library));
      }
    }
    Path scratch = Files.createDirectory(temp.resolve("scratch"));
    ChildJvm child =
        ChildJvm.run(
            temp,
            Run.class,
            List.of("-Donnxruntime.native.path=" + natives, "-Djava.io.tmpdir=" + scratch));
    assertThat(child.out()).endsWith("4.0\n");
    try (Stream<Path> left = Files.walk(scratch)) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
  }
}
