package dev.cutover.probe;

import dev.cutover.probe.Exchange.Outcome;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Message;
import org.xbill.DNS.io.IoClientFactory;
import org.xbill.DNS.io.TcpIoClient;
import org.xbill.DNS.io.UdpIoClient;

/// dnsjava's messages over this engine's transports.
///
/// The bytes stay as they are, id included, since a signature may cover them (RFC 8945). A local
/// address is not honoured: the system picks it by the route.
final class DnsjavaIo implements IoClientFactory, UdpIoClient, TcpIoClient {

    private final UdpTransport udp;
    private final StreamTransport streams;

    DnsjavaIo(UdpTransport udp, StreamTransport streams) {
        this.udp = udp;
        this.streams = streams;
    }

    @Override
    public TcpIoClient createOrGetTcpClient() {
        return this;
    }

    @Override
    public UdpIoClient createOrGetUdpClient() {
        return this;
    }

    @Override
    public CompletableFuture<byte[]> sendAndReceiveUdp(
            @Nullable InetSocketAddress local,
            InetSocketAddress remote,
            Message query,
            byte[] data,
            int max,
            Duration timeout) {
        CompletableFuture<byte[]> reply = new CompletableFuture<>();
        udp.submit(remote, exchange(data, timeout, reply));
        return reply;
    }

    @Override
    public CompletableFuture<byte[]> sendAndReceiveTcp(
            @Nullable InetSocketAddress local,
            InetSocketAddress remote,
            Message query,
            byte[] data,
            Duration timeout) {
        CompletableFuture<byte[]> reply = new CompletableFuture<>();
        Exchange exchange = exchange(data, timeout, reply);
        Thread.ofVirtual()
                .name("probe-tcp")
                .start(
                        () -> {
                            Outcome came = new Outcome.Failed("tcp exchange failed");
                            try {
                                came =
                                        streams.ask(
                                                remote,
                                                new Transport.Tcp(),
                                                exchange.query,
                                                true,
                                                timeout,
                                                exchange.writeUntil);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            } finally {
                                exchange.end(came);
                            }
                        });
        return reply;
    }

    private static Exchange exchange(
            byte[] data, Duration timeout, CompletableFuture<byte[]> reply) {
        return new Exchange(
                data.clone(),
                new byte[0],
                true,
                timeout,
                System.nanoTime() + timeout.toNanos(),
                (exchange, came) -> {
                    switch (came) {
                        case Outcome.Replied replied -> reply.complete(replied.reply());
                        case Outcome.Silent silent ->
                                reply.completeExceptionally(
                                        new SocketTimeoutException(
                                                "no answer within " + timeout.toMillis() + " ms"));
                        case Outcome.Failed failed ->
                                reply.completeExceptionally(new IOException(failed.reason()));
                        case Outcome.NeverWritten held ->
                                reply.completeExceptionally(
                                        new SocketTimeoutException(
                                                "not sent within "
                                                        + timeout.toMillis()
                                                        + " ms: held back by our own rate limit"));
                    }
                });
    }
}
