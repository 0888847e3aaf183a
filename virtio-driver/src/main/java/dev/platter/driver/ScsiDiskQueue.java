package dev.platter.driver;

/**
 * A SCSI disk as one request queue reaches it, by READ(10), WRITE(10) and SYNCHRONIZE CACHE(10).
 */
public final class ScsiDiskQueue implements DiskQueue {
    private static final int CDB_BYTES = 10;
    private static final byte READ_10 = 0x28;
    private static final byte WRITE_10 = 0x2a;

    private final RequestQueue queue;
    private final long lunField;
    private final int blockBytes;
    private final byte[] transfer = new byte[CDB_BYTES];
    private final byte[] synchronize = ScsiCommands.synchronizeCache10(0, 0);
    private final BufferList data = new BufferList();

    /**
     * A disk on a queue.
     *
     * @param queue used only through this object from now on, or by one thread at a time
     * @param blockBytes the disk's logical block length
     */
    public ScsiDiskQueue(RequestQueue queue, int target, int lun, int blockBytes) {
        this.queue = queue;
        this.blockBytes = blockBytes;
        lunField = VirtioScsi.lunField(target, lun);
    }

    @Override
    public int read(long offsetBytes, long guestAddress, int lengthBytes) {
        encode(READ_10, offsetBytes, lengthBytes, ScsiFlags.NONE);
        data.clear().add(guestAddress, lengthBytes);
        return queue.submit(lunField, transfer, BufferList.EMPTY, data);
    }

    @Override
    public int write(long offsetBytes, long guestAddress, int lengthBytes, boolean fua) {
        encode(WRITE_10, offsetBytes, lengthBytes, fua ? ScsiFlags.FUA : ScsiFlags.NONE);
        data.clear().add(guestAddress, lengthBytes);
        return queue.submit(lunField, transfer, data, BufferList.EMPTY);
    }

    /** SBC-4 §5.9 and §5.32: a 32-bit LBA at 2, a 16-bit block count at 7, as Linux's sd sends. */
    private void encode(byte operation, long offsetBytes, int lengthBytes, int flags) {
        transfer[0] = operation;
        transfer[1] = (byte) flags;
        BigEndian.putU32(transfer, 2, (int) (offsetBytes / blockBytes));
        BigEndian.putU16(transfer, 7, lengthBytes / blockBytes);
    }

    @Override
    public int flush() {
        return queue.submit(lunField, synchronize, BufferList.EMPTY, BufferList.EMPTY);
    }

    @Override
    public void kick() {
        queue.kick();
    }

    @Override
    public int poll() {
        return queue.pollAny();
    }

    @Override
    public int await(long timeoutNanos) {
        return queue.awaitAny(timeoutNanos);
    }

    @Override
    public boolean good(int slot) {
        return queue.good(slot);
    }

    @Override
    public String answerText(int slot) {
        return queue.answer(slot).toString();
    }

    /** True: SCSI has the bit in every write, whether the disk advertises it or not. */
    @Override
    public boolean fua() {
        return true;
    }

    @Override
    public int slotCount() {
        return queue.ring().sizeEntries();
    }
}
