package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryTest {
    private final int pageBytes = Kernel.pageSize();
    private int fd;

    @BeforeEach
    void open() throws Exception {
        fd = Memory.memfd("platter-test", 2L * pageBytes);
    }

    @AfterEach
    void close() {
        Descriptors.close(fd);
    }

    @Test
    void twoMappingsOfOneFileShowTheSameBytes() throws Exception {
        try (MappedFile whole = Memory.map(fd, 0, 2L * pageBytes, true);
                MappedFile second = Memory.map(fd, pageBytes, pageBytes, true)) {
            whole.segment().set(ValueLayout.JAVA_INT, pageBytes, 42);
            assertThat(second.segment().get(ValueLayout.JAVA_INT, 0)).isEqualTo(42);
            second.segment().set(ValueLayout.JAVA_INT, 4, 43);
            assertThat(whole.segment().get(ValueLayout.JAVA_INT, pageBytes + 4)).isEqualTo(43);
        }
    }

    @Test
    void aMappingOutlivesItsDescriptor() throws Exception {
        int copy = Descriptors.dup(fd);
        try (MappedFile mapped = Memory.map(copy, 0, pageBytes, true)) {
            Descriptors.close(copy);
            mapped.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
            assertThat(mapped.segment().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
        }
    }

    @Test
    void accessAfterCloseThrows() throws Exception {
        MappedFile mapped = Memory.map(fd, 0, pageBytes, true);
        var slice = mapped.segment().asSlice(16, 16);
        assertThat(mapped.isOpen()).isTrue();
        mapped.close();
        mapped.close();

        assertThat(mapped.isOpen()).isFalse();
        assertThatThrownBy(() -> slice.get(ValueLayout.JAVA_INT, 0))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void accessOutsideTheMappingThrows() throws Exception {
        try (MappedFile mapped = Memory.map(fd, 0, 100, true)) {
            assertThatThrownBy(() -> mapped.segment().get(ValueLayout.JAVA_INT, 100))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void aReadOnlyMappingRefusesWritesInJava() throws Exception {
        try (MappedFile mapped = Memory.map(fd, 0, pageBytes, false)) {
            assertThat(mapped.segment().isReadOnly()).isTrue();
            assertThatThrownBy(() -> mapped.segment().set(ValueLayout.JAVA_INT, 0, 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void anImpossibleMappingIsNamed() {
        assertThatThrownBy(() -> Memory.map(fd, 1, pageBytes, true))
                .isInstanceOf(LinuxException.class)
                .hasMessageStartingWith("mmap(fd " + fd + "): ")
                .hasMessageEndingWith("(EINVAL)");
        assertThatThrownBy(() -> Memory.map(Integer.MAX_VALUE, 0, pageBytes, true))
                .hasMessageEndingWith("(EBADF)");
        assertThatThrownBy(() -> Memory.map(fd, 0, 0, true)).hasMessageEndingWith("(EINVAL)");
    }

    @Test
    void aFileOfImpossibleSizeIsNotLeftOpen() {
        int before = Descriptors.openCount();
        assertThatThrownBy(() -> Memory.memfd("platter-test", -1))
                .isInstanceOf(LinuxException.class)
                .hasMessageEndingWith("(EINVAL)");
        assertThat(Descriptors.openCount()).isEqualTo(before);
    }

    @Test
    void noOneChangesTheSizeOfTheFile() throws Exception {
        int shared = Descriptors.dup(fd);
        try (Arena arena = Arena.ofConfined()) {
            LinuxFileCalls calls = new LinuxFileCalls(arena);
            assertThat(calls.ftruncate(shared, 0)).isEqualTo(-Errnos.EPERM);
            assertThat(calls.ftruncate(shared, 3L * pageBytes)).isEqualTo(-Errnos.EPERM);
        }
        Descriptors.close(shared);
    }

    @Test
    void accessBehindTheEndOfAFileCutShortThrows(@TempDir Path directory) throws Exception {
        try (TestFile file = new TestFile(directory.resolve("short"))) {
            file.calls.ftruncate(file.fd, pageBytes);
            try (MappedFile mapped = Memory.map(file.fd, 0, pageBytes, true)) {
                assertThat(mapped.segment().get(ValueLayout.JAVA_BYTE, 0)).isZero();
                file.calls.ftruncate(file.fd, 0);
                assertThatThrownBy(() -> mapped.segment().get(ValueLayout.JAVA_BYTE, 0))
                        .isInstanceOf(InternalError.class);
            }
        }
    }

    @Test
    void aFileInMemoryIsVolatile() {
        try (Arena arena = Arena.ofConfined()) {
            long magic = new LinuxFileCalls(arena).fileSystem(fd);
            assertThat(FileSystems.isVolatile(magic)).isTrue();
        }
    }
}
