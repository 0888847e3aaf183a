package dev.platter.virtio.scsi;

import dev.platter.api.memory.GuestMemoryMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * The guest's memory, one region, from which a driver takes what it needs and gives nothing back.
 */
final class GuestMemory {
    /** The first guest-physical address. */
    static final long BASE = 0x4000_0000L;

    /** How much memory the guest has. */
    static final int BYTES = 4 << 20;

    final MemorySegment ram;
    final GuestMemoryMap map;
    private long next = BASE;

    GuestMemory(Arena arena) {
        ram = arena.allocate(BYTES, 4096);
        map = GuestMemoryMap.of(List.of(new GuestMemoryMap.Region(BASE, ram)));
    }

    /** A guest-physical address with this much memory behind it, zeroed. */
    long allocate(long lengthBytes, long alignmentBytes) {
        long address = (next + alignmentBytes - 1) & -alignmentBytes;
        next = address + lengthBytes;
        return address;
    }

    MemorySegment at(long address, long lengthBytes) {
        return ram.asSlice(address - BASE, lengthBytes);
    }

    void write(long address, byte[] bytes) {
        MemorySegment.copy(bytes, 0, ram, ValueLayout.JAVA_BYTE, address - BASE, bytes.length);
    }

    byte[] read(long address, long lengthBytes) {
        return at(address, lengthBytes).toArray(ValueLayout.JAVA_BYTE);
    }
}
