package dev.platter.cli.serve;

import dev.platter.api.block.BackendException;
import dev.platter.scsi.LogicalUnit;
import dev.platter.scsi.ScsiTargets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The disks of a server that runs: they can be added, removed and resized. Thread-safe. */
public final class LiveDisks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveDisks.class);

    private final ScsiTargets targets;
    private final List<OpenDisk> open;
    private final List<CompletableFuture<Void>> leaving = new ArrayList<>();
    private boolean closed;

    LiveDisks(ScsiTargets targets, List<OpenDisk> open) {
        this.targets = targets;
        this.open = new ArrayList<>(open);
    }

    synchronized List<OpenDisk> open() {
        return List.copyOf(open);
    }

    /**
     * Opens a disk and shows it to every initiator. Without {@code target=} it gets the lowest
     * target that has no disk.
     *
     * @return its target
     * @throws UsageException in one sentence; then nothing was created or changed
     */
    public synchronized int add(DiskSpec spec) throws UsageException {
        requireOpen();
        int target = spec.target().isPresent() ? spec.target().getAsInt() : freeTarget();
        OpenDisk disk = OpenDisk.open(spec);
        try {
            targets.attach(target, spec.lun(), disk.unit());
        } catch (IllegalArgumentException e) {
            disk.undo();
            throw new UsageException("--disk: " + e.getMessage());
        }
        open.add(disk);
        LOG.info(
                "target {} LUN {}: {}, cache mode {}",
                target,
                spec.lun(),
                disk.backend().description(),
                spec.cacheMode());
        return target;
    }

    private int freeTarget() throws UsageException {
        Set<Integer> taken = new HashSet<>();
        targets.units().forEach(place -> taken.add(place.target()));
        for (int target = 0; target <= ScsiTargets.MAX_TARGET; target++) {
            if (!taken.contains(target)) {
                return target;
            }
        }
        throw new UsageException("--disk: every target has a disk; give target= and lun=.");
    }

    /**
     * Takes a disk away from every initiator, waits on a thread of its own until nothing uses it,
     * then flushes and closes its image.
     *
     * @return completed when the image is closed, or with what failed
     * @throws UsageException in one sentence, if there is no such disk
     */
    public synchronized CompletableFuture<Void> remove(int target, int lun) throws UsageException {
        requireOpen();
        OpenDisk disk = at(target, lun);
        CompletableFuture<LogicalUnit> left = targets.detach(target, lun);
        open.remove(disk);
        CompletableFuture<Void> done = new CompletableFuture<>();
        leaving.removeIf(CompletableFuture::isDone);
        leaving.add(done);
        Thread.ofPlatform()
                .daemon()
                .name("platter-remove")
                .start(
                        () -> {
                            try {
                                left.join();
                                disk.close();
                                done.complete(null);
                            } catch (Exception | Error e) {
                                LOG.error("{}: closing: {}", disk.spec().file(), e.getMessage());
                                done.completeExceptionally(e);
                            }
                        });
        return done;
    }

    /**
     * Makes a disk larger, and tells every initiator.
     *
     * @throws UsageException in one sentence, if there is no such disk
     * @throws BackendException in one sentence, if it cannot be; the disk is as before then
     */
    public synchronized void resize(int target, int lun, long newBytes)
            throws UsageException, BackendException {
        requireOpen();
        OpenDisk disk = at(target, lun);
        int blockBytes = disk.spec().logicalBlockBytes();
        if (newBytes % blockBytes != 0) {
            throw new UsageException(
                    "a size of "
                            + newBytes
                            + " bytes is not a multiple of logical_block_size="
                            + blockBytes);
        }
        if (disk.unit().sanitizeRuns()) {
            throw new UsageException(
                    "target="
                            + target
                            + ",lun="
                            + lun
                            + " is being sanitized; resize it afterwards");
        }
        disk.backend().resize(newBytes);
        disk.unit().capacityChanged(newBytes);
    }

    private void requireOpen() throws UsageException {
        if (closed) {
            throw new UsageException("the server is stopping");
        }
    }

    private OpenDisk at(int target, int lun) throws UsageException {
        for (ScsiTargets.Place place : targets.units()) {
            if (place.target() == target && place.lun() == lun) {
                for (OpenDisk disk : open) {
                    if (disk.unit() == place.unit()) {
                        return disk;
                    }
                }
            }
        }
        throw new UsageException("target=" + target + ",lun=" + lun + " has no disk");
    }

    /** Flushes and closes every image; nothing uses them any more. */
    @Override
    public void close() throws BackendException {
        List<OpenDisk> rest;
        List<CompletableFuture<Void>> last;
        synchronized (this) {
            closed = true;
            rest = List.copyOf(open);
            open.clear();
            last = List.copyOf(leaving);
        }
        // What is on its way out is flushed too; how that ended has been logged.
        last.forEach(removal -> removal.handle((nothing, failure) -> null).join());
        int failed = 0;
        for (OpenDisk disk : rest) {
            try {
                disk.close();
            } catch (BackendException | RuntimeException e) {
                LOG.error("{}: closing: {}", disk.spec().file(), e.getMessage());
                failed++;
            }
        }
        if (failed > 0) {
            throw new BackendException(
                    failed
                            + " of "
                            + rest.size()
                            + " disks were not closed in good order; see the log");
        }
    }
}
