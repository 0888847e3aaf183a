package dev.platter.conformance.crashfs;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One file's contents: sectors of {@value #SECTOR_BYTES} bytes, each the only unit that is written
 * whole or not at all. Holes take no memory. Its {@link CrashDisk}'s lock guards it.
 */
final class CrashFile {
    static final int SECTOR_BYTES = 512;
    private static final long MAX_SECTORS = 1 << 26;

    final long number;
    final int mode;
    private @Nullable Sector[] sectors = new Sector[0];
    private final Set<Sector> dirty = new LinkedHashSet<>();
    private long sizeBytes;
    private long stableSizeBytes;
    private long sizeChange;

    CrashFile(long number, int mode) {
        this.number = number;
        this.mode = mode;
    }

    /** The longest file. */
    static long maxBytes() {
        return MAX_SECTORS * SECTOR_BYTES;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    long allocatedBytes() {
        return Arrays.stream(sectors).filter(s -> s != null && s.current() != null).count()
                * SECTOR_BYTES;
    }

    /** Fills a buffer from an offset; holes and what lies behind the end read as zeroes. */
    void read(long offset, MemorySegment target, long targetOffset, int length) {
        int done = 0;
        while (done < length) {
            long at = offset + done;
            int within = (int) (at % SECTOR_BYTES);
            int part = Math.min(SECTOR_BYTES - within, length - done);
            byte[] bytes = contents(at / SECTOR_BYTES);
            MemorySegment piece = target.asSlice(targetOffset + done, part);
            if (bytes == null) {
                piece.fill((byte) 0);
            } else {
                MemorySegment.copy(bytes, within, piece, ValueLayout.JAVA_BYTE, 0, part);
            }
            done += part;
        }
    }

    private byte @Nullable [] contents(long index) {
        Sector sector = index < sectors.length ? sectors[(int) index] : null;
        return sector == null ? null : sector.current();
    }

    /** Adds a volatile version of each sector that a write touches, and grows the file. */
    void write(long change, long offset, MemorySegment source, long sourceOffset, int length) {
        Change made = change(change, offset, length);
        grow(change, offset + length);
        int done = 0;
        while (done < length) {
            long at = offset + done;
            int within = (int) (at % SECTOR_BYTES);
            int part = Math.min(SECTOR_BYTES - within, length - done);
            byte[] bytes = new byte[SECTOR_BYTES];
            byte[] old = part == SECTOR_BYTES ? null : contents(at / SECTOR_BYTES);
            if (old != null) {
                System.arraycopy(old, 0, bytes, 0, SECTOR_BYTES);
            }
            MemorySegment.copy(
                    source, ValueLayout.JAVA_BYTE, sourceOffset + done, bytes, within, part);
            add(at / SECTOR_BYTES, new Version(made, bytes));
            done += part;
        }
    }

    /** Adds a version of zeroes to each sector of a range inside the file. */
    void zero(long change, long offset, long length) {
        long end = Math.min(offset + length, sizeBytes);
        Change made = change(change, offset, Math.max(0, end - offset));
        long at = offset;
        while (at < end) {
            int within = (int) (at % SECTOR_BYTES);
            int part = (int) Math.min(SECTOR_BYTES - within, end - at);
            long index = at / SECTOR_BYTES;
            Sector sector = index < sectors.length ? sectors[(int) index] : null;
            if (sector != null && !sector.zeroForGood()) {
                add(
                        index,
                        new Version(
                                made, part == SECTOR_BYTES ? null : blanked(sector, within, part)));
            }
            at += part;
        }
    }

    private static byte @Nullable [] blanked(Sector sector, int within, int part) {
        byte[] old = sector.current();
        if (old == null) {
            return null;
        }
        byte[] bytes = old.clone();
        Arrays.fill(bytes, within, within + part, (byte) 0);
        return bytes;
    }

    private static Change change(long number, long offset, long length) {
        long first = offset / SECTOR_BYTES;
        long last = (offset + Math.max(length, 1) - 1) / SECTOR_BYTES;
        return new Change(number, first, last - first + 1);
    }

    private void add(long index, Version version) {
        Sector sector = sectorAt(index);
        dirty.add(sector);
        sector.add(version);
    }

    private Sector sectorAt(long index) {
        if (index >= sectors.length) {
            long wanted = Math.max(index + 1, (sizeBytes + SECTOR_BYTES - 1) / SECTOR_BYTES);
            sectors = Arrays.copyOf(sectors, (int) wanted);
        }
        Sector sector = sectors[(int) index];
        if (sector == null) {
            sector = new Sector(index);
            sectors[(int) index] = sector;
        }
        return sector;
    }

    /** Makes the file at least so long. */
    void grow(long change, long newSizeBytes) {
        if (newSizeBytes > sizeBytes) {
            sizeBytes = newSizeBytes;
            sizeChange = change;
        }
    }

    /** Makes the file exactly so long; what is cut off is gone, also when it grows again. */
    void truncate(long change, long newSizeBytes) {
        if (newSizeBytes < sizeBytes) {
            zero(change, newSizeBytes, sizeBytes - newSizeBytes);
        }
        sizeBytes = newSizeBytes;
        sizeChange = change;
    }

    /** Makes durable whatever is not newer than a change, and the size. */
    void synchronise(long upToChange) {
        dirty.forEach(sector -> sector.synchronise(upToChange));
        dirty.removeIf(sector -> !sector.volatileNow());
        settleSize(upToChange);
    }

    /** Makes durable the sectors of one write, and the size if it depends on it. */
    void synchronise(long upToChange, long offset, long length) {
        long last = (offset + length - 1) / SECTOR_BYTES;
        for (long index = offset / SECTOR_BYTES; index <= last; index++) {
            Sector sector = sectorAt(index);
            sector.synchronise(upToChange);
            if (!sector.volatileNow()) {
                dirty.remove(sector);
            }
        }
        if (offset + length > stableSizeBytes) {
            settleSize(upToChange);
        }
    }

    private void settleSize(long upToChange) {
        if (sizeChange <= upToChange) {
            stableSizeBytes = sizeBytes;
        }
    }

    /** A synchronisation of these changes has failed: no later one makes them durable. */
    void forsake(long fromChange, long upToChange) {
        dirty.forEach(sector -> sector.forsake(fromChange, upToChange));
    }

    void crash(CrashDice dice) {
        for (Sector sector : dirty) {
            sector.crash(number, dice);
        }
        dirty.clear();
        if (sizeBytes != stableSizeBytes && !dice.keepsSize(number)) {
            cutTo(stableSizeBytes);
        }
        stableSizeBytes = sizeBytes;
    }

    /** Takes over, durably, what a power cut would leave of another file. */
    void copy(CrashFile other, CrashDice dice) {
        sectors = new Sector[other.sectors.length];
        for (Sector sector : other.sectors) {
            byte[] left = sector == null ? null : sector.afterCrash(other.number, dice);
            if (sector != null && left != null) {
                sectorAt(sector.index).preset(left);
            }
        }
        sizeBytes = dice.keepsSize(other.number) ? other.sizeBytes : other.stableSizeBytes;
        stableSizeBytes = sizeBytes;
    }

    private void cutTo(long newSizeBytes) {
        for (Sector sector : sectors) {
            if (sector != null && (sector.index + 1) * SECTOR_BYTES > newSizeBytes) {
                int kept = (int) Math.max(0, newSizeBytes - sector.index * SECTOR_BYTES);
                sector.preset(kept == 0 ? null : blanked(sector, kept, SECTOR_BYTES - kept));
            }
        }
        sizeBytes = newSizeBytes;
    }

    /** How many sectors a power cut could leave in more than one state. */
    int volatileSectors() {
        return dirty.size();
    }

    /** The next offset of data (or of a hole), or -1 where there is none behind. */
    long seek(long offset, boolean data) {
        for (long at = offset; at < sizeBytes; at = (at / SECTOR_BYTES + 1) * SECTOR_BYTES) {
            if ((contents(at / SECTOR_BYTES) != null) == data) {
                return at;
            }
        }
        return data ? -1 : sizeBytes;
    }
}
