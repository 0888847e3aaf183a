package dev.platter.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The gate by itself: who waits for whom, and that nobody slips through under a race. */
final class MediumGateTest {
    private static final int THREADS = 3;
    private static final int ROUNDS = 4_000;
    private static final int CELLS = 4;

    private final MediumGate gate = new MediumGate();
    private final MediumClaims claims = new MediumClaims(4);

    MediumGateTest() {
        gate.register(claims);
    }

    private MediumHold join(long start, long end, int kind) {
        MediumHold hold = new MediumHold();
        hold.set(start, end, kind);
        gate.join(hold);
        return hold;
    }

    @Test
    void thoseWhoShareDoNotWait() {
        assertThat(gate.tryShare(claims, 0, 0, 100)).isTrue();
        assertThat(gate.tryShare(claims, 1, 50, 150)).isTrue();
    }

    @Test
    void anExclusiveHoldWaitsForOverlappingClaimsOnly() {
        gate.tryShare(claims, 0, 0, 100);
        MediumHold apart = join(100, 200, MediumHold.EXCLUSIVE);
        MediumHold over = join(99, 100, MediumHold.EXCLUSIVE);
        assertThat(gate.tryBegin(apart)).isTrue();
        assertThat(gate.tryBegin(over)).isFalse();
        claims.withdraw(0);
        assertThat(gate.tryBegin(over)).isTrue();
    }

    @Test
    void whoComesLaterWaitsInLineEvenBeforeTheExclusiveHoldBegins() {
        gate.tryShare(claims, 0, 0, 100);
        MediumHold exclusive = join(0, 100, MediumHold.EXCLUSIVE);
        assertThat(gate.tryShare(claims, 1, 0, 100)).isFalse();
        MediumHold later = join(0, 100, MediumHold.SHARED);
        assertThat(gate.tryBegin(later)).isFalse();
        claims.withdraw(0);
        assertThat(gate.tryBegin(later)).isFalse();
        assertThat(gate.tryBegin(exclusive)).isTrue();
        gate.leave(exclusive);
        assertThat(gate.tryBegin(later)).isTrue();
        gate.leave(later);
        assertThat(gate.tryShare(claims, 1, 0, 100)).isTrue();
    }

    @Test
    void aBarrierWaitsForEverythingButWhatGoesAhead() {
        gate.tryShare(claims, 0, MediumClaims.NOWHERE, MediumClaims.NOWHERE);
        MediumHold barrier = join(0, 0, MediumHold.BARRIER);
        assertThat(gate.tryBegin(barrier)).isFalse();
        MediumHold ahead = join(0, 100, MediumHold.HEAD_OF_QUEUE);
        assertThat(gate.tryBegin(ahead)).isTrue();
        MediumHold behind = join(0, 100, MediumHold.SHARED);
        assertThat(gate.tryBegin(behind)).isFalse();
        claims.withdraw(0);
        assertThat(gate.tryBegin(barrier)).isTrue();
    }

    /** Who goes ahead overtakes who has not begun, and is then waited for. */
    @Test
    void whoGoesAheadDisturbsNobodyWhoHasBegun() {
        gate.tryShare(claims, 0, MediumClaims.NOWHERE, MediumClaims.NOWHERE);
        MediumHold ordered = join(0, 100, MediumHold.EXCLUSIVE | MediumHold.BARRIER);
        MediumHold ahead = join(0, 100, MediumHold.HEAD_OF_QUEUE);
        assertThat(gate.tryBegin(ordered)).isFalse();
        assertThat(gate.tryBegin(ahead)).isTrue();
        claims.withdraw(0);
        assertThat(gate.tryBegin(ordered)).isFalse();
        gate.leave(ahead);
        assertThat(gate.tryBegin(ordered)).isTrue();
        MediumHold late = join(0, 100, MediumHold.HEAD_OF_QUEUE);
        assertThat(gate.tryBegin(late)).isFalse();
        gate.leave(ordered);
        assertThat(gate.tryBegin(late)).isTrue();
    }

    /**
     * Each thread shares a range of cells or has it alone, by chance. Who has it alone changes the
     * cells in two steps; who shares looks whether it ever sees one half done.
     */
    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void nobodySeesAnExclusiveHolderHalfWay() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        long[] first = new long[CELLS];
        long[] second = new long[CELLS];
        MediumGate raced = new MediumGate();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<Long>> torn = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                SplittableRandom random = new SplittableRandom(seed + i);
                torn.add(threads.submit(racer(raced, random, first, second)));
            }
            for (Future<Long> each : torn) {
                assertThat(each.get()).as("seed %s", seed).isZero();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static Callable<Long> racer(
            MediumGate raced, SplittableRandom random, long[] first, long[] second) {
        MediumClaims own = new MediumClaims(1);
        raced.register(own);
        MediumHold hold = new MediumHold();
        return () -> {
            long torn = 0;
            for (int round = 0; round < ROUNDS; round++) {
                int cell = random.nextInt(CELLS);
                boolean alone = random.nextInt(4) == 0;
                if (!alone && raced.tryShare(own, 0, cell, cell + 1)) {
                    torn += first[cell] == second[cell] ? 0 : 1;
                    own.withdraw(0);
                    continue;
                }
                hold.set(cell, cell + 1, alone ? MediumHold.EXCLUSIVE : MediumHold.SHARED);
                raced.join(hold);
                while (!raced.tryBegin(hold)) {
                    LockSupport.parkNanos(1_000);
                }
                torn += first[cell] == second[cell] ? 0 : 1;
                if (alone) {
                    first[cell]++;
                    LockSupport.parkNanos(1_000);
                    second[cell]++;
                }
                raced.leave(hold);
            }
            return torn;
        };
    }
}
