package dev.platter.scsi;

import dev.platter.api.memory.IoVector;
import java.lang.foreign.Arena;

/**
 * One SCSI command from its arrival to its status; allocated once for each request slot and reused.
 *
 * <p>The transport fills in the CDB, the two data buffers and the task attribute, and reads status,
 * sense and residual when the command has ended. In between the command is the logical unit's. Only
 * the owner thread of the slot's queue touches it.
 */
public final class ScsiCommand {
    /** The longest CDB kept, in bytes; also virtio-scsi's default {@code cdb_size}. */
    public static final int CDB_BYTES = 32;

    /** The most sense data returned, in bytes; also virtio-scsi's default {@code sense_size}. */
    public static final int SENSE_BYTES = 96;

    private final int slot;
    private final byte[] cdb = new byte[CDB_BYTES];
    private final byte[] sense = new byte[SENSE_BYTES];
    private final IoVector dataOut;
    private final IoVector dataIn;
    private int taskAttribute;
    private int status;
    private int senseLengthBytes;
    private long transferredBytes;
    private boolean overrun;
    private boolean aborted;
    private boolean descriptorSense;

    /**
     * Allocates a command.
     *
     * @param arena the lifetime of its vectors
     * @param slot the slot's number, which is also the tag of its backend requests
     * @param maxPieces how many pieces each data buffer may have
     */
    public ScsiCommand(Arena arena, int slot, int maxPieces) {
        this.slot = slot;
        dataOut = new IoVector(arena, maxPieces);
        dataIn = new IoVector(arena, maxPieces);
    }

    /** Makes the command ready for the next request: no data, no status. */
    public void clear() {
        dataOut.clear();
        dataIn.clear();
        taskAttribute = 0;
        status = 0;
        senseLengthBytes = 0;
        transferredBytes = 0;
        overrun = false;
        aborted = false;
        descriptorSense = false;
    }

    /** The number of the slot. */
    public int slot() {
        return slot;
    }

    /** The CDB; the bytes behind the command's own length are whatever the guest put there. */
    public byte[] cdb() {
        return cdb;
    }

    /** The guest's buffer that the device reads: data-out. */
    public IoVector dataOut() {
        return dataOut;
    }

    /** The guest's buffer that the device writes: data-in. */
    public IoVector dataIn() {
        return dataIn;
    }

    /** The task attribute (SAM-5 §8.9) as the transport encodes it; 0 is SIMPLE. */
    public int taskAttribute() {
        return taskAttribute;
    }

    /** Sets the task attribute. */
    public void taskAttribute(int newTaskAttribute) {
        taskAttribute = newTaskAttribute;
    }

    /** The SAM-5 §5.3 status byte; valid when the command has ended. */
    public int status() {
        return status;
    }

    /** The sense data; its first {@link #senseLengthBytes()} bytes are valid. */
    public byte[] sense() {
        return sense;
    }

    /** The length of the sense data, 0 where there is none. */
    public int senseLengthBytes() {
        return senseLengthBytes;
    }

    /** How many bytes of the data buffer were transferred, in the command's direction. */
    public long transferredBytes() {
        return transferredBytes;
    }

    /**
     * Whether the guest's buffer was shorter than what the command transfers, or of the wrong
     * direction; then nothing was transferred and the status does not count.
     */
    public boolean overrun() {
        return overrun;
    }

    /**
     * Whether the command was given up before it was through, as task management asked; then the
     * status does not count, and of a write any part may have been made.
     */
    public boolean aborted() {
        return aborted;
    }

    void endAborted() {
        aborted = true;
        transferredBytes = 0;
    }

    void end(int newStatus, long newTransferredBytes) {
        status = newStatus;
        transferredBytes = newTransferredBytes;
    }

    void good(long newTransferredBytes) {
        end(ScsiStatus.GOOD, newTransferredBytes);
    }

    /** Chooses the format of the sense data that may come: D_SENSE of the control mode page. */
    void descriptorSense(boolean newDescriptorSense) {
        descriptorSense = newDescriptorSense;
    }

    /** Ends with CHECK CONDITION and sense data in the chosen format. */
    void checkCondition(int senseKey, int additionalSense) {
        end(ScsiStatus.CHECK_CONDITION, 0);
        senseLengthBytes = SenseData.write(sense, descriptorSense, senseKey, additionalSense);
    }

    /** Adds the INFORMATION field to the sense data. */
    void information(long information) {
        senseLengthBytes = SenseData.addInformation(sense, senseLengthBytes, information);
    }

    /** Adds a progress indication, in 65536ths, to the sense data. */
    void progress(int progress) {
        senseLengthBytes = SenseData.addProgress(sense, senseLengthBytes, progress);
    }

    /** Ends with CHECK CONDITION, ILLEGAL REQUEST. */
    void illegalRequest(int additionalSense) {
        checkCondition(SenseKey.ILLEGAL_REQUEST, additionalSense);
    }

    void endWithOverrun() {
        overrun = true;
        transferredBytes = 0;
    }
}
