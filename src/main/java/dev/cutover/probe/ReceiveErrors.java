package dev.cutover.probe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// The kernel's count of datagrams that arrived here and were dropped for want of room.
///
/// It counts for the whole network namespace. Source: Linux, RFC 4113 counters in
/// `/proc/net/snmp` (IPv4) and `/proc/net/snmp6`.
final class ReceiveErrors {

    private static final int LARGEST_FILE = 1 << 16;

    private final Path ipv4;
    private final Path ipv6;

    ReceiveErrors(Path ipv4, Path ipv6) {
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
    }

    static ReceiveErrors ofThisMachine() {
        return new ReceiveErrors(Path.of("/proc/net/snmp"), Path.of("/proc/net/snmp6"));
    }

    /// The count so far; always 0 where the system does not tell.
    long count() {
        return inTable(read(ipv4)) + inList(read(ipv6));
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

    private static String read(Path file) {
        if (!Files.isReadable(file)) {
            return "";
        }
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(LARGEST_FILE), StandardCharsets.US_ASCII);
        } catch (IOException untold) {
            return "";
        }
    }
}
