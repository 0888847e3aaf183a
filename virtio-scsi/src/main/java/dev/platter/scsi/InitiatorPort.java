package dev.platter.scsi;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Who an initiator is to a logical unit, beyond a restart of either: a name that whoever wires the
 * transport chooses, such as the path of a socket. Reservations are kept by it.
 *
 * <p>As a TransportID (SPC-5 §7.6.4) it is the SAS address that the name's digest makes: NAA 3h,
 * locally assigned. The transport is not SAS; but this identifier has one length, and initiators
 * know it.
 *
 * <pre>
 *  TransportID  0: 06h (SAS)   4: address (8)   24 bytes
 * </pre>
 *
 * @param name any text
 */
public record InitiatorPort(String name) {
    /** The only initiator, of a transport that names none. */
    public static final InitiatorPort DEFAULT = new InitiatorPort("");

    static final int TRANSPORT_ID_BYTES = 24;
    static final int SAS = 6;
    private static final int ADDRESS_OFFSET = 4;
    private static final long NAA_LOCALLY_ASSIGNED = 3L << 60;

    /** The SAS address. */
    long address() {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(name.getBytes(StandardCharsets.UTF_8));
            return Cdb.u64(digest, 0) >>> 4 | NAA_LOCALLY_ASSIGNED;
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every JDK has SHA-256", impossible);
        }
    }

    /** Writes the TransportID of an address. */
    static void transportId(ParameterData data, int at, long address) {
        data.u8(at, SAS).u64(at + ADDRESS_OFFSET, address);
    }

    /**
     * The address in a TransportID.
     *
     * @return 0 if it is not one of this form
     */
    static long address(byte[] bytes, int at) {
        return bytes[at] == SAS ? Cdb.u64(bytes, at + ADDRESS_OFFSET) : 0;
    }
}
