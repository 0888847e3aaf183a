package dev.platter.conformance;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.CacheMode;
import java.util.Optional;

/** What the kit must know of a backend. Any thread may call. */
public interface BackendUnderTest {
    /** What it is called in reports. */
    default String name() {
        return getClass().getSimpleName().replaceFirst("(Conformance)?Test$", "");
    }

    /**
     * Opens the backend on a medium.
     *
     * @param location of the medium: a path or a URI
     * @param mode the cache mode
     * @throws BackendException if it cannot be opened
     */
    BlockBackend open(String location, CacheMode mode) throws BackendException;

    /**
     * Opens the backend for reading only, where it can.
     *
     * @throws BackendException if it cannot be opened
     */
    default Optional<BlockBackend> openReadOnly(String location, CacheMode mode)
            throws BackendException {
        return Optional.empty();
    }

    /** Whether its results enter the report: not those of one that is broken on purpose. */
    default boolean reported() {
        return true;
    }

    /** What it claims. */
    default Capabilities capabilities() {
        return Capabilities.NONE;
    }

    /**
     * Drops an instance whose medium has lost its power, as the end of its process would: it
     * releases what it holds on the host, and must not write anything.
     */
    default void kill(BlockBackend backend) {
        try {
            backend.close();
        } catch (BackendException expected) {
            // Its medium has no power.
        }
    }

    /**
     * Where it keeps its data.
     *
     * @throws Exception if the host lacks the means
     */
    Media media() throws Exception;
}
