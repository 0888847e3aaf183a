package dev.platter.scsi;

/** A queue of slot numbers, first in first out, each at most once; allocated once. */
final class SlotQueue {
    private final int[] slots;
    private int head;
    private int size;

    SlotQueue(int capacity) {
        slots = new int[capacity];
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    void add(int slot) {
        slots[(head + size) % slots.length] = slot;
        size++;
    }

    int remove() {
        int slot = slots[head];
        head = (head + 1) % slots.length;
        size--;
        return slot;
    }
}
