package dev.platter.conformance.crashfs;

import dev.platter.conformance.crashfs.PowerCut.Moment;
import dev.platter.linux.Errnos;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The disk behind the file system: files by name, a volatile cache over them, a switch for the
 * power. One lock makes each operation's effect, its place in the record and a power cut atomic to
 * one another; delays are waited out without it.
 *
 * <p>Without power every operation is answered {@code -EIO} and changes nothing. Names, and the
 * mode of a file, are durable at once; sizes and contents when they are synchronised.
 */
final class CrashDisk {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, CrashFile> byName = new LinkedHashMap<>();
    private final Map<Long, CrashFile> byNumber = new LinkedHashMap<>();
    private final Map<Long, String> names = new LinkedHashMap<>();
    private final Faults faults = new Faults();
    private final Recorder recorder = new Recorder();
    private final Handles handles = new Handles();
    private final boolean heedsDsync;
    private long nextNumber = Fuse.ROOT + 1;
    private long lastChange;
    private long counted;
    private boolean powered = true;
    private @Nullable PowerCut armed;
    private long armedAt;
    private @Nullable PowerCut happened;

    CrashDisk(boolean heedsDsync) {
        this.heedsDsync = heedsDsync;
    }

    Faults faults() {
        return faults;
    }

    Recorder recorder() {
        return recorder;
    }

    /** What an operation does once the power is known to be on; called under the lock. */
    private interface Effect {
        int apply(CrashFile file, long change, boolean durably);
    }

    int read(long number, long offset, MemorySegment target, long targetOffset, int length) {
        Faults.Fault fault = admitted(OperationKind.READ);
        int limit = Math.min(length, fault.limitBytes());
        return perform(
                OperationKind.READ,
                number,
                offset,
                length,
                0,
                fault,
                (file, change, durably) -> {
                    int there = Math.clamp(file.sizeBytes() - offset, 0, limit);
                    file.read(offset, target, targetOffset, there);
                    return there;
                });
    }

    int write(
            long number,
            long handle,
            long offset,
            MemorySegment source,
            long sourceOffset,
            int length,
            int flags) {
        Faults.Fault fault = admitted(OperationKind.WRITE).by(handle);
        int limit = Math.min(length, fault.limitBytes());
        if (offset < 0 || offset > CrashFile.maxBytes() - length) {
            return -Errnos.EFBIG;
        }
        return perform(
                OperationKind.WRITE,
                number,
                offset,
                length,
                flags,
                fault,
                (file, change, durably) -> {
                    file.write(change, offset, source, sourceOffset, limit);
                    if (!durably || (flags & Flags.O_DSYNC) == 0 || limit == 0) {
                        return limit;
                    }
                    if (heedsDsync) {
                        file.synchronise(change, offset, limit);
                    }
                    int owed = handles.report(handle);
                    return owed == 0 ? limit : -owed;
                });
    }

    int allocate(long number, long offset, long length, int mode) {
        if (offset < 0 || length <= 0 || offset > CrashFile.maxBytes() - length) {
            return -Errnos.EFBIG;
        }
        if ((mode & ~(Flags.KEEP_SIZE | Flags.PUNCH_HOLE | Flags.ZERO_RANGE)) != 0) {
            return -Errnos.EOPNOTSUPP;
        }
        return perform(
                OperationKind.FALLOCATE,
                number,
                offset,
                length,
                mode,
                admitted(OperationKind.FALLOCATE),
                (file, change, durably) -> {
                    if ((mode & (Flags.PUNCH_HOLE | Flags.ZERO_RANGE)) != 0) {
                        file.zero(change, offset, length);
                    }
                    if ((mode & Flags.KEEP_SIZE) == 0) {
                        file.grow(change, offset + length);
                    }
                    return 0;
                });
    }

    int truncate(long number, long sizeBytes) {
        if (sizeBytes < 0 || sizeBytes > CrashFile.maxBytes()) {
            return -Errnos.EFBIG;
        }
        return perform(
                OperationKind.TRUNCATE,
                number,
                sizeBytes,
                0,
                0,
                admitted(OperationKind.TRUNCATE),
                (file, change, durably) -> {
                    file.truncate(change, sizeBytes);
                    return 0;
                });
    }

    /** Makes durable what has been applied by the time the request came, not what comes later. */
    int synchronise(long number, long handle, boolean dataOnly) {
        long upTo;
        lock.lock();
        try {
            upTo = lastChange;
        } finally {
            lock.unlock();
        }
        return perform(
                OperationKind.FSYNC,
                number,
                0,
                0,
                dataOnly ? Fuse.FSYNC_FDATASYNC : 0,
                admitted(OperationKind.FSYNC).by(handle),
                (file, change, durably) -> {
                    if (!durably) {
                        return 0;
                    }
                    file.synchronise(upTo);
                    return -handles.report(handle);
                });
    }

    private Faults.Fault admitted(OperationKind kind) {
        Faults.Fault fault = faults.next(kind);
        long end = System.nanoTime() + fault.delayNanos();
        for (long left = fault.delayNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        return fault;
    }

    private int perform(
            OperationKind kind,
            long number,
            long offset,
            long length,
            int flags,
            Faults.Fault fault,
            Effect effect) {
        lock.lock();
        try {
            CrashFile file = byNumber.get(number);
            if (file == null) {
                return -Errnos.ENOENT;
            }
            int result = powered ? attempt(kind, file, fault, effect) : -Errnos.EIO;
            String name = names.getOrDefault(number, "#" + number);
            recorder.add(new Operation(kind, name, offset, length, flags, result));
            return result;
        } finally {
            lock.unlock();
        }
    }

    private int attempt(OperationKind kind, CrashFile file, Faults.Fault fault, Effect effect) {
        PowerCut cut = kind.counted() ? due() : null;
        if (cut == null) {
            return faulty(kind, file, fault, effect);
        }
        if (cut.moment() != Moment.BEFORE) {
            effect.apply(file, ++lastChange, cut.moment() == Moment.AFTER);
        }
        cutNow(cut);
        return -Errnos.EIO;
    }

    private int faulty(OperationKind kind, CrashFile file, Faults.Fault fault, Effect effect) {
        if (fault.errno() == 0) {
            return effect.apply(file, ++lastChange, true);
        }
        if (kind == OperationKind.FSYNC) {
            if (fault.losing()) {
                file.forsake(0, lastChange);
                handles.failed(file.number, fault.errno(), fault.handle());
            }
        } else if (fault.applied()) {
            effect.apply(file, ++lastChange, false);
            file.forsake(lastChange, lastChange);
            handles.failed(file.number, fault.errno(), fault.handle());
        }
        return -fault.errno();
    }

    private @Nullable PowerCut due() {
        PowerCut cut = armed;
        return counted++ == armedAt ? cut : null;
    }

    private void cutNow(PowerCut cut) {
        powered = false;
        armed = null;
        happened = cut;
        CrashDice dice = new CrashDice(cut.policy(), cut.seed());
        byNumber.values().forEach(file -> file.crash(dice));
    }

    void arm(PowerCut cut) {
        lock.lock();
        try {
            armed = cut;
            armedAt = counted + cut.operation();
        } finally {
            lock.unlock();
        }
    }

    void cut(CrashPolicy policy, long seed) {
        lock.lock();
        try {
            if (powered) {
                cutNow(new PowerCut(0, Moment.BEFORE, policy, seed));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Power again: the last cut, or null where there was none. */
    @Nullable PowerCut restore() {
        lock.lock();
        try {
            powered = true;
            armed = null;
            PowerCut last = happened;
            happened = null;
            return last;
        } finally {
            lock.unlock();
        }
    }

    boolean powered() {
        lock.lock();
        try {
            return powered;
        } finally {
            lock.unlock();
        }
    }

    long counted() {
        lock.lock();
        try {
            return counted;
        } finally {
            lock.unlock();
        }
    }

    int volatileSectors() {
        lock.lock();
        try {
            return byNumber.values().stream().mapToInt(CrashFile::volatileSectors).sum();
        } finally {
            lock.unlock();
        }
    }

    /** A new open file description. */
    long open(long number) {
        lock.lock();
        try {
            return handles.open(number);
        } finally {
            lock.unlock();
        }
    }

    void closed(long handle) {
        lock.lock();
        try {
            handles.close(handle);
        } finally {
            lock.unlock();
        }
    }

    /** What a read of a file would see now, power or not; not recorded. */
    byte[] contents(String name) {
        lock.lock();
        try {
            CrashFile file = byName.get(name);
            if (file == null) {
                throw new IllegalArgumentException("there is no file " + name);
            }
            byte[] all = new byte[Math.toIntExact(file.sizeBytes())];
            file.read(0, MemorySegment.ofArray(all), 0, all.length);
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** Looks at a file under the lock: the function's answer, or {@code -ENOENT}. */
    int look(String name, ToIntFunction<CrashFile> at) {
        lock.lock();
        try {
            CrashFile file = byName.get(name);
            return file == null ? -Errnos.ENOENT : at.applyAsInt(file);
        } finally {
            lock.unlock();
        }
    }

    /** Looks at a file under the lock: the function's answer, or {@code -ENOENT}. */
    int look(long number, ToIntFunction<CrashFile> at) {
        lock.lock();
        try {
            CrashFile file = byNumber.get(number);
            return file == null ? -Errnos.ENOENT : at.applyAsInt(file);
        } finally {
            lock.unlock();
        }
    }

    /** The names in the order of their creation, with the files' numbers. */
    Map<String, Long> files() {
        lock.lock();
        try {
            Map<String, Long> numbers = new LinkedHashMap<>();
            byName.forEach((name, file) -> numbers.put(name, file.number));
            return numbers;
        } finally {
            lock.unlock();
        }
    }

    /** Makes a file, durably, if it is missing; {@code -EIO} without power. */
    int create(String name, int mode) {
        lock.lock();
        try {
            if (powered && !byName.containsKey(name)) {
                CrashFile file = new CrashFile(nextNumber++, mode);
                byName.put(name, file);
                byNumber.put(file.number, file);
                names.put(file.number, name);
            }
            return powered ? 0 : -Errnos.EIO;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a name away. The contents stay for who has the file open; they are dropped with the
     * disk, or by {@link #forget} once the kernel knows the file no more.
     */
    int unlink(String name) {
        lock.lock();
        try {
            return byName.remove(name) == null ? -Errnos.ENOENT : 0;
        } finally {
            lock.unlock();
        }
    }

    /** Fills a file, durably, with what a power cut now would leave of another. */
    void copy(String from, String to, CrashDice dice) {
        lock.lock();
        try {
            CrashFile source = byName.get(from);
            CrashFile target = byName.get(to);
            if (source == null || target == null) {
                throw new IllegalArgumentException("there is no file " + from + " or " + to);
            }
            target.copy(source, dice);
        } finally {
            lock.unlock();
        }
    }

    /** Takes a file away with its contents; who has it open gets errors. */
    void delete(String name) {
        lock.lock();
        try {
            CrashFile file = byName.remove(name);
            if (file != null) {
                byNumber.remove(file.number);
                names.remove(file.number);
            }
        } finally {
            lock.unlock();
        }
    }

    void forget(long number) {
        lock.lock();
        try {
            CrashFile file = byNumber.get(number);
            if (file != null && !byName.containsValue(file)) {
                byNumber.remove(number);
                names.remove(number);
            }
        } finally {
            lock.unlock();
        }
    }

    int rename(String from, String to) {
        lock.lock();
        try {
            CrashFile file = byName.remove(from);
            if (file == null) {
                return -Errnos.ENOENT;
            }
            byName.put(to, file);
            names.put(file.number, to);
            return 0;
        } finally {
            lock.unlock();
        }
    }
}
