package dev.platter.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A mapped part of a file. Any thread may use its segment. Closing unmaps it, and access through
 * the segment or its slices throws from then on; but the kernel knows raw addresses only, so I/O
 * into the memory must have ended. A file cut short under its mapping (a memfd of {@link
 * Memory#memfd} cannot be) makes access fail with an {@link InternalError}.
 */
public final class MappedFile implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;

    @SuppressWarnings("restricted")
    MappedFile(long address, long lengthBytes, boolean writable) {
        MemorySegment mapped =
                MemorySegment.ofAddress(address).reinterpret(lengthBytes, arena, Memory::unmap);
        segment = writable ? mapped : mapped.asReadOnly();
    }

    /** The memory; read-only when mapped so. */
    public MemorySegment segment() {
        return segment;
    }

    /** Whether it is still mapped. */
    public boolean isOpen() {
        return arena.scope().isAlive();
    }

    /**
     * Unmaps the memory; more calls do nothing. Only one thread closes.
     *
     * @throws IllegalStateException when a native call holds the segment just now
     */
    @Override
    public void close() {
        if (isOpen()) {
            arena.close();
        }
    }
}
