package dev.platter.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.CacheMode;
import dev.platter.backend.posix.PosixBackend;
import dev.platter.backend.uring.UringBackend;
import dev.platter.conformance.files.CrashFileMedia;
import dev.platter.conformance.gate.CallHook;
import dev.platter.conformance.gate.HookedCalls;
import dev.platter.conformance.gate.RingEntry;
import dev.platter.conformance.gate.RingHook;
import dev.platter.conformance.model.Rule;
import dev.platter.conformance.torture.CrashTrials;
import dev.platter.conformance.torture.DiskOpener;
import dev.platter.conformance.torture.TrialResult;
import dev.platter.conformance.torture.TrialSetup;
import dev.platter.conformance.torture.TrialSummary;
import dev.platter.linux.IoUringSqe;
import dev.platter.linux.LinuxFileCalls;
import dev.platter.linux.LinuxIoUringCalls;
import dev.platter.linux.RwFlags;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The shipped backends made wrong between them and the kernel. Each mistake is caught within its
 * budget of trials, under the right rule; what only costs time is not flagged.
 */
@Timeout(600)
class KernelMutantTest {
    private static final long SEED =
            Long.getLong("platter.crash.seed", System.nanoTime() & 0xff_ffffL);
    private static final int BUDGET = 1000;

    /** For mistakes that need a fault at the right place, or a race, to show. */
    private static final int RARE_BUDGET = 10_000;

    private static final int HARMLESS_TRIALS = 100;
    private static final Map<String, String> RWF = CrashDisks.dsync("rwf");
    private static final Map<String, String> FDATASYNC = CrashDisks.dsync("fdatasync");

    private static final List<String> CAUGHT = new ArrayList<>();
    private static CrashFileMedia media;

    /** One mistake, or one harmless difference where no rule is broken by it. */
    private record Mutant(
            String name,
            CacheMode mode,
            Map<String, String> dsync,
            int clients,
            int budget,
            Supplier<CallHook> files,
            Consumer<RingEntry> ring,
            Set<Rule> rules) {
        boolean onRing() {
            return ring != null;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    static void mount() throws Exception {
        CrashDisks.require();
        media = CrashFileMedia.mount();
    }

    @AfterAll
    static void unmount() {
        if (media != null) {
            media.close();
        }
        CAUGHT.forEach(System.out::println);
    }

    private static Mutant file(
            String name, CacheMode mode, Map<String, String> dsync, CallHook hook, Rule... rules) {
        return file(name, mode, dsync, () -> hook, rules);
    }

    private static Mutant file(
            String name,
            CacheMode mode,
            Map<String, String> dsync,
            Supplier<CallHook> hook,
            Rule... rules) {
        return new Mutant(name, mode, dsync, 1, BUDGET, hook, null, Set.of(rules));
    }

    private static Mutant ring(
            String name,
            CacheMode mode,
            Map<String, String> dsync,
            Consumer<RingEntry> hook,
            Rule... rules) {
        return new Mutant(name, mode, dsync, 1, BUDGET, null, hook, Set.of(rules));
    }

    private static boolean isWrite(String call) {
        return call.equals("pwritev2");
    }

    private static long bytes(Object[] arguments) {
        MemorySegment vector = (MemorySegment) arguments[1];
        long sum = 0;
        for (int i = 0; i < (Integer) arguments[2]; i++) {
            sum += vector.get(ValueLayout.JAVA_LONG, i * 16L + 8);
        }
        return sum;
    }

    private static long withFlags(Object[] arguments, int flags, CallHook.Real real) {
        Object old = arguments[4];
        arguments[4] = flags;
        try {
            return real.call();
        } finally {
            arguments[4] = old;
        }
    }

    private static CallHook tailWithoutDsync() {
        long[] last = {0, 0};
        return (call, arguments, real) -> {
            if (!isWrite(call)) {
                return real.call();
            }
            boolean tail = last[0] != 0 && (Long) arguments[3] == last[1];
            int flags = (Integer) arguments[4];
            long answer = withFlags(arguments, tail ? flags & ~RwFlags.RWF_DSYNC : flags, real);
            last[0] = answer > 0 && answer < bytes(arguments) ? 1 : 0;
            last[1] = (Long) arguments[3] + answer;
            return answer;
        };
    }

    private static CallHook lateSync() {
        AtomicReference<CallHook.Real> late = new AtomicReference<>();
        return (call, arguments, real) -> {
            if (!call.equals("fdatasync")) {
                return real.call();
            }
            CallHook.Real before = late.getAndSet(real);
            return before == null ? 0 : Math.max(0, before.call());
        };
    }

    private static Stream<Mutant> mistakes() {
        return Stream.of(
                file(
                        "RWF_DSYNC is dropped",
                        CacheMode.WRITETHROUGH,
                        RWF,
                        (call, arguments, real) ->
                                isWrite(call) ? withFlags(arguments, 0, real) : real.call(),
                        Rule.FUA),
                new Mutant(
                        "RWF_DSYNC is dropped on the tail of a short write",
                        CacheMode.DIRECTSYNC,
                        RWF,
                        1,
                        RARE_BUDGET,
                        KernelMutantTest::tailWithoutDsync,
                        null,
                        Set.of(Rule.FUA)),
                file(
                        "fdatasync does nothing",
                        CacheMode.WRITEBACK,
                        FDATASYNC,
                        (call, arguments, real) -> call.equals("fdatasync") ? 0 : real.call(),
                        Rule.FLUSH,
                        Rule.FUA),
                file(
                        "fdatasync does nothing in write-through",
                        CacheMode.WRITETHROUGH,
                        FDATASYNC,
                        (call, arguments, real) -> call.equals("fdatasync") ? 0 : real.call(),
                        Rule.FUA),
                file(
                        "fdatasync is answered before it ends",
                        CacheMode.NONE,
                        FDATASYNC,
                        KernelMutantTest::lateSync,
                        Rule.FLUSH,
                        Rule.FUA),
                file(
                        "an error of fdatasync is swallowed",
                        CacheMode.WRITEBACK,
                        FDATASYNC,
                        (call, arguments, real) ->
                                call.equals("fdatasync") ? Math.max(0, real.call()) : real.call(),
                        Rule.FLUSH,
                        Rule.FUA),
                file(
                        "a failed fdatasync is tried again",
                        CacheMode.WRITEBACK,
                        FDATASYNC,
                        (call, arguments, real) -> {
                            long answer = real.call();
                            return call.equals("fdatasync") && answer < 0 ? real.call() : answer;
                        },
                        Rule.FLUSH,
                        Rule.FUA),
                file(
                        "an error of a write is swallowed",
                        CacheMode.WRITEBACK,
                        RWF,
                        (call, arguments, real) -> {
                            long answer = real.call();
                            return isWrite(call) && answer < 0 ? bytes(arguments) : answer;
                        },
                        Rule.values()),
                file(
                        "a short write is reported whole",
                        CacheMode.NONE,
                        RWF,
                        (call, arguments, real) -> {
                            long answer = real.call();
                            return isWrite(call) && answer > 0 ? bytes(arguments) : answer;
                        },
                        Rule.values()),
                file(
                        "a range is zeroed in name only",
                        CacheMode.WRITEBACK,
                        RWF,
                        (call, arguments, real) -> call.equals("fallocate") ? 0 : real.call(),
                        Rule.values()),
                ring(
                        "ring: RWF_DSYNC is dropped",
                        CacheMode.DIRECTSYNC,
                        RWF,
                        entry -> {
                            if (entry.isWrite()) {
                                entry.operationFlags(0);
                            }
                        },
                        Rule.FUA),
                ring(
                        "ring: a flush does nothing",
                        CacheMode.NONE,
                        RWF,
                        entry -> {
                            if (entry.isSync()) {
                                entry.answer(0);
                            }
                        },
                        Rule.FLUSH,
                        Rule.FUA),
                ring(
                        "ring: the linked sync does nothing",
                        CacheMode.DIRECTSYNC,
                        FDATASYNC,
                        entry -> {
                            if (entry.isSync()) {
                                entry.answer(0);
                            }
                        },
                        Rule.FUA),
                ring(
                        "ring: a write does nothing",
                        CacheMode.NONE,
                        RWF,
                        entry -> {
                            if (entry.isWrite() && entry.length() >= TrialSetup.BLOCK_BYTES) {
                                entry.answer(entry.length());
                            }
                        },
                        Rule.values()),
                new Mutant(
                        "ring: write and sync are not linked",
                        CacheMode.DIRECTSYNC,
                        FDATASYNC,
                        1,
                        RARE_BUDGET,
                        null,
                        entry -> {
                            entry.unlink();
                            if (entry.isWrite()) {
                                entry.punt();
                            }
                        },
                        Set.of(Rule.FUA)));
    }

    private static Stream<Mutant> harmless() {
        return Stream.of(
                file(
                        "every write is durable",
                        CacheMode.WRITEBACK,
                        RWF,
                        (call, arguments, real) ->
                                isWrite(call)
                                        ? withFlags(arguments, RwFlags.RWF_DSYNC, real)
                                        : real.call()),
                file(
                        "RWF_SYNC for RWF_DSYNC",
                        CacheMode.WRITETHROUGH,
                        RWF,
                        (call, arguments, real) ->
                                isWrite(call)
                                        ? withFlags(
                                                arguments,
                                                RwFlags.RWF_DSYNC | RwFlags.RWF_SYNC,
                                                real)
                                        : real.call()),
                file(
                        "a second fdatasync after a good one",
                        CacheMode.NONE,
                        FDATASYNC,
                        (call, arguments, real) -> {
                            long answer = real.call();
                            return call.equals("fdatasync") && answer == 0 ? real.call() : answer;
                        }),
                ring(
                        "ring: syncs of all metadata",
                        CacheMode.NONE,
                        FDATASYNC,
                        entry -> {
                            if (entry.isSync()) {
                                int flags = entry.operationFlags();
                                entry.operationFlags(flags & ~IoUringSqe.FSYNC_DATASYNC);
                            }
                        }));
    }

    private static TrialSummary run(Mutant mutant, long trials) throws Exception {
        List<RingHook> hooks = new ArrayList<>();
        DiskOpener opener = mutant.onRing() ? onRing(mutant, hooks) : onFiles(mutant);
        TrialSetup setup =
                new TrialSetup(mutant.name(), opener, mutant.mode(), mutant.clients(), 1, 24, true);
        try (CrashTrials series = new CrashTrials(setup, media)) {
            return series.run(SEED, trials);
        } finally {
            hooks.forEach(RingHook::close);
        }
    }

    private static BackendOptions options(Mutant mutant, String location) {
        Map<String, String> properties = new HashMap<>(mutant.dsync());
        if (mutant.onRing()) {
            properties.put("owner-calls", "off");
        }
        return new BackendOptions(
                location, mutant.mode(), false, true, OptionalLong.empty(), properties);
    }

    private static DiskOpener onFiles(Mutant mutant) {
        return location -> {
            CallHook hook = mutant.files().get();
            return PosixBackend.open(
                    options(mutant, location),
                    arena -> HookedCalls.files(new LinuxFileCalls(arena), hook));
        };
    }

    private static DiskOpener onRing(Mutant mutant, List<RingHook> hooks) {
        CrashDisks.provider("uring");
        return location -> {
            // The backends before are closed: one is opened at a time.
            hooks.forEach(RingHook::close);
            hooks.clear();
            return UringBackend.open(
                    options(mutant, location),
                    LinuxFileCalls::new,
                    arena -> {
                        RingHook hook = new RingHook(mutant.ring());
                        hooks.add(hook);
                        return HookedCalls.ring(new LinuxIoUringCalls(arena), hook);
                    });
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void aMistakeIsCaughtUnderTheRightRule(Mutant mutant) throws Exception {
        TrialSummary summary = run(mutant, mutant.budget());
        assertThat(summary.violating()).as("survived: " + summary).isNotEmpty();
        Set<Rule> rules =
                summary.violating().getFirst().violations().stream()
                        .map(violation -> violation.rule())
                        .collect(Collectors.toSet());
        CAUGHT.add(
                "mutant caught: %s, in trial %d of %d, rules %s"
                        .formatted(mutant, summary.trials(), mutant.budget(), rules));
        assertThat(mutant.rules()).containsAnyElementsOf(rules);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("harmless")
    void whatOnlyCostsTimeIsNotFlagged(Mutant mutant) throws Exception {
        TrialSummary summary = run(mutant, HARMLESS_TRIALS);
        assertThat(summary.violating())
                .as(
                        summary.violating().stream()
                                .map(TrialResult::report)
                                .collect(Collectors.joining("\n")))
                .isEmpty();
        assertThat(summary.trials()).isEqualTo(HARMLESS_TRIALS);
    }
}
