package dev.platter.backend.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockBackendProvider;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.CompletionHandler;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.backend.uring.FaultRing.Call;
import dev.platter.backend.uring.FaultRing.Script;
import dev.platter.linux.Errnos;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests from submission to completion, and what hosts do to them. */
@Timeout(60)
class TransferTest {
    private static final int MIB = 1 << 20;
    private static final List<CacheMode> MODES = List.of(CacheMode.WRITEBACK, CacheMode.NONE);

    @TempDir(factory = InTarget.class)
    private Path folder;

    private Path path;

    @BeforeEach
    void namePath() {
        path = folder.resolve("disk.raw");
    }

    BackendOptions options(CacheMode mode) {
        return Disk.options(path, mode, MIB, null);
    }

    private static MemorySegment numbered(Disk disk, long sizeBytes) {
        MemorySegment memory = disk.memory(sizeBytes);
        for (long i = 0; i < sizeBytes; i++) {
            memory.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 7 + i / 512));
        }
        return memory;
    }

    @Test
    void theProviderIsFoundAndOpens() throws Exception {
        BlockBackendProvider provider =
                ServiceLoader.load(BlockBackendProvider.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .filter(found -> found.name().equals("uring"))
                        .findFirst()
                        .orElseThrow();
        assertThat(provider.priority()).isEqualTo(20);
        assertThat(provider.unavailable()).isEmpty();
        provider.open(options(CacheMode.WRITEBACK)).close();
        assertThatThrownBy(
                        () ->
                                provider.open(
                                        new BackendOptions(
                                                path.toString(),
                                                CacheMode.NONE,
                                                false,
                                                true,
                                                OptionalLong.empty(),
                                                Map.of("dsync", "auto", "aio", "native"))))
                .isInstanceOf(BackendException.class)
                .hasMessage(
                        "the uring backend has no option aio: it knows dsync, unsafe-dsync, locking, owner-calls, sqpoll, iopoll and registered-buffers");
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        for (CacheMode mode : MODES) {
            try (Disk disk = Disk.open(options(mode))) {
                MemorySegment memory = numbered(disk, 65536);
                assertThat(disk.write(512, disk.vector(memory, 16), IoFlags.NONE)).isEqualTo(65536);
                MemorySegment back = disk.memory(65536);
                assertThat(disk.read(512, disk.vector(back, 4))).isEqualTo(65536);
                assertThat(back.mismatch(memory)).isEqualTo(-1);
                assertThat(disk.queue.statistics().reads()).isEqualTo(1);
                assertThat(disk.queue.statistics().bounced()).isZero();
            }
        }
    }

    @Test
    void misalignedMemoryIsBouncedInDirectModeOnly() throws Exception {
        for (CacheMode mode : MODES) {
            try (Disk disk = Disk.open(options(mode))) {
                MemorySegment memory = numbered(disk, MIB + 1).asSlice(1);
                assertThat(disk.write(0, disk.vector(memory, 7), IoFlags.NONE)).isEqualTo(MIB);
                MemorySegment back = disk.memory(MIB + 3).asSlice(3);
                assertThat(disk.read(0, disk.vector(back, 3))).isEqualTo(MIB);
                assertThat(back.mismatch(memory)).isEqualTo(-1);
                assertThat(disk.queue.statistics().bounced()).isEqualTo(mode.direct() ? 2 : 0);
            }
        }
    }

    @Test
    void shortTransfersAndInterruptionsAreFinished() throws Exception {
        Script script =
                new Script() {
                    @Override
                    long before(Call call) {
                        return call.number() % 3 == 1 ? -Errnos.EINTR : PASS;
                    }

                    @Override
                    long limit(Call call) {
                        return 1536;
                    }
                };
        for (CacheMode mode : MODES) {
            try (Disk disk = Disk.open(options(mode), script)) {
                MemorySegment memory = numbered(disk, 16384);
                assertThat(disk.write(1024, disk.vector(memory, 8), IoFlags.NONE)).isEqualTo(16384);
                MemorySegment back = disk.memory(16384);
                assertThat(disk.read(1024, disk.vector(back, 2))).isEqualTo(16384);
                assertThat(back.mismatch(memory)).isEqualTo(-1);
            }
        }
    }

    @Test
    void aHostThatIsBusyIsAskedAgainButNotForEver() throws Exception {
        AtomicInteger busy = new AtomicInteger();
        Script script =
                new Script() {
                    @Override
                    long before(Call call) {
                        return busy.decrementAndGet() >= 0 ? -Errnos.EAGAIN : PASS;
                    }
                };
        try (Disk disk = Disk.open(options(CacheMode.WRITEBACK), script)) {
            busy.set(20);
            assertThat(disk.write(0, 4096, 1, IoFlags.NONE)).isEqualTo(4096);
            busy.set(Integer.MAX_VALUE);
            assertThat(disk.write(0, 4096, 1, IoFlags.NONE)).isEqualTo(-Errnos.EAGAIN);
        }
    }

    @Test
    void aWriteOfNothingMeansNoSpace() throws Exception {
        Script script =
                new Script() {
                    @Override
                    long before(Call call) {
                        return call.name().equals("pwrite") ? 0 : PASS;
                    }
                };
        try (Disk disk = Disk.open(options(CacheMode.WRITEBACK), script)) {
            assertThat(disk.write(0, 4096, 1, IoFlags.NONE)).isEqualTo(-Errnos.ENOSPC);
        }
    }

    @Test
    void whatAShrunkenFileHasLostReadsAsZeroes() throws Exception {
        for (CacheMode mode : MODES) {
            Files.deleteIfExists(path);
            try (Disk disk = Disk.open(options(mode))) {
                disk.write(0, 8192, 1, IoFlags.NONE);
                try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
                    file.truncate(4096 + 100);
                }
                MemorySegment back = disk.filled(8192, 9);
                assertThat(disk.read(0, disk.vector(back, 3))).isEqualTo(8192);
                for (int i = 0; i < 8192; i++) {
                    byte expected = (byte) (i < 4196 ? 1 : 0);
                    assertThat(back.get(ValueLayout.JAVA_BYTE, i)).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void requestsOutsideTheDiskOrOffItsBlocksAreInvalid() throws Exception {
        for (CacheMode mode : MODES) {
            Script script = new Script();
            try (Disk disk = Disk.open(options(mode), script)) {
                IoVector block = disk.vector(disk.memory(512));
                long[] offsets = {-512, MIB, MIB + 512, 1, 511, Long.MAX_VALUE - 511};
                for (long offset : offsets) {
                    assertThat(disk.read(offset, block)).isEqualTo(-Errnos.EINVAL);
                    assertThat(disk.write(offset, block, 0)).isEqualTo(-Errnos.EINVAL);
                    assertThat(disk.write(offset, block, IoFlags.FUA)).isEqualTo(-Errnos.EINVAL);
                    assertThat(disk.zero(offset, 512, 0)).isEqualTo(-Errnos.EINVAL);
                    assertThat(disk.discard(offset, 512, 0)).isEqualTo(-Errnos.EINVAL);
                }
                for (long length : new long[] {-512, 100, MIB + 512, Long.MAX_VALUE & -512}) {
                    assertThat(disk.zero(0, length, IoFlags.FUA)).isEqualTo(-Errnos.EINVAL);
                    assertThat(disk.discard(0, length, IoFlags.FUA)).isEqualTo(-Errnos.EINVAL);
                }
                assertThat(disk.read(0, disk.vector(disk.memory(100)))).isEqualTo(-Errnos.EINVAL);
                assertThat(script.calls()).isEmpty();
                // A guest's nonsense ends no promise.
                assertThat(disk.write(0, block, IoFlags.FUA)).isEqualTo(512);
                assertThat(disk.flush()).isZero();
            }
        }
    }

    @Test
    void aReadOnlyDiskIsReadAndFlushedOnly() throws Exception {
        Disk.open(options(CacheMode.WRITEBACK)).close();
        for (CacheMode mode : MODES) {
            BackendOptions readOnly =
                    new BackendOptions(
                            path.toString(), mode, true, true, OptionalLong.empty(), Map.of());
            Script script = new Script();
            try (Disk disk = Disk.open(readOnly, script)) {
                assertThat(disk.backend.readOnly()).isTrue();
                assertThat(disk.write(0, 512, 1, IoFlags.FUA)).isEqualTo(-Errnos.EROFS);
                assertThat(disk.zero(0, 512, 0)).isEqualTo(-Errnos.EROFS);
                assertThat(disk.discard(0, 512, 0)).isEqualTo(-Errnos.EROFS);
                assertThat(disk.flush()).isZero();
                assertThat(script.calls()).isEmpty();
                assertThat(disk.read(0, disk.vector(disk.memory(512)))).isEqualTo(512);
            }
        }
    }

    @Test
    void anIgnoredDiscardSucceedsAndDoesNothing() throws Exception {
        BackendOptions ignoring =
                new BackendOptions(
                        path.toString(),
                        CacheMode.WRITEBACK,
                        false,
                        false,
                        OptionalLong.of(MIB),
                        Map.of());
        Script script = new Script();
        try (Disk disk = Disk.open(ignoring, script)) {
            assertThat(disk.backend.limits().discardGranularityBytes()).isZero();
            disk.write(0, 4096, 1, IoFlags.NONE);
            script.forget();
            assertThat(disk.discard(0, 4096, IoFlags.FUA)).isZero();
            assertThat(script.calls()).isEmpty();
            assertThat(disk.contents()).startsWith(1, 1, 1, 1);
            assertThat(disk.queue.statistics().discards()).isZero();
        }
    }

    @Test
    void aFullQueueKeepsNothing() throws Exception {
        try (Disk disk = Disk.open(options(CacheMode.WRITEBACK))) {
            IoVector vector = disk.vector(disk.memory(512));
            for (int i = 0; i < disk.queue.capacity(); i++) {
                assertThat(disk.queue.readv(i, 0, vector)).isTrue();
            }
            assertThat(disk.queue.readv(99, 0, vector)).isFalse();
            assertThat(disk.queue.writev(99, 0, vector, 0)).isFalse();
            assertThat(disk.queue.flush(99)).isFalse();
            assertThat(disk.queue.writeZeroes(99, 0, 512, 0)).isFalse();
            assertThat(disk.queue.discard(99, 0, 512, 0)).isFalse();
            assertThat(disk.queue.inFlight()).isEqualTo(16);
            assertThatThrownBy(disk.queue::close).isInstanceOf(IllegalStateException.class);
            List<Long> tags = new ArrayList<>();
            Disk.drain(disk.queue, (tag, result) -> tags.add(tag));
            assertThat(tags).hasSize(16).doesNotHaveDuplicates().doesNotContain(99L);
        }
    }

    @Test
    void moreCompletionsThanOnePollDeliversAreAnnounced() throws Exception {
        try (Disk disk = Disk.open(options(CacheMode.WRITEBACK))) {
            AtomicInteger completions = new AtomicInteger();
            CompletionHandler handler =
                    (tag, result) -> {
                        if (completions.incrementAndGet() < 10_000) {
                            assertThat(disk.queue.flush(1)).isTrue();
                        }
                    };
            assertThat(disk.flush()).isZero();
            assertThat(disk.queue.flush(1)).isTrue();
            assertThat(disk.queue.poll(handler)).isLessThan(10_000);
            assertThat(disk.queue.inFlight()).isEqualTo(1);
            Disk.drain(disk.queue, handler);
            assertThat(completions).hasValue(10_000);
        }
    }
}
