package dev.cutover.json;

import java.io.Serial;

/**
 * The journal holds an event of a type or version this program does not know, written by a newer one.
 *
 * <p>Its cutover must be left alone by this node: state that is folded without the event would be wrong.
 */
public final class UnknownEventException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    UnknownEventException(String type, int version, int newestKnown) {
        super(
                newestKnown == 0
                        ? "expected an event type this program knows, seen '" + type + "'"
                        : "expected "
                                + type
                                + " of version 1 to "
                                + newestKnown
                                + ", seen version "
                                + version);
    }
}
