package dev.platter.conformance.model;

/**
 * A promise that a history can show to be broken, with its number in {@code docs/spi-contract.md}
 * and where to look in one's own code.
 */
public enum Rule {
    /** A block holds the old or the new contents, never a mixture. */
    TORN(
            6,
            "torn",
            "Writes must reach the medium in whole blocks: look at short writes that end inside a"
                    + " block, at read-modify-write of a larger unit, and at how a block is"
                    + " encrypted or compressed."),

    /** S2: an acknowledged flush makes durable what was acknowledged before it was submitted. */
    FLUSH(
            10,
            "S2",
            "Look at what the flush really calls, on which descriptor, whether it waits for the"
                    + " answer, and at the bookkeeping that lets a flush be left out: it must be"
                    + " sampled when the flush is submitted, and cleared before the host is asked."),

    /** S1: an operation with FUA is durable, as a whole, when it is acknowledged. */
    FUA(
            11,
            "S1",
            "Every part of a durable request must be durable: look at split requests, the rest of"
                    + " a short write, bounce buffers, writes of zeroes and discards, and at a"
                    + " synchronisation that was cancelled or ran before the write."),

    /** After a failed flush or durable write nothing is promised any more until a reopening. */
    STICKY(
            12,
            "sticky",
            "The host reports a lost write once. Keep the error: every later flush and durable"
                    + " write must fail, on every queue, whichever of them failed first; opening"
                    + " another descriptor does not clear it."),

    /** Each block is a register: a read returns the last write, and time does not run backwards. */
    READ(
            13,
            "read",
            "An acknowledged write must be visible to every later read, on every queue: look at"
                    + " completions delivered before the data is there, at parts of one request"
                    + " completed early, at caches, and at requests that land after they were"
                    + " reported finished or aborted."),

    /** A block holds only what somebody wrote to that block. */
    FOREIGN(
            22,
            "foreign",
            "Look at offsets, at neighbours of a write smaller than the unit of the medium, at"
                    + " buffers reused before the host was done, and at reads that report more"
                    + " than they transferred."),

    /** What a power cut has left is durable: it does not change again by itself. */
    SETTLED(
            23,
            "settled",
            "After a power cut the old contents must not come back, nor later ones appear: look at"
                    + " replay of journals and logs on opening."),

    /** S1 of the device: with WCE=0 an acknowledged operation is durable. */
    WRITE_THROUGH(
            30,
            "S1",
            "With the write cache off every WRITE, WRITE SAME and UNMAP must be durable before its"
                    + " status: look at which commands ask the backend for FUA, and when WCE is"
                    + " sampled."),

    /** S3: an acknowledged switch to WCE=0 leaves nothing acknowledged volatile. */
    SWITCH(
            31,
            "S3",
            "MODE SELECT of WCE=0 must flush, and succeed, before GOOD; a write in flight"
                    + " meanwhile needs the stronger mode.");

    private final int number;
    private final String label;
    private final String hint;

    Rule(int number, String label, String hint) {
        this.number = number;
        this.label = label;
        this.hint = hint;
    }

    /** Its number in the contract. */
    public int number() {
        return number;
    }

    /** Its name in the definition of allowed crash states, such as S2. */
    public String label() {
        return label;
    }

    /** What to look at in one's own code, in one sentence. */
    public String hint() {
        return hint;
    }
}
