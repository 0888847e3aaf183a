package dev.platter.backend.posix;

import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** The same with no call made by an owner. */
class PooledModelTest extends ModelTest {
    @BeforeContainer
    static void leaveAllToThePool() {
        Disk.ownersMakeCalls(false);
    }

    @AfterContainer
    static void ownersMakeCallsAgain() {
        Disk.ownersMakeCalls(true);
    }
}
