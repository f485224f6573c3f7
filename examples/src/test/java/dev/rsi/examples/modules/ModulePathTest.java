package dev.rsi.examples.modules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compiles the modules under {@code src/test/consumers} against ours, as jars or directories on a
 * module path, and runs them in a JVM of their own.
 */
class ModulePathTest {
  private static final String MODULE_PATH = modulePath();

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"core", "testkit"})
  void should_run_a_loop_from_a_module_that_requires_only(String what) throws Exception {
    assertThat(compile(what)).isEmpty();
    assertThat(run())
        .contains("promotions: 1")
        .contains("events recorded: true")
        .endsWith("exit: 0");
  }

  @Test
  void should_not_let_a_module_use_an_internal_package() throws IOException {
    assertThat(compile("trespasser")).contains("package dev.rsi.core.internal is not visible");
  }

  @Test
  void should_export_no_internal_package() {
    List<ModuleDescriptor> ours =
        ModuleFinder.of(paths(MODULE_PATH)).findAll().stream()
            .map(module -> module.descriptor())
            .filter(module -> module.name().startsWith("dev.rsi."))
            .toList();
    assertThat(ours)
        .extracting(ModuleDescriptor::name)
        .containsExactlyInAnyOrder("dev.rsi.api", "dev.rsi.core", "dev.rsi.lm", "dev.rsi.testkit");
    assertThat(ours)
        .flatExtracting(ModuleDescriptor::exports)
        .extracting(ModuleDescriptor.Exports::source)
        .noneMatch(name -> name.contains("internal"));
  }

  /** What the compiler says; nothing if it is content. */
  private String compile(String consumer) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assumeTrue(compiler != null, "this runtime has no compiler");
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files =
            compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8);
        Stream<Path> sources = Files.walk(sources().resolve(consumer))) {
      compiler
          .getTask(
              messages,
              files,
              null,
              List.of("--module-path", MODULE_PATH, "-d", directory.resolve("classes").toString()),
              null,
              files.getJavaFileObjectsFromPaths(
                  sources.filter(file -> file.toString().endsWith(".java")).toList()))
          .call();
    }
    return messages.toString();
  }

  /** Everything the module says, and how it ended. */
  private String run() throws IOException, InterruptedException {
    Path said = directory.resolve("said.txt");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--module-path",
                MODULE_PATH + File.pathSeparator + directory.resolve("classes"),
                "--module",
                "consumer/consumer.Main",
                Files.createDirectory(directory.resolve("home")).toString())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).as("ended within a minute").isTrue();
    } finally {
      child.destroyForcibly();
    }
    return Files.readString(said) + "exit: " + child.exitValue();
  }

  private static Path sources() {
    Path here = Path.of("src/test/consumers");
    return Files.isDirectory(here) ? here : Path.of("examples").resolve(here);
  }

  /**
   * Of the class path what declares itself a module, but for the log, which a consumer chooses: so
   * this also shows that rsi needs no automatic module.
   */
  private static String modulePath() {
    return Stream.of(paths(System.getProperty("java.class.path")))
        .filter(ModulePathTest::isModule)
        .map(Path::toString)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static boolean isModule(Path entry) {
    if (Files.isDirectory(entry)) {
      return Files.exists(entry.resolve("module-info.class"));
    }
    if (!Files.exists(entry) || entry.getFileName().toString().startsWith("logback")) {
      return false;
    }
    try (JarFile jar =
        new JarFile(entry.toFile(), false, ZipFile.OPEN_READ, JarFile.runtimeVersion())) {
      return jar.getJarEntry("module-info.class") != null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path[] paths(String joined) {
    return Stream.of(joined.split(File.pathSeparator, -1)).map(Path::of).toArray(Path[]::new);
  }
}
