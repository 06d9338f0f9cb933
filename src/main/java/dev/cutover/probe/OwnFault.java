package dev.cutover.probe;

/// How this machine itself may have spoilt a round, so that what is missing in it proves nothing
/// about the resolvers.
public enum OwnFault {
    /// Packets came for the engine's own sockets, and there was no room for them.
    DROPPED_PACKETS("dropped packets that had come for it"),
    /// The engine's thread came more than 100 ms late.
    STOOD_STILL("stood still"),
    /// A resolver on this very machine was silent while nobody on it got processor time.
    STARVED("had no processor time for a resolver of its own"),
    /// The engine's own limits let nobody ask in time.
    HELD_BACK("held questions back");

    private final String words;

    OwnFault(String words) {
        this.words = words;
    }

    /// For a sentence that begins with "this machine".
    public String words() {
        return words;
    }
}
