package dev.rsi.testkit;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another JVM on the same class path, to be killed. */
final class ChildJvm {
  private ChildJvm() {}

  /** Starts a main class. What it says on its output is the caller's to read. */
  static Process start(Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** In the child: tells the parent a line. */
  static void say(String line) throws IOException {
    // Not closed, which would end what others say.
    new FileOutputStream(FileDescriptor.out).write((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** In the child: waits until the parent ends, and its end of the pipe with it. */
  static void awaitParent() throws IOException {
    if (new FileInputStream(FileDescriptor.in).read() >= 0) {
      throw new IllegalStateException("The parent said something.");
    }
  }
}
