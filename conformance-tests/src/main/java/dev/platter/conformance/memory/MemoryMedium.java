package dev.platter.conformance.memory;

import dev.platter.api.block.Errno;
import dev.platter.conformance.Fault;
import dev.platter.conformance.Medium;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Storage in memory that behaves as a file does: a volatile cache in front of durable sectors of
 * {@value #SECTOR_BYTES} bytes, which only a synchronisation or a durable write empties. Any thread
 * may call.
 */
public final class MemoryMedium implements Medium {
    /** The unit that is written whole or not at all. */
    public static final int SECTOR_BYTES = 512;

    private final String location;
    private final Runnable forget;
    private final Sector[] sectors;
    private final List<Fault> faults = new ArrayList<>();
    private final Map<Fault.Target, Integer> counts = new EnumMap<>(Fault.Target.class);
    private boolean powered = true;
    private long operations;
    private long cutAt = Long.MAX_VALUE;
    private long cutSeed;
    private String cut = "";
    private long lastChange;
    private @Nullable Runnable insideSync;

    MemoryMedium(String location, long sizeBytes, Runnable forget) {
        this.location = location;
        this.forget = forget;
        sectors = new Sector[Math.toIntExact(sizeBytes / SECTOR_BYTES)];
        byte[] zeroes = new byte[SECTOR_BYTES];
        Arrays.setAll(sectors, i -> new Sector(zeroes));
    }

    /** An effect of an operation. */
    private interface Effect {
        int apply(boolean mayHarden);
    }

    /** How much it holds. */
    public long sizeBytes() {
        return (long) sectors.length * SECTOR_BYTES;
    }

    /**
     * Reads whole sectors.
     *
     * @return how many bytes were read, or a negative errno
     */
    public synchronized int read(long offset, byte[] target) {
        Fault fault = next(Fault.Target.READ);
        if (!powered || (fault != null && fault.effect() == Fault.Effect.FAIL)) {
            return fault == null ? -Errno.EIO : -fault.errno();
        }
        int length = shortened(fault, target.length);
        for (int at = 0; at < length; at += SECTOR_BYTES) {
            byte[] bytes = sectors[(int) ((offset + at) / SECTOR_BYTES)].current();
            System.arraycopy(bytes, 0, target, at, SECTOR_BYTES);
        }
        return length;
    }

    /**
     * Writes whole sectors.
     *
     * @param durable whether they, and only they, are durable when it succeeds
     * @return how many bytes were written, or a negative errno
     */
    public synchronized int write(long offset, byte[] source, boolean durable) {
        Fault fault = next(Fault.Target.WRITE);
        int length = shortened(fault, source.length);
        return operate(
                fault,
                mayHarden -> {
                    lastChange++;
                    for (int at = 0; at < length; at += SECTOR_BYTES) {
                        byte[] bytes = Arrays.copyOfRange(source, at, at + SECTOR_BYTES);
                        change(offset + at, bytes, durable && mayHarden);
                    }
                    return length;
                });
    }

    /**
     * Writes zeroes to whole sectors.
     *
     * @param durable as of {@link #write}
     * @return 0 or a negative errno
     */
    public synchronized int zero(long offset, long length, boolean durable) {
        return operate(
                next(Fault.Target.ZERO),
                mayHarden -> {
                    lastChange++;
                    for (long at = 0; at < length; at += SECTOR_BYTES) {
                        change(offset + at, new byte[SECTOR_BYTES], durable && mayHarden);
                    }
                    return 0;
                });
    }

    /**
     * Makes durable whatever has landed.
     *
     * @return 0 or a negative errno
     */
    public synchronized int sync() {
        Fault fault = next(Fault.Target.SYNC);
        if (powered && fault != null) {
            volatileSectors().forEach(Sector::lose);
        }
        int answer = operate(fault, this::hardenAll);
        Runnable action = insideSync;
        insideSync = null;
        if (action != null) {
            action.run();
        }
        return answer;
    }

    private int hardenAll(boolean mayHarden) {
        if (mayHarden) {
            volatileSectors().forEach(Sector::harden);
        }
        return 0;
    }

    private List<Sector> volatileSectors() {
        return Arrays.stream(sectors).filter(Sector::isVolatile).toList();
    }

    private void change(long offset, byte[] bytes, boolean harden) {
        Sector sector = sectors[(int) (offset / SECTOR_BYTES)];
        sector.add(lastChange, bytes);
        if (harden) {
            sector.harden();
        }
    }

    private int operate(@Nullable Fault fault, Effect effect) {
        if (!powered) {
            return -Errno.EIO;
        }
        if (operations++ == cutAt) {
            PowerCutDice dice = new PowerCutDice(cutSeed, sectors.length);
            if (dice.moment() != PowerCutDice.Moment.BEFORE) {
                effect.apply(dice.moment() == PowerCutDice.Moment.AFTER);
            }
            cut(dice, "at operation " + cutAt + ", " + dice.moment());
            return -Errno.EIO;
        }
        if (fault != null && fault.effect() == Fault.Effect.FAIL) {
            return -fault.errno();
        }
        return effect.apply(true);
    }

    private void cut(PowerCutDice dice, String when) {
        for (int i = 0; i < sectors.length; i++) {
            int sector = i;
            sectors[i].cut(change -> dice.survives(change, sector));
        }
        powered = false;
        cutAt = Long.MAX_VALUE;
        cut = "power cut " + when + ", " + dice.policy();
    }

    private @Nullable Fault next(Fault.Target target) {
        int count = counts.merge(target, 1, Integer::sum);
        for (Fault fault : faults) {
            if (fault.target() == target && fault.nth() == count) {
                return fault;
            }
        }
        return null;
    }

    private static int shortened(@Nullable Fault fault, int length) {
        if (fault == null || fault.effect() != Fault.Effect.SHORTEN) {
            return length;
        }
        return Math.min(length, Math.max(SECTOR_BYTES, fault.limitBytes() & -SECTOR_BYTES));
    }

    @Override
    public String location() {
        return location;
    }

    @Override
    public synchronized void armPowerCut(long after, long seed) {
        cutAt = operations + after;
        cutSeed = seed;
    }

    @Override
    public synchronized void cutPower(long seed) {
        if (powered) {
            cut(new PowerCutDice(seed, sectors.length), "after operation " + (operations - 1));
        }
    }

    @Override
    public synchronized boolean powered() {
        return powered;
    }

    @Override
    public synchronized String restorePower() {
        String happened = cut;
        powered = true;
        cutAt = Long.MAX_VALUE;
        cut = "";
        clearFaults();
        return happened;
    }

    @Override
    public synchronized void inject(Fault fault) {
        int nth = counts.getOrDefault(fault.target(), 0) + fault.nth();
        faults.add(
                new Fault(fault.target(), nth, fault.effect(), fault.errno(), fault.limitBytes()));
    }

    @Override
    public synchronized boolean insideNextSync(Runnable action) {
        insideSync = action;
        return true;
    }

    @Override
    public synchronized void clearFaults() {
        faults.clear();
        insideSync = null;
    }

    @Override
    public void close() {
        forget.run();
    }
}
