package dev.cutover.wiring;

import dev.cutover.api.ApiKeys;
import dev.cutover.run.Feed;
import dev.cutover.run.Node;
import dev.cutover.store.SqlOwnership;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;

/** Starts driving when the platform is up and stops before it goes down. */
@ApplicationScoped
public class Lifecycle {
    @Inject Node node;

    @Inject SqlOwnership ownership;

    @Inject NodeName name;

    @Inject Survey survey;

    @Inject Feed feed;

    @Inject Retention retention;

    /** Read here, not at the first request: a keys file that cannot be used must stop the start. */
    @Inject ApiKeys keys;

    void start(@Observes StartupEvent event) {
        if (name.alone()) {
            // The database is ours alone and its folder is locked: whoever held these leases is
            // dead.
            ownership.endAll();
        }
        node.start();
        survey.start();
        retention.start();
        // Streams never end by themselves, and the platform waits for requests before it stops.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(feed::close));
    }

    void stop(@Observes ShutdownEvent event) {
        retention.close();
        node.close();
    }
}
