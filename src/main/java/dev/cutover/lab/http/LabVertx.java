package dev.cutover.lab.http;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;

/**
 * The one event loop group of the lab's listeners and clients.
 *
 * <p>Its threads are daemons, so it needs no closing and keeps no process alive. Nothing that blocks
 * may run on it.
 */
final class LabVertx {

    private LabVertx() {}

    static Vertx shared() {
        return Holder.VERTX;
    }

    private static final class Holder {
        static final Vertx VERTX =
                Vertx.vertx(
                        new VertxOptions()
                                .setEventLoopPoolSize(2)
                                .setWorkerPoolSize(2)
                                .setInternalBlockingPoolSize(2)
                                .setUseDaemonThread(true));
    }
}
