package dev.cutover.wiring;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything an operator can set for {@code serve}. Each key can be given as a system property or as an environment
 * variable: {@code cutover.images.url} is {@code CUTOVER_IMAGES_URL}.
 */
@ConfigMapping(prefix = "cutover")
public interface Settings {
    /** Where this node keeps its own files; {@code ~/.cutover} when unset. */
    Optional<Path> home();

    /** The node's name in leases; made up at each start when unset and the database is shared. */
    Optional<String> node();

    Store store();

    PlanTime clock();

    Cloudflare cloudflare();

    Engine engine();

    Images images();

    Dns dns();

    Tls tls();

    Egress egress();

    Secrets secrets();

    Api api();

    Policy policy();

    Keep keep();

    /**
     * Receivers of announcements by name, 1 to 40 of {@code a-z 0-9}: {@code cutover.webhooks.ops.url} is
     * {@code CUTOVER_WEBHOOKS_OPS_URL}.
     */
    Map<String, Webhook> webhooks();

    /** One receiver of announcements. */
    interface Webhook {
        /** Where announcements are posted. */
        URI url();

        /**
         * References to its signing secrets, {@code env:NAME} or {@code file:/path}; while there are several,
         * each signs.
         */
        List<String> secrets();
    }

    /** The database. */
    interface Store {
        /** JDBC URL of a PostgreSQL of version 15 or newer; the embedded server is started when unset. */
        Optional<String> url();

        /** Its user. */
        Optional<String> user();

        /** Its password. Prefer the environment over a file. */
        Optional<String> password();
    }

    /** Where plan time comes from: the system unless a lab lends its own. */
    interface PlanTime {
        /**
         * Where the lab says how far its time is ahead, in ISO-8601. Refused unless clock,
         * provider, engine and images are on loopback: nobody's production runs on borrowed time.
         */
        Optional<URI> offsetUrl();
    }

    /** How Cloudflare is reached. */
    interface Cloudflare {
        /** The API's base. */
        @WithDefault("https://api.cloudflare.com/client/v4")
        URI url();
    }

    /** Where the promotion engine is. */
    interface Engine {
        /** The base of an engine that speaks our HTTP protocol; without it plans cannot promote. */
        Optional<URI> url();
    }

    /** Where before-images are kept; both are needed. */
    interface Images {
        /** A folder on this node; {@code images} below home when unset. */
        Optional<Path> directory();

        /** A place off this node that takes PUT and GET, such as a WebDAV folder or an object store. */
        Optional<URI> url();

        /** Sent as bearer credential: {@code env:NAME} or {@code file:/path}, a reference without its braces. */
        Optional<String> credentials();
    }

    /** Who resolves names. */
    interface Dns {
        /** The list of recursive resolvers; those of {@code /etc/resolv.conf} when unset. */
        Optional<Path> resolvers();

        /**
         * How many questions a second each of them is asked at most, 1 to 1,000; {@code rate=} in the list
         * says otherwise for one.
         */
        @WithDefault("20")
        int queriesPerSecond();

        /** The port authoritative servers are asked at. */
        @WithDefault("53")
        int authorityPort();
    }

    /** Whose certificates are believed. */
    interface Tls {
        /** PEM certificates trusted beside the system's. */
        Optional<Path> trustFile();
    }

    /** Where requests may go. */
    interface Egress {
        /** Networks opened beside the public ones, such as {@code 10.1.0.0/16}. */
        Optional<List<String>> allow();
    }

    /** Which secrets plans and settings may refer to. */
    interface Secrets {
        /** Names of environment variables plans and settings may refer to. */
        Optional<List<String>> allow();

        /** A folder whose files settings may refer to; plans name variables only. */
        Optional<Path> directory();
    }

    /** The REST API. */
    interface Api {
        /** Who may call; {@code keys} below home when unset, made at the first start. */
        Optional<Path> keysFile();

        /** How many event streams this node keeps open at once; further ones are asked to come again. */
        @WithDefault("200")
        int mostStreams();
    }

    /** House rules. */
    interface Policy {
        /** The shortest lead a plan may ask for. Zones often carry TTLs of a day, and secondaries lag. */
        @WithDefault("PT48H")
        Duration minimumLead();
    }

    /** How long things are kept. */
    interface Keep {
        /**
         * Measurements of cutovers that ended: counted requests and reads. The journal, the adoption
         * curve and writes are kept for ever.
         */
        @WithDefault("P180D")
        Duration measurements();
    }
}
