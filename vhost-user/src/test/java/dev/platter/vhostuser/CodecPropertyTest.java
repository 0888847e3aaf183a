package dev.platter.vhostuser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.platter.linux.ReceivedDescriptors;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** The codec against a plain model of the wire. */
class CodecPropertyTest {
    @Property
    void everyMessageIsDecodedAsItWasWritten(
            @ForAll int request, @ForAll int flags, @ForAll @Size(max = 4096) byte[] payload)
            throws Exception {
        byte[] wire = RawFrontEnd.concat(RawFrontEnd.ints(request, flags, payload.length), payload);
        // The buffer is as large as the longest message, and what lies behind does not matter.
        byte[] buffer = Arrays.copyOf(wire, 12 + 4096);
        try (VhostUserMessage message =
                VhostUserMessage.decode(
                        MemorySegment.ofArray(buffer), new ReceivedDescriptors(0))) {
            assertThat(message.request()).isEqualTo(request);
            assertThat(message.flags()).isEqualTo(flags);
            assertThat(message.payload().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
                    .isEqualTo(payload);
            assertThat(message.needsReply()).isEqualTo((flags & 8) != 0);
        }
    }

    @Property
    void flagsAreGoodForVersionOneRequestsOnly(@ForAll @IntRange(max = 63) int flags) {
        VhostUserMessage message =
                new VhostUserMessage(1, flags, MemorySegment.NULL, new ReceivedDescriptors(0));
        boolean good;
        try {
            message.checkFlags();
            good = true;
        } catch (ProtocolViolationException e) {
            good = false;
        }
        assertThat(good).isEqualTo((flags & 7) == 1);
    }

    @Property
    void repliesAreExactToTheBit(@ForAll int request, @ForAll long value) {
        byte[] buffer = new byte[20];
        VhostUserMessage.encodeReply(MemorySegment.ofArray(buffer), request, value);
        ByteBuffer expected = ByteBuffer.allocate(20).order(ByteOrder.nativeOrder());
        expected.putInt(request).putInt(5).putInt(8).putLong(value);
        assertThat(buffer).isEqualTo(expected.array());
    }

    @Property
    void stateRepliesAreExactToTheBit(@ForAll int index, @ForAll int number) {
        byte[] buffer = new byte[20];
        VhostUserMessage.encodeReply(
                MemorySegment.ofArray(buffer), 11, new VringState(index, number));
        ByteBuffer expected = ByteBuffer.allocate(20).order(ByteOrder.nativeOrder());
        expected.putInt(11).putInt(5).putInt(8).putInt(index).putInt(number);
        assertThat(buffer).isEqualTo(expected.array());
    }

    @Property
    void payloadsAreDecodedFieldByField(
            @ForAll int index, @ForAll int second, @ForAll @Size(4) long[] words) {
        MemorySegment state = MemorySegment.ofArray(RawFrontEnd.ints(index, second));
        assertThat(VringState.of(state)).isEqualTo(new VringState(index, second));

        MemorySegment addresses =
                MemorySegment.ofArray(
                        RawFrontEnd.concat(
                                RawFrontEnd.ints(index, second), RawFrontEnd.longs(words)));
        assertThat(VringAddresses.of(addresses))
                .isEqualTo(new VringAddresses(index, second, words[0], words[1], words[2]));
        assertThat(RegionDescription.of(addresses, 8))
                .isEqualTo(new RegionDescription(words[0], words[1], words[2], words[3]));

        MemorySegment one = MemorySegment.ofArray(RawFrontEnd.longs(words[0]));
        assertThat(VringDescriptor.of(one))
                .isEqualTo(new VringDescriptor((int) (words[0] & 255), (words[0] & 256) == 0));
    }

    @Property
    void lengthsBeyondTheLimitAreNeverRead(@ForAll int length) throws Exception {
        MemorySegment header = MemorySegment.ofArray(RawFrontEnd.ints(1, 1, length));
        if (length >= 0 && length <= 4096) {
            assertThat(VhostUserMessage.payloadBytes(header)).isEqualTo(length);
        } else {
            assertThatExceptionOfType(ProtocolViolationException.class)
                    .isThrownBy(() -> VhostUserMessage.payloadBytes(header));
        }
    }

    @Property
    void overlapIsThatOfUnsignedIntervals(
            @ForAll long guestA,
            @ForAll long guestB,
            @ForAll @LongRange(min = 1, max = 1L << 52) long sizeA,
            @ForAll @LongRange(min = 1, max = 1L << 52) long sizeB,
            @ForAll @LongRange(min = -2, max = 2) long near) {
        check(guestA, sizeA, guestB, sizeB);
        check(guestA, sizeA, guestA + sizeA + near, sizeB);
        check(guestA, sizeA, guestA - sizeB + near, sizeB);
    }

    private static void check(long a, long aBytes, long b, long bBytes) {
        RegionDescription first = new RegionDescription(a, aBytes, 0, 0);
        RegionDescription second = new RegionDescription(b, bBytes, 1L << 60, 0);
        if (isPossible(first) && isPossible(second)) {
            boolean apart =
                    end(a, aBytes).compareTo(start(b)) <= 0
                            || end(b, bBytes).compareTo(start(a)) <= 0;
            assertThat(first.overlaps(second)).isEqualTo(!apart);
            assertThat(second.overlaps(first)).isEqualTo(!apart);
        }
    }

    private static boolean isPossible(RegionDescription region) {
        try {
            region.check();
            return true;
        } catch (RequestRefusedException e) {
            return false;
        }
    }

    private static BigInteger start(long address) {
        return new BigInteger(Long.toUnsignedString(address));
    }

    private static BigInteger end(long address, long bytes) {
        return start(address).add(BigInteger.valueOf(bytes));
    }

    @Property
    void regionsThatWrapAreImpossible(
            @ForAll long address, @ForAll @LongRange(min = 1, max = 1L << 52) long bytes) {
        boolean wraps = end(address, bytes).compareTo(BigInteger.ONE.shiftLeft(64)) > 0;
        assertThat(isPossible(new RegionDescription(address, bytes, 0, 0))).isEqualTo(!wraps);
        assertThat(isPossible(new RegionDescription(0, bytes, address, 0))).isEqualTo(!wraps);
    }

    @Property
    void everyRequestIsFoundByItsNumber(@ForAll VhostUserRequest request) {
        assertThat(VhostUserRequest.numbered(request.number())).isEqualTo(request);
    }
}
