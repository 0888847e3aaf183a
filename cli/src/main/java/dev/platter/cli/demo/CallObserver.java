package dev.platter.cli.demo;

import java.io.IOException;
import java.nio.file.Path;

/** A way to see which system calls an action causes on an image. */
interface CallObserver {
    /** Where its numbers come from: {@code strace}, or {@code Platter's own counters}. */
    String source();

    /** Runs the action and counts the calls on the image meanwhile. */
    HostCalls during(Path image, Action action) throws IOException, InterruptedException;

    /** Something the guest does. */
    @FunctionalInterface
    interface Action {
        /** Does it, and returns when the guest has its answer. */
        void run() throws IOException, InterruptedException;
    }
}
