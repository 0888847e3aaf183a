package dev.platter.backend.uring;

import dev.platter.api.device.EventLoop.Listener;
import dev.platter.linux.Errnos;
import dev.platter.linux.IoUringCqe;
import dev.platter.linux.IoUringOp;
import dev.platter.linux.IoUringSqe;
import dev.platter.linux.PollEvents;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The watched descriptors of a loop: each one submission that polls again and again, and is made
 * anew when the kernel has ended it, as it does when the completion queue is full, and each time a
 * descriptor has become ready by the doing of another ring. Owner thread only.
 */
final class RingWatches {
    private final List<@Nullable Watch> watches = new ArrayList<>();

    /** How many watches are to be submitted. */
    private int wanted;

    private enum State {
        /** To be submitted. */
        WANTED,
        /** The kernel polls. */
        POLLED,
        /** To be taken back from the kernel. */
        UNWANTED,
        /** The kernel is asked to end the poll; the place is free when it has. */
        ENDING
    }

    private static final class Watch {
        final int fd;
        final Listener listener;
        State state = State.WANTED;

        Watch(int fd, Listener listener) {
            this.fd = fd;
            this.listener = listener;
        }
    }

    void add(int fd, Listener listener) {
        int place = watches.indexOf(null);
        if (place < 0) {
            place = watches.size();
            watches.add(null);
        }
        watches.set(place, new Watch(fd, listener));
        wanted++;
    }

    void remove(int fd) {
        for (int place = 0; place < watches.size(); place++) {
            Watch watch = watches.get(place);
            if (watch == null || watch.fd != fd) {
                continue;
            }
            if (watch.state == State.WANTED) {
                watches.set(place, null);
                wanted--;
                return;
            }
            if (watch.state == State.POLLED) {
                watch.state = State.UNWANTED;
                wanted++;
                return;
            }
        }
    }

    /** Prepares what is to be submitted, as far as the ring has room. */
    void prepare(SubmissionQueue submissions) {
        for (int place = 0; wanted > 0 && place < watches.size(); place++) {
            Watch watch = watches.get(place);
            if (watch != null && submissions.free() > 0) {
                prepare(submissions, place, watch);
            }
        }
    }

    private void prepare(SubmissionQueue submissions, int place, Watch watch) {
        long poll = UserData.of(UserData.NO_LANE, place, UserData.WATCH);
        if (watch.state == State.WANTED) {
            watch.state = State.POLLED;
            wanted--;
            submissions
                    .claim()
                    .startOn(IoUringOp.POLL_ADD, watch.fd, poll)
                    .length(IoUringSqe.POLL_ADD_MULTI)
                    .operationFlags(PollEvents.IN);
        } else if (watch.state == State.UNWANTED) {
            watch.state = State.ENDING;
            wanted--;
            submissions
                    .claim()
                    .startOn(
                            IoUringOp.POLL_REMOVE,
                            -1,
                            UserData.of(UserData.NO_LANE, place, UserData.UNWATCH))
                    .address(poll);
        }
    }

    /** The kernel tells of a watch. */
    void completed(int place, int result, int flags) {
        Watch watch = watches.get(place);
        if (watch == null) {
            return;
        }
        boolean ended = (flags & IoUringCqe.F_MORE) == 0;
        if (watch.state != State.POLLED) {
            if (ended) {
                forget(place, watch);
            }
            return;
        }
        int answer = answer(result);
        if (ended) {
            if (answer == 0) {
                watch.state = State.WANTED;
                wanted++;
            } else {
                forget(place, watch);
            }
        } else if (answer != 0) {
            watch.state = State.UNWANTED;
            wanted++;
        }
        watch.listener.ready(answer);
    }

    private void forget(int place, Watch watch) {
        watches.set(place, null);
        if (watch.state == State.UNWANTED) {
            wanted--;
        }
    }

    /** What a listener is told of a poll's result. */
    private static int answer(int result) {
        if (result < 0) {
            return result;
        }
        if (result == PollEvents.IN) {
            return 0;
        }
        return (result & PollEvents.ERR) != 0 ? -Errnos.EIO : -Errnos.EPIPE;
    }

    /** The kernel would not take the submission of a watch, or of its end: it is made again. */
    void refused(int place, int part) {
        Watch watch = watches.get(place);
        if (watch != null) {
            watch.state = part == UserData.WATCH ? State.WANTED : State.UNWANTED;
            wanted++;
        }
    }
}
