package dev.platter.conformance.memory;

import static dev.platter.api.block.CacheMode.DIRECTSYNC;
import static dev.platter.api.block.CacheMode.NONE;
import static dev.platter.api.block.CacheMode.WRITEBACK;
import static dev.platter.api.block.CacheMode.WRITETHROUGH;

import dev.platter.api.block.BlockLimits;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.IoFlags;
import dev.platter.conformance.memory.ReferenceRequest.Kind;
import dev.platter.conformance.memory.ReferenceRequest.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * Backends that are wrong in one way each, most of them after a real error of a real system, and a
 * few that are only slower. The numbers are those of the table in {@code docs/mutants.md}.
 */
final class Mutants {
    private static final Set<Integer> VISIBLE = Set.of(10, 11, 13, 22);

    private Mutants() {}

    /** What all have in common. */
    private static class Base extends ReferenceBackend {
        Base(MemoryMedium medium, CacheMode mode) {
            super(medium, mode, false);
        }

        static boolean fua(ReferenceRequest request) {
            return (request.flags & IoFlags.FUA) != 0;
        }
    }

    /** Writes are acknowledged, and done some time later. */
    private static class WriteBehind extends Base {
        final List<Runnable> behind = new ArrayList<>();
        final boolean readsWait;
        final boolean inOrder;

        WriteBehind(MemoryMedium medium, CacheMode mode, boolean readsWait, boolean inOrder) {
            super(medium, mode);
            this.readsWait = readsWait;
            this.inOrder = inOrder;
        }

        @Override
        int part(ReferenceRequest request, long at, int bytes, boolean durable) {
            if (request.kind != Kind.WRITE || fua(request)) {
                drain();
                return super.part(request, at, bytes, durable);
            }
            byte[] data = request.data(at, bytes);
            behind.add(() -> write(request.offset + at, data, false));
            return Step.DONE;
        }

        void drain() {
            behind.forEach(Runnable::run);
            behind.clear();
        }

        @Override
        int read(ReferenceRequest request) {
            if (readsWait) {
                drain();
            }
            return super.read(request);
        }

        @Override
        void advance(ReferenceRequest request) {
            if (!behind.isEmpty() && random.nextInt(4) == 0) {
                if (!inOrder) {
                    Collections.shuffle(behind, random);
                }
                behind.removeFirst().run();
            }
            super.advance(request);
        }
    }

    static List<Mutant> all() {
        List<Mutant> all = new ArrayList<>(durability());
        all.addAll(failures());
        all.addAll(visibility());
        all.addAll(requests());
        return all;
    }

    private static List<Mutant> durability() {
        return List.of(
                Mutant.random(
                        "1",
                        "write-through without DSYNC",
                        DIRECTSYNC,
                        Set.of(11),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    int write(long offset, byte[] data, boolean durable) {
                                        return super.write(offset, data, false);
                                    }
                                }),
                Mutant.random(
                        "2a",
                        "flush does nothing",
                        WRITEBACK,
                        Set.of(10, 11),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    void planSync(ReferenceRequest request) {}
                                }),
                Mutant.random(
                        "2b",
                        "sync_file_range in place of fdatasync",
                        NONE,
                        Set.of(10),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    int hostSync() {
                                        return 0;
                                    }
                                }),
                Mutant.random(
                        "3",
                        "flush acknowledged before the synchronisation ends",
                        NONE,
                        Set.of(10, 11),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    private boolean owed;

                                    @Override
                                    int hostSync() {
                                        owed = true;
                                        return 0;
                                    }

                                    @Override
                                    void advance(ReferenceRequest request) {
                                        if (owed && random.nextInt(3) == 0) {
                                            owed = false;
                                            medium.sync();
                                        }
                                        super.advance(request);
                                    }
                                }),
                Mutant.random(
                        "4",
                        "DSYNC only on the first part of a split write",
                        DIRECTSYNC,
                        Set.of(11),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    int part(
                                            ReferenceRequest request,
                                            long at,
                                            int bytes,
                                            boolean durable) {
                                        return super.part(request, at, bytes, durable && at == 0);
                                    }
                                }),
                Mutant.random(
                        "5",
                        "FUA ignored in write-back",
                        WRITEBACK,
                        Set.of(11),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    void planChange(ReferenceRequest request) {
                                        planParts(request, false);
                                        request.steps.add(() -> landed(request));
                                    }
                                }),
                Mutant.random(
                        "6",
                        "zeroes and discards not synchronised in write-through",
                        WRITETHROUGH,
                        Set.of(11),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    void planSync(ReferenceRequest request) {
                                        if (request.kind == Kind.WRITE
                                                || request.kind == Kind.FLUSH) {
                                            super.planSync(request);
                                        }
                                    }
                                }),
                Mutant.litmus(
                        "12",
                        "dirty mark cleared after the synchronisation (found by a gate)",
                        WRITEBACK,
                        10,
                        "writeBehindARunningFlushNeedsTheNext",
                        Mutants::dirtyMarkClearedLate),
                Mutant.random(
                        "12",
                        "dirty mark cleared after the synchronisation (found by lot)",
                        WRITEBACK,
                        Set.of(10, 11),
                        Mutants::dirtyMarkClearedLate),
                Mutant.litmus(
                        "15",
                        "flush counts as flushed what ended while it ran",
                        NONE,
                        10,
                        "writeBehindARunningFlushNeedsTheNext",
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    int sync(ReferenceRequest request) {
                                        int answer = super.sync(request);
                                        request.startedAt = written;
                                        return answer;
                                    }
                                }),
                Mutant.random(
                        "19",
                        "FUA dropped where memory must be bounced",
                        DIRECTSYNC,
                        Set.of(11),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    int part(
                                            ReferenceRequest request,
                                            long at,
                                            int bytes,
                                            boolean durable) {
                                        boolean bounced = request.pieces() > 1;
                                        return super.part(request, at, bytes, durable && !bounced);
                                    }
                                }),
                Mutant.random(
                        "20",
                        "FUA write taken for a flush of all",
                        NONE,
                        Set.of(10),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    void planChange(ReferenceRequest request) {
                                        super.planChange(request);
                                        if (fua(request) && request.kind == Kind.WRITE) {
                                            request.steps.add(
                                                    () -> {
                                                        flushed = written;
                                                        return Step.DONE;
                                                    });
                                        }
                                    }
                                }),
                Mutant.random(
                        "25",
                        "synchronisation on another descriptor's file",
                        WRITEBACK,
                        Set.of(10, 11),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    private final MemoryMedium twin =
                                            new MemoryMedia().create(medium.sizeBytes(), 1);

                                    @Override
                                    int hostSync() {
                                        return twin.sync();
                                    }
                                }),
                Mutant.random(
                        "28",
                        "write and synchronisation in one batch without order",
                        WRITETHROUGH,
                        Set.of(11),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    void planChange(ReferenceRequest request) {
                                        if (!fua(request)) {
                                            super.planChange(request);
                                            return;
                                        }
                                        request.generation = ++written;
                                        request.steps.add(() -> sync(request));
                                        planParts(request, false);
                                    }
                                }),
                Mutant.random(
                        "29",
                        "flush does not wait for writes queued in Java",
                        WRITEBACK,
                        Set.of(10),
                        (medium, mode) -> new WriteBehind(medium, mode, true, true)),
                Mutant.random(
                        "32",
                        "first write into a hole without metadata",
                        DIRECTSYNC,
                        Set.of(11),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    private final Set<Long> known = new java.util.HashSet<>();

                                    @Override
                                    int write(long offset, byte[] data, boolean durable) {
                                        boolean hole = known.add(offset);
                                        return super.write(offset, data, durable && !hole);
                                    }
                                }),
                Mutant.random(
                        "36",
                        "logical block larger than what the medium writes as one",
                        WRITEBACK,
                        Set.of(6),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    public BlockLimits limits() {
                                        BlockLimits own = super.limits();
                                        return new BlockLimits(
                                                4096,
                                                own.maxTransferBytes(),
                                                4096,
                                                0,
                                                4096,
                                                own.maxDiscardBytes(),
                                                true);
                                    }
                                }),
                Mutant.random(
                        "37",
                        "opening brings old contents back",
                        NONE,
                        Set.of(10, 11, 23),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    {
                                        long at = MemoryMedium.SECTOR_BYTES * 2L;
                                        medium.zero(at, MemoryMedium.SECTOR_BYTES, true);
                                    }
                                }));
    }

    private static ReferenceBackend dirtyMarkClearedLate(MemoryMedium medium, CacheMode mode) {
        return new Base(medium, mode) {
            @Override
            int synced(ReferenceRequest request) {
                request.startedAt = written;
                return super.synced(request);
            }
        };
    }

    private static List<Mutant> failures() {
        return List.of(
                Mutant.withFaults(
                        "7a",
                        "failed synchronisation is not sticky",
                        WRITEBACK,
                        Set.of(12),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    int synced(ReferenceRequest request) {
                                        syncing = false;
                                        flushed = request.startedAt;
                                        return request.answer;
                                    }
                                }),
                Mutant.withFaults(
                        "7b",
                        "failed synchronisation is swallowed",
                        WRITEBACK,
                        Set.of(10, 11),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    int synced(ReferenceRequest request) {
                                        request.answer = 0;
                                        return super.synced(request);
                                    }
                                }),
                Mutant.withFaults(
                        "8",
                        "failure sticky for flushes, not for durable writes",
                        DIRECTSYNC,
                        Set.of(12),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    void failed(ReferenceRequest request) {
                                        written++;
                                    }

                                    @Override
                                    void fail(int errno) {
                                        // Only a flush remembers.
                                    }

                                    @Override
                                    int synced(ReferenceRequest request) {
                                        if (request.answer < 0) {
                                            failure = -request.answer;
                                        }
                                        return super.synced(request);
                                    }
                                }),
                Mutant.withFaults(
                        "9",
                        "short write reported as a success",
                        WRITEBACK,
                        VISIBLE,
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    int write(long offset, byte[] data, boolean durable) {
                                        return Math.min(
                                                Step.DONE, medium.write(offset, data, durable));
                                    }
                                }),
                Mutant.withFaults(
                        "10",
                        "rest of a short write without DSYNC",
                        DIRECTSYNC,
                        Set.of(11),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    int write(long offset, byte[] data, boolean durable) {
                                        int done = medium.write(offset, data, durable);
                                        if (done < 0 || done == data.length) {
                                            return Math.min(done, Step.DONE);
                                        }
                                        byte[] rest =
                                                java.util.Arrays.copyOfRange(
                                                        data, done, data.length);
                                        return super.write(offset + done, rest, false);
                                    }
                                }),
                Mutant.withFaults(
                        "14",
                        "flush generation advanced by a failed flush",
                        WRITEBACK,
                        Set.of(12),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    int admitSync(ReferenceRequest request) {
                                        failure = 0;
                                        return super.admitSync(request);
                                    }

                                    @Override
                                    int synced(ReferenceRequest request) {
                                        int answer = super.synced(request);
                                        flushed = request.startedAt;
                                        return answer;
                                    }
                                }),
                Mutant.withFaults(
                        "24",
                        "failure cleared by opening the descriptor again",
                        WRITEBACK,
                        Set.of(12),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    int admitSync(ReferenceRequest request) {
                                        int answer = super.admitSync(request);
                                        if (answer < 0) {
                                            failure = 0;
                                        }
                                        return answer;
                                    }
                                }),
                Mutant.withFaults(
                        "27",
                        "cancelled linked synchronisation taken for a success",
                        WRITETHROUGH,
                        VISIBLE,
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    void failed(ReferenceRequest request) {
                                        if (request.kind == Kind.WRITE && failure == 0) {
                                            request.result = request.success();
                                        } else {
                                            super.failed(request);
                                        }
                                    }
                                }));
    }

    private static List<Mutant> visibility() {
        return List.of(
                Mutant.random(
                        "31",
                        "acknowledged before the data can be read",
                        WRITEBACK,
                        VISIBLE,
                        (medium, mode) -> new WriteBehind(medium, mode, false, true)),
                Mutant.random(
                        "33",
                        "small write on a larger backing block loses its neighbour",
                        WRITEBACK,
                        VISIBLE,
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    int write(long offset, byte[] data, boolean durable) {
                                        int unit = 8 * MemoryMedium.SECTOR_BYTES;
                                        long start = offset / unit * unit;
                                        int shift = (int) (offset - start);
                                        if (shift + data.length > unit) {
                                            return super.write(offset, data, durable);
                                        }
                                        byte[] whole = new byte[unit];
                                        System.arraycopy(data, 0, whole, shift, data.length);
                                        return super.write(start, whole, durable);
                                    }
                                }),
                Mutant.random(
                        "34",
                        "overlapping writes reordered after both completed",
                        WRITEBACK,
                        VISIBLE,
                        (medium, mode) ->
                                new WriteBehind(medium, mode, true, false) {
                                    @Override
                                    void drain() {
                                        Collections.shuffle(behind, random);
                                        super.drain();
                                    }

                                    @Override
                                    int sync(ReferenceRequest request) {
                                        drain();
                                        return super.sync(request);
                                    }
                                }),
                Mutant.random(
                        "35",
                        "completed with the first of several parts",
                        WRITEBACK,
                        VISIBLE,
                        (medium, mode) ->
                                new WriteBehind(medium, mode, false, true) {
                                    @Override
                                    int part(
                                            ReferenceRequest request,
                                            long at,
                                            int bytes,
                                            boolean durable) {
                                        if (at > 0) {
                                            return super.part(request, at, bytes, durable);
                                        }
                                        return request.kind == Kind.WRITE
                                                ? write(
                                                        request.offset,
                                                        request.data(at, bytes),
                                                        durable)
                                                : super.part(request, at, bytes, durable);
                                    }
                                }),
                Mutant.random(
                        "38",
                        "memory read after the completion",
                        WRITEBACK,
                        Set.of(10, 11, 13, 22),
                        (medium, mode) ->
                                new WriteBehind(medium, mode, true, true) {
                                    @Override
                                    int part(
                                            ReferenceRequest request,
                                            long at,
                                            int bytes,
                                            boolean durable) {
                                        if (request.kind != Kind.WRITE || fua(request)) {
                                            return super.part(request, at, bytes, durable);
                                        }
                                        behind.add(
                                                () ->
                                                        write(
                                                                request.offset + at,
                                                                request.data(at, bytes),
                                                                false));
                                        return Step.DONE;
                                    }
                                }),
                Mutant.random(
                        "39",
                        "zeroes that may release space are left out",
                        WRITEBACK,
                        Set.of(13, 10, 11),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    void planParts(ReferenceRequest request, boolean natively) {
                                        if ((request.flags & IoFlags.MAY_UNMAP) == 0) {
                                            super.planParts(request, natively);
                                        }
                                    }
                                }));
    }

    private static List<Mutant> requests() {
        return List.of(
                Mutant.litmus(
                        "40",
                        "a completion delivered twice",
                        WRITEBACK,
                        1,
                        "everyRequestCompletesExactlyOnce",
                        (medium, mode) -> new BrokenQueues(medium, mode, BrokenQueues.Fault.TWICE)),
                Mutant.litmus(
                        "41",
                        "a completion inside a submit call",
                        WRITEBACK,
                        3,
                        "everyRequestCompletesExactlyOnce",
                        (medium, mode) ->
                                new BrokenQueues(medium, mode, BrokenQueues.Fault.INSIDE_SUBMIT)),
                Mutant.litmus(
                        "42",
                        "refused although there is room",
                        WRITEBACK,
                        2,
                        "fullQueueKeepsNothing",
                        (medium, mode) ->
                                new BrokenQueues(medium, mode, BrokenQueues.Fault.REFUSES)),
                Mutant.litmus(
                        "43",
                        "a short transfer passed on",
                        WRITEBACK,
                        5,
                        "everyRequestCompletesExactlyOnce",
                        (medium, mode) -> new BrokenQueues(medium, mode, BrokenQueues.Fault.SHORT)),
                Mutant.litmus(
                        "44",
                        "offsets outside the disk come round",
                        WRITEBACK,
                        8,
                        "requestsOutsideTheDiskAreInvalid",
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    int validate(ReferenceRequest request) {
                                        boolean invalid = super.validate(request) < 0;
                                        return invalid && request.offset >= 0 ? 0 : -22;
                                    }

                                    @Override
                                    void planParts(ReferenceRequest request, boolean natively) {
                                        // Somewhere, or nowhere.
                                    }
                                }),
                Mutant.litmus(
                        "45",
                        "an exception out of the data plane for a host error",
                        WRITEBACK,
                        9,
                        "failedReadIsReported",
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    void failed(ReferenceRequest request) {
                                        throw new java.io.UncheckedIOException(
                                                new java.io.IOException("host"));
                                    }
                                }),
                Mutant.litmus(
                        "46",
                        "a read-only disk is written",
                        WRITEBACK,
                        15,
                        "readOnlyDiskIsReadAndFlushedOnly",
                        Base::new),
                Mutant.litmus(
                        "47",
                        "the handler on a thread of its own",
                        WRITEBACK,
                        16,
                        "queueMayChangeHands",
                        (medium, mode) ->
                                new BrokenQueues(medium, mode, BrokenQueues.Fault.OTHER_THREAD)),
                Mutant.litmus(
                        "48",
                        "closed with requests in flight",
                        WRITEBACK,
                        18,
                        "closingReleasesAndKeepsWhatWasWritten",
                        (medium, mode) ->
                                new BrokenQueues(medium, mode, BrokenQueues.Fault.CLOSES_BUSY)),
                Mutant.litmus(
                        "49",
                        "what is missing is made",
                        WRITEBACK,
                        19,
                        "whatIsMissingIsNotOpened",
                        Base::new),
                Mutant.litmus(
                        "50",
                        "a needless synchronisation",
                        WRITEBACK,
                        21,
                        "needlessFlushCostsNothing",
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    int admitSync(ReferenceRequest request) {
                                        flushed = 0;
                                        return super.admitSync(request);
                                    }
                                }));
    }

    /** What is only slower, and must not be found. */
    static List<Mutant> equivalent() {
        return List.of(
                Mutant.withFaults(
                        "E1",
                        "a synchronisation after every write",
                        WRITEBACK,
                        Set.of(),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    void planChange(ReferenceRequest request) {
                                        super.planChange(request);
                                        if (!fua(request)) {
                                            planSync(request);
                                        }
                                    }
                                }),
                Mutant.random(
                        "E2",
                        "a durable write that flushes all",
                        DIRECTSYNC,
                        Set.of(),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    boolean nativeDurability() {
                                        return false;
                                    }
                                }),
                Mutant.random(
                        "E3",
                        "every write durable by itself",
                        WRITEBACK,
                        Set.of(),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    int part(
                                            ReferenceRequest request,
                                            long at,
                                            int bytes,
                                            boolean durable) {
                                        return super.part(request, at, bytes, true);
                                    }
                                }),
                Mutant.withFaults(
                        "E4",
                        "flushes never left out",
                        NONE,
                        Set.of(),
                        (medium, mode) ->
                                new Base(medium, mode) {
                                    @Override
                                    int admitSync(ReferenceRequest request) {
                                        flushed = 0;
                                        return super.admitSync(request);
                                    }
                                }));
    }
}
