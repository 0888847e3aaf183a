package dev.platter.virtio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

    private void manage(int function, Driver driver) {
        long response = control.manage(function, 0, 0, 7);
        control.run();
        driver.handler.process();
        control.run();
        assertThat(answer(response)).isEqualTo(VirtioScsi.S_OK);
    }

    @ParameterizedTest
    @CsvSource({"0, 2", "1, 2", "3, 2", "4, 4", "5, 4"})
    void whatTheBackendGivesUpIsAbortedOrReset(int function, int code) {
        Driver driver = rig.requests();
        rig.disk.held = true;
        rig.disk.cancels = tag -> true;
        byte[] data = new byte[512];
        data[0] = 1;
        Request write = driver.send(0, 0, 7, Cdbs.write10(3, 1), data, 0);
        Request read = driver.send(0, 0, 7, Cdbs.read10(0, 1), new byte[0], 512);
        driver.handler.process();
        int before = rig.disk.carriedOut.get();
        manage(function, driver);

        assertThat(write.code()).isEqualTo(code);
        assertThat(read.code()).isEqualTo(code);
        assertThat(driver.ring.takeUsed().writtenBytes()).isEqualTo(108);
        assertThat(driver.handler.inFlight()).isZero();
        rig.disk.held = false;
        driver.run();
        assertThat(rig.disk.carriedOut).hasValue(before);
        assertThat(rig.disk.content.get(ValueLayout.JAVA_BYTE, 3 * 512)).isZero();
    }

    @Test
    void commandThatArrivesInTheSameRoundIsGivenUpBeforeTheBackendHasIt() {
        Driver driver = rig.requests();
        rig.disk.cancels = tag -> true;
        Request request = read(driver, 7);
        int before = rig.disk.carriedOut.get();
        manage(VirtioScsi.TMF_ABORT_TASK, driver);

        assertThat(request.code()).isEqualTo(VirtioScsi.S_ABORTED);
        assertThat(rig.disk.carriedOut).hasValue(before);
    }

    @Test
    void whatTheBackendDoesNotGiveUpEndsWithItsTrueStatus() {
        Driver driver = rig.requests();
        rig.disk.held = true;
        Request first = read(driver, 7);
        Request second = read(driver, 7);
        rig.disk.cancels = tag -> tag == first.head();
        driver.handler.process();
        long response = control.manage(VirtioScsi.TMF_LOGICAL_UNIT_RESET, 0, 0, 0);
        control.run();
        driver.handler.process();
        control.run();
        assertThat(first.code()).isEqualTo(VirtioScsi.S_RESET);
        assertThat(answer(response)).isEqualTo(UNANSWERED);

        rig.disk.held = false;
        driver.run();
        control.run();
        assertThat(second.code()).isEqualTo(VirtioScsi.S_OK);
        assertThat(second.status()).isEqualTo(GOOD);
        assertThat(answer(response)).isEqualTo(VirtioScsi.S_OK);
    }

    @Test
    void whatWaitsForABufferIsGivenUpAndWhatIsUnderWayGoesNoFurther() {
        Driver driver = rig.requests();
        rig.disk.held = true;
        List<Request> verifies = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            verifies.add(driver.send(Cdbs.verify10(0, 1)));
        }
        driver.handler.process();
        long response = control.manage(VirtioScsi.TMF_ABORT_TASK_SET, 0, 0, 0);
        control.run();
        driver.handler.process();
        control.run();
        // Two had no buffer yet; the flush that each of the others began with is waited for.
        assertThat(verifies).filteredOn(v -> v.code() == VirtioScsi.S_ABORTED).hasSize(2);
        assertThat(driver.handler.inFlight()).isEqualTo(4);
        assertThat(answer(response)).isEqualTo(UNANSWERED);

        int before = rig.disk.carriedOut.get();
        rig.disk.held = false;
        driver.run();
        control.run();
        assertThat(verifies).allMatch(v -> v.code() == VirtioScsi.S_ABORTED);
        assertThat(rig.disk.carriedOut).as("the flushes, and no read").hasValue(before + 4);
        assertThat(answer(response)).isEqualTo(VirtioScsi.S_OK);
        Request again = driver.send(Cdbs.verify10(0, 1));
        driver.run();
        assertThat(again.code()).as("the buffers are free again").isEqualTo(VirtioScsi.S_OK);
    }

    @Test
    void whatTheBackendHadNoRoomForIsGivenUp() {
        Driver driver = rig.requests();
        rig.disk.refusesRequests = true;
        Request first = read(driver, 7);
        Request second = read(driver, 8);
        driver.handler.process();
        manage(VirtioScsi.TMF_ABORT_TASK, driver);
        assertThat(first.code()).isEqualTo(VirtioScsi.S_ABORTED);
        assertThat(driver.handler.inFlight()).isEqualTo(1);

        rig.disk.refusesRequests = false;
        driver.run();
        assertThat(second.code()).isEqualTo(VirtioScsi.S_OK);
    }

    @Test
    void switchToWriteThroughThatIsGivenUpLeavesTheWriteCacheOn() {
        Driver driver = rig.requests();
        Request before = driver.read(Cdbs.modeSense6(24), 24);
        driver.run();
        assertThat(before.data()[4 + 2] & 4).isEqualTo(4);
        rig.disk.held = true;
        rig.disk.cancels = tag -> true;
        byte[] list = before.data();
        list[0] = 0;
        list[2] = 0;
        list[4] &= 0x3f;
        list[4 + 2] &= ~4;
        Request select = driver.send(0, 0, 7, Cdbs.modeSelect6(24), list, 0);
        driver.handler.process();
        manage(VirtioScsi.TMF_ABORT_TASK, driver);
        assertThat(select.code()).isEqualTo(VirtioScsi.S_ABORTED);

        rig.disk.held = false;
        Request after = driver.read(Cdbs.modeSense6(24), 24);
        driver.run();
        assertThat(after.data()[4 + 2] & 4).isEqualTo(4);
    }

    @Test
    void othersTasksAreNotGivenUp() {
        Driver driver = rig.requests();
        rig.disk.held = true;
        rig.otherDisk.held = true;
        rig.disk.cancels = tag -> true;
        rig.otherDisk.cancels = tag -> true;
        Request other =
                driver.send(
                        Rig.OTHER_TARGET, Rig.OTHER_LUN, 7, Cdbs.read10(0, 1), new byte[0], 512);
        Request later = read(driver, 8);
        driver.handler.process();
        manage(VirtioScsi.TMF_ABORT_TASK, driver);
        manage(VirtioScsi.TMF_QUERY_TASK, driver);
        assertThat(driver.handler.inFlight()).isEqualTo(2);

        rig.disk.held = false;
        rig.otherDisk.held = false;
        driver.run();
        assertThat(other.code()).isEqualTo(VirtioScsi.S_OK);
        assertThat(later.code()).isEqualTo(VirtioScsi.S_OK);
    }
}
