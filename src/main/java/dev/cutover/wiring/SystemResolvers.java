package dev.cutover.wiring;

import dev.cutover.probe.ListedResolver;
import dev.cutover.probe.ResolverList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The resolvers this machine uses itself: what there is when no list is configured. */
final class SystemResolvers {
    private SystemResolvers() {}

    /** Those of the list that the settings name; this machine's when they name none. */
    static List<ListedResolver> orElse(Optional<Path> list)
            throws IOException, ResolverList.InvalidException {
        return list.isPresent()
                ? ResolverList.entries(list.get())
                : read(Path.of("/etc/resolv.conf"));
    }

    /**
     * Reads {@code nameserver} lines. Source: resolv.conf(5).
     *
     * @throws IOException when the file cannot be read or names none
     */
    static List<ListedResolver> read(Path file) throws IOException, ResolverList.InvalidException {
        StringBuilder list = new StringBuilder();
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            String[] words = line.strip().split("\\s+", -1);
            if (words.length >= 2 && words[0].equals("nameserver")) {
                number++;
                list.append("system")
                        .append(number)
                        .append(' ')
                        .append(words[1])
                        .append(" \"this machine\" ZZ\n");
            }
        }
        if (number == 0) {
            throw new IOException(file + " names no resolver; set cutover.dns.resolvers to a list");
        }
        return ResolverList.entries(list.toString(), file.toString());
    }
}
