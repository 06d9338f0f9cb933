package dev.cutover.probe;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.xbill.DNS.Address;

/// What a question asks for beside its records, by EDNS options.
///
/// @param clientSubnet whose neighbourhood the answer should be for; empty asks nothing of it.
///     Source: RFC 7871
/// @param nsid whether the server should say which of its machines answers. Source: RFC 5001
/// @param cookie whether to exchange cookies, by which strangers' replies are told. Source: RFC
///     7873, RFC 9018
/// @param dnssecOk whether to ask for signatures. Source: RFC 3225
public record EdnsOptions(
        Optional<Subnet> clientSubnet, boolean nsid, boolean cookie, boolean dnssecOk) {

    /// Nothing beside the records.
    public static final EdnsOptions NONE = new EdnsOptions(Optional.empty(), false, false, false);

    /// Which machine answers, and nothing else.
    public static final EdnsOptions NSID = new EdnsOptions(Optional.empty(), true, false, false);

    /// A network that clients sit in.
    ///
    /// @param address any address of it
    /// @param prefixLength 0 to 32, or 128 for IPv6; what resolvers keep is mostly 24 and 56
    public record Subnet(InetAddress address, int prefixLength) {
        public Subnet {
            int most = address.getAddress().length * 8;
            if (prefixLength < 0 || prefixLength > most) {
                throw new IllegalArgumentException(
                        address.getHostAddress()
                                + ": expected a prefix of 0 to "
                                + most
                                + ", seen "
                                + prefixLength);
            }
        }

        /// The network of an address literal.
        ///
        /// @throws IllegalArgumentException when it is none
        public static Subnet of(String address, int prefixLength) {
            try {
                // reads literals only, asks no resolver
                return new Subnet(Address.getByAddress(address), prefixLength);
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(
                        "expected an IPv4 or IPv6 address, seen " + address, e);
            }
        }
    }
}
