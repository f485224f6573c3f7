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
import java.util.List;
import java.util.Map;

/**
 * A process that stands still whenever it enters or leaves a method of some classes. Needs a JDK
 * with the debugger interface, which not every runtime has.
 */
final class SteppedProcess {
  private SteppedProcess() {}

  /** What is looked at while the process stands still. */
  interface Look {
    void look() throws IOException;
  }

  /** Runs a main class to its end, and looks at every step. */
  static void run(Class<?> main, String argument, List<String> classes, Look atEveryStep)
      throws Exception {
    LaunchingConnector connector = Bootstrap.virtualMachineManager().defaultConnector();
    Map<String, Connector.Argument> arguments = connector.defaultArguments();
    arguments
        .get("options")
        .setValue("-XX:TieredStopAtLevel=1 -cp \"" + System.getProperty("java.class.path") + "\"");
    arguments.get("main").setValue(main.getName() + " \"" + argument + "\"");
    VirtualMachine child = connector.launch(arguments);
    try {
      watch(child.eventRequestManager(), classes);
      while (true) {
        EventSet events = child.eventQueue().remove();
        for (Event event : events) {
          if (event instanceof LocatableEvent) {
            atEveryStep.look();
          }
        }
        events.resume();
      }
    } catch (VMDisconnectedException end) {
      assertThat(child.process().waitFor()).as("the child's end").isZero();
    } finally {
      child.process().destroyForcibly().waitFor();
    }
  }

  private static void watch(EventRequestManager requests, List<String> classes) {
    for (String name : classes) {
      MethodEntryRequest entry = requests.createMethodEntryRequest();
      entry.addClassFilter(name);
      entry.enable();
      MethodExitRequest exit = requests.createMethodExitRequest();
      exit.addClassFilter(name);
      exit.enable();
    }
  }
}
