package dev.cutover.api;

import jakarta.ws.rs.core.HttpHeaders;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Who reads a stream.
///
/// @param name whose stream it is: streams are counted by it, whatever keys or browsers its owner
/// has
/// @param welcome asked at each entry and heartbeat: whether the client may read on
public record StreamReader(String name, BooleanSupplier welcome) {
    /// Whoever shows a key, for as long as it is one.
    ///
    /// @param headers of a call that was let in
    static StreamReader of(ApiKeys keys, HttpHeaders headers) {
        @Nullable String header = headers.getHeaderString(HttpHeaders.AUTHORIZATION);
        String digest = ApiKeys.digest(KeyFilter.key(header));
        return new StreamReader(
                KeyFilter.admit(keys, header).name(), () -> keys.holder(digest).isPresent());
    }
}
