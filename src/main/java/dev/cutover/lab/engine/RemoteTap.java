package dev.cutover.lab.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cutover.lab.CallTap;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Tells the world process of each call the engine serves, and waits until it has heard. */
final class RemoteTap implements CallTap {

    // The world may hold a call for as long as it takes to kill and restart the controller.
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI url;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(2))
                    .build();

    RemoteTap(URI url) {
        this.url = url;
    }

    @Override
    public void at(Call call) {
        var body = JSON.createObjectNode();
        body.put("kind", call.kind().name());
        body.put("moment", call.moment().name());
        body.put("detail", call.detail());
        try {
            http.send(
                    HttpRequest.newBuilder(url)
                            .timeout(PATIENCE)
                            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
        } catch (IOException e) {
            // Nobody listens any more; the engine's work does not depend on it.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
