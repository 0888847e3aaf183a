package dev.platter.driver;

import java.lang.invoke.VarHandle;

/** A full fence under a short name. */
final class VarFence {
    private VarFence() {}

    static void full() {
        VarHandle.fullFence();
    }
}
