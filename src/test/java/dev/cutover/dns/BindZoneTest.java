package dev.cutover.dns;

import dev.cutover.peer.Bind;
import dev.cutover.peer.PrimaryServer;
import dev.cutover.peer.PrimaryServer.Signing;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;

/** A zone on BIND: unsigned, signed where it is updated, and signed as a copy beside it. */
class BindZoneTest {
    abstract static class OnBind extends ServerZoneContract {
        @Override
        PrimaryServer start(Map<String, List<String>> zones, Signing signing) {
            return Bind.start(zones, signing);
        }
    }

    @Nested
    class Unsigned extends OnBind {
        @Override
        Signing signing() {
            return Signing.NONE;
        }
    }

    @Nested
    class Signed extends OnBind {
        @Override
        Signing signing() {
            return Signing.IN_PLACE;
        }
    }

    @Nested
    class SignedBeside extends OnBind {
        @Override
        Signing signing() {
            return Signing.INLINE;
        }
    }
}
