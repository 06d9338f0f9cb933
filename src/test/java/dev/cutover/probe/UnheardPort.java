package dev.cutover.probe;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;

/// A port that nobody listens at, by UDP and by TCP, and that nobody else can take meanwhile.
final class UnheardPort implements AutoCloseable {

    private static final int ATTEMPTS = 20;
    private final DatagramSocket udp;
    private final Socket tcp;

    private UnheardPort(DatagramSocket udp, Socket tcp) {
        this.udp = udp;
        this.tcp = tcp;
    }

    static UnheardPort open() throws IOException {
        IOException last = new IOException("no port");
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            var any = new InetSocketAddress(LoopbackServer.loopback(1), 0);
            DatagramSocket udp = new DatagramSocket(any);
            try {
                Socket tcp = taken((InetSocketAddress) udp.getLocalSocketAddress());
                // Tied to another, it takes nobody else's packets: the kernel answers them.
                udp.connect(new InetSocketAddress(LoopbackServer.loopback(9), 9));
                return new UnheardPort(udp, tcp);
            } catch (IOException taken) {
                last = taken;
                udp.close();
            }
        }
        throw last;
    }

    /// Holds a TCP port without listening: who connects is refused.
    static Socket taken(InetSocketAddress address) throws IOException {
        Socket tcp = new Socket();
        boolean bound = false;
        try {
            tcp.bind(address);
            bound = true;
            return tcp;
        } finally {
            if (!bound) {
                tcp.close();
            }
        }
    }

    Resolver resolver() throws IOException {
        var address = new InetSocketAddress(LoopbackServer.loopback(1), udp.getLocalPort());
        return new Resolver("nobody", address, "test", "-");
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
    }
}
