package dev.cutover.probe;

import java.net.InetSocketAddress;

/// A name server to ask, recursive or authoritative.
///
/// @param id the short name an operator gave it, unique within a list
/// @param address where it listens, with UDP and TCP on one port; never unresolved
/// @param operator who runs it, for people; may be empty
/// @param country where it stands, two capital letters (ISO 3166-1), or `-` when not known
public record Resolver(String id, InetSocketAddress address, String operator, String country) {

    public Resolver {
        if (address.isUnresolved() || address.getPort() == 0) {
            throw new IllegalArgumentException(
                    "resolver " + id + ": expected an address and a port, seen " + address);
        }
    }
}
