package dev.platter.it.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BlockBackend;
import dev.platter.api.device.QueueHandler;
import dev.platter.api.device.QueueRing;
import dev.platter.api.device.QueueSetup;
import dev.platter.api.device.VirtioDevice;
import dev.platter.api.memory.GuestMemoryMap;
import dev.platter.backend.posix.PosixBackendProvider;
import dev.platter.driver.BufferList;
import dev.platter.driver.DriverOptions;
import dev.platter.driver.GuestBuffer;
import dev.platter.driver.GuestMemory;
import dev.platter.driver.InProcessFrontEnd;
import dev.platter.driver.RequestQueue;
import dev.platter.driver.ScsiCommands;
import dev.platter.driver.VirtioFeatures;
import dev.platter.driver.VirtioScsiDriver;
import dev.platter.scsi.LogicalUnit;
import dev.platter.scsi.ScsiTarget;
import dev.platter.virtio.scsi.VirtioScsiDevice;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever the device changes in guest memory it tells the dirty log: all of memory is compared
 * before and behind each request, and a page that changed must have been marked meanwhile.
 */
class DirtyLogTest {
    private static final long MEMORY_BYTES = 6 << 20;
    private static final int PAGE_BYTES = 4096;
    private static final int BLOCK_BYTES = 512;
    private static final int BLOCKS = 256;
    private static final int REQUESTS = 300;
    private static final int MAX_BLOCKS = 40;

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(longs = {0, VirtioFeatures.EVENT_IDX, VirtioFeatures.RING_PACKED})
    void everyPageThatTheDeviceChangesIsMarked(long ringFeatures) throws Exception {
        long seed = System.nanoTime();
        System.out.println("DirtyLogTest: seed " + seed);
        Path image = folder.resolve("image");
        byte[] content = new byte[BLOCKS * BLOCK_BYTES];
        new Random(seed).nextBytes(content);
        Files.write(image, content);
        TestDisk disk = TestDisk.at(0, 0).sizeBytes(content.length);
        long others =
                DriverOptions.DEFAULT.features()
                        & ~(VirtioFeatures.EVENT_IDX | VirtioFeatures.RING_PACKED);
        DriverOptions options =
                DriverOptions.DEFAULT.withFeatures(others | ringFeatures).withQueueSize(512);
        try (BlockBackend backend = new PosixBackendProvider().open(disk.backendOptions(image));
                GuestMemory memory = GuestMemory.plain(MEMORY_BYTES)) {
            LogicalUnit unit = new LogicalUnit(backend, disk.unitOptions());
            WatchedDevice device =
                    new WatchedDevice(
                            new VirtioScsiDevice(Map.of(0, new ScsiTarget(Map.of(0, unit))), 1),
                            memory.regions().getFirst().segment());
            try (InProcessFrontEnd frontEnd = InProcessFrontEnd.inline(device, memory)) {
                VirtioScsiDriver driver = VirtioScsiDriver.start(frontEnd, options);
                load(driver, memory, MemorySegment.ofArray(content), new Random(seed));
            }
            assertThat(device.unmarked).isEmpty();
            // As many as there were requests at least, and not every page every time.
            assertThat(device.changes).isGreaterThan(REQUESTS);
            assertThat(device.marks).isLessThan(device.changes * 30L);
        }
    }

    /** Random reads into random places, one at a time; some refused, some to no target at all. */
    private static void load(
            VirtioScsiDriver driver, GuestMemory memory, MemorySegment content, Random random)
            throws Exception {
        RequestQueue queue = driver.requestQueue(0);
        queue.execute(0, 0, ScsiCommands.testUnitReady(), BufferList.EMPTY, BufferList.EMPTY);
        for (int i = 0; i < REQUESTS; i++) {
            int blocks = 1 + random.nextInt(MAX_BLOCKS);
            int first = random.nextInt(BLOCKS + 4 - blocks);
            int target = random.nextInt(8) == 0 ? 1 : 0;
            GuestBuffer buffer =
                    memory.allocateSkewed(
                            (long) blocks * BLOCK_BYTES, 512, random.nextInt(512) & ~3);
            buffer.segment().fill((byte) 0);
            byte[] read = ScsiCommands.read10(first, blocks, 0);
            boolean good =
                    queue.execute(target, 0, read, BufferList.EMPTY, BufferList.of(buffer)).good();
            assertThat(good).isEqualTo(target == 0 && first + blocks <= BLOCKS);
            if (good) {
                MemorySegment expected =
                        content.asSlice((long) first * BLOCK_BYTES, buffer.sizeBytes());
                assertThat(buffer.segment().mismatch(expected)).isEqualTo(-1);
            }
            memory.free(buffer);
        }
    }

    /** A device whose memory is logged, and compared while nothing is in flight. */
    private static final class WatchedDevice implements VirtioDevice {
        final List<String> unmarked = new ArrayList<>();
        long changes;
        long marks;
        private final VirtioDevice device;
        private final MemorySegment memory;
        private final byte[] before;
        private final BitSet marked = new BitSet();
        private final List<MemorySegment> driverAreas = new ArrayList<>();

        WatchedDevice(VirtioDevice device, MemorySegment memory) {
            this.device = device;
            this.memory = memory;
            before = new byte[(int) memory.byteSize()];
        }

        void begin() {
            MemorySegment.copy(memory, 0, MemorySegment.ofArray(before), 0, before.length);
            marked.clear();
        }

        /** What the driver alone writes is taken as it is: it does so while requests run. */
        void compare() {
            MemorySegment old = MemorySegment.ofArray(before);
            for (MemorySegment area : driverAreas) {
                long at = area.address() - memory.address();
                MemorySegment.copy(area, 0, old, at, area.byteSize());
            }
            marks += marked.cardinality();
            for (int page = 0; page < before.length / PAGE_BYTES; page++) {
                long from = (long) page * PAGE_BYTES;
                long to = from + PAGE_BYTES;
                if (MemorySegment.mismatch(old, from, to, memory, from, to) >= 0) {
                    changes++;
                    if (!marked.get(page)) {
                        unmarked.add("page " + page);
                    }
                }
            }
        }

        private void mark(long address, long lengthBytes) {
            marked.set(
                    (int) (address / PAGE_BYTES),
                    (int) ((address + lengthBytes - 1) / PAGE_BYTES) + 1);
        }

        @Override
        public QueueHandler startQueue(QueueSetup setup) {
            driverAreas.add(setup.ring().driverArea());
            return new WatchedQueue(
                    this,
                    device.startQueue(
                            new QueueSetup(
                                    setup.index(),
                                    setup.features(),
                                    setup.ring(),
                                    setup.memory().withDirtyLog(this::mark),
                                    setup.nextAvail(),
                                    setup.call(),
                                    setup.wake())));
        }

        @Override
        public int deviceId() {
            return device.deviceId();
        }

        @Override
        public long features() {
            return device.features();
        }

        @Override
        public int queueCount() {
            return device.queueCount();
        }

        @Override
        public int configBytes() {
            return device.configBytes();
        }

        @Override
        public void readConfig(int offsetBytes, MemorySegment target) {
            device.readConfig(offsetBytes, target);
        }

        @Override
        public void writeConfig(int offsetBytes, MemorySegment source) {
            device.writeConfig(offsetBytes, source);
        }

        @Override
        public void reset() {
            device.reset();
        }
    }

    private record WatchedQueue(WatchedDevice device, QueueHandler handler)
            implements QueueHandler {
        @Override
        public int process() {
            boolean idle = handler.inFlight() == 0;
            if (idle) {
                device.begin();
            }
            int work = handler.process();
            if (handler.inFlight() == 0) {
                device.compare();
            }
            return work;
        }

        @Override
        public boolean enableKicks() {
            boolean idle = handler.inFlight() == 0;
            if (idle) {
                device.begin();
            }
            boolean mayWait = handler.enableKicks();
            if (idle) {
                device.compare();
            }
            return mayWait;
        }

        @Override
        public int inFlight() {
            return handler.inFlight();
        }

        @Override
        public void stopTaking() {
            handler.stopTaking();
        }

        @Override
        public boolean broken() {
            return handler.broken();
        }

        @Override
        public int nextAvail() {
            return handler.nextAvail();
        }

        @Override
        public void completionFds(IntConsumer consumer) {
            handler.completionFds(consumer);
        }

        @Override
        public void memoryChanged(GuestMemoryMap memory, QueueRing ring) {
            handler.memoryChanged(memory, ring);
        }

        @Override
        public void close() {
            handler.close();
        }
    }
}
