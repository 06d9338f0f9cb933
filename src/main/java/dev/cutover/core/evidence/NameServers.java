package dev.cutover.core.evidence;

import java.util.List;

/**
 * The name servers one server names.
 *
 * @param server who was asked
 * @param names sorted, lower case, without the trailing dot
 * @param failure empty when it answered; else what happened
 */
public record NameServers(String server, List<String> names, String failure) {
    public NameServers {
        names = names.stream().sorted().toList();
    }

    public boolean answered() {
        return failure.isEmpty();
    }
}
