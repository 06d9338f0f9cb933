package dev.cutover.store;

import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/// What every PostgreSQL must do for the store, one contract after the other on one server.
@NullUnmarked
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class StoreContracts {
    private TestDatabase server;

    protected abstract TestDatabase open();

    @BeforeAll
    void start() {
        server = open();
    }

    @AfterAll
    void stop() {
        if (server != null) {
            server.close();
        }
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
