package dev.platter.conformance.torture;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;

/** Opens the backend under trial on a medium; asked anew after each power cut. */
@FunctionalInterface
public interface DiskOpener {
    /**
     * Opens the disk.
     *
     * @param location what {@link dev.platter.conformance.Medium#location()} says
     */
    BlockBackend open(String location) throws BackendException;
}
