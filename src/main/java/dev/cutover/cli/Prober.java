package dev.cutover.cli;

import dev.cutover.core.dns.Region;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Asks resolvers what a name leads to, without a controller: what `cutover probe` needs of the
/// world.
///
/// The person's own command line is the permission for every address it asks.
public interface Prober extends AutoCloseable {

    /// Gets ready to ask.
    @FunctionalInterface
    interface Opening {
        /// Opens what asks, without asking anybody yet.
        ///
        /// @throws GivenUpException when a list, an address or a type cannot be used
        Prober open(Wish wish);
    }

    /// Whom to ask what, and how.
    ///
    /// @param type the record type's mnemonic
    /// @param resolvers each `ADDRESS` or `ADDRESS:PORT`; with no lists either, the shipped list of
    ///     public resolvers is meant
    /// @param lists files of resolvers
    /// @param transport `udp`, `tcp`, `dot` or `doh`
    /// @param serverName the name of the `resolvers` on their certificates; empty for their address
    /// @param path where they serve DNS over HTTPS
    /// @param pins public keys of which theirs must be one; may be empty
    /// @param trust a PEM file of certificates believed beside the system's roots
    /// @param regions whose clients are asked for beside the resolvers' own place
    record Wish(
            String name,
            String type,
            List<String> resolvers,
            List<Path> lists,
            String transport,
            String serverName,
            String path,
            List<String> pins,
            Optional<Path> trust,
            List<Region> regions,
            Duration timeout) {}

    /// Whom will be asked: the resolvers' ids in their order.
    List<String> ids();

    /// How many of the lists' resolvers are left out because no way to ask them so is known.
    int leftOut();

    /// What is asked about.
    SetKey set();

    /// A content as it would be shown.
    ///
    /// @throws IllegalArgumentException when it is none of the type
    String normal(String content);

    /// Asks those resolvers once, all at the same time.
    Look ask(Set<String> ids) throws InterruptedException;

    /// Waits.
    void rest(Duration howLong) throws InterruptedException;

    @Override
    void close();

    /// What one round of questions came to.
    ///
    /// @param askedAt when it began
    /// @param endedAt when the last answer had come
    /// @param ownFaults what this machine did wrong meanwhile, so that missing answers say nothing
    ///     about the resolvers; the end of a sentence, empty when nothing
    record Look(Instant askedAt, Instant endedAt, List<Seen> seen, String ownFaults) {
        public Look {
            seen = List.copyOf(seen);
        }

        boolean isSpoilt() {
            return !ownFaults.isEmpty();
        }
    }

    /// What one resolver said.
    ///
    /// @param address with the port where it is not the usual one
    /// @param answer its scope is the region whose clients it is for; empty for the resolver's own
    ///     place
    /// @param detail what else there is to know, such as an error's words; may be empty
    record Seen(String address, ResolverAnswer answer, String detail) {
        public String id() {
            return answer.resolver();
        }

        public String region() {
            return answer.told().scope();
        }

        /// What the name leads to, aliases followed.
        public List<String> contents() {
            return answer.contents().isEmpty() ? answer.told().reached() : answer.contents();
        }

        /// How long a client may keep the answer.
        public long ttlSeconds() {
            long least = answer.told().leastTtlSeconds();
            return least > 0 ? Math.min(least, answer.ttlSeconds()) : answer.ttlSeconds();
        }
    }
}
