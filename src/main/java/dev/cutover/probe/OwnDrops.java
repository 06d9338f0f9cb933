package dev.cutover.probe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Datagrams that came for this engine's own sockets and were dropped for want of room.
///
/// The kernel's total for the machine moves when any program's socket overflows, a dead server's
/// for instance. So it is only the hint to look into the table of sockets, which tells of each how
/// many it lost. Where there is no such table, the total counts. Source: Linux, `RcvbufErrors` in
/// `/proc/net/snmp` and `snmp6` (RFC 4113), column `drops` of `/proc/net/udp` and `udp6`.
///
/// Safe for many threads.
final class OwnDrops {

    private static final int LARGEST_COUNTER_FILE = 1 << 16;

    /// About 30,000 sockets.
    private static final int LARGEST_TABLE = 4 << 20;

    private static final int LOCAL = 1;
    private static final int REMOTE = 2;
    private static final int HEX = 16;

    /// The files to read, so that a test can write them.
    ///
    /// @param tables one row a socket; those that cannot be read are left out
    record Files4And6(Path counters4, Path counters6, List<Path> tables) {
        static Files4And6 ofThisMachine() {
            return new Files4And6(
                    Path.of("/proc/net/snmp"),
                    Path.of("/proc/net/snmp6"),
                    List.of(Path.of("/proc/net/udp"), Path.of("/proc/net/udp6")));
        }
    }

    private final Files4And6 files;

    /// What each open socket had lost when last looked at, by its two ports.
    private final Map<Integer, Long> lostBefore = new HashMap<>();

    private boolean closedSome;
    private long machineBefore;
    private long own;

    OwnDrops(Files4And6 files) {
        this.files = files;
        this.machineBefore = machineTotal();
    }

    static OwnDrops ofThisMachine() {
        return new OwnDrops(Files4And6.ofThisMachine());
    }

    synchronized void opened(int localPort, int remotePort) {
        lostBefore.put(ports(localPort, remotePort), 0L);
    }

    /// What it lost since the last look can no longer be read: a doubt that counts against us.
    synchronized void closed(int localPort, int remotePort) {
        closedSome |= lostBefore.remove(ports(localPort, remotePort)) != null;
    }

    /// How many were lost so far; always 0 where the system tells nothing.
    synchronized long count() {
        long machine = machineTotal();
        long more = machine - machineBefore;
        machineBefore = machine;
        if (more > 0) {
            own += closedSome ? more : lostByOwnSockets(more);
        }
        closedSome = false;
        return own;
    }

    private long lostByOwnSockets(long unlessTold) {
        long lost = 0;
        boolean told = false;
        for (Path table : files.tables()) {
            List<String> rows = read(table, LARGEST_TABLE).lines().skip(1).toList();
            told |= !rows.isEmpty();
            for (String row : rows) {
                lost += lostSinceLastLook(row.strip().split(" +", -1));
            }
        }
        return told ? lost : unlessTold;
    }

    /// One row: slot, local and remote address as `hex:hex port`, and the drops at the end.
    private long lostSinceLastLook(String[] cells) {
        if (cells.length <= REMOTE) {
            return 0;
        }
        int ports = ports(port(cells[LOCAL]), port(cells[REMOTE]));
        Long before = lostBefore.get(ports);
        if (before == null) {
            return 0;
        }
        long now = number(cells[cells.length - 1]);
        lostBefore.put(ports, now);
        return Math.max(0, now - before);
    }

    private static int port(String address) {
        String hex = address.substring(address.lastIndexOf(':') + 1);
        return hex.matches("[0-9A-Fa-f]{1,4}") ? Integer.parseInt(hex, HEX) : 0;
    }

    private static int ports(int local, int remote) {
        return local << Short.SIZE | remote;
    }

    private long machineTotal() {
        return inTable(read(files.counters4(), LARGEST_COUNTER_FILE))
                + inList(read(files.counters6(), LARGEST_COUNTER_FILE));
    }

    /// A line of names, then a line of numbers, both beginning with `Udp:`.
    private static long inTable(String text) {
        List<String> rows = text.lines().filter(line -> line.startsWith("Udp: ")).toList();
        if (rows.size() < 2) {
            return 0;
        }
        int column = Arrays.asList(rows.get(0).split(" ", -1)).indexOf("RcvbufErrors");
        String[] numbers = rows.get(1).split(" ", -1);
        return column < 0 || column >= numbers.length ? 0 : number(numbers[column]);
    }

    private static long inList(String text) {
        String name = "Udp6RcvbufErrors";
        return text.lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> number(line.substring(name.length()).strip()))
                .sum();
    }

    private static long number(String text) {
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    private static String read(Path file, int most) {
        if (!Files.isReadable(file)) {
            return "";
        }
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(most), StandardCharsets.US_ASCII);
        } catch (IOException untold) {
            return "";
        }
    }
}
