package dev.platter.scsi;

/**
 * PERSISTENT RESERVE IN (SPC-5 §6.16).
 *
 * <pre>
 *  all but the capabilities   0: generation (4)   4: bytes that follow (4)
 *  READ RESERVATION           8: key (8)   21: scope, type              24 bytes
 *  READ FULL STATUS, each     0: key (8)   12: R_HOLDER   13: scope, type   18: port (2)
 *                             20: TransportID length (4)  24: TransportID
 *  REPORT CAPABILITIES        0: 0008h   2: SIP_C, ATP_C, PTPL_C   3: TMV, PTPL_A   4: types (2)
 * </pre>
 */
final class PersistentReserveIn {
    private static final int HEADER_BYTES = 8;
    private static final int KEY_BYTES = 8;
    private static final int RESERVATION_BYTES = 16;
    private static final int STATUS_BYTES = 24;
    private static final int CAPABILITIES_BYTES = 8;
    private static final int SIP_ATP_CAPABLE = 0x08 | 0x04;
    private static final int PTPL_CAPABLE = 0x01;
    private static final int TMV = 0x80;
    private static final int PTPL_ACTIVE = 0x01;
    private static final int R_HOLDER = 0x01;
    private static final int ALL_TARGET_PORTS = 0x02;

    private PersistentReserveIn() {}

    static void readKeys(Task task) {
        ReservationState state = task.unit().reservations().state();
        ParameterData data = header(state, state.registrations().size() * KEY_BYTES);
        int at = HEADER_BYTES;
        for (Registration registration : state.registrations()) {
            data.u64(at, registration.key());
            at += KEY_BYTES;
        }
        answer(task, data);
    }

    static void readReservation(Task task) {
        ReservationState state = task.unit().reservations().state();
        ParameterData data = header(state, state.isReserved() ? RESERVATION_BYTES : 0);
        if (state.isReserved()) {
            data.u64(HEADER_BYTES, state.holderKey()).u8(21, state.type());
        }
        answer(task, data);
    }

    static void readFullStatus(Task task) {
        ReservationState state = task.unit().reservations().state();
        int each = STATUS_BYTES + InitiatorPort.TRANSPORT_ID_BYTES;
        ParameterData data = header(state, state.registrations().size() * each);
        int at = HEADER_BYTES;
        for (Registration registration : state.registrations()) {
            boolean holds = state.isReserved() && state.isHolder(registration.address());
            data.u64(at, registration.key())
                    .u8(at + 12, ALL_TARGET_PORTS | (holds ? R_HOLDER : 0))
                    .u8(at + 13, holds ? state.type() : 0)
                    .u32(at + 20, InitiatorPort.TRANSPORT_ID_BYTES);
            InitiatorPort.transportId(data, at + STATUS_BYTES, registration.address());
            at += each;
        }
        answer(task, data);
    }

    static void reportCapabilities(Task task) {
        boolean persists = task.unit().reservations().state().persist();
        ParameterData data = task.parameters().clear(CAPABILITIES_BYTES);
        data.u16(0, CAPABILITIES_BYTES)
                .u8(
                        2,
                        SIP_ATP_CAPABLE
                                | (task.unit().reservations().canPersist() ? PTPL_CAPABLE : 0))
                .u8(3, TMV | (persists ? PTPL_ACTIVE : 0))
                .u16(4, ReservationType.MASK);
        answer(task, data);
    }

    /** Made for the answer: its length is the registrants'. */
    private static ParameterData header(ReservationState state, int bytes) {
        return new ParameterData(HEADER_BYTES + bytes)
                .clear(HEADER_BYTES + bytes)
                .u32(0, state.generation())
                .u32(4, bytes);
    }

    private static void answer(Task task, ParameterData data) {
        data.answer(task.command(), Cdb.u16(task.cdb(), 7));
        task.end();
    }
}
