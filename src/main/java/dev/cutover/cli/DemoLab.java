package dev.cutover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.LabClock;
import dev.cutover.lab.dns.LabAddresses;
import dev.cutover.lab.http.LoopbackServer;
import dev.cutover.lab.world.DemoPlan;
import dev.cutover.lab.world.LabWorld;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

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
    private static final int USUAL_PORT = 8080;
    private static final Duration ENGINE_LIMIT = Duration.ofMinutes(2);

    /**
     * Where labs that run side by side share the database's unpacked programs; each unpacks its own when this
     * property is not set.
     */
    private static final String PROGRAMS = "cutover.lab.programs";

    private final LabWorld world;
    private final List<DemoNode> nodes = new ArrayList<>();
    private final DemoProcess engine;
    private final int enginePort;
    private boolean tidy;

    /**
     * Starts the world; the processes are started by {@link #startController} and {@link #startEngine}.
     *
     * @param database an external database's settings by environment variable; empty for the embedded one
     */
    public DemoLab(CallTap tap, Map<String, String> database) throws IOException {
        this(tap, database, 1);
    }

    /** Starts the world with one controller on the embedded database and these peers. */
    public DemoLab(LabWorld.Peers peers) throws IOException {
        this(CallTap.NONE, Map.of(), 1, peers, false);
    }

    /** The same with the controller's pages at the usual port, where that is free: what people look at. */
    static DemoLab shown(LabWorld.Peers peers) throws IOException {
        return new DemoLab(CallTap.NONE, Map.of(), 1, peers, true);
    }

    /**
     * Starts the world for several controllers on one database.
     *
     * @param database an external database's settings; required when there is more than one node
     * @param count how many controllers there are
     */
    public DemoLab(CallTap tap, Map<String, String> database, int count) throws IOException {
        this(tap, database, count, LabWorld.Peers.BUILT_IN, false);
    }

    private DemoLab(
            CallTap tap,
            Map<String, String> database,
            int count,
            LabWorld.Peers peers,
            boolean shown)
            throws IOException {
        world = new LabWorld(LabWorld.newFolder(), new LabClock(), tap, peers);
        Path keys = world.folder().resolve("keys");
        Files.writeString(
                keys,
                keyLine(PLANNER, "operator", PLANNER_KEY)
                        + keyLine(ON_CALL, "viewer,operator,approver", ON_CALL_KEY));
        enginePort =
                LabAddresses.freePort(List.of(InetAddress.getByName(LoopbackServer.PLAIN_ADDRESS)));
        Map<String, String> env = new LinkedHashMap<>(world.environment());
        env.put("CUTOVER_API_KEYS_FILE", keys.toString());
        env.put("CUTOVER_ENGINE_URL", "http://" + LoopbackServer.PLAIN_ADDRESS + ":" + enginePort);
        env.putAll(database);
        for (int i = 1; i <= count; i++) {
            nodes.add(
                    node(
                            count == 1 ? "controller" : "controller-" + i,
                            shown ? freePort(USUAL_PORT) : freePort(),
                            env));
            if (database.isEmpty()) {
                shareProgramsWith(nodes.getLast().name());
            }
        }
        engine =
                new DemoProcess(
                        "engine", world.folder().resolve("engine.log"), world.engineEnvironment());
    }

    private DemoNode node(String name, int port, Map<String, String> common) {
        Map<String, String> env = new LinkedHashMap<>(common);
        env.put("CUTOVER_NODE", name);
        env.put("CUTOVER_HOME", world.folder().resolve(name).toString());
        env.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        return new DemoNode(
                name,
                new DemoProcess(name, world.folder().resolve(name + ".log"), env),
                URI.create("http://127.0.0.1:" + port + "/"));
    }

    private void shareProgramsWith(String node) throws IOException {
        String shared = System.getProperty(PROGRAMS, "");
        if (!shared.isEmpty()) {
            Path programs = Files.createDirectories(Path.of(shared).toAbsolutePath());
            Path database = world.folder().resolve(node).resolve("postgres");
            Files.createDirectories(database);
            Files.setPosixFilePermissions(database, PosixFilePermissions.fromString("rwx------"));
            Files.createSymbolicLink(database.resolve("programs"), programs);
        }
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

    /** None that the kernel gives to clients: a process that is started again wants the one it had. */
    private static int freePort() throws IOException {
        return LabAddresses.freePort(List.of(InetAddress.getLoopbackAddress()));
    }

    private static int freePort(int wanted) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket socket = new ServerSocket(wanted, 1, loopback)) {
            return socket.getLocalPort();
        } catch (IOException taken) {
            return freePort();
        }
    }

    public LabWorld world() {
        return world;
    }

    /** The controllers, the first one first. */
    public List<DemoNode> nodes() {
        return List.copyOf(nodes);
    }

    /** Where the controller's API and pages are. */
    public URI page() {
        return nodes.getFirst().page();
    }

    /** Where a browser signs in once, within ten minutes, as the one on call. */
    public URI signInLink() throws IOException {
        return nodes.getFirst().client().signInLink(ON_CALL_KEY);
    }

    /** The API of a controller that runs. */
    private DemoClient client() {
        return nodes.stream()
                .filter(DemoNode::isAwake)
                .findFirst()
                .orElse(nodes.getFirst())
                .client();
    }

    public String onCallKey() {
        return ON_CALL_KEY;
    }

    /** Starts the first controller and returns at once. */
    public void startController() throws IOException {
        nodes.getFirst().start();
    }

    /** Waits until the first controller is ready, and the engine where it was started. */
    public void awaitController() throws IOException, InterruptedException, TimeoutException {
        nodes.getFirst().awaitReady();
        awaitEngine();
    }

    /**
     * Waits until the engine takes connections: by then it has made production a link, which no oracle may
     * see half done. Returns at once where no engine runs.
     */
    public void awaitEngine() throws InterruptedException, TimeoutException {
        long until = System.nanoTime() + ENGINE_LIMIT.toNanos();
        while (engine.isAlive() && !takesConnections()) {
            if (System.nanoTime() - until > 0) {
                throw new TimeoutException(
                        "the engine was not there after "
                                + ENGINE_LIMIT
                                + "; it said: "
                                + engine.lastWords());
            }
            Thread.sleep(Duration.ofMillis(50));
        }
    }

    private boolean takesConnections() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(LoopbackServer.PLAIN_ADDRESS, enginePort), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    public void killController() {
        nodes.getFirst().kill();
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
        return schedule(
                world.plan(plan), world.planFiles(), world.folder().getFileName().toString());
    }

    /** The one who plans schedules any plan; the same key schedules it once. */
    public String schedule(String plan, Map<String, String> files, String idempotencyKey)
            throws IOException {
        return client().post(
                        PLANNER_KEY,
                        "/cutovers",
                        Map.of("plan", plan, "files", files),
                        Map.of("Idempotency-Key", idempotencyKey))
                .path("id")
                .asText();
    }

    /** What the one on call reads at a path below {@code /api/v1}. */
    public JsonNode look(String path) throws IOException {
        return client().get(ON_CALL_KEY, path);
    }

    /** The cutover as the controller tells it. */
    public JsonNode status(String id) throws IOException {
        return look("/cutovers/" + id);
    }

    /** The report as the controller tells it. */
    public JsonNode report(String id) throws IOException {
        return look("/cutovers/" + id + "/report");
    }

    /** The one on call approves what was planned. */
    public void approve(String id, String planHash) throws IOException {
        client().post(
                        ON_CALL_KEY,
                        "/cutovers/" + id + "/approve",
                        Map.of(),
                        Map.of("If-Match", "\"" + planHash + "\""));
    }

    /** The one on call asks for {@code hold}, {@code resume} or {@code abort}. */
    public void ask(String id, String verb, String why) throws IOException {
        client().post(
                        ON_CALL_KEY,
                        "/cutovers/" + id + "/" + verb,
                        why.isEmpty() ? Map.of() : Map.of("why", why),
                        Map.of());
    }

    /** What every controller said last, for whoever wonders why a run did not go as it should. */
    public String lastWords() {
        return nodes.stream().map(DemoNode::lastWords).collect(Collectors.joining("\n"));
    }

    /** Has its folder go with it: all went well, nobody wants to look at its files. */
    public void leaveNothing() {
        tidy = true;
    }

    @Override
    public void close() {
        nodes.forEach(DemoNode::close);
        engine.close();
        world.close();
        if (tidy) {
            try {
                DemoFolder.removeTree(world.folder());
            } catch (IOException e) {
                // Something of a process that was killed still writes there; it harms nobody.
            }
        }
    }
}
