package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.tukaani.xz.XZInputStream;

/**
 * A PostgreSQL server for the tests of this JVM: of the jar of its programs, of {@code
 * -Drsi.postgresql=DIRECTORY} that has them, or the one installed. It ends with the JVM, however
 * that ends, and leaves nothing behind: a shell waits at the end of a pipe for it.
 */
final class PostgresServer {
  private static final String PACKED = "/postgres-linux-x86_64.txz";
  private static final String NOBODY = "65534";
  private static final String WATCH =
      "home=$1; shift; \"$@\" & server=$!; cat > /dev/null; kill -INT $server; wait $server;"
          + " rm -rf \"$home\"";

  private static PostgresServer running;

  private final Path home;
  private final List<String> user;
  private final String url;

  /** The server's address; tests are skipped where there is none to be had. */
  static synchronized String url() throws Exception {
    if (running == null) {
      running = new PostgresServer();
    }
    return running.url;
  }

  private PostgresServer() throws Exception {
    Optional<Path> there = programs();
    boolean root = "root".equals(System.getProperty("user.name"));
    // The server refuses to run as root.
    user =
        root
            ? List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups")
            : List.of();
    home = Files.createTempDirectory("rsi-postgresql");
    if (root) {
      Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.setAttribute(home, "unix:uid", Integer.valueOf(NOBODY));
    }
    Path programs = there.isPresent() ? there.get() : unpack();
    Path data = home.resolve("data");
    run(
        programs.resolve("initdb").toString(),
        "--pgdata=" + data,
        "--username=rsi",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync");
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Process server =
        start(
            "sh",
            "-c",
            WATCH,
            "sh",
            home.toString(),
            programs.resolve("postgres").toString(),
            "-D" + data,
            "-p" + port,
            "-clisten_addresses=127.0.0.1",
            "-cunix_socket_directories=",
            "-cshared_buffers=32MB");
    awaitReady(server);
    url = "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=rsi";
  }

  /**
   * Reads what the server says until it is ready, and goes on, so that it never waits to say it.
   */
  private static void awaitReady(Process server) throws IOException {
    BufferedReader log = server.inputReader(StandardCharsets.UTF_8);
    StringBuilder said = new StringBuilder();
    for (String line = log.readLine(); ; line = log.readLine()) {
      assertThat(line).as("The server ended after saying %s", said).isNotNull();
      said.append(line).append('\n');
      if (line.contains("ready to accept connections")) {
        break;
      }
    }
    Thread reader = new Thread(() -> log.lines().forEach(line -> {}), "log of PostgreSQL");
    reader.setDaemon(true);
    reader.start();
  }

  /** Where its programs lie; empty if they are to be unpacked. */
  private static Optional<Path> programs() throws IOException {
    String named = System.getProperty("rsi.postgresql");
    if (named != null) {
      return Optional.of(Path.of(named));
    }
    boolean fits =
        "Linux".equals(System.getProperty("os.name"))
            && "amd64".equals(System.getProperty("os.arch"))
            && Files.exists(Path.of("/lib64/ld-linux-x86-64.so.2"));
    if (fits) {
      return Optional.empty();
    }
    Optional<Path> installed = installed();
    Assumptions.assumeTrue(
        installed.isPresent(),
        "There is no PostgreSQL for this system. Maybe install one (apt-get install postgresql), or"
            + " say with -Drsi.postgresql=DIRECTORY where its programs are.");
    return installed;
  }

  private Path unpack() throws Exception {
    Path tar = home.resolve("postgresql.tar");
    try (InputStream packed = PostgresServer.class.getResourceAsStream(PACKED)) {
      Files.copy(new XZInputStream(packed), tar);
    }
    run("tar", "-xf", tar.toString());
    Files.delete(tar);
    return home.resolve("bin");
  }

  private static Optional<Path> installed() throws IOException {
    Path root = Path.of("/usr/lib/postgresql");
    if (!Files.isDirectory(root)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(root)) {
      return versions
          .map(version -> version.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
          .max(Comparator.naturalOrder());
    }
  }

  private void run(String... command) throws Exception {
    Process process = start(command);
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  private Process start(String... command) throws IOException {
    List<String> whole = new ArrayList<>(user);
    whole.addAll(List.of(command));
    return new ProcessBuilder(whole).directory(home.toFile()).redirectErrorStream(true).start();
  }
}
