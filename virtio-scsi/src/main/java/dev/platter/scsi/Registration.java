package dev.platter.scsi;

/**
 * The registration of an I_T nexus for persistent reservations (SPC-5 §5.14.7).
 *
 * @param address the initiator port's SAS address
 * @param key the reservation key, not 0
 */
record Registration(long address, long key) {}
