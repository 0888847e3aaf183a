package dev.platter.virtio.scsi;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Letters from any thread to the owner of a queue, lock-free. Looking into an empty mailbox costs
 * one acquire load, so the owner can do it each time round; posting allocates, which only the
 * control path does.
 *
 * <p>A stack of nodes, turned round when it is taken. A node is published by the release half of
 * the compare-and-set and seen by the acquire half of the exchange, so whatever a sender did before
 * it posted, the owner sees after it took the letter.
 *
 * @param <T> the letters
 */
final class Mailbox<T> {
    private final Node<T> closed = new Node<>(null, null);
    private final AtomicReference<@Nullable Node<T>> head = new AtomicReference<>();

    private static final class Node<T> {
        final @Nullable T letter;
        final @Nullable Node<T> next;

        Node(@Nullable T letter, @Nullable Node<T> next) {
            this.letter = letter;
            this.next = next;
        }
    }

    /**
     * Posts a letter; any thread.
     *
     * @return false if the mailbox is closed and the letter will not be read
     */
    boolean post(T letter) {
        for (; ; ) {
            Node<T> before = head.get();
            if (before == closed) {
                return false;
            }
            if (head.compareAndSet(before, new Node<>(letter, before))) {
                return true;
            }
        }
    }

    /** Whether there is nothing to take. */
    boolean isEmpty() {
        Node<T> first = head.getAcquire();
        return first == null || first == closed;
    }

    /** Takes all letters, oldest first; the owner's. */
    Deque<T> takeAll() {
        return inOrder(head.getAndSet(null));
    }

    /** Refuses further letters for good and takes those that are left; the owner's. */
    Deque<T> close() {
        return inOrder(head.getAndSet(closed));
    }

    private Deque<T> inOrder(@Nullable Node<T> newest) {
        Deque<T> letters = new ArrayDeque<>();
        for (Node<T> node = newest; node != null; node = node.next) {
            T letter = node.letter;
            if (letter != null) {
                letters.addFirst(letter);
            }
        }
        return letters;
    }
}
