package dev.cutover.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A receiver of webhooks that reads one request per connection, says what it is told to, and hangs
/// up.
final class RudeReceiver implements AutoCloseable {
    private final ServerSocket server;

    /// @param asked gets every request, whole
    /// @param answers raw answers, one for each connection
    RudeReceiver(List<String> asked, List<String> answers) throws IOException {
        server = new ServerSocket(0, 8, InetAddress.getByAddress(new byte[] {127, 78, 0, 2}));
        Thread.ofVirtual().start(() -> answers.forEach(answer -> answer(asked, answer)));
    }

    URI endpoint() {
        return URI.create("http://127.78.0.2:" + server.getLocalPort() + "/hook");
    }

    private void answer(List<String> asked, String answer) {
        try (Socket socket = server.accept()) {
            byte[] buffer = new byte[16_384];
            StringBuilder request = new StringBuilder();
            while (!request.toString().contains("\"steps\":")) {
                int n = socket.getInputStream().read(buffer);
                if (n < 0) {
                    break;
                }
                request.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
            }
            asked.add(request.toString());
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
