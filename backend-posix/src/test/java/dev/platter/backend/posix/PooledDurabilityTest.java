package dev.platter.backend.posix;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The same with no call made by an owner. */
class PooledDurabilityTest extends DurabilityTest {
    @BeforeAll
    static void leaveAllToThePool() {
        Disk.ownersMakeCalls(false);
    }

    @AfterAll
    static void ownersMakeCallsAgain() {
        Disk.ownersMakeCalls(true);
    }
}
