package dev.cutover.planted;

final class ReadsSystemTime {
    static long startedMillis() {
        return System.currentTimeMillis();
    }
}
