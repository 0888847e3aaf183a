package dev.platter.backend.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.device.Notifier;
import dev.platter.linux.Errnos;
import dev.platter.linux.FileCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FlushLedgerTest {
    private static final int FD = 7;

    private final FlushLedger ledger = new FlushLedger();
    private final IoCounters counters = new IoCounters();
    private final AtomicInteger syncs = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    /** Calls whose fdatasync is counted and answered by the test. */
    private FileCalls answering(Intercepted.Interceptor answer) {
        return Intercepted.calls(
                (call, arguments) -> {
                    assertThat(call).isEqualTo("fdatasync");
                    assertThat(arguments[0]).isEqualTo(FD);
                    syncs.incrementAndGet();
                    return answer.answer(call, arguments);
                });
    }

    private FileCalls succeeding() {
        return answering((call, arguments) -> 0);
    }

    private int flush(FileCalls calls) {
        return flush(ledger.written(), calls, counters);
    }

    /** What a backend does whose threads may wait: asks until it is answered or admitted. */
    private int flush(long required, FileCalls calls, IoCounters count) {
        Semaphore ended = new Semaphore(0);
        Notifier waiter = ended::release;
        int admission = ledger.tryStart(required, waiter);
        while (admission == FlushLedger.BUSY) {
            ended.acquireUninterruptibly();
            admission = ledger.tryStart(required, waiter);
        }
        if (admission != FlushLedger.SYNCED) {
            return admission;
        }
        int result;
        do {
            count.countSync();
            result = calls.fdatasync(FD);
        } while (result == -Errnos.EINTR);
        return ledger.finished(result);
    }

    @Test
    void aFlushWithNothingWrittenSinceTheLastIsElided() {
        FileCalls calls = succeeding();
        assertThat(flush(calls)).as("what an earlier user left").isEqualTo(FlushLedger.SYNCED);
        assertThat(flush(calls)).isEqualTo(FlushLedger.ELIDED);
        ledger.writeFinished();
        assertThat(flush(calls)).isEqualTo(FlushLedger.SYNCED);
        assertThat(flush(calls)).isEqualTo(FlushLedger.ELIDED);
        assertThat(flush(calls)).isEqualTo(FlushLedger.ELIDED);
        ledger.writeFinished();
        assertThat(flush(calls)).isEqualTo(FlushLedger.SYNCED);
        assertThat(syncs).hasValue(3);
        assertThat(counters.snapshot().syncs()).isEqualTo(3);
    }

    @Test
    void anInterruptedSynchronisationIsMadeAnew() {
        ledger.writeFinished();
        FileCalls calls =
                answering((call, arguments) -> syncs.get() < 3 ? -Errnos.EINTR : (Integer) 0);
        assertThat(flush(calls)).isEqualTo(FlushLedger.SYNCED);
        assertThat(syncs).hasValue(3);
        assertThat(ledger.failure()).isZero();
    }

    @Test
    void afterAFailedFlushEveryLaterOneFailsWithoutAskingTheHost() {
        ledger.writeFinished();
        FileCalls failingOnce =
                answering((call, arguments) -> syncs.get() == 1 ? -Errnos.EIO : (Integer) 0);
        assertThat(flush(failingOnce)).isEqualTo(-Errnos.EIO);
        assertThat(ledger.failure()).isEqualTo(Errnos.EIO);
        assertThat(flush(failingOnce)).isEqualTo(-Errnos.EIO);
        ledger.writeFinished();
        assertThat(flush(failingOnce)).isEqualTo(-Errnos.EIO);
        assertThat(syncs).hasValue(1);
    }

    @Test
    void aFlushOfNothingFailsTooOnceAllPromisesHaveEnded() {
        assertThat(flush(succeeding())).isEqualTo(FlushLedger.SYNCED);
        assertThat(flush(succeeding())).isEqualTo(FlushLedger.ELIDED);
        ledger.fail(Errnos.ENOSPC);
        ledger.fail(Errnos.EIO);
        assertThat(flush(succeeding())).isEqualTo(-Errnos.ENOSPC);
        assertThat(syncs).hasValue(1);
    }

    @Test
    void aWriteThatFinishesWhileASynchronisationRunsIsNotTakenForFlushed() {
        ledger.writeFinished();
        FileCalls calls =
                answering(
                        (call, arguments) -> {
                            if (syncs.get() == 1) {
                                // The host is at work already: this write may have missed it.
                                ledger.writeFinished();
                            }
                            return 0;
                        });
        assertThat(flush(calls)).isEqualTo(FlushLedger.SYNCED);
        assertThat(flush(calls)).isEqualTo(FlushLedger.SYNCED);
        assertThat(flush(calls)).isEqualTo(FlushLedger.ELIDED);
        assertThat(syncs).hasValue(2);
    }

    @Test
    void flushesThatArriveWhileOneRunsShareTheNext() throws Exception {
        Gate gate = new Gate();
        FileCalls calls = answering((call, arguments) -> syncs.get() == 1 ? gate.pass(0) : 0);
        ledger.writeFinished();
        Future<Integer> first = threads.submit(() -> flush(calls));
        gate.awaitArrival();
        ledger.writeFinished();
        List<Future<Integer>> waiting = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            waiting.add(submitWaiting(calls));
        }
        assertThat(syncs).as("flushes are serialised").hasValue(1);
        gate.open();
        assertThat(first.get()).isEqualTo(FlushLedger.SYNCED);
        int synced = 0;
        for (Future<Integer> flush : waiting) {
            synced += flush.get() == FlushLedger.SYNCED ? 1 : 0;
        }
        assertThat(synced).isEqualTo(1);
        assertThat(syncs).hasValue(2);
    }

    @Test
    void aFlushIsCoveredByOneThatStartedAfterItTookItsGeneration() throws Exception {
        Gate gate = new Gate();
        FileCalls calls = answering((call, arguments) -> gate.pass(0));
        ledger.writeFinished();
        long required = ledger.written();
        Future<Integer> other = threads.submit(() -> flush(calls));
        gate.awaitArrival();
        Future<Integer> covered = submitWaiting(calls, required);
        gate.open();
        assertThat(other.get()).isEqualTo(FlushLedger.SYNCED);
        assertThat(covered.get()).isEqualTo(FlushLedger.ELIDED);
        assertThat(syncs).hasValue(1);
    }

    @Test
    void whoeverWaitsOnAFailingSynchronisationFailsWithIt() throws Exception {
        Gate gate = new Gate();
        FileCalls calls = answering((call, arguments) -> gate.pass(-Errnos.EIO));
        ledger.writeFinished();
        Future<Integer> failing = threads.submit(() -> flush(calls));
        gate.awaitArrival();
        Future<Integer> waiting = submitWaiting(calls);
        gate.open();
        assertThat(failing.get()).isEqualTo(-Errnos.EIO);
        assertThat(waiting.get()).isEqualTo(-Errnos.EIO);
        assertThat(syncs).hasValue(1);
    }

    @Test
    void aSynchronisationThatSucceedsWhileAFailureArrivesIsAFailure() {
        ledger.writeFinished();
        FileCalls calls =
                answering(
                        (call, arguments) -> {
                            ledger.fail(Errnos.EIO);
                            return 0;
                        });
        assertThat(flush(calls)).isEqualTo(-Errnos.EIO);
        assertThat(flush(calls)).isEqualTo(-Errnos.EIO);
    }

    @Test
    void whatIsSettledNeedsNoSynchronisation() {
        long first = ledger.writeFinished();
        assertThat(ledger.settled(first)).isEqualTo(FlushLedger.BUSY);
        flush(succeeding());
        assertThat(ledger.settled(first)).isEqualTo(FlushLedger.ELIDED);
        assertThat(ledger.settled(ledger.writeFinished())).isEqualTo(FlushLedger.BUSY);
        ledger.fail(Errnos.EIO);
        assertThat(ledger.settled(first)).isEqualTo(-Errnos.EIO);
    }

    @Test
    void withoutWaitingTheSameAnswersAreGiven() {
        long first = ledger.writeFinished();
        assertThat(ledger.tryStart(first)).isEqualTo(FlushLedger.SYNCED);
        long second = ledger.writeFinished();
        assertThat(ledger.tryStart(second)).isEqualTo(FlushLedger.BUSY);
        ledger.finished(0);
        assertThat(ledger.tryStart(first)).isEqualTo(FlushLedger.ELIDED);
        assertThat(ledger.tryStart(second)).isEqualTo(FlushLedger.SYNCED);
        ledger.finished(-Errnos.EIO);
        assertThat(ledger.tryStart(first)).isEqualTo(-Errnos.EIO);
    }

    private Future<Integer> submitWaiting(FileCalls calls) throws Exception {
        return submitWaiting(calls, ledger.written());
    }

    /** Flushes on a thread of its own, and returns when that thread waits for the running one. */
    private Future<Integer> submitWaiting(FileCalls calls, long required) throws Exception {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> result.complete(flush(required, calls, new IoCounters())));
        thread.start();
        while (thread.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
        return result;
    }

    /** A place inside a host call where the test holds it. */
    private static final class Gate {
        private final CountDownLatch arrived = new CountDownLatch(1);
        private final CountDownLatch opened = new CountDownLatch(1);

        int pass(int answer) throws InterruptedException {
            arrived.countDown();
            opened.await();
            return answer;
        }

        void awaitArrival() throws InterruptedException {
            arrived.await();
        }

        void open() {
            opened.countDown();
        }
    }

    @Test
    void whoIsToldToAskAgainIsSignalledOnceTheOtherHasEnded() {
        AtomicInteger signals = new AtomicInteger();
        ledger.writeFinished();
        assertThat(ledger.tryStart(ledger.written(), signals::incrementAndGet))
                .as("admitted, so not to be signalled")
                .isEqualTo(FlushLedger.SYNCED);
        Notifier waiter = signals::incrementAndGet;
        long later = ledger.writeFinished();
        assertThat(ledger.tryStart(later, waiter)).isEqualTo(FlushLedger.BUSY);
        assertThat(ledger.tryStart(later, waiter)).isEqualTo(FlushLedger.BUSY);
        assertThat(signals).hasValue(0);
        ledger.finished(0);
        assertThat(signals).as("for the two questions once").hasValue(1);
        assertThat(ledger.tryStart(later, waiter)).isEqualTo(FlushLedger.SYNCED);
        ledger.finished(-Errnos.EIO);
        assertThat(signals).as("nobody was waiting").hasValue(1);
        assertThat(ledger.tryStart(later, waiter)).isEqualTo(-Errnos.EIO);
    }
}
