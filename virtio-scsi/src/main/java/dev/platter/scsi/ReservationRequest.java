package dev.platter.scsi;

import java.util.ArrayList;
import java.util.List;

/**
 * The parameters of a PERSISTENT RESERVE OUT (SPC-5 §6.17), out of the initiator's reach.
 *
 * <pre>
 *  CDB   1: service action   2: scope, type   5-8: parameter list length
 *  list  0: key (8)   8: service action key (8)   20: SPEC_I_PT, ALL_TG_PT, APTPL   24 bytes
 *        24: length of the TransportIDs (4)   28: TransportIDs, with SPEC_I_PT
 *  list of REGISTER AND MOVE
 *        0: key (8)   8: service action key (8)   17: UNREG, APTPL   18: relative port (2)
 *        20: length of the TransportID (4)   24: TransportID
 * </pre>
 *
 * @param initiator the address of who sent it
 * @param scope 0 for the logical unit
 * @param error an additional sense code if the list is wrong, or 0
 * @param others the addresses in the TransportIDs
 */
record ReservationRequest(
        OpCode action,
        long initiator,
        int scope,
        int type,
        long key,
        long actionKey,
        boolean persist,
        boolean unregister,
        int error,
        List<Long> others) {
    static final int LIST_BYTES = 24;
    private static final int SPEC_I_PT = 0x08;
    private static final int APTPL = 0x01;
    private static final int UNREG = 0x02;
    private static final int TRANSPORT_IDS = 28;

    ReservationRequest {
        others = List.copyOf(others);
    }

    /** Reads a list; it has at least {@link #LIST_BYTES}. */
    static ReservationRequest of(OpCode action, long initiator, byte[] cdb, ParameterData list) {
        byte[] bytes = list.bytes();
        boolean move = action == OpCode.REGISTER_AND_MOVE;
        boolean others = move || Cdb.has(bytes, 20, SPEC_I_PT);
        List<Long> addresses = new ArrayList<>();
        int error = 0;
        if (others) {
            int start = move ? LIST_BYTES : TRANSPORT_IDS;
            error = addresses(list, start, addresses);
        } else if (list.lengthBytes() != LIST_BYTES) {
            error = AdditionalSense.PARAMETER_LIST_LENGTH_ERROR;
        }
        boolean registers = move || action == OpCode.REGISTER;
        if (error == 0 && others && !registers) {
            error = AdditionalSense.INVALID_FIELD_IN_PARAMETER_LIST;
        }
        return new ReservationRequest(
                action,
                initiator,
                Cdb.u8(cdb, 2) >> 4,
                cdb[2] & 0x0F,
                Cdb.u64(bytes, 0),
                Cdb.u64(bytes, 8),
                Cdb.has(bytes, move ? 17 : 20, APTPL),
                move && Cdb.has(bytes, 17, UNREG),
                error,
                addresses);
    }

    private static int addresses(ParameterData list, int start, List<Long> addresses) {
        byte[] bytes = list.bytes();
        if (list.lengthBytes() < start) {
            return AdditionalSense.PARAMETER_LIST_LENGTH_ERROR;
        }
        long idBytes = Cdb.u32(bytes, start - 4);
        if (idBytes != list.lengthBytes() - start) {
            return AdditionalSense.PARAMETER_LIST_LENGTH_ERROR;
        }
        if (idBytes % InitiatorPort.TRANSPORT_ID_BYTES != 0) {
            return AdditionalSense.INVALID_FIELD_IN_PARAMETER_LIST;
        }
        for (int at = start; at < list.lengthBytes(); at += InitiatorPort.TRANSPORT_ID_BYTES) {
            long address = InitiatorPort.address(bytes, at);
            if (address == 0) {
                return AdditionalSense.INVALID_FIELD_IN_PARAMETER_LIST;
            }
            addresses.add(address);
        }
        return 0;
    }
}
