package dev.platter.backend.uring;

import dev.platter.linux.Errnos;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes through a ring: entries to the kernel, completions to a sink. A kernel that has no room
 * just now is asked again; one that goes on to refuse has its refusals told to the sink. Owner
 * thread only.
 */
final class RingPump {
    /** How often the kernel is asked again that has no room for an entry just now. */
    private static final int MAX_REFUSALS = 1000;

    private static final long REFUSED_NANOS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(RingPump.class);

    private final CompletionSink sink;
    private final String name;

    /** For a log: whose entries they are. */
    RingPump(CompletionSink sink, String name) {
        this.sink = sink;
        this.name = name;
    }

    /** Hands over what was claimed, if there is anything, and does not wait. */
    void handOver(Ring ring) {
        if (ring.needsEnter()) {
            settle(ring, ring.enter(0));
        }
    }

    /** Hands over what was claimed, if anything, and has the kernel look for completions. */
    void handOverAndLook(Ring ring) {
        settle(ring, ring.enter(0));
    }

    /** Hands over what was claimed, and waits for a completion, so long at most. */
    void handOverAndWait(Ring ring, long timeoutNanos) {
        settle(ring, ring.enterAndWait(timeoutNanos));
    }

    private void settle(Ring ring, int firstAnswer) {
        int answer = firstAnswer;
        for (int refusals = 0; answer < 0; refusals++) {
            if (!passing(answer) || refusals == MAX_REFUSALS) {
                refuse(ring, answer);
                return;
            }
            if (!reap(ring)) {
                LockSupport.parkNanos(REFUSED_NANOS);
            }
            answer = ring.needsEnter() ? ring.enter(0) : 0;
        }
    }

    /** Whether a refusal is for want of memory, or of room for completions. */
    private static boolean passing(int answer) {
        return answer == -Errnos.EAGAIN || answer == -Errnos.EBUSY || answer == -Errnos.ENOMEM;
    }

    /** Ends what the kernel will not take. */
    private void refuse(Ring ring, int answer) {
        SubmissionQueue submissions = ring.submissions();
        int count = submissions.unsubmitted();
        LOG.error("{}: io_uring refuses {} operations: {}", name, count, Errnos.message(-answer));
        int result = passing(answer) ? -Errnos.ENOMEM : -Errnos.EIO;
        for (int left = count; left > 0; left--) {
            sink.refused(submissions.takeBack(), result);
        }
    }

    /** Tells the sink of all completions that are there; whether there was one. */
    boolean reap(Ring ring) {
        CompletionQueue completions = ring.completions();
        boolean any = false;
        while (completions.next()) {
            any = true;
            sink.completed(completions.userData(), completions.result(), completions.flags());
        }
        return any;
    }
}
