package dev.cutover.lab;

/**
 * Where the lab's servers tell of each call the controller makes to them, at three moments of it.
 *
 * <p>The tap runs on the thread that serves the call and may block: the call waits as long. The demo
 * kills the controller here, before, during and after each kind of call. A tap must be safe for many
 * threads. Calls that the lab makes to itself (a visitor, a resolver asking an authority) are not
 * told of.
 */
@FunctionalInterface
public interface CallTap {

    /** A tap nobody listens at. */
    CallTap NONE = call -> {};

    /** Tells of one moment of one call; may block. */
    void at(Call call);

    /** Short for {@link #at} with a new {@link Call}. */
    default void at(Kind kind, Moment moment, String detail) {
        at(new Call(kind, moment, detail, "", ""));
    }

    /**
     * One moment of one call.
     *
     * @param kind what the call asks for
     * @param moment how far the call has come
     * @param detail what exactly was asked, for a reader: a method and path, or a name and type;
     *     never a secret
     * @param agent what the caller calls itself; empty where the lab does not hear it
     * @param request the caller's name for the request; empty where it gives none
     */
    record Call(Kind kind, Moment moment, String detail, String agent, String request) {}

    /** How far a call has come. */
    enum Moment {
        /** Received and understood; nothing has changed yet. */
        BEFORE,
        /** The effect has happened; no byte of the response was written. */
        DURING,
        /** The response was written. */
        AFTER
    }

    /** What a call asks for. */
    enum Kind {
        /** Reads a zone or its records from the provider. */
        ZONE_READ,
        /** Writes records to the provider. */
        ZONE_WRITE,
        /** Purges the edge's cache. */
        PURGE,
        /** Reads or writes a setting or a rule of the zone or the edge. */
        SETTING,
        /** Asks for request statistics. */
        ANALYTICS,
        /** Asks an authoritative server. */
        DNS_AUTHORITY,
        /** Asks a caching resolver. */
        DNS_RESOLVER,
        /** Fetches a page, of an origin or through the edge. */
        PAGE,
        /** Shakes hands over TLS to look at a certificate. */
        TLS,
        /** Stores or reads a before-image off the node. */
        IMAGE_STORE,
        /** Starts a promotion. */
        PROMOTION_START,
        /** Looks at how a promotion goes. */
        PROMOTION_LOOK,
        /** Asks for the proof that a promotion took. */
        PROMOTION_VERIFY,
        /** Rolls a promotion back. */
        PROMOTION_ROLLBACK,
        /** Delivers an announcement to a receiver in the lab. */
        WEBHOOK
    }
}
