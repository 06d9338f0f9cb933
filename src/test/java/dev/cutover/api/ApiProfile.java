package dev.cutover.api;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;
import java.util.Set;

/// The platform with the API alone: nothing of the process's wiring, no database.
public final class ApiProfile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "quarkus.arc.exclude-types", "dev.cutover.wiring.*",
                "quarkus.datasource.active", "false",
                "quarkus.datasource.health.enabled", "false",
                "quarkus.flyway.migrate-at-start", "false",
                "quarkus.flyway.active", "false");
    }

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
        return Set.of(ApiWorld.class);
    }
}
