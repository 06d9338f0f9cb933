package dev.cutover.api;

import dev.cutover.run.Cutovers;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.SecurityContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What comes with every request to change something: who asks, and the key of its repeats.
public class Asked {
    @HeaderParam("Idempotency-Key")
    @Nullable String key;

    @Context SecurityContext caller;

    /// Who asks.
    String by() {
        return caller.getUserPrincipal().getName();
    }

    /// By what a repeat is known; empty when no key was sent.
    ///
    /// @param verb what is asked
    /// @param request the body as read, so that its spaces and order do not matter
    /// @param seen the condition it was asked under
    /// @throws ProblemException 400 when the key cannot be used
    Optional<Cutovers.Repeat> repeat(String verb, Object request, Headers.Seen seen) {
        return Headers.idempotencyKey(key, by(), verb)
                .map(known -> new Cutovers.Repeat(known, Bodies.digest(request, seen.text())));
    }
}
