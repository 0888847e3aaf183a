package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** A file open for reading and writing, with one buffer and the iovec array that points to it. */
final class TestFile implements AutoCloseable {
    static final int BUFFER_BYTES = 4096;

    final Arena arena = Arena.ofConfined();
    final LinuxFileCalls calls = new LinuxFileCalls(arena);
    final MemorySegment buffer = arena.allocate(BUFFER_BYTES, BUFFER_BYTES);
    final MemorySegment iovecs = arena.allocate(16, 8);
    final String path;
    final int fd;

    TestFile(Path path) {
        this.path = path.toString();
        fd =
                calls.open(
                        this.path,
                        OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_CLOEXEC,
                        0640);
        assertThat(fd).isNotNegative();
        lengthBytes(BUFFER_BYTES);
    }

    /** How much of the buffer the next transfer moves. */
    void lengthBytes(long lengthBytes) {
        iovecs.set(ValueLayout.ADDRESS, 0, buffer);
        iovecs.set(ValueLayout.JAVA_LONG, 8, lengthBytes);
    }

    long write(long offset, int flags) {
        return calls.pwritev2(fd, iovecs, 1, offset, flags);
    }

    long read(long offset, int flags) {
        return calls.preadv2(fd, iovecs, 1, offset, flags);
    }

    @Override
    public void close() {
        assertThat(calls.close(fd)).isZero();
        arena.close();
    }
}
