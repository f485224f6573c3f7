package dev.rsi.core.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM that says what it has done, a line each, until it is killed. */
public final class ChildJvm {
  private ChildJvm() {}

  /**
   * Runs a main class until it has said so many lines, then kills it as {@code kill -9} does.
   *
   * @return every line it said, at least so many
   */
  public static List<String> killAfter(int lines, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    Process child = start(List.of(), main, arguments);
    List<String> said = new ArrayList<>();
    try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
      while (said.size() < lines) {
        String line = out.readLine();
        if (line == null) {
          throw new AssertionError("The child ended by itself after saying " + said);
        }
        said.add(line);
      }
      // Not Process.destroyForcibly, which closes the stream that the last words are in.
      child.toHandle().destroyForcibly();
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        said.add(line);
      }
    } finally {
      child.destroyForcibly().waitFor();
    }
    return said;
  }

  /**
   * Runs a main class to its end.
   *
   * @param by what runs the JVM, as {@code unshare}; nothing if it is run by itself
   * @return what it said
   */
  public static String run(List<String> by, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    Process child = start(by, main, arguments);
    child.getOutputStream().close();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (child.waitFor() != 0) {
      throw new AssertionError("The child failed after saying " + said);
    }
    return said;
  }

  /** Starts a main class, run by what runs the JVM. What it says is the caller's to read. */
  public static Process start(List<String> by, Class<?> main, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(by);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
