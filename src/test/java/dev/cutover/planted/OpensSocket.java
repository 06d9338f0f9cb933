package dev.cutover.planted;

import java.io.IOException;
import java.net.Socket;

final class OpensSocket {
    static boolean answers(String host, int port) throws IOException {
        try (var socket = new Socket(host, port)) {
            return socket.isConnected();
        }
    }
}
