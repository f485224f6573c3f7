package dev.rsi.djl;

import dev.rsi.lm.Device;
import java.security.Permission;
import java.util.ArrayList;
import java.util.List;

/** Starts the engine in a JVM of its own and prints what connections were tried. */
final class ConnectionProbe {
  private ConnectionProbe() {}

  @SuppressWarnings("removal") // the only way to see connections from inside; goes with JDK 24
  public static void main(String[] args) {
    List<String> connections = new ArrayList<>();
    System.setSecurityManager(
        new SecurityManager() {
          @Override
          public void checkPermission(Permission permission) {}

          @Override
          public void checkConnect(String host, int port) {
            connections.add(host + ":" + port);
          }
        });
    try (var manager = DjlRuntime.open(Device.auto())) {
      manager.create(1f).close();
    }
    System.out.println("connections: " + connections);
  }
}
