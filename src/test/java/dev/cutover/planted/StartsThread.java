package dev.cutover.planted;

final class StartsThread {
    static void inBackground(Runnable work) {
        Thread.ofVirtual().start(work);
    }
}
