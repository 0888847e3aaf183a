package dev.platter.conformance.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * A disk with a volatile cache that works by doing, not by judging: each block has the list of its
 * versions in the order they landed, and an index below which a power cut cannot fall back. It
 * chooses by chance what it is free to choose, and records what it did.
 */
final class LegalDisk {
    private static final int MAX_IN_FLIGHT = 5;
    private static final int EIO = -5;

    /** A version of a block. */
    private record Version(int stamp, int by, boolean lost) {}

    /** An operation on its way. */
    private final class Running {
        final Operation operation;
        final Set<Integer> toLand = new HashSet<>();
        final int[] seen;
        final int[] required = new int[blocks];
        final Set<Integer> acknowledgedBefore = new HashSet<>(acknowledged);
        boolean durable;
        boolean metSwitchOn;

        /** The count of switches when this one turned the cache off, or 0 if it was off. */
        int turnedOff;

        Running(Operation operation, boolean durable) {
            this.operation = operation;
            this.durable = durable;
            seen = new int[operation.blocks()];
            for (int i = 0; i < operation.blocks(); i++) {
                toLand.add(operation.block() + i);
            }
            if (operation.kind() == Kind.FLUSH || operation.kind() == Kind.WRITE_THROUGH) {
                toLand.clear();
            }
        }
    }

    private final Random random;
    private final int blocks;
    private final Promises promises;
    private final List<List<Version>> versions = new ArrayList<>();
    private final int[] stable;
    private final List<Running> running = new ArrayList<>();
    private final Set<Integer> acknowledged = new HashSet<>();
    private boolean writeCache;
    private boolean failed;
    private int switches = 1;
    History history;

    LegalDisk(int blocks, Promises promises, Random random) {
        this.blocks = blocks;
        this.promises = promises;
        this.random = random;
        stable = new int[blocks];
        history = History.of(blocks);
        powerOn(new int[blocks]);
    }

    private void powerOn(int[] contents) {
        versions.clear();
        for (int block = 0; block < blocks; block++) {
            versions.add(new ArrayList<>(List.of(new Version(contents[block], 0, false))));
            stable[block] = 0;
        }
        running.clear();
        acknowledged.clear();
        writeCache = promises.writeCache();
        failed = false;
    }

    /** Does one thing that the disk or its user may do. */
    void step(boolean withFailures, boolean withSwitches) {
        int choice = random.nextInt(10);
        if (choice < 3 && running.size() < MAX_IN_FLIGHT) {
            submit(withSwitches);
        } else if (!running.isEmpty()) {
            progress(running.get(random.nextInt(running.size())), withFailures);
        } else if (withFailures && random.nextInt(4) == 0) {
            history.reopened();
            loseDirty();
            failed = false;
        }
    }

    private void submit(boolean withSwitches) {
        int block = random.nextInt(blocks);
        int count = 1 + random.nextInt(Math.min(3, blocks - block));
        boolean fua = random.nextInt(4) == 0;
        switch (random.nextInt(withSwitches ? 12 : 10)) {
            case 0, 1, 2, 3 -> start(history.write(block, count, fua), fua);
            case 4 -> start(history.zero(block, count, fua), fua);
            case 5 -> start(history.unmap(block, count, fua), fua);
            case 6 -> startFlush(history.flush(block, count));
            case 7 -> startFlush(history.flush());
            case 8, 9 -> start(history.read(block, count, false), false);
            case 10 -> {
                Running off = start(history.switchTo(false), false);
                off.metSwitchOn = running.stream().anyMatch(LegalDisk::isSwitchOn);
                switches++;
                off.turnedOff = writeCache ? switches : 0;
                writeCache = false;
            }
            default -> {
                if (running.stream().noneMatch(r -> r.operation.kind() == Kind.WRITE_THROUGH)) {
                    start(history.switchTo(true), false);
                    switches++;
                    writeCache = true;
                }
            }
        }
    }

    private static boolean isSwitchOn(Running other) {
        return other.operation.kind() == Kind.WRITE_BACK;
    }

    private Running start(Operation operation, boolean fua) {
        Running started = new Running(operation, fua || !writeCache);
        running.add(started);
        return started;
    }

    private void startFlush(Operation operation) {
        Running flush = start(operation, false);
        for (int i = 0; i < operation.blocks(); i++) {
            int block = operation.block() + i;
            flush.required[block] = lastAcknowledged(block, acknowledged);
        }
    }

    private int lastAcknowledged(int block, Set<Integer> operations) {
        List<Version> list = versions.get(block);
        for (int at = list.size() - 1; at > 0; at--) {
            if (operations.contains(list.get(at).by) && !list.get(at).lost) {
                return at;
            }
        }
        return 0;
    }

    private void progress(Running one, boolean withFailures) {
        boolean error = withFailures && random.nextInt(60) == 0 && !isSwitchOn(one);
        if (one.toLand.isEmpty() || error) {
            running.remove(one);
            end(one, error);
        } else {
            land(one, one.toLand.iterator().next());
        }
    }

    private void land(Running one, int block) {
        one.toLand.remove(block);
        Operation operation = one.operation;
        List<Version> list = versions.get(block);
        if (operation.kind() == Kind.READ) {
            one.seen[block - operation.block()] = list.getLast().stamp;
        } else {
            list.add(new Version(operation.stamp(), operation.id(), false));
        }
    }

    private boolean mustFail(Running one) {
        boolean durable = one.operation.kind().changes() && one.durable;
        return failed
                && (durable
                        || one.operation.kind() == Kind.FLUSH
                        || one.operation.kind() == Kind.WRITE_THROUGH);
    }

    private void end(Running one, boolean error) {
        Operation operation = one.operation;
        if (error || mustFail(one)) {
            if (operation.kind() != Kind.READ) {
                fail(one);
            }
            operation.complete(EIO);
            return;
        }
        switch (operation.kind()) {
            case READ -> operation.complete(0, one.seen);
            case FLUSH -> {
                for (int block = 0; block < blocks; block++) {
                    harden(block, one.required[block]);
                }
                operation.complete(0);
            }
            case WRITE_THROUGH -> {
                Set<Integer> covered = one.metSwitchOn ? one.acknowledgedBefore : acknowledged;
                for (int block = 0; block < blocks; block++) {
                    harden(block, lastAcknowledged(block, covered));
                }
                running.forEach(other -> other.durable = true);
                operation.complete(0);
            }
            case WRITE_BACK -> operation.complete(0);
            default -> {
                if (one.durable) {
                    hardenOwn(one);
                }
                acknowledged.add(operation.id());
                operation.complete(0);
            }
        }
    }

    private void hardenOwn(Running one) {
        for (int i = 0; i < one.operation.blocks(); i++) {
            int block = one.operation.block() + i;
            List<Version> list = versions.get(block);
            for (int at = 0; at < list.size(); at++) {
                if (list.get(at).by == one.operation.id()) {
                    harden(block, at);
                }
            }
        }
    }

    private void harden(int block, int version) {
        stable[block] = Math.max(stable[block], version);
    }

    private void fail(Running one) {
        boolean promised = one.operation.kind() == Kind.FLUSH || one.durable;
        promised |= one.operation.kind() == Kind.WRITE_THROUGH;
        if (one.operation.kind() == Kind.WRITE_THROUGH && one.turnedOff == switches) {
            writeCache = true;
        }
        if (promised && !failed) {
            failed = true;
            loseDirty();
        }
    }

    /** What the host does when write-back fails: some of what was dirty is the old again. */
    private void loseDirty() {
        if (!failed) {
            return;
        }
        for (int block = 0; block < blocks; block++) {
            List<Version> list = versions.get(block);
            int last = list.size() - 1;
            for (int at = stable[block] + 1; at <= last; at++) {
                list.set(at, new Version(list.get(at).stamp, list.get(at).by, true));
            }
            if (random.nextBoolean()) {
                int old = stable[block] + random.nextInt(list.size() - stable[block]);
                list.add(new Version(list.get(old).stamp, 0, true));
            }
        }
    }

    /** Cuts the power: what the disk holds afterwards. */
    int[] cut() {
        int[] contents = new int[blocks];
        for (int block = 0; block < blocks; block++) {
            List<Integer> possible = new ArrayList<>();
            List<Version> list = versions.get(block);
            list.subList(stable[block], list.size()).forEach(v -> possible.add(v.stamp));
            for (Running one : running) {
                if (one.operation.kind().changes() && one.operation.covers(block)) {
                    possible.add(one.operation.stamp());
                }
            }
            contents[block] = possible.get(random.nextInt(possible.size()));
        }
        return contents;
    }

    /** Gives power back to a disk with these contents. */
    void restart(int[] contents) {
        history = history.after(contents);
        powerOn(contents);
    }

    /**
     * For each block a stamp that the disk could not show after a power cut now, as a write that
     * completed before a stable one was submitted; or {@link Stamps#FOREIGN} if there is none.
     */
    int[] forbidden() {
        int[] forbidden = new int[blocks];
        List<Operation> operations = history.operations();
        for (int block = 0; block < blocks; block++) {
            forbidden[block] = Stamps.FOREIGN;
            int by = versions.get(block).get(stable[block]).by;
            for (Operation old : operations) {
                boolean earlier = old.kind() == Kind.WRITE && old.covers(block) && by != 0;
                if (earlier && old.before(operations.get(by - operations.getFirst().id()))) {
                    forbidden[block] = old.id();
                }
            }
        }
        return forbidden;
    }
}
