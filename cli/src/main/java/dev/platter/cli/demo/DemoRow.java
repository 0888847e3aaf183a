package dev.platter.cli.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * What was seen of one cache mode.
 *
 * @param mode QEMU's name of the mode
 * @param openFlags how the host has the image open
 * @param cacheType the cache_type the guest found
 * @param calls the host's calls for the synchronous writes
 * @param switchedTo the cache_type after the guest switched it
 * @param callsAtSwitch the host's calls at the switch, one volatile write before it
 * @param callsAfterSwitch the host's calls for the synchronous writes afterwards
 * @param timing latency and rate of synchronous writes in the mode as configured
 */
record DemoRow(
        String mode,
        String openFlags,
        String cacheType,
        HostCalls calls,
        String switchedTo,
        HostCalls callsAtSwitch,
        HostCalls callsAfterSwitch,
        DemoGuest.Timing timing) {
    static final String WRITE_BACK = "write back";
    static final String WRITE_THROUGH = "write through";

    /** Each way in which the row contradicts the mode's promise, as a sentence; empty when none. */
    List<String> contradictions(DemoPromise promise, int writes) {
        List<String> found = new ArrayList<>();
        expect(found, "open flags", promise.openFlags(), openFlags);
        expect(found, "cache_type", promise.cacheType(), cacheType);
        expect(found, "cache_type after the switch", promise.otherCacheType(), switchedTo);
        expectCalls(found, "synchronous writes", promise.durability(cacheType), calls, writes);
        expectCalls(
                found,
                "synchronous writes after the switch",
                promise.durability(switchedTo),
                callsAfterSwitch,
                writes);
        if (callsAtSwitch.syncs() != promise.syncsAtSwitch()) {
            found.add(
                    mode
                            + ": the switch made "
                            + callsAtSwitch.syncs()
                            + " fdatasync, promised "
                            + promise.syncsAtSwitch());
        }
        return found;
    }

    private void expect(List<String> found, String what, String promised, String seen) {
        if (!promised.equals(seen)) {
            found.add(mode + ": " + what + " is '" + seen + "', promised '" + promised + "'");
        }
    }

    private void expectCalls(
            List<String> found,
            String what,
            DemoPromise.Durability promised,
            HostCalls seen,
            int writes) {
        if (!promised.holds(seen, writes)) {
            found.add(
                    mode
                            + ": "
                            + writes
                            + " "
                            + what
                            + " made "
                            + seen.text()
                            + ", promised "
                            + promised.text(writes));
        }
    }
}
