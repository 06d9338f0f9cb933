package dev.cutover.cli;

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
    /// @param subnet a client network as `ADDRESS/LENGTH` to ask for
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
            Optional<String> subnet,
            Duration timeout) {}

    /// Whom will be asked: the resolvers' ids in their order.
    List<String> ids();

    /// How many of the lists' resolvers are left out because no way to ask them so is known.
    int leftOut();

    /// A content as it would be shown.
    String normal(String content);

    /// Asks those resolvers once, all at the same time.
    Look ask(Set<String> ids) throws InterruptedException;

    /// Waits.
    void rest(Duration howLong) throws InterruptedException;

    @Override
    void close();

    /// What one round of questions came to.
    ///
    /// @param ownFaults what this machine did wrong meanwhile, so that missing answers say nothing
    ///     about the resolvers; the end of a sentence, empty when nothing
    record Look(Instant askedAt, List<Seen> seen, String ownFaults) {
        public Look {
            seen = List.copyOf(seen);
        }

        boolean isSpoilt() {
            return !ownFaults.isEmpty();
        }
    }

    /// How a question ended.
    enum Came {
        RECORDS,
        NEGATIVE,
        REFUSED,
        FAILED,
        TIMED_OUT
    }

    /// What one resolver said.
    ///
    /// @param address with the port where it is not the usual one
    /// @param contents what the name owns of the type, aliases followed; sorted, normal form
    /// @param aliases the names that CNAMEs led over
    /// @param ttlSeconds how long a client may keep the answer; -1 when nothing says so
    /// @param site which machine answered; may be empty
    /// @param detail what else there is to know, such as an error's words; may be empty
    /// @param saysStale whether the resolver says itself that the answer is past its time
    /// @param forSubnet whether the answer is for the client network that was asked for
    record Seen(
            String id,
            String address,
            String operator,
            String country,
            Came came,
            List<String> contents,
            List<String> aliases,
            long ttlSeconds,
            Duration latency,
            String site,
            String detail,
            boolean saysStale,
            boolean forSubnet) {
        public Seen {
            contents = List.copyOf(contents);
            aliases = List.copyOf(aliases);
        }
    }
}
