package dev.platter.backend.file;

import dev.platter.api.memory.IoVector;
import dev.platter.linux.Errnos;
import dev.platter.linux.FileCalls;
import dev.platter.linux.RwFlags;
import java.lang.foreign.Arena;

/**
 * The question whether the host knows {@code RWF_DSYNC}, asked without writing: by a read with the
 * flag. The kernel checks the flags of a read and of a write at the same place, and heeds this one
 * only when writing. A write of no bytes would not do: it returns before its flags are looked at.
 */
final class DsyncProbe {
    private DsyncProbe() {}

    /** The errno with which the host refuses, or 0 if it does not. */
    static int refusal(FileCalls calls, int fd, Arena arena) {
        IoVector vector = new IoVector(arena, 1);
        int size = DirectAlignment.MAX_BYTES;
        vector.add(arena.allocate(size, size), 0, size);
        long answer;
        do {
            answer = calls.preadv2(fd, vector.entries(), vector.count(), 0, RwFlags.RWF_DSYNC);
        } while (answer == -Errnos.EINTR);
        // Any other error is the medium's and says nothing of the flag.
        boolean refused =
                answer == -Errnos.EOPNOTSUPP
                        || answer == -Errnos.EINVAL
                        || answer == -Errnos.ENOSYS;
        return refused ? (int) -answer : 0;
    }
}
