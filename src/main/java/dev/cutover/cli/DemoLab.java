package dev.cutover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.LabClock;
import dev.cutover.lab.world.DemoPlan;
import dev.cutover.lab.world.LabWorld;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * The lab with its three processes: the world in this one, the controller and the promotion engine in two
 * others.
 *
 * <p>The controller is the same {@code serve} that production runs; it gets endpoint URLs and the lab's
 * time, nothing else.
 */
public final class DemoLab implements AutoCloseable {
    private static final String PLANNER = "ada";
    private static final String ON_CALL = "grace";
    private static final String PLANNER_KEY = "lab-key-of-ada-who-plans";
    private static final String ON_CALL_KEY = "lab-key-of-grace-on-call";
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final int USUAL_PORT = 8080;

    private final LabWorld world;
    private final DemoProcess controller;
    private final DemoProcess engine;
    private final DemoClient client;
    private final int enginePort;
    private final URI page;

    /**
     * Starts the world; the processes are started by {@link #startController} and {@link #startEngine}.
     *
     * @param database an external database's settings by environment variable; empty for the embedded one
     */
    public DemoLab(CallTap tap, Map<String, String> database) throws IOException {
        world = new LabWorld(LabWorld.newFolder(), new LabClock(), tap);
        Path home = Files.createDirectories(world.folder().resolve("controller"));
        Path keys = home.resolve("keys");
        Files.writeString(
                keys,
                keyLine(PLANNER, "operator", PLANNER_KEY)
                        + keyLine(ON_CALL, "viewer,operator,approver", ON_CALL_KEY));
        int port = freePort(USUAL_PORT);
        enginePort = freePort(0);
        page = URI.create("http://127.0.0.1:" + port + "/");
        Map<String, String> env = new LinkedHashMap<>(world.environment());
        env.put("CUTOVER_HOME", home.toString());
        env.put("CUTOVER_API_KEYS_FILE", keys.toString());
        env.put("CUTOVER_ENGINE_URL", "http://127.78.0.1:" + enginePort);
        env.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        env.putAll(database);
        controller = new DemoProcess("controller", world.folder().resolve("controller.log"), env);
        engine =
                new DemoProcess(
                        "engine", world.folder().resolve("engine.log"), world.engineEnvironment());
        client = new DemoClient(page);
    }

    private static String keyLine(String name, String roles, String key) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(key.getBytes(StandardCharsets.UTF_8));
            return name + " " + roles + " " + HexFormat.of().formatHex(hash) + "\n";
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static int freePort(int wanted) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket socket = new ServerSocket(wanted, 1, loopback)) {
            return socket.getLocalPort();
        } catch (IOException taken) {
            try (ServerSocket socket = new ServerSocket(0, 1, loopback)) {
                return socket.getLocalPort();
            }
        }
    }

    public LabWorld world() {
        return world;
    }

    /** Where the controller's API and pages are. */
    public URI page() {
        return page;
    }

    /** The key of the one on call. */
    public String onCallKey() {
        return ON_CALL_KEY;
    }

    /** Starts the controller and returns at once. */
    public void startController() throws IOException {
        controller.start(List.of("-Xmx256m", "-XX:+UseSerialGC"), List.of("serve"));
    }

    /** Waits until the controller is ready. */
    public void awaitController() throws IOException, InterruptedException, TimeoutException {
        long until = System.nanoTime() + START_LIMIT.toNanos();
        while (!client.isReady()) {
            if (!controller.isAlive()) {
                throw new IOException(
                        "the controller ended while starting; its log is " + controller.log());
            }
            if (System.nanoTime() - until > 0) {
                throw new TimeoutException(
                        "the controller was not ready after "
                                + START_LIMIT.toSeconds()
                                + " s; its log is "
                                + controller.log());
            }
            Thread.sleep(Duration.ofMillis(50));
        }
    }

    public void killController() {
        controller.kill();
    }

    /** Starts the promotion engine, with a fault of its own or {@code none}. */
    public void startEngine(String fault) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("lab-engine"));
        arguments.addAll(world.engineArguments(enginePort, fault));
        engine.start(List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"), arguments);
    }

    public void killEngine() {
        engine.kill();
    }

    /** The one who plans schedules the demo's plan; returns the cutover's id. */
    public String schedule(DemoPlan plan) throws IOException {
        Map<String, Object> body = Map.of("plan", world.plan(plan), "files", world.planFiles());
        return client.post(
                        PLANNER_KEY,
                        "/cutovers",
                        body,
                        Map.of("Idempotency-Key", world.folder().getFileName().toString()))
                .path("id")
                .asText();
    }

    /** The cutover as the controller tells it. */
    public JsonNode status(String id) throws IOException {
        return client.get(ON_CALL_KEY, "/cutovers/" + id);
    }

    /** The report as the controller tells it. */
    public JsonNode report(String id) throws IOException {
        return client.get(ON_CALL_KEY, "/cutovers/" + id + "/report");
    }

    /** The one on call approves what was planned. */
    public void approve(String id, String planHash) throws IOException {
        client.post(
                ON_CALL_KEY,
                "/cutovers/" + id + "/approve",
                Map.of(),
                Map.of("If-Match", "\"" + planHash + "\""));
    }

    /** The one on call asks for {@code hold}, {@code resume} or {@code abort}. */
    public void ask(String id, String verb, String why) throws IOException {
        client.post(
                ON_CALL_KEY,
                "/cutovers/" + id + "/" + verb,
                why.isEmpty() ? Map.of() : Map.of("why", why),
                Map.of());
    }

    @Override
    public void close() {
        controller.close();
        engine.close();
        world.close();
    }
}
