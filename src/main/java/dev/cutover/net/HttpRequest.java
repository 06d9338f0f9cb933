package dev.cutover.net;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One request.
 *
 * @param method such as {@code GET}
 * @param url absolute, http or https, without user info
 * @param headers by name; Host is set by the client from the URL
 * @param body empty for none
 * @param authorization goes into the header of that name; never follows a redirect
 * @param mostBodyBytes how much of an answer's body is read, after decompression
 */
public record HttpRequest(
        String method,
        URI url,
        Map<String, String> headers,
        Optional<Body> body,
        Optional<Secret> authorization,
        int mostBodyBytes) {
    /** What is read of an answer unless said otherwise: 2 MB. */
    public static final int USUAL_BODY_BYTES = 2 << 20;

    public HttpRequest {
        headers = Map.copyOf(headers);
        String scheme = String.valueOf(url.getScheme());
        if (!scheme.equals("https") && !scheme.equals("http")) {
            throw new IllegalArgumentException("expected an http or https URL, seen " + url);
        }
        if (url.getHost() == null || url.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "expected a URL with a host and without user info for " + method);
        }
    }

    /** A text that is sent. */
    public record Body(String mediaType, String text) {
        public static Body json(String text) {
            return new Body("application/json", text);
        }
    }

    /** A GET without credentials. */
    public static HttpRequest get(URI url) {
        return new HttpRequest(
                "GET", url, Map.of(), Optional.empty(), Optional.empty(), USUAL_BODY_BYTES);
    }

    /** A request with a body. */
    public static HttpRequest sending(String method, URI url, Body body) {
        return new HttpRequest(
                method, url, Map.of(), Optional.of(body), Optional.empty(), USUAL_BODY_BYTES);
    }

    public HttpRequest with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new HttpRequest(method, url, more, body, authorization, mostBodyBytes);
    }

    public HttpRequest as(Secret bearer) {
        return new HttpRequest(method, url, headers, body, Optional.of(bearer), mostBodyBytes);
    }

    public HttpRequest reading(int bytes) {
        return new HttpRequest(method, url, headers, body, authorization, bytes);
    }

    /** The same request at another URL, without its credentials. */
    HttpRequest movedTo(URI other) {
        return new HttpRequest(method, other, headers, body, Optional.empty(), mostBodyBytes);
    }

    boolean isRead() {
        return method.equals("GET") || method.equals("HEAD");
    }

    int port() {
        return url.getPort() > 0 ? url.getPort() : isTls() ? 443 : 80;
    }

    boolean isTls() {
        return url.getScheme().equals("https");
    }
}
