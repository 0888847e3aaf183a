package dev.platter.scsi;

import java.io.IOException;

/**
 * Where a logical unit keeps the registrations and the persistent reservation that are to outlive
 * it (APTPL, SPC-5 §5.14.5). Called by one thread at a time; may block.
 */
public interface ReservationStore {
    /** Keeps nothing: a unit over it cannot activate persistence. */
    ReservationStore NONE =
            new ReservationStore() {
                @Override
                public boolean persists() {
                    return false;
                }

                @Override
                public String load() {
                    return "";
                }

                @Override
                public void save(String reservations) throws IOException {
                    throw new IOException("there is nowhere to keep reservations");
                }
            };

    /** Whether it keeps anything: if not, an initiator that asks for it is refused. */
    default boolean persists() {
        return true;
    }

    /**
     * What was saved last, or the empty text if there is nothing.
     *
     * @throws IOException if it cannot be read: then nobody may access the unit, for it may be
     *     reserved
     */
    String load() throws IOException;

    /**
     * Keeps a text in place of the one before, or nothing if it is empty; durable on return.
     *
     * @throws IOException if that failed; then the one before may or may not be kept
     */
    void save(String reservations) throws IOException;
}
