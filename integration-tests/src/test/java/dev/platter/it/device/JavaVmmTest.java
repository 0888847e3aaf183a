package dev.platter.it.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.CacheMode;
import dev.platter.api.device.Notifier;
import dev.platter.api.device.QueueHandler;
import dev.platter.api.device.QueueRing;
import dev.platter.api.device.QueueSetup;
import dev.platter.api.device.VirtioDevice;
import dev.platter.backend.posix.PosixBackendProvider;
import dev.platter.driver.BufferList;
import dev.platter.driver.GuestBuffer;
import dev.platter.driver.GuestMemory;
import dev.platter.driver.ScsiCommands;
import dev.platter.driver.SplitRingDriver;
import dev.platter.scsi.LogicalUnit;
import dev.platter.scsi.LogicalUnitOptions;
import dev.platter.scsi.ScsiTarget;
import dev.platter.virtio.scsi.VirtioScsiDevice;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's section for authors of a Java VMM, as it stands there. */
class JavaVmmTest {
    private static final int FIRST_REQUEST_QUEUE = 2;
    private static final int REQUEST_BYTES = 51;
    private static final int RESPONSE_BYTES = 108;
    private static final int INQUIRY_BYTES = 36;

    private volatile boolean running = true;

    @Test
    void aVmmDrivesTheDeviceWithSegmentsAKickAndANotifier(@TempDir Path folder) throws Exception {
        Path image = Files.write(folder.resolve("disk.raw"), new byte[1 << 20]);
        Semaphore kicked = new Semaphore(0);
        Semaphore interrupted = new Semaphore(0);
        CacheMode mode = CacheMode.WRITETHROUGH;
        BackendOptions options = BackendOptions.of(image.toString(), mode);
        try (GuestMemory ram = GuestMemory.plain(1 << 20);
                BlockBackend backend = new PosixBackendProvider().open(options)) {
            LogicalUnit unit =
                    new LogicalUnit(backend, LogicalUnitOptions.builder().cacheMode(mode).build());
            VirtioDevice device =
                    new VirtioScsiDevice(Map.of(0, new ScsiTarget(Map.of(0, unit))), 1);
            SplitRingDriver ring = new SplitRingDriver(ram, 8, false, 0);
            QueueHandler queue = start(device, ring, ram, interrupted::release, kicked::release);
            Thread owner = new Thread(() -> own(queue, kicked), "owner");
            owner.start();

            GuestBuffer request = ram.allocate(REQUEST_BYTES, 16);
            request.put(inquiry());
            GuestBuffer response = ram.allocate(RESPONSE_BYTES + INQUIRY_BYTES, 16);
            assertThat(ring.add(BufferList.of(request), BufferList.of(response), 1)).isTrue();
            kicked.release();
            interrupted.acquire();
            assertThat(ring.poll()).isEqualTo(1);
            byte[] answer = response.get(RESPONSE_BYTES + INQUIRY_BYTES);
            assertThat(new String(answer, RESPONSE_BYTES + 8, 8, StandardCharsets.US_ASCII))
                    .isEqualTo("PLATTER ");

            running = false;
            kicked.release();
            owner.join();
        }
    }

    private static QueueHandler start(
            VirtioDevice device,
            SplitRingDriver ring,
            GuestMemory ram,
            Notifier interrupt,
            Notifier wake) {
        QueueRing areas =
                new QueueRing(
                        ring.sizeEntries(),
                        ring.descriptorArea().segment(),
                        ring.driverArea().segment(),
                        ring.deviceArea().segment());
        return device.startQueue(
                new QueueSetup(
                        FIRST_REQUEST_QUEUE, 1L << 32, areas, ram.map(), 0, interrupt, wake));
    }

    private void own(QueueHandler queue, Semaphore kicked) {
        while (running) {
            while (queue.process() > 0) {}
            if (queue.enableKicks()) {
                kicked.acquireUninterruptibly();
            }
        }
        queue.stopTaking();
        while (queue.inFlight() > 0) {
            queue.process();
        }
        queue.close();
    }

    /** A virtio-scsi request: LUN 0 of target 0, an INQUIRY. */
    private static byte[] inquiry() {
        byte[] request = new byte[REQUEST_BYTES];
        request[0] = 1;
        byte[] cdb = ScsiCommands.inquiry(INQUIRY_BYTES);
        System.arraycopy(cdb, 0, request, 19, cdb.length);
        return request;
    }
}
