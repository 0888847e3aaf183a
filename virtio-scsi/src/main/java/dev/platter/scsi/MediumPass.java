package dev.platter.scsi;

import org.jspecify.annotations.Nullable;

/**
 * A task's way through the {@link MediumGate} of its logical unit, with what its CDB says it will
 * touch. One for each task; the owner thread's.
 */
final class MediumPass {
    private final Task task;
    private final MediumClaims claims;

    /** The place in line, made when first needed. */
    private @Nullable MediumHold hold;

    private boolean inLine;
    private long start;
    private long end;

    MediumPass(Task task, MediumClaims claims) {
        this.task = task;
        this.claims = claims;
    }

    /**
     * Asks for the first time.
     *
     * @return whether the task may begin; if not, it {@linkplain #tryAgain asks again} later
     */
    boolean request() {
        lookAt(task.opCode());
        int kind = kind();
        if (kind == MediumHold.SHARED && gate().tryShare(claims, slot(), start, end)) {
            return true;
        }
        MediumHold place = hold;
        if (place == null) {
            place = new MediumHold();
            hold = place;
        }
        place.set(start, end, kind);
        inLine = true;
        gate().join(place);
        return tryAgain();
    }

    /** Whether a task in line may begin by now. */
    boolean tryAgain() {
        MediumHold place = hold;
        return place != null && gate().tryBegin(place);
    }

    /** The task has ended, or will not begin. */
    void leave() {
        MediumHold place = hold;
        if (inLine && place != null) {
            inLine = false;
            gate().leave(place);
        } else {
            claims.withdraw(slot());
        }
    }

    private void lookAt(OpCode opCode) {
        start = MediumClaims.NOWHERE;
        end = MediumClaims.NOWHERE;
        Geometry geometry = task.geometry();
        switch (opCode.footprint()) {
            case RANGE, EXCLUSIVE_RANGE -> {
                long lba = Cdb.lba(task.cdb(), opCode.cdbBytes());
                long blocks = addressedBlocks(opCode);
                // What is out of range touches nothing, and the operation says so.
                if (blocks > 0 && geometry.contains(lba, blocks)) {
                    start = geometry.bytes(lba);
                    end = start + geometry.bytes(blocks);
                }
            }
            case UNIT, EXCLUSIVE_UNIT -> {
                start = 0;
                end = geometry.bytes(geometry.blockCount());
            }
            case NOTHING, EVERYTHING -> {}
        }
    }

    private long addressedBlocks(OpCode opCode) {
        return opCode.transfer() == Transfer.COMPARE
                ? Cdb.u8(task.cdb(), Sbc.COMPARE_AND_WRITE_BLOCKS_BYTE)
                : Cdb.transferBlocks(task.cdb(), opCode.cdbBytes());
    }

    /** Of {@link MediumHold}. A SIMPLE command that shares is the rule, and 0. */
    private int kind() {
        Footprint footprint = task.opCode().footprint();
        int attribute = task.command().taskAttribute();
        int kind = footprint.isExclusive() ? MediumHold.EXCLUSIVE : MediumHold.SHARED;
        if (attribute == Spc.ATTRIBUTE_ORDERED || footprint == Footprint.EVERYTHING) {
            return kind | MediumHold.BARRIER;
        }
        boolean ahead =
                attribute == Spc.ATTRIBUTE_HEAD_OF_QUEUE || task.opCode().passesUnitAttention();
        return ahead ? kind | MediumHold.HEAD_OF_QUEUE : kind;
    }

    private MediumGate gate() {
        return task.unit().gate();
    }

    private int slot() {
        return task.command().slot();
    }
}
