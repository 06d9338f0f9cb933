package dev.cutover.lab.peer;

import dev.cutover.lab.site.Origin;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The configuration that makes nginx one of the lab's origins.
 *
 * @param own where it keeps keys and temporary files
 * @param flags where files say what it is to do
 * @param failures the statuses it can be told to answer with
 * @param redirects old path to new path
 */
record NginxConf(
        Origin.Setup setup,
        Path own,
        Path flags,
        List<Integer> failures,
        Map<String, String> redirects) {
    static final String DEFAULT = "default";
    static final String FAIL = "fail-";
    static final String ROBOTS_BLOCKED = "robots-blocked";
    static final String NOINDEX = "noindex";
    static final String READ_ONLY = "read-only";

    NginxConf {
        for (Path path : List.of(own, flags, setup.folder())) {
            if (!path.toString().matches("[A-Za-z0-9/._+-]+")) {
                throw new IllegalArgumentException(
                        "nginx: expected a path of letters, digits and /._+-, got " + path);
            }
        }
    }

    String text(Set<String> certified) {
        StringBuilder servers = new StringBuilder();
        servers.append(
                server("_", DEFAULT, "default_server", "return 421 \"not served here\\n\";"));
        for (String name : new TreeSet<>(setup.served())) {
            servers.append(server(name, certificate(name, certified), "", site()));
        }
        for (String name : new TreeSet<>(setup.redirected())) {
            servers.append(
                    server(
                            name,
                            certificate(name, certified),
                            "",
                            "return 301 " + setup.base() + "$request_uri;"));
        }
        return """
        daemon off;
        # One process: nothing outlives it, and the life line needs no second link.
        master_process off;
        pid %1$s/nginx.pid;
        error_log stderr error;
        events { worker_connections 512; }
        http {
            access_log off;
            server_tokens off;
            server_names_hash_bucket_size 128;
            client_max_body_size 1m;
            client_body_temp_path %1$s/tmp-body;
            proxy_temp_path %1$s/tmp-proxy;
            fastcgi_temp_path %1$s/tmp-fastcgi;
            uwsgi_temp_path %1$s/tmp-uwsgi;
            scgi_temp_path %1$s/tmp-scgi;
            types {
                text/html html; text/css css; application/json json; application/xml xml;
                text/plain txt;
            }
            default_type application/octet-stream;
            charset utf-8;
            map $request_uri $lab_file_cache {
                default "public, max-age=300";
                ~^/admin no-store;
                ~^/api/ no-store;
                ~^/assets/ "public, max-age=86400";
                ~^/(robots\\.txt|sitemap\\.xml)(\\?|$) "public, max-age=600";
                ~^/(\\?|$) "public, max-age=60";
            }
            map $status $lab_cache {
                default $lab_file_cache;
                ~^30[12] "";
                ~^[45] no-store;
                201 no-store;
            }
            map $status $lab_allow { default ""; 405 "GET, HEAD, POST"; }
            map $uri:$status $lab_retry { default ""; /orders:503 30; }
            map $status:$request_uri $lab_cookie {
                default "";
                ~^200:/(admin|about\\.html) "seen=1; Path=/; Secure; HttpOnly; SameSite=Lax";
            }
            map $uri $lab_index {
                default /.no-such-file;
                ~^(?<lab_dir>.*/)$ "${lab_dir}index.html";
            }
            map $uri $lab_moved {
                default "";
        %2$s    }
        %3$s}
        """
                .formatted(own, moved(), servers);
    }

    private String moved() {
        return redirects.entrySet().stream()
                .map(e -> "        %s %s;\n".formatted(e.getKey(), e.getValue()))
                .collect(Collectors.joining());
    }

    private static String certificate(String name, Set<String> certified) {
        return certified.contains(name) ? name : DEFAULT;
    }

    private String server(String name, String certificate, String listen, String body) {
        return """
            server {
                listen %s:%d ssl %s;
                server_name %s;
                ssl_certificate %s/%s.pem;
                ssl_certificate_key %s/%s.key;
                set $lab_noindex "";
                if (-f %s/%s) { set $lab_noindex noindex; }
                add_header X-Origin %s always;
                add_header Strict-Transport-Security max-age=31536000 always;
                add_header X-Robots-Tag $lab_noindex always;
                add_header Cache-Control $lab_cache always;
                add_header Allow $lab_allow always;
                add_header Retry-After $lab_retry always;
                add_header Set-Cookie $lab_cookie always;
                %s
            }
        """
                .formatted(
                        setup.address(),
                        setup.port(),
                        listen,
                        name,
                        own,
                        certificate,
                        own,
                        certificate,
                        flags,
                        NOINDEX,
                        setup.side(),
                        body);
    }

    private String site() {
        String failing =
                failures.stream()
                        .map(s -> "if (-f %s/%s%d) { return %d; }\n".formatted(flags, FAIL, s, s))
                        .collect(Collectors.joining());
        return """
        %1$s
        root %2$s;
        sub_filter "{{origin}}" "%3$s";
        sub_filter_once off;
        location = /orders {
            default_type application/json;
            set $lab_order taken;
            if (-f %4$s/%5$s) { set $lab_order refused; }
            if ($request_method ~ ^(GET|HEAD)$) { return 404; }
            if ($request_method != POST) { return 405; }
            if ($lab_order = refused) { return 503 '{"error":"orders are closed for a moment"}'; }
            return 201 '{"order":"%3$s-$connection-$connection_requests"}';
        }
        location = /redirects.csv {
            if ($request_method !~ ^(GET|HEAD)$) { return 405; }
            return 404;
        }
        location = /robots.txt {
            if ($request_method !~ ^(GET|HEAD)$) { return 405; }
            if (-f %4$s/%6$s) { return 200 "User-agent: *\\nDisallow: /\\n"; }
        }
        location / {
            if ($request_method !~ ^(GET|HEAD)$) { return 405; }
            if ($lab_moved) { return 301 %7$s$lab_moved; }
            try_files $uri $lab_index =404;
        }
        """
                .formatted(
                        failing,
                        setup.folder(),
                        setup.side(),
                        flags,
                        READ_ONLY,
                        ROBOTS_BLOCKED,
                        setup.base());
    }
}
