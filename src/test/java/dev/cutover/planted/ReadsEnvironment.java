package dev.cutover.planted;

import org.jspecify.annotations.Nullable;

final class ReadsEnvironment {
    static @Nullable String token() {
        return System.getenv("TOKEN");
    }
}
