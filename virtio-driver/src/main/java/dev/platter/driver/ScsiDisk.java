package dev.platter.driver;

import java.io.IOException;

/**
 * A disk as a host's disk driver sees it: probed once, then read, written and flushed by block. It
 * decides about flushes as Linux does: with WCE=1 a synchronous write is a write and a flush, or a
 * write with FUA where that is offered; with WCE=0 it is the write alone. Used by the thread that
 * owns its request queue.
 */
public final class ScsiDisk {
    private static final byte[] NO_DATA = {};
    private static final int MAX_UNIT_ATTENTIONS = 8;
    private static final int CAPACITY_BYTES = 32;
    private static final int MODE_BUFFER_BYTES = 64;
    private static final int MODE_HEADER_6_BYTES = 4;
    private static final int CACHING_PAGE_BYTES = 20;
    private static final int MODE_SELECT_BYTES = MODE_HEADER_6_BYTES + CACHING_PAGE_BYTES;

    private final VirtioScsiDriver driver;
    private final int queue;
    private final int target;
    private final int lun;
    private long blockCount;
    private int blockBytes;
    private boolean writeCache;
    private boolean dpofua;
    private boolean writeProtected;

    /**
     * A disk that is not probed yet.
     *
     * @param queue the request queue to use, counted from 0
     */
    public ScsiDisk(VirtioScsiDriver driver, int queue, int target, int lun) {
        this.driver = driver;
        this.queue = queue;
        this.target = target;
        this.lun = lun;
    }

    /**
     * Clears pending unit attentions and reads capacity, block size and cache type.
     *
     * @return this disk
     */
    public ScsiDisk probe() throws IOException {
        clearUnitAttentions();
        byte[] capacity =
                good(ScsiCommands.readCapacity16(CAPACITY_BYTES), NO_DATA, CAPACITY_BYTES);
        blockCount = BigEndian.u64(capacity, 0) + 1;
        blockBytes = BigEndian.u32(capacity, 8);
        revalidate();
        return this;
    }

    /** Sends TEST UNIT READY until no unit attention is left; answers how many there were. */
    public int clearUnitAttentions() throws IOException {
        for (int i = 0; i < MAX_UNIT_ATTENTIONS; i++) {
            ScsiResponse answer = execute(ScsiCommands.testUnitReady(), NO_DATA, 0);
            if (answer.good()) {
                return i;
            }
            if (answer.senseKey() != ScsiStatus.UNIT_ATTENTION) {
                throw failed("TEST UNIT READY", answer);
            }
        }
        throw new IOException("target " + target + " reports unit attentions without end");
    }

    /** Reads the cache type and what else the mode pages say. */
    public void revalidate() throws IOException {
        byte[] mode =
                good(
                        ScsiCommands.modeSense6(
                                true, 0, ScsiFormat.CACHING_PAGE, MODE_BUFFER_BYTES),
                        NO_DATA,
                        MODE_BUFFER_BYTES);
        int page = MODE_HEADER_6_BYTES + mode[3];
        if ((mode[page] & 0x3f) != ScsiFormat.CACHING_PAGE) {
            throw new IOException("target " + target + " sent another page than the caching page");
        }
        dpofua = (mode[2] & ScsiFormat.DPOFUA) != 0;
        writeProtected = (mode[2] & ScsiFormat.WRITE_PROTECTED) != 0;
        writeCache = (mode[page + 2] & ScsiFormat.WCE) != 0;
    }

    /**
     * Switches the volatile write cache with the commands that Linux sends for a write to {@code
     * cache_type}: MODE SENSE(6), MODE SELECT(6) with the page changed, then another look.
     */
    public void setWriteCache(boolean on) throws IOException {
        byte[] mode =
                good(
                        ScsiCommands.modeSense6(
                                true, 0, ScsiFormat.CACHING_PAGE, MODE_BUFFER_BYTES),
                        NO_DATA,
                        MODE_BUFFER_BYTES);
        byte[] list = new byte[MODE_SELECT_BYTES];
        System.arraycopy(mode, MODE_HEADER_6_BYTES + mode[3], list, 4, CACHING_PAGE_BYTES);
        // The PS bit is reserved in MODE SELECT.
        list[4] &= 0x3f;
        list[6] = (byte) (on ? list[6] | ScsiFormat.WCE : list[6] & ~ScsiFormat.WCE);
        good(ScsiCommands.modeSelect6(MODE_SELECT_BYTES), list, 0);
        revalidate();
    }

    /** Reads whole blocks. */
    public byte[] read(long lba, int count) throws IOException {
        return good(ScsiCommands.read16(lba, count, ScsiFlags.NONE), NO_DATA, count * blockBytes);
    }

    /** Writes whole blocks; durable after a flush, or at once with WCE=0. */
    public void write(long lba, byte[] data) throws IOException {
        write(lba, data, ScsiFlags.NONE);
    }

    private void write(long lba, byte[] data, int flags) throws IOException {
        good(ScsiCommands.write16(lba, data.length / blockBytes, flags), data, 0);
    }

    /** Flushes the disk's cache. */
    public void flush() throws IOException {
        good(ScsiCommands.synchronizeCache10(0, 0), NO_DATA, 0);
    }

    /**
     * Writes whole blocks durably, as a write through {@code O_DIRECT|O_SYNC} in the guest does.
     */
    public void writeSync(long lba, byte[] data) throws IOException {
        if (!writeCache) {
            write(lba, data, ScsiFlags.NONE);
        } else if (dpofua) {
            write(lba, data, ScsiFlags.FUA);
        } else {
            write(lba, data, ScsiFlags.NONE);
            flush();
        }
    }

    /** Sends any command to the disk and waits for its answer. */
    public ScsiResponse execute(byte[] cdb, byte[] dataOut, int dataInBytes) throws IOException {
        return driver.requestQueue(queue).execute(target, lun, cdb, dataOut, dataInBytes);
    }

    private byte[] good(byte[] cdb, byte[] dataOut, int dataInBytes) throws IOException {
        ScsiResponse answer = execute(cdb, dataOut, dataInBytes);
        if (!answer.good()) {
            throw failed(String.format("command 0x%02x", cdb[0]), answer);
        }
        return answer.dataIn();
    }

    private IOException failed(String what, ScsiResponse answer) {
        return new IOException(what + " to target " + target + " LUN " + lun + ": " + answer);
    }

    /** The capacity in blocks. */
    public long blockCount() {
        return blockCount;
    }

    /** The logical block size. */
    public int blockBytes() {
        return blockBytes;
    }

    /** WCE: whether the disk has a volatile write cache. */
    public boolean writeCache() {
        return writeCache;
    }

    /** The cache type in Linux's words: {@code write back} or {@code write through}. */
    public String cacheType() {
        return writeCache ? "write back" : "write through";
    }

    /** Whether the disk offers FUA. */
    public boolean dpofua() {
        return dpofua;
    }

    /** Whether the disk is write-protected. */
    public boolean writeProtected() {
        return writeProtected;
    }
}
