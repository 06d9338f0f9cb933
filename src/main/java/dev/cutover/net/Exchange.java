package dev.cutover.net;

import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What came of one request. */
public sealed interface Exchange {
    /** The URL that was asked last. */
    URI url();

    /**
     * An answer.
     *
     * @param headers by lower-case name
     * @param body decompressed, at most what was asked for
     * @param cut whether the body was longer than that; the connection was closed then
     * @param hops the URLs that redirected, in order
     */
    @SuppressWarnings("ArrayRecordComponent") // a body is read once, never compared
    record Answer(
            URI url,
            int status,
            Map<String, List<String>> headers,
            byte[] body,
            boolean cut,
            List<URI> hops)
            implements Exchange {
        private static final Pattern CHARSET =
                Pattern.compile("charset\\s*=\\s*\"?([A-Za-z0-9._:-]{1,40})");

        public Answer {
            hops = List.copyOf(hops);
        }

        /** A header's first value; the name in any case. */
        public Optional<String> header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()).stream()
                    .findFirst();
        }

        /** The media type without parameters, lower case; empty when none was sent. */
        public String mediaType() {
            String type = header("content-type").orElse("");
            int end = type.indexOf(';');
            return (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        }

        /** The charset the answer names, where it is a known one. */
        public Optional<Charset> charset() {
            Matcher named = CHARSET.matcher(header("content-type").orElse(""));
            try {
                return named.find()
                        ? Optional.of(Charset.forName(named.group(1)))
                        : Optional.empty();
            } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
                return Optional.empty();
            }
        }

        /** The body as text; UTF-8 unless the answer names another charset. */
        public String text() {
            return new String(body, charset().orElse(StandardCharsets.UTF_8));
        }

        Answer after(List<URI> earlier) {
            return new Answer(url, status, headers, body, cut, earlier);
        }

        @Override
        public String toString() {
            return status + " from " + url + ", " + body.length + " bytes" + (cut ? ", cut" : "");
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Answer a
                    && url.equals(a.url)
                    && status == a.status
                    && headers.equals(a.headers)
                    && Arrays.equals(body, a.body);
        }

        @Override
        public int hashCode() {
            return 31 * url.hashCode() + status;
        }
    }

    /**
     * No usable answer.
     *
     * @param stage how far it got
     * @param status of the redirect that was not followed; 0 when no answer came
     * @param problem what happened, in words, with name and address
     * @param hops the URLs that redirected before, in order
     */
    record NoAnswer(URI url, Stage stage, int status, String problem, List<URI> hops)
            implements Exchange {
        public NoAnswer {
            hops = List.copyOf(hops);
        }

        NoAnswer after(List<URI> earlier) {
            return new NoAnswer(url, stage, status, problem, earlier);
        }
    }

    /** How far a request without an answer got. */
    enum Stage {
        /** The address may not be contacted. Nothing was sent. */
        REFUSED,
        /** No address was found for the name. Nothing was sent. */
        NO_ADDRESS,
        /** A redirect that is not followed; the problem says why. */
        REDIRECT,
        /** No connection within the time. Nothing was sent. */
        CONNECT,
        /** No trusted TLS session. Nothing was sent. */
        HANDSHAKE,
        /** The request may have arrived, its answer did not, or not whole. */
        ANSWER;

        /** Whether the peer cannot have seen the request. */
        public boolean nothingSent() {
            return switch (this) {
                case REFUSED, NO_ADDRESS, CONNECT, HANDSHAKE -> true;
                case REDIRECT, ANSWER -> false;
            };
        }
    }
}
