package dev.cutover.probe;

import java.net.InetSocketAddress;

/// A name server to ask, recursive or authoritative.
///
/// @param id the short name an operator gave it, unique within a list
/// @param address where it listens; never unresolved. With UDP the same port also takes TCP
/// @param operator who runs it, for people; may be empty
/// @param country where it stands, two capital letters (ISO 3166-1), or `-` when not known
/// @param transport how it is asked
public record Resolver(
        String id,
        InetSocketAddress address,
        String operator,
        String country,
        Transport transport) {

    public Resolver {
        if (address.isUnresolved() || address.getPort() == 0) {
            throw new IllegalArgumentException(
                    "resolver " + id + ": expected an address and a port, seen " + address);
        }
    }

    /// One that is asked by UDP.
    public Resolver(String id, InetSocketAddress address, String operator, String country) {
        this(id, address, operator, country, new Transport.Udp());
    }

    /// The same server asked another way.
    public Resolver by(Transport other, int port) {
        return new Resolver(
                id, new InetSocketAddress(address.getAddress(), port), operator, country, other);
    }
}
