package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.linux.Errnos;
import dev.platter.linux.IoUringRegister;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

/**
 * The registered descriptors of a ring, by their place. The ring holds them, so they take no
 * descriptor number. Used by whoever may call the ring.
 */
final class FileTable {
    /** No place. */
    static final int NONE = -1;

    private final Ring ring;
    private final MemorySegment update;
    private final MemorySegment descriptor;
    private final BitSet taken = new BitSet();
    private final int size;

    private FileTable(Ring ring, int size, Arena arena) {
        this.ring = ring;
        this.size = size;
        update = arena.allocate(IoUringRegister.FILES_UPDATE_BYTES, Long.BYTES);
        descriptor = arena.allocate(ValueLayout.JAVA_INT);
        update.set(ValueLayout.JAVA_LONG, IoUringRegister.UPDATE_DATA_OFFSET, descriptor.address());
    }

    /**
     * Registers a table of empty places.
     *
     * @param least how many places there must be
     * @param most how many there should be; fewer where the limit of open files forbids as many
     */
    static FileTable register(Ring ring, int least, int most) throws BackendException {
        int answer = -Errnos.EMFILE;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment places = arena.allocate(ValueLayout.JAVA_INT, most);
            places.fill((byte) NONE);
            for (int size = most; size >= least && answer == -Errnos.EMFILE; size /= 2) {
                answer = ring.register(IoUringRegister.FILES, places, size);
                if (answer >= 0) {
                    return new FileTable(ring, size, Arena.ofAuto());
                }
            }
        }
        throw new BackendException(
                "io_uring refuses to register descriptors: " + Errnos.message(-answer), -answer);
    }

    /**
     * Registers a descriptor, which the caller may close then.
     *
     * @return its place, the lowest that is free; or {@link #NONE}
     */
    int put(int fd) {
        int place = taken.nextClearBit(0);
        if (place >= size || replace(place, fd) != 1) {
            return NONE;
        }
        taken.set(place);
        return place;
    }

    /** Empties a place: nothing in flight uses it. */
    void clear(int place) {
        replace(place, NONE);
        taken.clear(place);
    }

    private int replace(int place, int fd) {
        update.set(ValueLayout.JAVA_INT, 0, place);
        descriptor.set(ValueLayout.JAVA_INT, 0, fd);
        return ring.register(IoUringRegister.FILES_UPDATE, update, 1);
    }
}
