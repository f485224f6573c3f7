package dev.rsi.core.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.LaunchingConnector;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.LocatableEvent;
import com.sun.jdi.request.EventRequestManager;
import com.sun.jdi.request.MethodEntryRequest;
import com.sun.jdi.request.MethodExitRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a deletion leaves if the process is killed, after each of its file operations. */
class RetentionStepsTest {
  private static final List<String> STEPS =
      List.of(Durable.class.getName(), "com.google.common.io.MoreFiles");

  @TempDir Path temporary;

  @Test
  @Tag("nightly")
  void should_leave_every_version_whole_or_gone_at_every_step_of_a_deletion() throws Exception {
    Path home = temporary.resolve("models");
    ModelRegistry registry = ModelRegistry.directory(home);
    List<String> ids = new ArrayList<>();
    for (String weights : List.of("first", "second", "third", "live")) {
      Path work = registry.newWorkDirectory();
      for (int part = 0; part < 3; part++) {
        Files.writeString(work.resolve("part-" + part), weights + part);
      }
      String parent = ids.isEmpty() ? null : ids.get(ids.size() - 1);
      Provenance provenance =
          new Provenance(parent, "run", 1, null, 0, 0, Map.of(), Map.of(), Map.of());
      String id = registry.add(work, provenance).id();
      registry.promote(id);
      ids.add(id);
    }
    int steps = copyAtEveryStep(home);
    assertThat(steps).as("steps").isGreaterThan(10);
    boolean half = false;
    for (int step = 0; step < steps; step++) {
      Path left = temporary.resolve("step-" + step);
      half |= directories(left) > versions(left);
      ModelRegistry opened = ModelRegistry.directory(left);
      for (String id : opened.versions()) {
        assertThat(opened.version(id).id()).as("step %s", step).isEqualTo(id);
      }
      assertThat(opened.versions()).as("step %s", step).containsAll(opened.history());
      assertThat(directories(left)).as("step %s", step).isEqualTo(opened.versions().size());
      assertThat(opened.history()).as("step %s", step).startsWith(ids.get(3));
      assertThat(opened.lineage(ids.get(3)))
          .as("step %s", step)
          .containsExactly(ids.get(3), ids.get(2), ids.get(1), ids.get(0));
      opened.retain(0);
      assertThat(opened.versions()).containsExactlyInAnyOrder(ids.get(0), ids.get(3));
    }
    assertThat(half).as("a step at which files of no version were left").isTrue();
  }

  /** Deletes what it can, in a process of its own. */
  static final class Retainer {
    public static void main(String[] arguments) {
      ModelRegistry.directory(Path.of(arguments[0])).retain(0);
    }
  }

  /**
   * Stops that process at every step and copies what it left so far. Returns how many there were.
   */
  private int copyAtEveryStep(Path home) throws Exception {
    LaunchingConnector connector = Bootstrap.virtualMachineManager().defaultConnector();
    Map<String, Connector.Argument> arguments = connector.defaultArguments();
    arguments
        .get("options")
        .setValue("-XX:TieredStopAtLevel=1 -cp \"" + System.getProperty("java.class.path") + "\"");
    arguments.get("main").setValue(Retainer.class.getName() + " \"" + home + "\"");
    VirtualMachine child = connector.launch(arguments);
    String before = "";
    int steps = 0;
    try {
      watch(child.eventRequestManager());
      while (true) {
        EventSet events = child.eventQueue().remove();
        for (Event event : events) {
          String now = listing(home);
          if (event instanceof LocatableEvent && !now.equals(before)) {
            before = now;
            copy(home, temporary.resolve("step-" + steps));
            steps++;
          }
        }
        events.resume();
      }
    } catch (VMDisconnectedException end) {
      assertThat(child.process().waitFor()).as("the child's end").isZero();
      return steps;
    } finally {
      child.process().destroyForcibly().waitFor();
    }
  }

  private static void watch(EventRequestManager requests) {
    for (String name : STEPS) {
      MethodEntryRequest entry = requests.createMethodEntryRequest();
      entry.addClassFilter(name);
      entry.enable();
      MethodExitRequest exit = requests.createMethodExitRequest();
      exit.addClassFilter(name);
      exit.enable();
    }
  }

  private static String listing(Path home) throws IOException {
    StringBuilder listing = new StringBuilder();
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.toList()) {
        listing.append(file).append(' ').append(Files.getLastModifiedTime(file)).append('\n');
      }
    }
    return listing.toString();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static long directories(Path home) throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("versions"))) {
      return files.filter(Files::isDirectory).count();
    }
  }

  private static long versions(Path home) throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("versions"))) {
      return files.filter(Files::isRegularFile).count();
    }
  }
}
