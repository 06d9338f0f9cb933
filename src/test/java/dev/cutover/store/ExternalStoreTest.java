package dev.cutover.store;

import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/// The store on a server somebody else runs: Debian's PostgreSQL, started for the test, or the one
/// that
/// `-Dcutover.test.postgres.url=jdbc:postgresql:...` names.
@NullUnmarked
class ExternalStoreTest {
    private static TestDatabase server;

    @BeforeAll
    static void start() {
        server = TestDatabase.external();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Nested
    class OfJournal extends JournalContract {
        OfJournal() {
            super(server);
        }
    }

    @Nested
    class OfFaces extends FaceContract {
        OfFaces() {
            super(server);
        }
    }

    @Nested
    class OfOwnership extends OwnershipContract {
        OfOwnership() {
            super(server);
        }
    }

    @Nested
    class OfMeasurements extends MeasurementContract {
        OfMeasurements() {
            super(server);
        }
    }

    @Nested
    class OfOutbox extends OutboxContract {
        OfOutbox() {
            super(server);
        }
    }

    @Nested
    class OfCallShares extends CallSharesContract {
        OfCallShares() {
            super(server);
        }
    }
}
