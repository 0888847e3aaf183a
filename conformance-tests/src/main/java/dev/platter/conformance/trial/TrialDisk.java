package dev.platter.conformance.trial;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.CacheMode;
import dev.platter.conformance.BackendUnderTest;
import dev.platter.conformance.Broken;
import dev.platter.conformance.Medium;
import dev.platter.conformance.model.DurabilityModel;
import dev.platter.conformance.model.History;
import dev.platter.conformance.model.Operation;
import dev.platter.conformance.model.Promises;
import dev.platter.conformance.model.Violation;
import dev.platter.conformance.report.Report;
import java.util.ArrayList;
import java.util.List;

/**
 * A backend under test on a medium of its own, with the history of what was asked of it. In a
 * write-through mode every change is to carry FUA, as the device sends it. Driven by one thread,
 * but that the history may be recorded by several.
 */
public final class TrialDisk implements AutoCloseable {
    /** How many blocks a disk of a trial has where the test does not say. */
    public static final int BLOCKS = 32;

    private static final int MEDIUM_UNIT_BYTES = 4096;

    private final BackendUnderTest under;
    private final CacheMode mode;
    private final long seed;
    private final int blockBytes;
    private final Medium medium;
    private final List<TrialQueue> queues = new ArrayList<>();
    private final StringBuilder story = new StringBuilder();
    private BlockBackend backend;
    private DurabilityModel model;
    private History history;
    private boolean open;

    private TrialDisk(BackendUnderTest under, CacheMode mode, int blocks, long seed)
            throws Exception {
        this.under = under;
        this.mode = mode;
        this.seed = seed;
        KitSession session = KitSession.of(under);
        blockBytes = session.blockBytes(under, mode);
        long unit = Math.max(MEDIUM_UNIT_BYTES, blockBytes);
        long wanted = (long) blocks * blockBytes;
        medium = session.media().create((wanted + unit - 1) / unit * unit, seed);
        backend = under.open(medium.location(), mode);
        open = true;
        history = History.of((int) Math.min(blocks, backend.sizeBytes() / blockBytes));
        model = new DurabilityModel(promises());
    }

    private Promises promises() {
        return new Promises(
                true,
                !mode.noFlush(),
                backend.limits().discardReadsZero()
                        && backend.limits().discardGranularityBytes() > 0,
                under.capabilities().atomicReads());
    }

    /** Opens the backend on a new medium of {@link #BLOCKS} blocks. */
    public static TrialDisk create(BackendUnderTest under, CacheMode mode, long seed)
            throws Exception {
        return new TrialDisk(under, mode, BLOCKS, seed);
    }

    /**
     * Opens the backend on a new medium.
     *
     * @param blocks the size; it may be less if the medium holds less
     */
    public static TrialDisk create(BackendUnderTest under, CacheMode mode, int blocks, long seed)
            throws Exception {
        return new TrialDisk(under, mode, blocks, seed);
    }

    /** The backend. */
    public BlockBackend backend() {
        return backend;
    }

    /** The medium. */
    public Medium medium() {
        return medium;
    }

    /** The cache mode. */
    public CacheMode mode() {
        return mode;
    }

    /** The size of a block. */
    public int blockBytes() {
        return blockBytes;
    }

    /** How many blocks there are. */
    public int blocks() {
        return history.blocks();
    }

    /** What was asked since the start or the last power cut. */
    public History history() {
        return history;
    }

    /** Whether a change must carry FUA, because the device would be write-through. */
    public boolean alwaysDurable() {
        return !mode.writeback();
    }

    /** A queue by number, opened when it is first used. */
    public TrialQueue queue(int number) throws BackendException {
        while (queues.size() <= number) {
            TrialQueue queue = new TrialQueue(backend, blockBytes, history);
            queue.meanwhile(
                    () -> queues.stream().filter(q -> q != queue).forEach(TrialQueue::look));
            queues.add(queue);
        }
        return queues.get(number);
    }

    /** Waits until nothing is in flight on any queue. */
    public void drain() {
        boolean idle;
        do {
            idle = true;
            for (TrialQueue queue : queues) {
                idle &= queue.inFlight() == 0;
                queue.await();
            }
        } while (!idle);
    }

    /** Closes the backend and opens it again, with power. */
    public void reopen() throws BackendException {
        drain();
        closeQueues();
        open = false;
        backend.close();
        history.reopened();
        backend = under.open(medium.location(), mode);
        open = true;
    }

    /** Closes the backend for good; the medium stays. */
    public void stop() throws BackendException {
        drain();
        closeQueues();
        open = false;
        backend.close();
    }

    private void closeQueues() {
        queues.forEach(TrialQueue::close);
        queues.clear();
    }

    /** Judges what was recorded, without a power cut. */
    public void judge() {
        drain();
        judged(model.check(history));
    }

    /**
     * Cuts the power if that has not happened yet, drops the backend, turns the power on, opens it
     * again and judges what the disk holds. Requests in flight end one way or another.
     *
     * @return what each block holds
     */
    public int[] powerCycle(long cutSeed) throws BackendException {
        medium.cutPower(cutSeed);
        drain();
        closeQueues();
        open = false;
        under.kill(backend);
        story.append(medium.restorePower()).append('\n');
        backend = under.open(medium.location(), mode);
        open = true;
        int[] contents = contents();
        judged(model.checkAfterPowerCut(history, contents));
        story.append("what was asked before it:\n").append(history);
        history = history.after(contents);
        return contents;
    }

    /** Reads all blocks; not recorded. */
    public int[] contents() throws BackendException {
        int blocks = history.blocks();
        int most = Math.max(1, backend.limits().maxTransferBytes() / blockBytes);
        int[] contents = new int[blocks];
        try (TrialQueue queue = new TrialQueue(backend, blockBytes, History.of(blocks))) {
            for (int block = 0; block < blocks; block += most) {
                Operation read = queue.read(block, Math.min(most, blocks - block), Shape.PLAIN);
                queue.drain();
                if (!read.ok()) {
                    throw new Broken(9, "the disk cannot be read: " + read);
                }
                for (int i = 0; i < read.blocks(); i++) {
                    contents[block + i] = read.returned(block + i);
                }
            }
        }
        return contents;
    }

    private void judged(List<Violation> violations) {
        if (!violations.isEmpty()) {
            throw new Broken(violations, context());
        }
    }

    /** How it came to where it is, for a report. */
    public String context() {
        return "  backend "
                + under.name()
                + ", mode "
                + mode
                + ", trial seed "
                + seed
                + "\n  "
                + (story.toString() + history).replace("\n", "\n  ").stripTrailing();
    }

    /** Counts the trial. */
    public void count(boolean violation) {
        if (under.reported()) {
            Report.get().trial(under.name(), mode.toString(), violation);
        }
    }

    /** Ends the trial. */
    @Override
    public void close() {
        if (open) {
            open = false;
            try {
                drain();
                closeQueues();
            } catch (Broken | IllegalStateException alreadyKnown) {
                // The trial has ended by what it found.
            }
            under.kill(backend);
        }
        medium.close();
    }
}
