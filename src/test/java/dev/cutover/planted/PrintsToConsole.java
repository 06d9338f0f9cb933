package dev.cutover.planted;

final class PrintsToConsole {
    static void report(String text) {
        System.out.println(text);
    }
}
