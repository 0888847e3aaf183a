package dev.platter.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A {@code struct sockaddr_un}: the family in 2 bytes, then the path. Source: {@code unix(7)}. */
final class UnixAddress {
    private static final short AF_UNIX = 1;
    private static final int PATH_OFFSET = 2;
    private static final int PATH_BYTES = 108;

    private UnixAddress() {}

    /**
     * The address of a path.
     *
     * @param operation what the address is for, should the path not fit
     */
    static MemorySegment of(Arena arena, String operation, Path path) throws LinuxException {
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        if (name.length == 0) {
            // Linux would take it as a wish for a name of its own choice.
            throw LinuxException.explained(
                    operation, "", Errnos.EINVAL, "the socket's path is empty");
        }
        if (name.length >= PATH_BYTES) {
            throw LinuxException.explained(
                    operation,
                    path.toString(),
                    Errnos.ENAMETOOLONG,
                    "the path has %d bytes, and a Unix socket's at most %d"
                            .formatted(name.length, PATH_BYTES - 1));
        }
        MemorySegment address = arena.allocate(PATH_OFFSET + PATH_BYTES, Long.BYTES);
        address.set(JAVA_SHORT, 0, AF_UNIX);
        MemorySegment.copy(name, 0, address, JAVA_BYTE, PATH_OFFSET, name.length);
        return address;
    }
}
