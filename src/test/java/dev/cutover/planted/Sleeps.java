package dev.cutover.planted;

final class Sleeps {
    static void untilNextTick() throws InterruptedException {
        Thread.sleep(1);
    }
}
