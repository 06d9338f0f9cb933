package dev.cutover.dns;

import dev.cutover.peer.Knot;
import dev.cutover.peer.PrimaryServer;
import dev.cutover.peer.PrimaryServer.Signing;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;

/** A zone on Knot: unsigned, signed with NSEC, and signed with NSEC3. */
class KnotZoneTest {
    abstract static class OnKnot extends ServerZoneContract {
        @Override
        PrimaryServer start(Map<String, List<String>> zones, Signing signing) {
            return Knot.start(zones, signing);
        }
    }

    @Nested
    class Unsigned extends OnKnot {
        @Override
        Signing signing() {
            return Signing.NONE;
        }
    }

    @Nested
    class Signed extends OnKnot {
        @Override
        Signing signing() {
            return Signing.IN_PLACE;
        }
    }

    @Nested
    class SignedWithHashedNames extends OnKnot {
        @Override
        Signing signing() {
            return Signing.HASHED;
        }
    }
}
