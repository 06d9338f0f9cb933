package dev.cutover.probe;

import java.util.Optional;
import java.util.OptionalInt;

/// A resolver with what a list says of it beside its address.
///
/// @param resolver as it is asked by UDP
/// @param dot how it is asked by TLS; empty when that is not known
/// @param doh how it is asked by HTTPS; empty when that is not known
/// @param place where it stands; empty when not known, and for those that stand in many places
/// @param ecs what it does with client subnets
/// @param queriesPerSecond how often it may be asked at most, 1 to 1,000; empty for the usual rate
/// @param source the page these facts were found on; empty in an operator's own list
/// @param seen the day they were found there, `YYYY-MM-DD`; empty in an operator's own list
public record ListedResolver(
        Resolver resolver,
        Optional<Transport.Tls> dot,
        Optional<Transport.Https> doh,
        Optional<Place> place,
        Ecs ecs,
        OptionalInt queriesPerSecond,
        String source,
        String seen) {

    /// A point on the map, in degrees; north and east are positive.
    public record Place(double latitude, double longitude) {
        public Place {
            if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) {
                throw new IllegalArgumentException(
                        "expected a latitude of -90 to 90 and a longitude of -180 to 180, seen "
                                + latitude
                                + ","
                                + longitude);
            }
        }
    }

    /// What a resolver does with a client subnet. Source: RFC 7871.
    public enum Ecs {
        /// Nobody has said.
        UNKNOWN,
        /// Sends authorities the subnet that the client asked with.
        FORWARDS,
        /// Sends authorities the client's own network, whatever it asked with.
        REPLACES,
        /// Sends authorities none.
        NONE
    }

    /// The resolver as it is asked by that transport, on that transport's usual port.
    ///
    /// @param word `udp`, `tcp`, `dot` or `doh`
    /// @return empty when the list does not say how
    public Optional<Resolver> by(String word) {
        return switch (word) {
            case "udp" -> Optional.of(resolver);
            case "tcp" ->
                    Optional.of(resolver.by(new Transport.Tcp(), resolver.address().getPort()));
            case "dot" -> dot.map(tls -> resolver.by(tls, tls.usualPort()));
            case "doh" -> doh.map(https -> resolver.by(https, https.usualPort()));
            default -> throw new IllegalArgumentException(word);
        };
    }
}
