package dev.cutover.api;

import java.io.Serial;
import java.util.List;

/// A keys file cannot be used; the message names every bad line and no key.
public final class BadKeysFileException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    public BadKeysFileException(List<String> mistakes) {
        super(String.join("; ", mistakes));
    }
}
