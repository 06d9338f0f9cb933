package dev.cutover.core.life;

import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.image.ForeignEdit;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How an action ended, once the world was looked at. */
public sealed interface Ending {
    /** The before-image was taken and read back from these places. */
    record ImageTaken(BeforeImage image, List<String> places) implements Ending {
        public ImageTaken {
            places = List.copyOf(places);
        }
    }

    /**
     * The zone shows what was wanted.
     *
     * @param writes how many records were written; 0 when it stood there already
     * @param kept other people's edits that were left
     * @param lastWrittenAt the latest time of writing among the planned records; {@link Instant.EPOCH} where
     *     the provider does not say
     */
    record ZoneWritten(int writes, List<ForeignEdit> kept, Instant lastWrittenAt)
            implements Ending {
        public ZoneWritten {
            kept = List.copyOf(kept);
        }
    }

    /**
     * The engine did its part.
     *
     * @param evidence what it reported, by name
     */
    record EngineDone(Map<String, String> evidence) implements Ending {
        public EngineDone {
            evidence = Map.copyOf(new TreeMap<>(evidence));
        }
    }

    /** The edge accepted the purge of so many portions. */
    record Purged(int portions) implements Ending {}

    /** Somebody else wrote to a planned set; nothing was written by us. */
    record Drifted(List<ForeignEdit> edits) implements Ending {
        public Drifted {
            edits = List.copyOf(edits);
        }
    }

    /** It did not take effect, as far as was seen. */
    record Failed(Failure failure, String message) implements Ending {}

    /** Whether a failure may pass. */
    enum Failure {
        /** Try again. */
        TRANSIENT,
        /** Trying again will not help. */
        PERMANENT,
        /** We are not allowed to. */
        DENIED
    }

    /** Whether the work is done. */
    default boolean isSuccess() {
        return switch (this) {
            case ImageTaken i -> true;
            case ZoneWritten z -> true;
            case EngineDone e -> true;
            case Purged p -> true;
            case Drifted d -> false;
            case Failed f -> false;
        };
    }
}
