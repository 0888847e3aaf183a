package dev.platter.virtio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskManagementTest {
    private static final int UNANSWERED = 0x55;
    private static final int GOOD = 0;
    private static final int CHECK_CONDITION = 2;

    private Rig rig;
    private Driver control;

    @BeforeEach
    void start() {
        rig = new Rig();
        control = rig.control();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private int answer(long response) {
        return Byte.toUnsignedInt(rig.memory.read(response, 1)[0]);
    }

    private static Request read(Driver driver, long tag) {
        return driver.send(0, 0, tag, Cdbs.read10(0, 1), new byte[0], 512);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                VirtioScsi.TMF_ABORT_TASK,
                VirtioScsi.TMF_ABORT_TASK_SET,
                VirtioScsi.TMF_CLEAR_TASK_SET,
                VirtioScsi.TMF_I_T_NEXUS_RESET,
                VirtioScsi.TMF_LOGICAL_UNIT_RESET
            })
    void functionWaitsForCommandsInFlightOnTwoQueues(int function) {
        Driver one = rig.requests(2, Rig.FEATURES);
        Driver two = rig.requests(3, Rig.FEATURES);
        rig.disk.held = true;
        Request first = read(one, 7);
        Request second = read(two, 7);
        one.handler.process();
        two.handler.process();

        long response = control.manage(function, 0, 0, 7);
        control.run();
        assertThat(one.wakes).hasValue(1);
        assertThat(two.wakes).hasValue(1);
        one.handler.process();
        two.handler.process();
        control.run();
        assertThat(answer(response)).isEqualTo(UNANSWERED);
        assertThat(control.handler.inFlight()).isEqualTo(1);

        rig.disk.held = false;
        one.run();
        control.run();
        assertThat(first.status()).isEqualTo(GOOD);
        assertThat(answer(response)).isEqualTo(UNANSWERED);
        assertThat(control.wakes).hasValue(0);

        two.run();
        assertThat(control.wakes).hasValue(1);
        assertThat(control.handler.enableKicks()).isFalse();
        control.run();
        assertThat(second.status()).isEqualTo(GOOD);
        assertThat(answer(response)).isEqualTo(VirtioScsi.S_OK);
        assertThat(control.calls).hasValue(1);
        assertThat(control.handler.inFlight()).isZero();
        assertThat(control.ring.takeUsed().writtenBytes()).isEqualTo(1);
    }

    @Test
    void laterCommandsAndThoseOfOtherTasksAreNotWaitedFor() {
        Driver driver = rig.requests();
        rig.otherDisk.held = true;
        rig.disk.held = true;
        driver.send(Rig.OTHER_TARGET, Rig.OTHER_LUN, 7, Cdbs.read10(0, 1), new byte[0], 512);
        read(driver, 8);
        driver.handler.process();
        long abort = control.manage(VirtioScsi.TMF_ABORT_TASK, 0, 0, 7);
        control.run();
        driver.handler.process();
        read(driver, 7);
        driver.handler.process();
        control.run();

        assertThat(answer(abort)).isEqualTo(VirtioScsi.S_OK);
        assertThat(driver.handler.inFlight()).isEqualTo(3);
    }

    @Test
    void commandStillInTheRingWhenTheFunctionArrivesIsWaitedForToo() {
        Driver driver = rig.requests();
        rig.disk.held = true;
        Request request = read(driver, 7);
        long abort = control.manage(VirtioScsi.TMF_ABORT_TASK, 0, 0, 7);
        control.run();
        driver.handler.process();
        control.run();
        assertThat(answer(abort)).isEqualTo(UNANSWERED);

        rig.disk.held = false;
        driver.run();
        control.run();
        assertThat(request.status()).isEqualTo(GOOD);
        assertThat(answer(abort)).isEqualTo(VirtioScsi.S_OK);
    }

    @ParameterizedTest
    @ValueSource(ints = {VirtioScsi.TMF_I_T_NEXUS_RESET, VirtioScsi.TMF_LOGICAL_UNIT_RESET})
    void resetRaisesAUnitAttention(int function) {
        Driver driver = rig.requests();
        long reset = control.manage(function, 0, 0, 0);
        control.run();
        driver.run();
        control.run();
        assertThat(answer(reset)).isEqualTo(VirtioScsi.S_OK);

        Request request = driver.send(Cdbs.TEST_UNIT_READY);
        driver.run();
        assertThat(request.status()).isEqualTo(CHECK_CONDITION);
        assertThat(request.sense() >> 8).isEqualTo(0x06_29);
    }

    @Test
    void abortRaisesNoUnitAttention() {
        Driver driver = rig.requests();
        control.manage(VirtioScsi.TMF_ABORT_TASK_SET, 0, 0, 0);
        control.run();
        driver.run();
        control.run();

        Request request = driver.send(Cdbs.TEST_UNIT_READY);
        driver.run();
        assertThat(request.status()).isEqualTo(GOOD);
    }

    @Test
    void functionWithoutARunningQueueIsAnsweredAtOnce() {
        long reset = control.manage(VirtioScsi.TMF_LOGICAL_UNIT_RESET, 0, 0, 0);
        control.run();

        assertThat(answer(reset)).isEqualTo(VirtioScsi.S_OK);
        assertThat(control.handler.inFlight()).isZero();
    }

    @Test
    void queueThatClosesCountsAsReported() {
        Driver driver = rig.requests();
        long reset = control.manage(VirtioScsi.TMF_LOGICAL_UNIT_RESET, 0, 0, 0);
        control.run();
        assertThat(answer(reset)).isEqualTo(UNANSWERED);

        driver.handler.stopTaking();
        driver.handler.close();
        assertThat(control.wakes).hasValue(1);
        control.run();
        assertThat(answer(reset)).isEqualTo(VirtioScsi.S_OK);
    }

    @Test
    void queueThatDrainsReportsWhatItWaitedFor() {
        Driver driver = rig.requests();
        rig.disk.held = true;
        read(driver, 1);
        driver.handler.process();
        long reset = control.manage(VirtioScsi.TMF_LOGICAL_UNIT_RESET, 0, 0, 0);
        control.run();
        driver.handler.process();
        driver.handler.stopTaking();
        rig.disk.held = false;
        driver.run();
        driver.handler.close();
        control.run();

        assertThat(answer(reset)).isEqualTo(VirtioScsi.S_OK);
    }

    @Test
    void closedQueueIsNotAskedAnyMore() {
        Driver driver = rig.requests();
        driver.handler.close();
        long reset = control.manage(VirtioScsi.TMF_LOGICAL_UNIT_RESET, 0, 0, 0);
        control.run();

        assertThat(answer(reset)).isEqualTo(VirtioScsi.S_OK);
        assertThat(driver.wakes).hasValue(0);
    }

    @Test
    void brokenQueueStillReports() {
        Driver driver = rig.requests();
        driver.ring.makeAvailable(0xffff);
        driver.run();
        assertThat(driver.handler.broken()).isTrue();
        long reset = control.manage(VirtioScsi.TMF_LOGICAL_UNIT_RESET, 0, 0, 0);
        control.run();
        driver.run();
        control.run();

        assertThat(answer(reset)).isEqualTo(VirtioScsi.S_OK);
    }

    @ParameterizedTest
    @ValueSource(ints = {VirtioScsi.TMF_QUERY_TASK, VirtioScsi.TMF_QUERY_TASK_SET})
    void querySucceedsWhileTheTaskIsThere(int function) {
        Driver driver = rig.requests();
        Driver idle = rig.requests(3, Rig.FEATURES);
        rig.disk.held = true;
        read(driver, 7);
        driver.handler.process();
        long present = control.manage(function, 0, 0, 7);
        control.run();
        driver.handler.process();
        idle.handler.process();
        control.run();
        assertThat(answer(present)).isEqualTo(VirtioScsi.S_FUNCTION_SUCCEEDED);

        rig.disk.held = false;
        driver.run();
        long absent = control.manage(function, 0, 0, 7);
        control.run();
        driver.run();
        idle.run();
        control.run();
        assertThat(answer(absent)).isEqualTo(VirtioScsi.S_OK);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 8, -1, 0x7fff_ffff})
    void functionThatIsNotSupportedIsRejected(int function) {
        long response = control.manage(function, 0, 0, 0);
        control.run();

        assertThat(answer(response)).isEqualTo(VirtioScsi.S_FUNCTION_REJECTED);
    }

    @Test
    void unknownTargetAndMissingUnitAreTold() {
        long badTarget = control.manage(VirtioScsi.TMF_LOGICAL_UNIT_RESET, 9, 0, 0);
        long badNexus = control.manage(VirtioScsi.TMF_I_T_NEXUS_RESET, 9, 0, 0);
        long badLun = control.manage(VirtioScsi.TMF_LOGICAL_UNIT_RESET, 0, 5, 0);
        long nexusOfOther = control.manage(VirtioScsi.TMF_I_T_NEXUS_RESET, Rig.OTHER_TARGET, 0, 0);
        control.run();

        assertThat(answer(badTarget)).isEqualTo(VirtioScsi.S_BAD_TARGET);
        assertThat(answer(badNexus)).isEqualTo(VirtioScsi.S_BAD_TARGET);
        assertThat(answer(badLun)).isEqualTo(VirtioScsi.S_INCORRECT_LUN);
        assertThat(answer(nexusOfOther)).isEqualTo(VirtioScsi.S_OK);
    }

    @ParameterizedTest
    @ValueSource(ints = {VirtioScsi.T_AN_QUERY, VirtioScsi.T_AN_SUBSCRIBE})
    void noAsynchronousNotificationIsOnOffer(int type) {
        byte[] request =
                ByteBuffer.allocate(16)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(0, type)
                        .put(4, (byte) 1)
                        .putInt(12, 0x7e)
                        .array();
        long response = control.control(request, 5);
        control.run();

        assertThat(rig.memory.read(response, 5)).containsOnly(0);
        assertThat(control.ring.takeUsed().writtenBytes()).isEqualTo(5);
    }

    @Test
    void requestOfUnknownTypeIsGivenBackUntouched() {
        byte[] request = new byte[24];
        request[0] = 99;
        long response = control.control(request, 1);
        control.run();

        assertThat(answer(response)).isEqualTo(UNANSWERED);
        assertThat(control.ring.takeUsed().writtenBytes()).isZero();
    }

    @Test
    void functionThatIsTooShortFails() {
        long response = control.control(new byte[23], 1);
        control.run();

        assertThat(answer(response)).isEqualTo(VirtioScsi.S_FAILURE);
        assertThat(control.handler.broken()).isFalse();
    }

    @Test
    void requestWithoutATypeBreaksTheQueue() {
        control.control(new byte[3], 1);
        control.run();

        assertThat(control.handler.broken()).isTrue();
    }

    @Test
    void headOfAFunctionInFlightMadeAvailableAgainBreaksTheQueue() {
        Driver driver = rig.requests();
        control.manage(VirtioScsi.TMF_LOGICAL_UNIT_RESET, 0, 0, 0);
        control.run();
        control.ring.makeAvailable(0);
        control.run();
        assertThat(control.handler.broken()).isTrue();
        assertThat(control.handler.inFlight()).isEqualTo(1);

        driver.run();
        control.run();
        assertThat(control.handler.inFlight()).isZero();
        assertThat(control.ring.usedIdx()).isEqualTo(1);
    }
}
