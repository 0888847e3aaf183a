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

    /** Takes a slot out from anywhere; false if it is not there. */
    boolean remove(int slot) {
        boolean found = false;
        for (int left = size; left > 0; left--) {
            int next = remove();
            if (next == slot) {
                found = true;
            } else {
                add(next);
            }
        }
        return found;
    }

    int remove() {
        int slot = slots[head];
        head = (head + 1) % slots.length;
        size--;
        return slot;
    }
}
