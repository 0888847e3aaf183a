package dev.platter.backend.posix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CacheMode;
import dev.platter.api.memory.IoVector;
import dev.platter.linux.FileCalls;
import dev.platter.linux.LinuxFileCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;

/** A backend with one queue, driven one request at a time. */
final class Disk implements AutoCloseable {
    /** Whether owners of disks opened from now on make calls themselves where they may. */
    private static volatile boolean ownerCalls = true;

    final PosixBackend backend;
    final BlockQueue queue;
    private final Arena arena = Arena.ofShared();
    private int result;
    private int completions;

    private Disk(PosixBackend backend) throws BackendException {
        this.backend = backend;
        queue = backend.openQueue(16);
    }

    static BackendOptions options(Path path, CacheMode mode, long sizeBytes, String dsync) {
        return new BackendOptions(
                path.toString(),
                mode,
                false,
                true,
                OptionalLong.of(sizeBytes),
                dsync == null ? Map.of() : Map.of("dsync", dsync));
    }

    static void ownersMakeCalls(boolean whether) {
        ownerCalls = whether;
    }

    static PosixBackend backend(BackendOptions options, Function<Arena, FileCalls> calls)
            throws BackendException {
        PosixOptions own = PosixOptions.parse(options.properties());
        return PosixBackend.open(
                options,
                new PosixOptions(own.dsync(), own.threads(), own.idleNanos(), ownerCalls),
                calls);
    }

    static Disk open(BackendOptions options) throws BackendException {
        return new Disk(backend(options, LinuxFileCalls::new));
    }

    static Disk open(BackendOptions options, FaultFileCalls.Script script) throws BackendException {
        Disk disk =
                new Disk(backend(options, callsArena -> new FaultFileCalls(callsArena, script)));
        script.arm();
        return disk;
    }

    /** Memory aligned to a page. */
    MemorySegment memory(long sizeBytes) {
        return arena.allocate(sizeBytes, 4096);
    }

    /** One piece of memory as a vector. */
    IoVector vector(MemorySegment memory) {
        return vector(memory, 1);
    }

    /** Memory as a vector of so many pieces, of equal length but for the last. */
    IoVector vector(MemorySegment memory, int pieces) {
        IoVector vector = new IoVector(arena, pieces);
        long piece = memory.byteSize() / pieces;
        for (int i = 0; i < pieces; i++) {
            long length = i == pieces - 1 ? memory.byteSize() - i * piece : piece;
            assertThat(vector.add(memory, i * piece, length)).isTrue();
        }
        return vector;
    }

    MemorySegment filled(long sizeBytes, int value) {
        return memory(sizeBytes).fill((byte) value);
    }

    int read(long offset, IoVector target) {
        assertThat(queue.readv(1, offset, target)).isTrue();
        return finish();
    }

    int write(long offset, IoVector source, int flags) {
        assertThat(queue.writev(1, offset, source, flags)).isTrue();
        return finish();
    }

    int write(long offset, int sizeBytes, int value, int flags) {
        return write(offset, vector(filled(sizeBytes, value)), flags);
    }

    int flush() {
        assertThat(queue.flush(1)).isTrue();
        return finish();
    }

    int zero(long offset, long length, int flags) {
        assertThat(queue.writeZeroes(1, offset, length, flags)).isTrue();
        return finish();
    }

    int discard(long offset, long length, int flags) {
        assertThat(queue.discard(1, offset, length, flags)).isTrue();
        return finish();
    }

    byte[] contents() {
        MemorySegment all = memory(backend.sizeBytes());
        assertThat(read(0, vector(all))).isEqualTo((int) backend.sizeBytes());
        return all.toArray(ValueLayout.JAVA_BYTE);
    }

    private int finish() {
        completions = 0;
        while (queue.inFlight() > 0) {
            int delivered =
                    queue.poll(
                            (tag, answer) -> {
                                assertThat(tag).isEqualTo(1);
                                completions++;
                                result = answer;
                            });
            if (delivered == 0) {
                Thread.onSpinWait();
            }
        }
        assertThat(completions).isEqualTo(1);
        return result;
    }

    @Override
    public void close() throws BackendException {
        queue.close();
        backend.close();
        arena.close();
    }
}
