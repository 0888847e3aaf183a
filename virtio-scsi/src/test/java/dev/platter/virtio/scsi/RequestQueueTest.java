package dev.platter.virtio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.device.QueueRing;
import dev.platter.api.memory.GuestMemoryMap;
import dev.platter.virtio.queue.VirtioFeatures;
import dev.platter.virtio.scsi.GuestRing.Piece;
import dev.platter.virtio.scsi.GuestRing.Used;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestQueueTest {
    private static final int GOOD = 0;
    private static final int CHECK_CONDITION = 2;
    private static final int BLOCK = 512;

    private Rig rig;
    private Driver driver;

    @BeforeEach
    void start() {
        rig = new Rig();
        driver = rig.requests();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private static byte[] random(int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        new Random(4711).nextBytes(bytes);
        return bytes;
    }

    private byte[] onDisk(long offset, long lengthBytes) {
        return rig.disk.content.asSlice(offset, lengthBytes).toArray(ValueLayout.JAVA_BYTE);
    }

    private void fillDisk(byte[] bytes) {
        MemorySegment.copy(bytes, 0, rig.disk.content, ValueLayout.JAVA_BYTE, 0, bytes.length);
    }

    @Test
    void inquiryGoesRoundTrip() {
        Request request = driver.read(Cdbs.inquiry(36), 36);
        driver.run();

        assertThat(request.code()).isEqualTo(VirtioScsi.S_OK);
        assertThat(request.status()).isEqualTo(GOOD);
        assertThat(request.residual()).isZero();
        assertThat(request.senseBytes()).isZero();
        assertThat(vendor(request)).isEqualTo("PLATTER ");
        assertThat(driver.ring.takeUsed()).isEqualTo(new Used(request.head(), 108 + 36));
        assertThat(driver.calls).hasValue(1);
        assertThat(driver.handler.inFlight()).isZero();
    }

    @Test
    void shortAnswerLeavesAResidualAndIsNotCountedAsWritten() {
        Request request = driver.read(Cdbs.inquiry(10), 36);
        driver.run();

        assertThat(request.status()).isEqualTo(GOOD);
        assertThat(request.residual()).isEqualTo(26);
        assertThat(driver.ring.takeUsed()).isEqualTo(new Used(request.head(), 108 + 10));
    }

    @Test
    void writtenDataReachesTheDiskAndReadDataTheGuest() {
        byte[] data = random(8 * BLOCK);
        Request write = driver.write(Cdbs.write10(16, 8), data);
        driver.run();
        assertThat(write.code()).isEqualTo(VirtioScsi.S_OK);
        assertThat(write.status()).isEqualTo(GOOD);
        assertThat(write.residual()).isZero();
        assertThat(driver.ring.takeUsed()).isEqualTo(new Used(write.head(), 108));
        assertThat(onDisk(16 * BLOCK, 8 * BLOCK)).isEqualTo(data);

        Request read = driver.read(Cdbs.read10(16, 8), 8 * BLOCK);
        driver.run();
        assertThat(read.status()).isEqualTo(GOOD);
        assertThat(read.data()).isEqualTo(data);
        assertThat(driver.ring.takeUsed()).isEqualTo(new Used(read.head(), 108 + 8 * BLOCK));
    }

    @Test
    void flatAndPeripheralLunsReachTheSameUnit() {
        byte[] header = Request.header(0, 0, 1, Cdbs.TEST_UNIT_READY);
        header[2] = 0;
        Driver.Parts parts = driver.parts(header, new byte[0], 0);
        Request request = parts.sent(driver.ring.offer(parts.pieces()));
        driver.run();

        assertThat(request.code()).isEqualTo(VirtioScsi.S_OK);
        assertThat(request.status()).isEqualTo(GOOD);
    }

    @Test
    void eachTargetHasItsOwnDisk() {
        byte[] data = random(BLOCK);
        driver.send(Rig.OTHER_TARGET, Rig.OTHER_LUN, 1, Cdbs.write10(0, 1), data, 0);
        driver.run();

        assertThat(rig.otherDisk.content.asSlice(0, BLOCK).toArray(ValueLayout.JAVA_BYTE))
                .isEqualTo(data);
        assertThat(onDisk(0, BLOCK)).containsOnly(0);
    }

    private Request sendCut(int mostBytes, boolean indirect) {
        Driver.Parts parts =
                driver.parts(Request.header(0, 0, 1, Cdbs.inquiry(36)), new byte[0], 36);
        List<Piece> pieces = Driver.split(parts.pieces(), mostBytes);
        return parts.sent(indirect ? driver.ring.offerIndirect(pieces) : driver.ring.offer(pieces));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 7, 13, 50, 51, 64, 109})
    void headersMayBeCutAnywhere(int mostBytes) {
        Request direct = sendCut(mostBytes, false);
        Request indirect = sendCut(mostBytes, true);
        driver.run();

        assertThat(direct.status()).isEqualTo(GOOD);
        assertThat(vendor(direct)).isEqualTo("PLATTER ");
        assertThat(indirect.status()).isEqualTo(GOOD);
        assertThat(vendor(indirect)).isEqualTo("PLATTER ");
        assertThat(driver.handler.broken()).isFalse();
    }

    @Test
    void moreDescriptorsThanTheDeviceAllowsBreakTheQueue() {
        sendCut(1, true);
        driver.run();

        assertThat(driver.handler.broken()).isTrue();
    }

    private static String vendor(Request inquiry) {
        return new String(inquiry.data(), 8, 8, StandardCharsets.US_ASCII);
    }

    @Test
    void headersAndDataMayShareADescriptor() {
        byte[] data = random(2 * BLOCK);
        Driver.Parts parts = driver.parts(Request.header(0, 0, 1, Cdbs.write10(0, 2)), data, 0);
        long out = parts.pieces().getFirst().address();
        Request request =
                parts.sent(
                        driver.ring.offer(
                                List.of(
                                        new Piece(out, 51 + data.length, false),
                                        new Piece(parts.response(), 108, true))));
        driver.run();

        assertThat(request.status()).isEqualTo(GOOD);
        assertThat(onDisk(0, data.length)).isEqualTo(data);
    }

    @Test
    void transitionalDriverPutsDataInTheSecondDescriptor() {
        Driver legacy = rig.requests(3, 0);
        byte[] data = random(BLOCK);
        Request write = legacy.write(Cdbs.write10(7, 1), data);
        Request read = legacy.read(Cdbs.read10(7, 1), BLOCK);
        legacy.run();

        assertThat(write.status()).isEqualTo(GOOD);
        assertThat(read.status()).isEqualTo(GOOD);
        assertThat(onDisk(7 * BLOCK, BLOCK)).isEqualTo(data);
    }

    @Test
    void indirectRequestsWork() {
        fillDisk(random(4 * BLOCK));
        Driver.Parts parts =
                driver.parts(Request.header(0, 0, 1, Cdbs.read10(0, 4)), new byte[0], 4 * BLOCK);
        Request request = parts.sent(driver.ring.offerIndirect(Driver.split(parts.pieces(), 100)));
        driver.run();

        assertThat(request.status()).isEqualTo(GOOD);
        assertThat(request.data()).isEqualTo(onDisk(0, 4 * BLOCK));
    }

    @Test
    void senseDataComesWithItsLength() {
        Request request = driver.send(new byte[] {(byte) 0xee, 0, 0, 0, 0, 0});
        driver.run();

        assertThat(request.code()).isEqualTo(VirtioScsi.S_OK);
        assertThat(request.status()).isEqualTo(CHECK_CONDITION);
        assertThat(request.senseBytes()).isGreaterThanOrEqualTo(18);
        assertThat(request.sense()).isEqualTo(0x05_20_00);
        assertThat(request.residual()).isZero();
        assertThat(driver.ring.takeUsed()).isEqualTo(new Used(request.head(), 108));
    }

    @Test
    void bufferTooSmallForTheCommandIsAnOverrun() {
        Request request = driver.read(Cdbs.read10(0, 2), BLOCK);
        driver.run();

        assertThat(request.code()).isEqualTo(VirtioScsi.S_OVERRUN);
        assertThat(driver.ring.takeUsed()).isEqualTo(new Used(request.head(), 108));
    }

    @Test
    void unknownTargetIsABadTarget() {
        Request request = driver.send(9, 0, 1, Cdbs.TEST_UNIT_READY, new byte[0], 0);
        driver.run();

        assertThat(request.code()).isEqualTo(VirtioScsi.S_BAD_TARGET);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00_00, 0x02_00, 0x01_80, 0x01_c0, 0x01_01, 0x01_3f})
    void fieldThatNamesNoLogicalUnitIsABadTarget(int bytesZeroAndTwo) {
        byte[] header = Request.header(0, 0, 1, Cdbs.TEST_UNIT_READY);
        header[0] = (byte) (bytesZeroAndTwo >> 8);
        header[2] = (byte) bytesZeroAndTwo;
        Driver.Parts parts = driver.parts(header, new byte[0], 0);
        Request request = parts.sent(driver.ring.offer(parts.pieces()));
        driver.run();

        assertThat(request.code()).isEqualTo(VirtioScsi.S_BAD_TARGET);
    }

    @Test
    void dataInBothDirectionsFails() {
        Request request = driver.send(0, 0, 1, Cdbs.write10(0, 1), random(BLOCK), BLOCK);
        driver.run();

        assertThat(request.code()).isEqualTo(VirtioScsi.S_FAILURE);
        assertThat(onDisk(0, BLOCK)).containsOnly(0);
    }

    @Test
    void requestHeaderTooShortFails() {
        Driver.Parts parts = driver.parts(new byte[50], new byte[0], 0);
        Request request = parts.sent(driver.ring.offer(parts.pieces()));
        driver.run();

        assertThat(request.code()).isEqualTo(VirtioScsi.S_FAILURE);
        assertThat(driver.handler.broken()).isFalse();
    }

    @Test
    void responseThatDoesNotFitBreaksTheQueueAndNothingFollows() {
        Driver.Parts parts =
                driver.parts(Request.header(0, 0, 1, Cdbs.TEST_UNIT_READY), new byte[0], 0);
        driver.ring.offer(
                List.of(parts.pieces().getFirst(), new Piece(parts.response(), 107, true)));
        driver.send(Cdbs.TEST_UNIT_READY);
        int used = driver.ring.usedIdx();
        driver.run();

        assertThat(driver.handler.broken()).isTrue();
        assertThat(driver.handler.inFlight()).isZero();
        assertThat(driver.handler.enableKicks()).isTrue();
        assertThat(driver.ring.usedIdx()).isEqualTo(used);
        assertThat(driver.calls).hasValue(0);
    }

    @Test
    void headInFlightMadeAvailableAgainBreaksTheQueue() {
        rig.disk.held = true;
        Request request = driver.read(Cdbs.read10(0, 1), BLOCK);
        driver.handler.process();
        int used = driver.ring.usedIdx();
        driver.ring.makeAvailable(request.head());
        driver.handler.process();

        assertThat(driver.handler.broken()).isTrue();
        assertThat(driver.handler.inFlight()).isEqualTo(1);
        rig.disk.held = false;
        driver.run();
        assertThat(driver.handler.inFlight()).isZero();
        assertThat(driver.ring.usedIdx()).as("what was executed is answered").isEqualTo(used + 1);
        assertThat(driver.calls).hasValue(1);
    }

    @Test
    void brokenQueueHarmsNoOtherQueue() {
        Driver other = rig.requests(3, Rig.FEATURES);
        driver.ring.makeAvailable(0xffff);
        driver.run();
        Request request = other.send(Cdbs.TEST_UNIT_READY);
        other.run();

        assertThat(driver.handler.broken()).isTrue();
        assertThat(other.handler.broken()).isFalse();
        assertThat(request.status()).isEqualTo(GOOD);
    }

    @Test
    void headerIsNotReadAgainAfterTheRequestWasTaken() {
        byte[] data = random(BLOCK);
        Driver.Parts parts = driver.parts(Request.header(0, 0, 1, Cdbs.write10(1, 1)), data, 0);
        Request request = parts.sent(driver.ring.offer(parts.pieces()));
        rig.disk.held = true;
        driver.handler.process();
        rig.memory.at(parts.pieces().getFirst().address(), 51).fill((byte) 0xff);
        rig.disk.held = false;
        driver.run();

        assertThat(request.status()).isEqualTo(GOOD);
        assertThat(request.residual()).isZero();
        assertThat(onDisk(BLOCK, BLOCK)).isEqualTo(data);
    }

    @Test
    void drainEndsWhatIsInFlightTakesNothingMoreAndASuccessorGoesOn() {
        rig.disk.held = true;
        Request taken = driver.read(Cdbs.read10(0, 1), BLOCK);
        driver.handler.process();
        driver.handler.stopTaking();
        Request left = driver.send(Cdbs.TEST_UNIT_READY);
        driver.handler.process();
        assertThat(driver.handler.inFlight()).isEqualTo(1);

        rig.disk.held = false;
        driver.run();
        assertThat(driver.handler.inFlight()).isZero();
        assertThat(driver.handler.enableKicks()).isTrue();
        int nextAvail = driver.handler.nextAvail();
        assertThat(nextAvail).isEqualTo(driver.ring.availIdx() - 1);
        assertThat(driver.ring.takeUsed().head()).isEqualTo(taken.head());
        assertThat(driver.ring.takeUsed()).isNull();
        driver.handler.close();

        Driver successor =
                new Driver(rig.device, rig.memory, driver.ring, 2, Rig.FEATURES, nextAvail);
        successor.run();
        assertThat(driver.ring.takeUsed().head()).isEqualTo(left.head());
        assertThat(left.status()).isEqualTo(GOOD);
    }

    @Test
    void memoryChangedMovesTheRingAndTheBuffers() {
        MemorySegment moved = rig.arena.allocate(GuestMemory.BYTES, 4096);
        Request request = driver.read(Cdbs.inquiry(36), 36);
        moved.copyFrom(rig.memory.ram);
        QueueRing ring = driver.ring.ring();
        long base = rig.memory.ram.address();
        driver.handler.memoryChanged(
                GuestMemoryMap.of(List.of(new GuestMemoryMap.Region(GuestMemory.BASE, moved))),
                new QueueRing(
                        ring.sizeEntries(),
                        in(moved, ring.descriptorArea(), base),
                        in(moved, ring.driverArea(), base),
                        in(moved, ring.deviceArea(), base)));
        driver.run();

        assertThat(request.data()).containsOnly(0);
        rig.memory.ram.copyFrom(moved);
        assertThat(request.status()).isEqualTo(GOOD);
        assertThat(driver.ring.takeUsed()).isEqualTo(new Used(request.head(), 108 + 36));
        assertThat(vendor(request)).isEqualTo("PLATTER ");
    }

    private static MemorySegment in(MemorySegment moved, MemorySegment area, long base) {
        return moved.asSlice(area.address() - base, area.byteSize());
    }

    @Test
    void oneCallAnswersABatch() {
        Request[] requests = new Request[RequestQueueHandler.BATCH];
        Arrays.setAll(requests, i -> driver.send(Cdbs.TEST_UNIT_READY));
        driver.run();

        assertThat(requests).allSatisfy(request -> assertThat(request.status()).isZero());
        assertThat(driver.calls).hasValue(1);
    }

    @Test
    void guestThatWantsNoCallsGetsNone() {
        driver.ring.wantCalls(false);
        Request request = driver.send(Cdbs.TEST_UNIT_READY);
        driver.run();

        assertThat(request.status()).isEqualTo(GOOD);
        assertThat(driver.calls).hasValue(0);
    }

    @Test
    void usedEventPutsTheCallOffUntilItIsReached() {
        Driver quiet = rig.requests(3, Rig.FEATURES | VirtioFeatures.RING_EVENT_IDX);
        quiet.ring.usedEvent(quiet.ring.usedIdx() + 1);
        quiet.send(Cdbs.TEST_UNIT_READY);
        quiet.run();
        assertThat(quiet.calls).hasValue(0);

        quiet.send(Cdbs.TEST_UNIT_READY);
        quiet.run();
        assertThat(quiet.calls).hasValue(1);
    }

    @Test
    void ownerMayNotWaitWhileARequestIsAvailable() {
        assertThat(driver.handler.enableKicks()).isTrue();
        driver.send(Cdbs.TEST_UNIT_READY);
        assertThat(driver.handler.enableKicks()).isFalse();
        driver.run();
        assertThat(driver.handler.enableKicks()).isTrue();
    }

    @Test
    void ownerMayNotWaitForACompletionThatNothingAnnounces() {
        rig.disk.held = true;
        driver.read(Cdbs.read10(0, 1), BLOCK);
        driver.handler.process();

        assertThat(driver.handler.process()).isZero();
        assertThat(driver.handler.enableKicks()).isFalse();
    }

    @Test
    void targetThatTheHostRefusesFailsAndTheOthersRun() {
        rig.otherDisk.refusesQueues = true;
        Driver late = rig.requests(3, Rig.FEATURES);
        Request refused =
                late.send(Rig.OTHER_TARGET, Rig.OTHER_LUN, 1, Cdbs.TEST_UNIT_READY, new byte[0], 0);
        Request fine = late.send(Cdbs.TEST_UNIT_READY);
        late.run();

        assertThat(refused.sense()).isEqualTo(0x44400);
        assertThat(fine.status()).isEqualTo(GOOD);
    }

    @Test
    void oneRoundTakesABoundedBatch() {
        int before = driver.ring.usedIdx();
        for (int i = 0; i < 100; i++) {
            Driver.Parts parts =
                    driver.parts(Request.header(0, 0, 1, Cdbs.TEST_UNIT_READY), new byte[0], 0);
            driver.ring.offerIndirect(parts.pieces());
        }
        driver.handler.process();
        assertThat(driver.ring.usedIdx()).isEqualTo(before + RequestQueueHandler.BATCH);

        driver.run();
        assertThat(driver.ring.usedIdx()).isEqualTo(before + 100);
    }
}
