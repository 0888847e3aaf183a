package dev.platter.scsi;

import org.jspecify.annotations.Nullable;

/**
 * An I_T nexus as one logical unit knows it: an initiator port, the target port it comes in by, and
 * what the unit has to tell it. Thread-safe.
 */
final class Nexus {
    private final long address;
    private final int relativePort;
    private final UnitAttention attention = new UnitAttention();
    private volatile @Nullable CopyResult copyResult;

    /** With a pending "power on" unit attention. */
    Nexus(long address, int relativePort) {
        this.address = address;
        this.relativePort = relativePort;
        attention.raise(AdditionalSense.RESET_OCCURRED);
    }

    /** The initiator port's SAS address. */
    long address() {
        return address;
    }

    /** The relative target port identifier: each initiator has a port of its own, from 1. */
    int relativePort() {
        return relativePort;
    }

    /** How the initiator's last EXTENDED COPY went, or null. */
    @Nullable CopyResult copyResult() {
        return copyResult;
    }

    void copyResult(@Nullable CopyResult newCopyResult) {
        copyResult = newCopyResult;
    }

    UnitAttention attention() {
        return attention;
    }
}
