package dev.cutover.planted;

import java.util.UUID;

final class DrawsRandomId {
    static String actionId() {
        return UUID.randomUUID().toString();
    }
}
