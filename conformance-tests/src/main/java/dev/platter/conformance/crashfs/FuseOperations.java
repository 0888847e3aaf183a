package dev.platter.conformance.crashfs;

import dev.platter.linux.Errnos;
import java.util.Map;

/**
 * What each request does, and what is answered. Called by several server threads, each with a
 * request and a reply of its own; the disk keeps them apart.
 */
final class FuseOperations {
    /** The answer for requests that have none. */
    static final int SILENT = 1;

    private static final int SEEK_DATA = 3;
    private static final int PERMISSIONS = 07777;
    private static final int MAX_BACKGROUND = 64;
    private static final int NAME_BYTES = 255;
    private static final long STATFS_BLOCKS = 1L << 30;

    private final CrashDisk disk;

    FuseOperations(CrashDisk disk) {
        this.disk = disk;
    }

    /**
     * Carries one request out.
     *
     * @return 0, a negative errno, or {@link #SILENT}
     */
    int perform(FuseRequest request, FuseReply reply) {
        reply.clear();
        return switch (request.opcode()) {
            case Fuse.INIT -> initialise(request, reply);
            case Fuse.LOOKUP -> lookUp(request, reply);
            case Fuse.GETATTR -> attributes(request.node(), reply);
            case Fuse.SETATTR -> setAttributes(request, reply);
            case Fuse.OPEN -> open(request, reply);
            case Fuse.CREATE -> create(request, reply);
            case Fuse.READ -> read(request, reply);
            case Fuse.WRITE -> write(request, reply);
            case Fuse.FSYNC ->
                    disk.synchronise(request.node(), request.longField(0), dataOnly(request));
            case Fuse.FALLOCATE -> allocate(request);
            case Fuse.LSEEK -> seek(request, reply);
            case Fuse.STATFS -> statistics(reply);
            case Fuse.READDIR -> readFolder(request, reply);
            case Fuse.UNLINK -> disk.unlink(request.name(0));
            case Fuse.RENAME -> rename(request, Long.BYTES);
            case Fuse.RENAME2 -> rename2(request);
            case Fuse.OPENDIR -> openFolder(reply);
            case Fuse.RELEASE -> release(request);
            case Fuse.RELEASEDIR, Fuse.FLUSH, Fuse.FSYNCDIR, Fuse.ACCESS, Fuse.DESTROY -> 0;
            case Fuse.FORGET -> forget(request);
            case Fuse.BATCH_FORGET, Fuse.INTERRUPT -> SILENT;
            default -> -Errnos.ENOSYS;
        };
    }

    private static int initialise(FuseRequest request, FuseReply reply) {
        int wanted =
                Fuse.ASYNC_READ
                        | Fuse.ATOMIC_O_TRUNC
                        | Fuse.BIG_WRITES
                        | Fuse.ASYNC_DIO
                        | Fuse.PARALLEL_DIROPS
                        | Fuse.ABORT_ERROR
                        | Fuse.MAX_PAGES;
        reply.put(Fuse.MAJOR).put(Fuse.MINOR).put(request.intField(8));
        reply.put(request.intField(12) & wanted);
        reply.putShort(MAX_BACKGROUND).putShort(MAX_BACKGROUND);
        reply.put(Fuse.MAX_TRANSFER_BYTES).put(1);
        reply.putShort(Fuse.MAX_TRANSFER_PAGES).putShort(0);
        reply.zeroes(Fuse.INIT_OUT_BYTES - 32);
        return 0;
    }

    private int lookUp(FuseRequest request, FuseReply reply) {
        return disk.look(
                request.name(0),
                file -> {
                    reply.entry(file);
                    return 0;
                });
    }

    private int attributes(long node, FuseReply reply) {
        if (node == Fuse.ROOT) {
            reply.rootAttributesOut();
            return 0;
        }
        return disk.look(
                node,
                file -> {
                    reply.attributesOut(file);
                    return 0;
                });
    }

    private int setAttributes(FuseRequest request, FuseReply reply) {
        if ((request.intField(0) & Fuse.FATTR_SIZE) != 0) {
            int answer = disk.truncate(request.node(), request.longField(16));
            if (answer < 0) {
                return answer;
            }
        }
        return attributes(request.node(), reply);
    }

    private int open(FuseRequest request, FuseReply reply) {
        if ((request.intField(0) & Flags.O_TRUNC) != 0) {
            int answer = disk.truncate(request.node(), 0);
            if (answer < 0) {
                return answer;
            }
        }
        opened(request.node(), reply);
        return 0;
    }

    private void opened(long node, FuseReply reply) {
        reply.put(disk.open(node))
                .put(Fuse.FOPEN_DIRECT_IO | Fuse.FOPEN_PARALLEL_DIRECT_WRITES)
                .put(0);
    }

    private static int openFolder(FuseReply reply) {
        reply.zeroes(Fuse.OPEN_OUT_BYTES);
        return 0;
    }

    private int create(FuseRequest request, FuseReply reply) {
        int answer = disk.create(request.name(16), request.intField(4) & PERMISSIONS);
        if (answer < 0) {
            return answer;
        }
        return disk.look(
                request.name(16),
                file -> {
                    reply.entry(file);
                    opened(file.number, reply);
                    return 0;
                });
    }

    private int read(FuseRequest request, FuseReply reply) {
        int length = Math.min(request.intField(16), Fuse.MAX_TRANSFER_BYTES);
        int answer =
                disk.read(
                        request.node(),
                        request.longField(8),
                        reply.message,
                        reply.position(),
                        length);
        if (answer < 0) {
            return answer;
        }
        reply.skip(answer);
        return 0;
    }

    private int write(FuseRequest request, FuseReply reply) {
        int answer =
                disk.write(
                        request.node(),
                        request.longField(0),
                        request.longField(8),
                        request.message,
                        Fuse.IN_HEADER_BYTES + Fuse.WRITE_IN_BYTES,
                        request.intField(16),
                        request.intField(32));
        if (answer < 0) {
            return answer;
        }
        reply.put(answer).put(0);
        return 0;
    }

    private static boolean dataOnly(FuseRequest request) {
        return (request.intField(8) & Fuse.FSYNC_FDATASYNC) != 0;
    }

    private int allocate(FuseRequest request) {
        return disk.allocate(
                request.node(), request.longField(8), request.longField(16), request.intField(24));
    }

    private int seek(FuseRequest request, FuseReply reply) {
        long from = request.longField(8);
        boolean data = request.intField(16) == SEEK_DATA;
        return disk.look(
                request.node(),
                file -> {
                    long found = from >= file.sizeBytes() ? -1 : file.seek(from, data);
                    reply.put(found);
                    return found < 0 ? -Errnos.ENXIO : 0;
                });
    }

    private static int statistics(FuseReply reply) {
        reply.put(STATFS_BLOCKS).put(STATFS_BLOCKS).put(STATFS_BLOCKS).put(0L).put(0L);
        reply.put(4096).put(NAME_BYTES).put(4096);
        reply.zeroes(Fuse.STATFS_OUT_BYTES - 52);
        return 0;
    }

    private int readFolder(FuseRequest request, FuseReply reply) {
        long from = request.longField(8);
        int limit = Math.min(request.intField(16), Fuse.MAX_TRANSFER_BYTES);
        long cookie = 0;
        for (Map.Entry<String, Long> entry : disk.files().entrySet()) {
            cookie++;
            if (cookie > from
                    && !reply.entryName(entry.getKey(), entry.getValue(), cookie, limit)) {
                break;
            }
        }
        return 0;
    }

    private int rename2(FuseRequest request) {
        return request.intField(8) == 0 ? rename(request, 2 * Long.BYTES) : -Errnos.EINVAL;
    }

    private int rename(FuseRequest request, int namesOffset) {
        String from = request.name(namesOffset);
        return disk.rename(from, request.name(namesOffset + request.nameBytes(namesOffset)));
    }

    private int release(FuseRequest request) {
        disk.closed(request.longField(0));
        return 0;
    }

    private int forget(FuseRequest request) {
        disk.forget(request.node());
        return SILENT;
    }
}
