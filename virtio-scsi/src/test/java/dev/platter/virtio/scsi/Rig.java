package dev.platter.virtio.scsi;

import dev.platter.scsi.InitiatorPort;
import dev.platter.scsi.LogicalUnit;
import dev.platter.scsi.LogicalUnitOptions;
import dev.platter.scsi.ScsiTarget;
import dev.platter.scsi.ScsiTargets;
import dev.platter.virtio.queue.VirtioFeatures;
import java.lang.foreign.Arena;
import java.util.Map;

/**
 * A device with one disk in memory as target 0, LUN 0, another as target 3, LUN 300, and a guest's
 * memory for its driver.
 */
final class Rig implements AutoCloseable {
    static final long FEATURES = VirtioFeatures.VERSION_1 | VirtioFeatures.RING_INDIRECT_DESC;
    static final int DISK_BYTES = 1 << 20;
    static final int OTHER_TARGET = 3;
    static final int OTHER_LUN = 300;

    final Arena arena = Arena.ofShared();
    final GuestMemory memory = new GuestMemory(arena);
    final MemoryDisk disk = new MemoryDisk(arena, DISK_BYTES);
    final MemoryDisk otherDisk = new MemoryDisk(arena, DISK_BYTES);
    final ScsiTargets targets =
            new ScsiTargets(Map.of(0, target(0, disk), OTHER_TARGET, target(OTHER_LUN, otherDisk)));
    final DeviceGroup group = new DeviceGroup();
    final VirtioScsiDevice device = new VirtioScsiDevice(targets, 2, InitiatorPort.DEFAULT, group);

    static ScsiTarget target(int lun, MemoryDisk disk) {
        return new ScsiTarget(
                Map.of(lun, new LogicalUnit(disk, LogicalUnitOptions.builder().build())));
    }

    Driver control() {
        return new Driver(device, memory, 0, 16, FEATURES);
    }

    Driver events(long features) {
        return new Driver(device, memory, 1, 4, features);
    }

    /** Starts the first request queue. */
    Driver requests() {
        return requests(2, FEATURES);
    }

    /** Starts a request queue, and takes the unit attentions that a new driver finds. */
    Driver requests(int index, long features) {
        Driver driver = new Driver(device, memory, index, 128, features);
        driver.send(Cdbs.TEST_UNIT_READY);
        driver.send(OTHER_TARGET, OTHER_LUN, 1, Cdbs.TEST_UNIT_READY, new byte[0], 0);
        driver.run();
        driver.ring.takeUsed();
        driver.ring.takeUsed();
        driver.calls.set(0);
        return driver;
    }

    @Override
    public void close() {
        arena.close();
    }
}
