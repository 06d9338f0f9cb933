package dev.cutover.run;

import dev.cutover.peer.Bind;
import dev.cutover.peer.Knot;
import dev.cutover.peer.PrimaryServer;
import dev.cutover.peer.PrimaryServer.Signing;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;

/** The story of a server's zone on each server that is supported. */
class ServerCutoverIT {
    @Nested
    class OnKnot extends ServerCutoverStory {
        @Override
        PrimaryServer start(Map<String, List<String>> zones) {
            return Knot.start(zones, Signing.HASHED);
        }
    }

    /** The zone that is updated holds no signature, the copy that is served has its own serial. */
    @Nested
    class OnBind extends ServerCutoverStory {
        @Override
        PrimaryServer start(Map<String, List<String>> zones) {
            return Bind.start(zones, Signing.INLINE);
        }
    }
}
