package dev.platter.conformance.crashfs;

import org.jspecify.annotations.Nullable;

/** A volatile version of a sector. */
final class Version {
    final Change change;

    /** The sector's bytes, never changed afterwards; null for zeroes. */
    final byte @Nullable [] bytes;

    /**
     * Whether a failed synchronisation has covered it: it is read still, as Linux goes on to show
     * pages whose write-back has failed, but no later synchronisation makes it durable.
     */
    boolean forsaken;

    Version(Change change, byte @Nullable [] bytes) {
        this.change = change;
        this.bytes = bytes;
    }
}
