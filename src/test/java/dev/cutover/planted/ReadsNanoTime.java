package dev.cutover.planted;

final class ReadsNanoTime {
    static long startedNanos() {
        return System.nanoTime();
    }
}
