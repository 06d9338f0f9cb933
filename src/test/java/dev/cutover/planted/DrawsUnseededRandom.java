package dev.cutover.planted;

import java.util.Random;

final class DrawsUnseededRandom {
    static int jitterSeconds() {
        return new Random().nextInt(5);
    }
}
