package dev.platter.conformance;

import java.util.Optional;

/** A supply of media for a backend under test: one for each trial. */
public interface Media extends AutoCloseable {
    /** Why there can be no power cut here, in one sentence; or nothing. */
    Optional<String> noPowerCut();

    /** Why no fault can be injected here, in one sentence; or nothing. */
    Optional<String> noFaults();

    /**
     * Makes a medium.
     *
     * @param sizeBytes how much a disk on it holds
     * @param seed decides whatever is left to chance there, but for power cuts
     * @throws Exception if the host lacks the means
     */
    Medium create(long sizeBytes, long seed) throws Exception;

    /** Releases what all media shared. */
    @Override
    void close();
}
